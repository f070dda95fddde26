// golden [--accept] FILE...   compares each golden with what the compiler says now; with
// --accept writes what it says now, and prints what changed. What its stage gives lies in
// the .exp beside it; none there means nothing.
// A name that starts with `fail_` must have an error, any other must have none.
// golden [--accept] --program FILE EXP   checks a program of the real file system, which
// must have no diagnostics, and compares the checked program as text with EXP.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/driver/compile.h"
#include "compiler/support/line_diff.h"
#include "tests/testing/dump.h"
#include "tests/testing/golden.h"

namespace sprint::testing {
namespace {

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

bool Compare(const std::filesystem::path& path, const std::string& was, const std::string& now,
             bool accept) {
  if (was == now) return true;
  std::fputs(UnifiedDiff(path.string(), was, now).c_str(), stdout);
  if (!accept) return false;
  if (now.empty()) {
    std::filesystem::remove(path);
  } else {
    std::ofstream(path, std::ios::binary) << now;
  }
  return true;
}

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool Run(const std::filesystem::path& path, bool accept) {
  const std::string was = ReadAll(path);
  if (was.empty()) {
    std::printf("%s: empty or not there\n", path.c_str());
    return false;
  }
  const Golden golden = ParseGolden(path.string(), was);
  const Facts facts = CheckGolden(golden);
  bool good = Compare(path, was, facts.text, accept);
  std::filesystem::path expected = path;
  expected.replace_extension(".exp");
  good = Compare(expected, ReadAll(expected), facts.output, accept) && good;
  for (const auto& [name, text] : golden.files) {
    const bool should = name.starts_with("fail_") ||
                        (golden.files.size() == 1 && path.filename().string().starts_with("fail_"));
    const bool does = Has(facts.failed, name);
    const bool outside = should && Has(facts.failed, "");
    if (should == (does || outside)) continue;
    std::printf("%s: `%s` has %s error\n", path.c_str(), name.c_str(), does ? "an" : "no");
    good = false;
  }
  return good;
}

bool RunProgram(const std::string& path, const std::filesystem::path& expected, bool accept) {
  SourceTable sources;
  diag::Emitter emitter;
  const auto program = driver::Compile(path, RealFileSystem(), sources, emitter, {});
  const std::vector<diag::Diagnostic> diagnostics = emitter.Take();
  if (!diagnostics.empty() || !program) {
    std::printf("%s", diag::RenderCompact(diagnostics, sources).c_str());
    return false;
  }
  return Compare(expected, ReadAll(expected), Dump(*program), accept);
}

}  // namespace
}  // namespace sprint::testing

int main(int argc, char** argv) {
  bool accept = false, good = true;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--accept") {
      accept = true;
    } else if (argument == "--program" && i + 2 < argc) {
      good = sprint::testing::RunProgram(argv[i + 1], argv[i + 2], accept) && good;
      i += 2;
    } else {
      good = sprint::testing::Run(argument, accept) && good;
    }
  }
  return good ? 0 : 1;
}
