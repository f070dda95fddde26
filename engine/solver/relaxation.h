#pragma once

#include <cstdint>
#include <vector>

#include "engine/solver/cheapest.h"
#include "engine/solver/items.h"
#include "engine/solver/problem.h"
#include "engine/solver/staircase.h"

namespace sprint::solver {

// A set of hardware choices. A pool that may not be used stays at its idle count; functions may
// always be.
struct Hardware {
  std::vector<char> usable;
  std::vector<uint32_t> low, high;  // counts of usable pools
  // Steps each component may take, a bit each; empty: any. Where requests may return from the
  // cloud there is nothing to choose.
  std::vector<uint8_t> steps = {};
};

// Lower bounds by Lagrangian relaxation: capacity of nodes is not demanded but charged
// for, at a price per busy second. Then each pool decides alone, and so does each part,
// but for the ban on returns from the cloud, which a minimum cut observes exactly.
// Whatever the prices, no placement within the hardware is cheaper.
class Relaxation {
 public:
  Relaxation(const Problem& problem, const Items& items);
  // After the items have changed.
  void Reread() { cheapest_.Reread(); }

  // The best bound within `rounds` rounds of price adjustment (subgradient steps of
  // Polyak's length towards `enough`); stops once the bound reaches it. `prices` are
  // the start and become those of the best bound.
  double Bound(const Hardware& hardware, std::vector<double>& prices, int rounds, double enough);

  // The bound at these prices.
  double At(const Hardware& hardware, const std::vector<double>& prices) {
    cheapest_.Enter(hardware.usable);
    return Once(hardware, prices);
  }

  // Objective that component c pays at `prices` on each step, the others disregarded.
  // Where requests may return only the first counts.
  StepCosts Costs(const Hardware& hardware, const std::vector<double>& prices, uint32_t c) {
    cheapest_.Enter(hardware.usable);
    return Allowed(hardware, prices, c);
  }
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
  StepCosts Allowed(const Hardware& hardware, const std::vector<double>& prices, uint32_t c);
  double Once(const Hardware& hardware, const std::vector<double>& prices);
  bool Move(const Hardware& hardware, double length, double bound, double enough);

  bool one_way_;
  Staircase staircase_;
  std::vector<StepCosts> costs_;
  std::vector<Step> steps_;
  std::vector<double> capacity_, burden_, average_;
  std::vector<double> load_, excess_;  // of the last Once
  std::vector<double> at_, best_;      // prices of Bound: where it is, and of the best so far
  std::vector<char> function_;
  std::vector<uint32_t> idle_;
  std::vector<std::vector<uint32_t>> groups_;
  Cheapest cheapest_;
};

}  // namespace sprint::solver
