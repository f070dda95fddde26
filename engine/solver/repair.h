#pragma once

#include <optional>

#include "engine/solver/search.h"

namespace sprint::solver {

// A placement like `options.previous`, which no longer holds or never was for this problem:
// what stands stays, and what has lost its place, or broken a bound with it, is placed anew by
// an exact search over these components alone. Where they find no room, those beside them
// make some: neighbours in the flow and whoever shares a pool with them. Nothing: it
// takes more than that, or there is no placement at all, which only Search tells.
//
// Takes a few thousand steps at most, and of the budget what is left when it ends. Whoever runs
// still runs as cheaply as before; whether all would be cheaper elsewhere is not asked.
std::optional<Placement> Repair(const Problem& problem, const SearchOptions& options);

}  // namespace sprint::solver
