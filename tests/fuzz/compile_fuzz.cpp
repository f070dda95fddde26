#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "compiler/driver/compile.h"
#include "tests/testing/memory_files.h"

// Whatever the bytes: the compiler returns, says the same of them each time, and every
// place it names is inside a text.
namespace {

[[noreturn]] void Fail(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s\n%s\n", what, text.c_str());
  std::abort();
}

void CheckPlace(sprint::Loc loc, const sprint::SourceTable& sources) {
  if (!loc.ok()) return;
  if (loc.begin > loc.end || loc.end > sources.text(loc.file).size()) {
    Fail("a place outside of the text", std::to_string(loc.begin));
  }
}

std::string Compile(const std::string& text) {
  const sprint::testing::MemoryFiles files({{"fuzz.sprint", text}});
  sprint::SourceTable sources;
  sprint::diag::Emitter emitter;
  const auto program = sprint::driver::Compile("fuzz.sprint", files, sources, emitter, {});
  if (!program) Fail("the root was not read", "");
  const bool errors = emitter.has_errors();
  const auto diagnostics = emitter.Take();
  for (const sprint::diag::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.code == "E0114") Fail("the parser gave up", diagnostic.message);
    CheckPlace(diagnostic.loc, sources);
    for (const sprint::diag::Label& label : diagnostic.labels) CheckPlace(label.loc, sources);
    if (diagnostic.fix) CheckPlace(diagnostic.fix->loc, sources);
  }
  if (!errors) {
    for (const sprint::ir::Output& output : program->outputs) (void)output.evaluate({});
  }
  return sprint::diag::RenderCompact(diagnostics, sources);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string said = Compile(text);
  if (const std::string again = Compile(text); again != said) {
    Fail("the second time it says something else", said + "\n--\n" + again);
  }
  return 0;
}
