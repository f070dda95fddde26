#pragma once

#include "engine/solver/domains.h"

namespace sprint::solver {

// Takes from `items` what no bound on a mean response time can live with, whatever the rest
// of the placement: along each path the least time up to and after a component, by zones
// (dynamic programming; SkyPilot's for chains), on hardware that serves nobody else. Bounds
// teach each other, so it repeats until nothing more goes. Counts for components cut in
// parts are less than they could be: from where such a one is left is not looked at.
// False: a component has nowhere left.
bool PruneByTime(const Problem& problem, const Domains& domains, Items& items);

}  // namespace sprint::solver
