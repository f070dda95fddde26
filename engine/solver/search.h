#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <variant>
#include <vector>

#include "engine/solver/problem.h"

namespace sprint::solver {

// How far a search is, for another thread to look at; brought up to date now and then.
struct Watch {
  std::atomic<uint64_t> steps{0};
  std::atomic<double> best{std::numeric_limits<double>::infinity()};  // in base units
};

// Whichever ends first ends the search. It then tells the best it has and what is proven;
// only of `steps` is that the same on every machine.
struct Budget {
  uint64_t steps = 5'000'000;  // nodes of the search
  std::stop_token stop;
  double seconds = std::numeric_limits<double>::infinity();  // by the wall's clock
  Watch* watch = nullptr;                                    // or null
};

struct SearchOptions {
  Budget budget;
  // Constraints taken into account; empty: all. Structural rules always hold.
  std::vector<bool> active;
  // Stop at the first placement that holds.
  bool any = false;
  // Where things run now: tried first, and each part elsewhere costs `move` (EUR/s).
  std::optional<Placement> previous;
  double move = 0;
  // Components that stay where `previous` has them, whatever that costs; empty: none must.
  std::vector<bool> settled = {};
};

// `burden` is the objective with moves and missed preferences; nothing costs less than
// `bound`. Proven: bound and burden agree.
struct Solved {
  Placement placement;
  double burden = 0, bound = 0;
  double moves = 0;  // how much of burden is the price of moving
  bool proven = false;
  uint64_t steps = 0;
};
struct Infeasible {
  uint64_t steps = 0;
};
// Out of steps or time, or stopped, without any placement.
struct Exhausted {
  double bound = 0;
  uint64_t steps = 0;
};
using Outcome = std::variant<Solved, Infeasible, Exhausted>;

// Exact branch and bound, deterministic. With a `previous` that no longer holds, what stands
// is repaired first (repair.h), so that an answer is there early.
Outcome Search(const Problem& problem, const SearchOptions& options);

}  // namespace sprint::solver
