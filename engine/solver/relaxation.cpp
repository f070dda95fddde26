#include "engine/solver/relaxation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();

}  // namespace

Relaxation::Relaxation(const Problem& problem, const Items& items) : items_(items) {
  std::vector<std::vector<uint32_t>> zones(problem.one_kind.size());
  for (uint32_t j = 0; j < problem.pools.size(); ++j) {
    const Pool& pool = problem.pools[j];
    capacity_.push_back((pool.per_core ? pool.cores : 1) * problem.ceiling);
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

double Relaxation::Cheapest(const Hardware& hardware, const std::vector<double>& prices,
                            uint32_t c) const {
  double best = Infinity;
  for (const auto& parts : items_[c]) {
    if (parts.empty()) continue;
    double sum = 0;
    for (const auto& options : parts) {
      double least = Infinity;
      for (const Item& item : options) {
        if (!hardware.usable[item.pool]) continue;
        least = std::min(least, item.fixed + prices[item.pool] * item.load);
      }
      sum += least;
      if (sum >= best) break;
    }
    best = std::min(best, sum);
  }
  return best;
}

double Relaxation::Once(const Hardware& hardware, const std::vector<double>& prices,
                        std::vector<double>& excess) {
  double total = 0;
  std::fill(load_.begin(), load_.end(), 0);
  std::vector<const Item*> chosen, best_chosen;
  for (const auto& variants : items_) {
    double best = Infinity;
    for (const auto& parts : variants) {
      if (parts.empty()) continue;
      double sum = 0;
      chosen.clear();
      for (const auto& options : parts) {
        double least = Infinity;
        const Item* item_of_least = nullptr;
        for (const Item& item : options) {
          if (!hardware.usable[item.pool]) continue;
          const double due = item.fixed + prices[item.pool] * item.load;
          if (due < least) {
            least = due;
            item_of_least = &item;
          }
        }
        sum += least;
        if (sum >= best) break;
        chosen.push_back(item_of_least);
      }
      if (sum < best) {
        best = sum;
        best_chosen = chosen;
      }
    }
    if (best == Infinity) return Infinity;
    total += best;
    for (const Item* item : best_chosen) load_[item->pool] += item->load;
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
  double length = 1;
  int stuck = 0;
  std::vector<double> at = prices, excess;
  for (int round = 0; round < rounds; ++round) {
    const double bound = Once(hardware, at, excess);
    if (bound == Infinity) return bound;
    for (size_t j = 0; j < load_.size(); ++j) {
      average_[j] = round == 0 ? load_[j] : 0.7 * average_[j] + 0.3 * load_[j];
    }
    if (bound > best + 1e-9 * std::fabs(best)) {
      stuck = 0;
    } else if (++stuck == 4) {
      length /= 2;
      stuck = 0;
    }
    if (bound > best) {
      best = bound;
      prices = at;
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
  return best;
}

}  // namespace sprint::solver
