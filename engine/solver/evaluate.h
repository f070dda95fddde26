#pragma once

#include <functional>
#include <vector>

#include "engine/solver/problem.h"

// The model: what a placement costs and how fast it answers.
namespace sprint::solver {

// Sum of independent stages plus a constant network time.
struct Response {
  performance::Sojourn stages;
  double fixed = 0;
  double mean() const { return stages.mean + fixed; }
  Response& operator+=(const Response& next) {
    stages.mean += next.stages.mean;
    stages.variance += next.stages.variance;
    fixed += next.fixed;
    return *this;
  }
};
// Of Constraint::percentile, or the mean.
double Value(const Response& response, std::optional<double> percentile);

// Work of all parts on each pool, in busy seconds per second, whatever the counts.
std::vector<double> Loads(const Problem& problem, const Placement& placement);
// Share of one instance; infinite for a pool with load and no instance.
double Utilisation(const Pool& pool, double load, uint32_t count);

performance::Sojourn PartResponse(const Problem& problem, const Part& part, uint32_t pool,
                                  double load, uint32_t count);

// Probability that the components of `path` can all be reached, of those with copies one:
// each zone and each pool they are in counts once, a pool as up while one of its instances
// is. With `placed` only those in it count, and copies not in it as always up.
double PathAvailability(const Problem& problem, const Placement& placement,
                        const std::vector<uint32_t>& path,
                        const std::vector<char>* placed = nullptr);

// How many of `copies` are in zones of their own and of the variant of the first, those not
// in `placed` included.
uint32_t Apart(const Problem& problem, const Placement& placement,
               const std::vector<uint32_t>& copies, const std::vector<char>* placed = nullptr);

// Time through the components of `path`, hops between them included. Each component
// counts with its chain and early exits; a request that leaves early goes on to the next
// component from where it left. For searches: where `placed` is given, a component not
// in it counts with `floor[c]` as a constant and the hops beside it with nothing.
Response PathResponse(const Problem& problem, const Placement& placement,
                      const std::vector<double>& loads, const std::vector<uint32_t>& path,
                      const std::vector<char>* placed = nullptr,
                      const std::vector<double>* floor = nullptr);
// The same when the time at each part is known otherwise.
using Station = std::function<performance::Sojourn(uint32_t component, size_t part)>;
Response PathResponse(const Problem& problem, const Placement& placement, const Station& station,
                      const std::vector<uint32_t>& path, const std::vector<char>* placed,
                      const std::vector<double>* floor);
// What the component at `step` of the path and the hop behind it add: the time of a path is the
// sum of its steps.
Response StepResponse(const Problem& problem, const Placement& placement, const Station& station,
                      const std::vector<uint32_t>& path, size_t step,
                      const std::vector<char>* placed, const std::vector<double>* floor);

struct Evaluation {
  std::vector<double> load;                   // per pool
  std::vector<double> utilisation;            // per pool; functions: of their concurrency
  std::vector<double> pool_cost;              // EUR/s per pool
  std::vector<std::vector<double>> response;  // mean per component and part, s
  std::vector<double> value;                  // per constraint; Where: 1 met, 0 not
  std::vector<bool> met;
  double traffic = 0;  // EUR/s of priced ways, part of the cost of no pool
  double cost = 0;     // EUR/s, without the price of missed preferences
  double energy = 0;   // W
  double carbon = 0;   // g/s
  double goal = 0;     // which of the three is minimised
  double burden = 0;   // the objective: the goal, plus missed preferences
};
Evaluation Evaluate(const Problem& problem, const Placement& placement);

// Is `value` within the bound, up to rounding?
bool Meets(const Constraint& constraint, double value);

}  // namespace sprint::solver
