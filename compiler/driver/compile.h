#pragma once

#include <map>
#include <optional>
#include <string>

#include "compiler/diag/emitter.h"
#include "compiler/ir/program.h"
#include "compiler/support/environment.h"

namespace sprint::driver {

// Reads the root file and what it imports, and checks it all. `std.x` comes from the
// embedded library, `"file.sprint"` from beside the importing file; deploys of imported
// files are not executed. `params` are values for the root's params, as text.
// nullopt when the root cannot be read; with errors in `emitter` what is returned holds
// what could be understood, for tools that go on, and must not be placed.
std::optional<ir::Program> Compile(const std::string& root, const FileSystem& files,
                                   SourceTable& sources, diag::Emitter& emitter,
                                   const std::map<std::string, std::string>& params);

}  // namespace sprint::driver
