#pragma once

#include <string>
#include <vector>

#include "engine/solver/problem.h"

namespace sprint::solver {

// Every rule and required constraint this placement breaks, computed from the problem
// alone: it shares no code with the search, nor with the evaluation the search uses.
// `burden` is the objective the search claims. Empty: nothing is broken. Only
// constraints with `active[i]` are demanded; an empty `active` demands all.
std::vector<std::string> Violations(const Problem& problem, const Placement& placement,
                                    double burden, const std::vector<bool>& active = {});

}  // namespace sprint::solver
