#include "engine/solver/problem.h"

#include <algorithm>
#include <limits>

namespace sprint::solver {

double Hop(const Problem& problem, uint32_t from, uint32_t to, double bytes) {
  const uint32_t a = problem.pools[from].zone;
  const uint32_t b = problem.pools[to].zone;
  if (from == to || (a == b && problem.routes[a][a].empty())) return 0;
  double best = std::numeric_limits<double>::infinity();
  for (const Route& route : problem.routes[a][b]) {
    best = std::min(best, route.delay + bytes * route.seconds_per_byte);
  }
  return best;
}

double FlowBytes(const Problem& problem, uint32_t from, uint32_t to, double output) {
  for (const Flow& flow : problem.flows) {
    if (flow.from == from && flow.to == to) return flow.bytes.value_or(output);
  }
  return output;
}

namespace {

// A station at 1 answers nobody, and rounding must not lift what is just below.
double Share(const Problem& problem) { return std::min(problem.ceiling, 1 - 1e-9); }

}  // namespace

double Capacity(const Problem& problem, const Pool& pool) {
  return (pool.per_core ? pool.cores : 1) * Share(problem);
}

double Concurrency(const Problem& problem, const Pool& pool) {
  if (pool.concurrency <= 0) return std::numeric_limits<double>::infinity();
  return pool.concurrency * Share(problem);
}

double Burden(const Problem& problem, const Pool& pool) {
  return problem.goal == Goal::Cost ? pool.price : pool.power;
}

}  // namespace sprint::solver
