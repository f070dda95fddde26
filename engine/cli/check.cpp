#include <cstdio>

#include "engine/cli/options.h"
#include "engine/cli/plan_json.h"
#include "engine/cli/session.h"

namespace sprint::cli {

int Check(const Options& options) {
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  const Compiled& compiled = **loaded;
  if (options.json) {
    std::puts(value::ToJson(DiagnosticsJson(compiled), /*pretty=*/true).c_str());
    return compiled.program ? Success : Failure;
  }
  Print(compiled);
  if (!compiled.program) return Failure;
  const ir::Program& program = *compiled.program;
  std::printf(
      "%s: %zu components, %zu applications, %zu continua, %zu deploys, %zu resources: no "
      "mistakes\n",
      compiled.path.c_str(), program.components.size(), program.applications.size(),
      program.continua.size(), program.deploys.size(), program.resources.size());
  return Success;
}

}  // namespace sprint::cli
