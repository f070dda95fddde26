#pragma once

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

#include "engine/solver/search.h"

namespace sprint::solver {

// What the levels of a search share: the best placement so far, the limits beyond which
// nothing is looked at, and the budget.
struct Progress {
  static constexpr double InTime = 0.98;  // of the seconds, when the search begins to end

  Budget budget;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  bool any = false;  // the first placement ends the search

  std::optional<Placement> best;
  double burden = std::numeric_limits<double>::infinity();  // of `best`
  // Only placements below are looked for, missed preferences included; and excluded.
  double limit = std::numeric_limits<double>::infinity();
  double cap = std::numeric_limits<double>::infinity();
  // The least bound of what was left aside when the budget ended.
  double open = std::numeric_limits<double>::infinity();
  uint64_t steps = 0;
  uint64_t slice = ~uint64_t{0};  // the step at which a part of the search ends early
  bool stopped = false;           // by its slice or the budget

  double Cutoff() const { return best ? std::min(limit, burden * (1 - 1e-12) - 1e-18) : limit; }
  bool Hopeless(double bound) const { return bound >= Cutoff() || bound >= cap; }
  bool Done() const { return stopped || (any && best); }
  // Counts one step.
  bool Stop() {
    ++steps;
    if (budget.watch && (steps & 63) == 0) {
      budget.watch->steps.store(steps, std::memory_order_relaxed);
      budget.watch->best.store(burden, std::memory_order_relaxed);
    }
    if (steps > std::min(budget.steps, slice) || ((steps & 7) == 0 && Late())) stopped = true;
    return Done();
  }
  // The next so many steps, the budget permitting. False: it has ended.
  bool Begin(uint64_t length) {
    if (steps >= budget.steps || Late()) {
      stopped = true;
      return false;
    }
    slice = steps + std::min(length, ~uint64_t{0} - steps);
    stopped = false;
    open = std::numeric_limits<double>::infinity();
    return true;
  }
  // For loops that are long but count no steps. What is under way ends before time is up.
  bool Late() const {
    return budget.stop.stop_requested() ||
           (budget.seconds < std::numeric_limits<double>::infinity() &&
            Seconds() > InTime * budget.seconds);
  }
  // Until it is late.
  double Left() const { return InTime * budget.seconds - Seconds(); }
  // The slice is used up, or nearly the time.
  bool Over() const { return steps >= std::min(budget.steps, slice) || Late(); }
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  }
  void LeaveOpen(double bound) {
    if (stopped) open = std::min(open, bound);
  }
};

}  // namespace sprint::solver
