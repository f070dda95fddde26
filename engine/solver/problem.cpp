#include "engine/solver/problem.h"

#include <algorithm>
#include <limits>

namespace sprint::solver {

double Hop(const Problem& problem, uint32_t from, uint32_t to, double bytes) {
  const uint32_t a = problem.pools[from].zone;
  const uint32_t b = problem.pools[to].zone;
  if (a == b) return 0;
  double best = std::numeric_limits<double>::infinity();
  for (const Route& route : problem.routes[a][b]) {
    best = std::min(best, route.delay + bytes * route.seconds_per_byte);
  }
  return best;
}

double Burden(const Problem& problem, const Pool& pool) {
  return problem.goal == Goal::Cost ? pool.price : pool.power;
}

}  // namespace sprint::solver
