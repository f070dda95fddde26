#include "engine/solver/relaxation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();

std::vector<char> Functions(const Problem& problem) {
  std::vector<char> functions;
  for (const Pool& pool : problem.pools) functions.push_back(pool.form == Form::Functions);
  return functions;
}

std::vector<std::array<uint32_t, 2>> Pairs(const Problem& problem) {
  std::vector<std::array<uint32_t, 2>> pairs;
  for (const Flow& flow : problem.flows) pairs.push_back({flow.from, flow.to});
  return pairs;
}

}  // namespace

Relaxation::Relaxation(const Problem& problem, const Items& items)
    : one_way_(problem.one_way),
      staircase_(static_cast<uint32_t>(problem.components.size()), Pairs(problem)),
      costs_(problem.components.size()),
      function_(Functions(problem)),
      cheapest_(items, function_, problem.one_way) {
  std::vector<std::vector<uint32_t>> zones(problem.one_kind.size());
  for (uint32_t j = 0; j < problem.pools.size(); ++j) {
    const Pool& pool = problem.pools[j];
    capacity_.push_back(Capacity(problem, pool));
    burden_.push_back(Burden(problem, pool));
    idle_.push_back(pool.form == Form::Machines ? pool.min : 0);
    if (function_[j]) continue;
    if (problem.one_kind[pool.zone]) {
      zones[pool.zone].push_back(j);
    } else {
      groups_.push_back({j});
    }
  }
  for (auto& zone : zones) {
    if (!zone.empty()) groups_.push_back(std::move(zone));
  }
  average_.assign(problem.pools.size(), 0);
  load_.assign(problem.pools.size(), 0);
}

StepCosts Relaxation::Allowed(const Hardware& hardware, const std::vector<double>& prices,
                              uint32_t c) {
  StepCosts costs = cheapest_.At(prices, c);
  for (uint8_t step = 0; !hardware.steps.empty() && step < costs.size(); ++step) {
    if (!(hardware.steps[c] >> step & 1)) costs[step] = Infinity;
  }
  return costs;
}

double Relaxation::Once(const Hardware& hardware, const std::vector<double>& prices) {
  double total = 0;
  for (uint32_t c = 0; c < costs_.size(); ++c) {
    costs_[c] = Allowed(hardware, prices, c);
    if (!one_way_) total += costs_[c][Edge];
  }
  if (one_way_) total = staircase_.Solve(costs_, steps_);
  if (total == Infinity) return Infinity;
  std::fill(load_.begin(), load_.end(), 0);
  for (uint32_t c = 0; c < costs_.size(); ++c) {
    cheapest_.Charge(c, one_way_ ? steps_[c] : Edge, load_);
  }
  excess_ = load_;
  for (const auto& group : groups_) {
    double best = 0;
    uint32_t used = 0;
    bool any = false, must = false;
    for (uint32_t j : group) {
      total += burden_[j] * idle_[j];
      if (!hardware.usable[j]) continue;
      const double each = burden_[j] - prices[j] * capacity_[j];
      const uint32_t n = each >= 0 ? hardware.low[j] : hardware.high[j];
      const double due = each * n - burden_[j] * idle_[j];
      // A lone pool always takes this branch: its range decides whether it is used.
      if (due < best || (group.size() == 1 && !any) || (hardware.low[j] > idle_[j] && !must)) {
        best = due;
        used = j;
        any = true;
        must = must || hardware.low[j] > idle_[j];
      }
    }
    if (!any) continue;
    total += best;
    const double each = burden_[used] - prices[used] * capacity_[used];
    excess_[used] -= capacity_[used] * (each >= 0 ? hardware.low[used] : hardware.high[used]);
  }
  return total;
}

double Relaxation::Bound(const Hardware& hardware, std::vector<double>& prices, int rounds,
                         double enough) {
  cheapest_.Enter(hardware.usable);
  double best = -Infinity, length = 1, last = -Infinity;
  int stuck = 0;
  at_ = prices;
  for (int round = 0; round < rounds; ++round) {
    const double bound = Once(hardware, at_);
    if (bound == Infinity) return bound;
    for (size_t j = 0; j < load_.size(); ++j) {
      average_[j] = round == 0 ? load_[j] : 0.7 * average_[j] + 0.3 * load_[j];
    }
    if (bound > last + 1e-9 * std::fabs(last)) {
      stuck = 0;
      last = bound;
    } else if (++stuck == 4) {
      length /= 2;
      stuck = 0;
    }
    if (bound > best) {
      best = bound;
      best_ = at_;
    }
    if (best >= enough || length < 1e-3 || !Move(hardware, length, bound, enough)) break;
  }
  if (best < enough) {
    // Without prices the instances that must be there count in full; small steps from
    // elsewhere rarely lead here.
    at_.assign(prices.size(), 0);
    const double bound = Once(hardware, at_);
    if (bound > best) {
      best = bound;
      best_ = at_;
    }
  }
  prices = best_;
  return best;
}

// A step of the prices along what is too much or too little. False: there is none.
bool Relaxation::Move(const Hardware& hardware, double length, double bound, double enough) {
  double norm = 0;
  for (size_t j = 0; j < at_.size(); ++j) {
    // A price at 0 that would fall further does not move.
    if (function_[j] || !hardware.usable[j] || (at_[j] <= 0 && excess_[j] < 0)) excess_[j] = 0;
    norm += excess_[j] * excess_[j];
  }
  if (norm <= 0) return false;
  const double target = std::isfinite(enough) ? enough : bound + 0.05 * std::fabs(bound);
  const double step = length * std::max(target - bound, 1e-6 * std::fabs(bound)) / norm;
  for (size_t j = 0; j < at_.size(); ++j) at_[j] = std::max(0.0, at_[j] + step * excess_[j]);
  return true;
}

}  // namespace sprint::solver
