#include "engine/solver/problem.h"

#include <algorithm>
#include <limits>

#include "compiler/support/check.h"

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

double Fare(const Problem& problem, uint32_t from, uint32_t to, double bytes) {
  if (from == to) return 0;
  double quickest = std::numeric_limits<double>::infinity(), price = 0;
  for (const Route& route : problem.routes[problem.pools[from].zone][problem.pools[to].zone]) {
    const double time = route.delay + bytes * route.seconds_per_byte;
    if (time > quickest || (time == quickest && route.price >= price)) continue;
    quickest = time;
    price = route.price;
  }
  return bytes * price;
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
  return Rate(pool, MetricOf(problem.goal));
}

double ExecutionCost(const Pool& pool, const Part& part, const Option& option) {
  return part.rate * (option.billed.value_or(option.demand) * pool.price + pool.fee);
}

Metric MetricOf(Goal goal) {
  switch (goal) {
    case Goal::Cost:
      return Metric::Cost;
    case Goal::Energy:
      return Metric::Energy;
    case Goal::Carbon:
      return Metric::Carbon;
  }
  SPRINT_UNREACHABLE("goal");
}

double Rate(const Pool& pool, Metric metric) {
  return metric == Metric::Cost ? pool.price : metric == Metric::Energy ? pool.power : pool.carbon;
}

}  // namespace sprint::solver
