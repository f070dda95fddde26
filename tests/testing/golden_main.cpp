// golden [--accept] FILE...   compares each golden with what the compiler says now; with
// --accept writes what it says now, and prints the names of the files that changed.
// A name that starts with `fail_` must have an error, any other must have none.
// golden [--accept] --program FILE EXP   checks a program of the real file system, which
// must have no diagnostics, and compares the checked program as text with EXP.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/driver/compile.h"
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

// Lines of `now` and `was` from the first to the last that differ.
void PrintDifference(const std::string& was, const std::string& now) {
  const auto lines = [](const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  };
  const std::vector<std::string> a = lines(was), b = lines(now);
  size_t begin = 0;
  while (begin < a.size() && begin < b.size() && a[begin] == b[begin]) ++begin;
  size_t end = 0;
  while (end + begin < a.size() && end + begin < b.size() &&
         a[a.size() - 1 - end] == b[b.size() - 1 - end]) {
    ++end;
  }
  for (size_t i = begin; i + end < a.size(); ++i) std::printf("-%zu %s\n", i + 1, a[i].c_str());
  for (size_t i = begin; i + end < b.size(); ++i) std::printf("+%zu %s\n", i + 1, b[i].c_str());
}

bool Compare(const std::filesystem::path& path, const std::string& was, const std::string& now,
             bool accept) {
  if (was == now) return true;
  std::printf("%s\n", path.c_str());
  PrintDifference(was, now);
  if (!accept) return false;
  if (now.empty()) {
    std::filesystem::remove(path);
  } else {
    std::ofstream(path, std::ios::binary) << now;
  }
  return true;
}

bool Run(const std::filesystem::path& path, bool accept) {
  const std::string was = ReadAll(path);
  if (was.empty()) {
    std::printf("%s: empty or not there\n", path.c_str());
    return false;
  }
  const Golden golden = ParseGolden(path.filename().string(), was);
  std::vector<std::string> failed;
  bool good = Compare(path, was, WithFacts(golden, failed), accept);
  for (const auto& [name, text] : golden.files) {
    const bool should = name.starts_with("fail_") ||
                        (golden.files.size() == 1 && path.filename().string().starts_with("fail_"));
    const bool does = std::find(failed.begin(), failed.end(), name) != failed.end();
    const bool outside = should && std::find(failed.begin(), failed.end(), "") != failed.end();
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
