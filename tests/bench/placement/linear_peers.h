#pragma once

#include <string>
#include <vector>

#include "tests/bench/placement/run.h"

namespace sprint::bench {

// Other solvers on problems without a formula that is not linear: one part a component,
// no bound on responses, no functions. CBC gets a mixed-integer program (a binary for
// each part and pool, an integer for each pool's count), Gecode the same in whole numbers
// of a millionth. Both run here and now, on one thread, for `seconds` each; where they are
// not installed the row says so.
std::vector<Row> LinearPeers(const std::string& name, const solver::Problem& problem,
                             double seconds);

}  // namespace sprint::bench
