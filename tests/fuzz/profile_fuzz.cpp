#include <cmath>
#include <cstdint>
#include <string>

#include "compiler/driver/compile.h"
#include "tests/fuzz/checks.h"
#include "tests/testing/memory_files.h"

// Whatever bytes a table of measured times has: it is read the same each time, what is said
// of it has a place inside a text, and what it gives can be reckoned with.
namespace {

using sprint::fuzz::CheckPlace;
using sprint::fuzz::Fail;

std::string Compile(const std::string& table) {
  const sprint::testing::MemoryFiles files(
      {{"fuzz.sprint",
        "node Board {}\nfunction_service Cloud {}\n"
        "component A { image = \"a:1\", profile = \"times.csv\" }\n"},
       {"times.csv", table}});
  sprint::SourceTable sources;
  sprint::diag::Emitter emitter;
  const auto program = sprint::driver::Compile("fuzz.sprint", files, sources, emitter, {});
  const bool errors = emitter.has_errors();
  const auto diagnostics = emitter.Take();
  for (const sprint::diag::Diagnostic& diagnostic : diagnostics) {
    // Where there are more than can be told, their number has no place.
    if (!diagnostic.code.empty()) CheckPlace(diagnostic.loc, sources);
    for (const sprint::diag::Label& label : diagnostic.labels) CheckPlace(label.loc, sources);
  }
  const auto& demands = program->components[0].variants[0].parts[0].demands;
  if (errors != demands.empty()) Fail("demands and errors, or none of both", table);
  for (const sprint::ir::Demand& demand : demands) {
    CheckPlace(demand.loc, sources);
    const double variation = demand.variation.value_or(1);
    if (!(demand.mean >= 1e-9 && demand.mean <= 1e8 && demand.cold > 0 && demand.cold <= 1e8 &&
          variation >= 0 && variation <= 10)) {
      Fail("a demand that cannot be reckoned with", table);
    }
  }
  return sprint::diag::RenderCompact(diagnostics, sources);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sprint::fuzz::CheckSame(Compile, data, size);
  return 0;
}
