#pragma once

#include "compiler/diag/diagnostic.h"
#include "engine/placement/placement.h"

namespace sprint::placement {

// E0601 of an infeasible answer: the lines of its first core, or the deploy where no line is
// to blame, underlined, with the cheapest changes that would do, and how many more cores
// there are.
diag::Diagnostic InfeasibleDiagnostic(const Answer& answer, const ir::Deploy& deploy);

}  // namespace sprint::placement
