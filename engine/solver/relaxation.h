#pragma once

#include <cstdint>
#include <vector>

#include "engine/solver/problem.h"
#include "engine/solver/staircase.h"

namespace sprint::solver {

// A part on a pool, as far as a bound sees it.
struct Item {
  uint32_t pool = 0;
  double load = 0;   // busy seconds per second it brings to the pool
  double fixed = 0;  // objective of its executions, fees and moves, whatever the counts
  double cost = 0;   // EUR/s of its executions and fees
  double memory = 0, gpu_memory = 0;
  bool cloud = false;
  uint32_t option = 0;  // which of the part's
};
// [component][variant][part]; a variant that may not be chosen has no parts at all.
using Items = std::vector<std::vector<std::vector<std::vector<Item>>>>;

// A set of hardware choices. A pool that may not be used stays at its idle count.
struct Hardware {
  std::vector<char> usable;
  std::vector<uint32_t> low, high;  // counts of usable pools
};

// Lower bounds by Lagrangian relaxation: capacity of nodes is not demanded but charged
// for, at a price per busy second. Then each pool decides alone, and so does each part,
// but for the ban on returns from the cloud, which a minimum cut observes exactly.
// Whatever the prices, no placement within the hardware is cheaper.
class Relaxation {
 public:
  Relaxation(const Problem& problem, const Items& items);

  // The best bound within `rounds` rounds of price adjustment (subgradient steps of
  // Polyak's length towards `enough`); stops once the bound reaches it. `prices` are
  // the start and become those of the best bound.
  double Bound(const Hardware& hardware, std::vector<double>& prices, int rounds, double enough);

  // The bound at these prices.
  double At(const Hardware& hardware, const std::vector<double>& prices) {
    std::vector<double> excess;
    return Once(hardware, prices, excess);
  }

  // Objective that component c pays at `prices` on each step, the others disregarded.
  // Where requests may return only the first counts.
  StepCosts Costs(const Hardware& hardware, const std::vector<double>& prices, uint32_t c) const;
  // Load on each pool that the rounds of the last Bound settled around.
  const std::vector<double>& load() const { return average_; }

  // Busy seconds per second that one instance may carry.
  double capacity(uint32_t pool) const { return capacity_[pool]; }
  double burden(uint32_t pool) const { return burden_[pool]; }
  bool function(uint32_t pool) const { return function_[pool] != 0; }
  // Instances that exist, and cost, without being used.
  uint32_t idle(uint32_t pool) const { return idle_[pool]; }
  // Pools of which one at most may be used; all other node pools are groups of one.
  const std::vector<std::vector<uint32_t>>& groups() const { return groups_; }

 private:
  double Once(const Hardware& hardware, const std::vector<double>& prices,
              std::vector<double>& excess);
  void Charge(const Hardware& hardware, const std::vector<double>& prices, uint32_t c, Step step);

  // The cheapest usable item of a part, among those at the edge (0) or in the cloud (1).
  struct Pair {
    double due[2];
    const Item* item[2];
  };
  Pair Least(const Hardware& hardware, const std::vector<double>& prices,
             const std::vector<Item>& options) const;

  const Items& items_;
  bool one_way_;
  Staircase staircase_;
  std::vector<StepCosts> costs_;
  std::vector<Step> steps_;
  std::vector<double> capacity_, burden_, average_, load_;
  std::vector<char> function_;
  std::vector<uint32_t> idle_;
  std::vector<std::vector<uint32_t>> groups_;
};

}  // namespace sprint::solver
