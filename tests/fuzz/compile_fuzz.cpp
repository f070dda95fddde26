#include <cstdint>
#include <string>

#include "compiler/driver/compile.h"
#include "tests/fuzz/checks.h"
#include "tests/testing/memory_files.h"

// Whatever the bytes: the compiler returns, says the same of them each time, and every
// place it names is inside a text.
namespace {

using sprint::fuzz::CheckPlace;
using sprint::fuzz::Fail;

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
    // Where there are more than can be told, their number has no place.
    if (!diagnostic.code.empty()) CheckPlace(diagnostic.loc, sources);
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
  sprint::fuzz::CheckSame(Compile, data, size);
  return 0;
}
