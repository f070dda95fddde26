#include "engine/solver/relaxation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();

std::vector<std::array<uint32_t, 2>> Pairs(const Problem& problem) {
  std::vector<std::array<uint32_t, 2>> pairs;
  for (const Flow& flow : problem.flows) pairs.push_back({flow.from, flow.to});
  return pairs;
}

}  // namespace

Relaxation::Relaxation(const Problem& problem, const Items& items)
    : items_(items),
      one_way_(problem.one_way),
      staircase_(static_cast<uint32_t>(problem.components.size()), Pairs(problem)),
      costs_(problem.components.size()) {
  std::vector<std::vector<uint32_t>> zones(problem.one_kind.size());
  for (uint32_t j = 0; j < problem.pools.size(); ++j) {
    const Pool& pool = problem.pools[j];
    capacity_.push_back(Capacity(problem, pool));
    burden_.push_back(Burden(problem, pool));
    function_.push_back(pool.form == Form::Functions);
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

Relaxation::Pair Relaxation::Least(const Hardware& hardware, const std::vector<double>& prices,
                                   const std::vector<Item>& options) const {
  Pair least{{Infinity, Infinity}, {nullptr, nullptr}};
  for (const Item& item : options) {
    if (!hardware.usable[item.pool]) continue;
    const double due = item.fixed + prices[item.pool] * item.load;
    const int side = one_way_ && item.cloud ? 1 : 0;
    if (due < least.due[side]) {
      least.due[side] = due;
      least.item[side] = &item;
    }
  }
  return least;
}

StepCosts Relaxation::Costs(const Hardware& hardware, const std::vector<double>& prices,
                            uint32_t c) const {
  StepCosts best{Infinity, Infinity, Infinity};
  for (const auto& parts : items_[c]) {
    if (parts.empty()) continue;
    // The chain so far: all at the edge, gone over to the cloud, in the cloud at once.
    double edge = 0, mixed = Infinity, cloud = 0;
    for (size_t p = 0; p < parts.size(); ++p) {
      const Pair least = Least(hardware, prices, parts[p]);
      mixed = std::min(mixed, p > 0 ? edge : Infinity) + least.due[1];
      edge += least.due[0];
      cloud += least.due[1];
    }
    best[Edge] = std::min(best[Edge], edge);
    best[Mixed] = std::min(best[Mixed], mixed);
    best[Cloud] = std::min(best[Cloud], cloud);
  }
  if (!one_way_) return {best[Edge], Infinity, Infinity};
  return best;
}

// Adds the load of component c's cheapest way to take `step`.
void Relaxation::Charge(const Hardware& hardware, const std::vector<double>& prices, uint32_t c,
                        Step step) {
  double best = Infinity;
  std::vector<const Item*> best_items, items;
  std::vector<Pair> pairs;
  for (const auto& parts : items_[c]) {
    if (parts.empty()) continue;
    pairs.clear();
    for (const auto& options : parts) pairs.push_back(Least(hardware, prices, options));
    // The first `split` parts at the edge, the others in the cloud.
    const size_t n = parts.size();
    const size_t from = step == Edge ? n : step == Cloud ? 0 : 1;
    const size_t to = step == Edge ? n : step == Cloud ? 0 : n - 1;
    for (size_t split = from; split <= to; ++split) {
      double sum = 0;
      items.clear();
      for (size_t p = 0; p < n; ++p) {
        const int side = p < split ? 0 : 1;
        sum += pairs[p].due[side];
        items.push_back(pairs[p].item[side]);
      }
      if (sum < best) {
        best = sum;
        best_items = items;
      }
    }
  }
  for (const Item* item : best_items) load_[item->pool] += item->load;
}

double Relaxation::Once(const Hardware& hardware, const std::vector<double>& prices,
                        std::vector<double>& excess) {
  double total = 0;
  for (uint32_t c = 0; c < costs_.size(); ++c) {
    costs_[c] = Costs(hardware, prices, c);
    if (!one_way_) total += costs_[c][Edge];
  }
  if (one_way_) total = staircase_.Solve(costs_, steps_);
  if (total == Infinity) return Infinity;
  std::fill(load_.begin(), load_.end(), 0);
  for (uint32_t c = 0; c < costs_.size(); ++c) {
    Charge(hardware, prices, c, one_way_ ? steps_[c] : Edge);
  }
  excess = load_;
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
    excess[used] -= capacity_[used] * (each >= 0 ? hardware.low[used] : hardware.high[used]);
  }
  return total;
}

double Relaxation::Bound(const Hardware& hardware, std::vector<double>& prices, int rounds,
                         double enough) {
  double best = -Infinity;
  double length = 1, last = -Infinity;
  int stuck = 0;
  std::vector<double> at = prices, excess;
  // Without prices the instances that must be there count in full; small steps from
  // elsewhere rarely lead here.
  best = Once(hardware, std::vector<double>(prices.size(), 0), excess);
  if (best == Infinity) return best;
  std::vector<double> best_prices(prices.size(), 0);
  for (int round = 0; round < rounds; ++round) {
    const double bound = Once(hardware, at, excess);
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
      best_prices = at;
    }
    if (best >= enough || length < 1e-3) break;
    double norm = 0;
    for (size_t j = 0; j < at.size(); ++j) {
      // A price at 0 that would fall further does not move.
      if (function_[j] || !hardware.usable[j] || (at[j] <= 0 && excess[j] < 0)) excess[j] = 0;
      norm += excess[j] * excess[j];
    }
    if (norm <= 0) break;
    const double target = std::isfinite(enough) ? enough : bound + 0.05 * std::fabs(bound);
    const double step = length * std::max(target - bound, 1e-6 * std::fabs(bound)) / norm;
    for (size_t j = 0; j < at.size(); ++j) at[j] = std::max(0.0, at[j] + step * excess[j]);
  }
  prices = best_prices;
  return best;
}

}  // namespace sprint::solver
