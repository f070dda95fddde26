#pragma once

#include <string>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/ir/program.h"
#include "compiler/support/loc.h"
#include "tests/testing/golden.h"

namespace sprint::testing {

// What a golden of this stage gives beside its diagnostics, for its `.exp`; what stages
// find out that no compiler can goes to `diagnostics`. Without errors before:
//   place  each deploy placed: the drawing, or E0601
//   plan   the plan from an empty state, without providers
// With errors, too:
//   parse  the text as formatted, or, with syntax errors, the tree that was understood
//   render the diagnostics as a terminal shows them
std::string StageOutput(const std::string& stage, const ir::Program* program,
                        const SourceTable& sources, std::vector<diag::Diagnostic>& diagnostics);

}  // namespace sprint::testing
