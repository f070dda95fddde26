#pragma once

#include "engine/solver/domains.h"
#include "engine/solver/progress.h"

namespace sprint::solver {

// Takes the placement as the best of `progress` if it holds and is the cheapest so far; every
// rule is asked, so that it may come from anywhere. Pools that nobody uses fall to their idle
// counts.
bool Offer(const Problem& problem, const Domains& domains, const Items& items, Progress& progress,
           Placement placement);

}  // namespace sprint::solver
