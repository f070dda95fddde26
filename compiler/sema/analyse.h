#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/sema/module.h"

namespace sprint::diag {
class Emitter;
}

namespace sprint::sema {

// Fills `module.declarations` from its file; E0207 for a name declared twice, E0208 for
// what is no declaration at all.
void Declare(Module& module, diag::Emitter& emitter);

// True for the words that begin a declaration: `component`, `param`, …
bool IsDeclaration(const std::string& keyword);

// The checked program of a unit whose imports are resolved. What is wrong is reported
// and left out: with errors in `emitter` the program is not to be used. Tables that the
// program names are added to `sources`.
ir::Program Analyse(std::shared_ptr<const Unit> unit, SourceTable& sources, diag::Emitter& emitter,
                    const std::vector<std::pair<std::string, std::string>>& params);

}  // namespace sprint::sema
