#pragma once

#include <string>
#include <vector>

#include "engine/solver/problem.h"

namespace sprint::solver {

// What makes numbers no problem at all: indices that lead nowhere, flows that are not in
// topological order, figures that are not finite or negative. Empty: Search may be called.
// Infinite are only memories, bounds and concurrency, which then do not limit.
std::vector<std::string> Faults(const Problem& problem);

}  // namespace sprint::solver
