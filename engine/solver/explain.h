#pragma once

#include <optional>
#include <vector>

#include "engine/solver/search.h"

namespace sprint::solver {

// Required constraints, by index, that together hold nowhere. As far as the budget allows none
// of them can be left out: any of them taken away leaves the rest possible.
using Core = std::vector<uint32_t>;

// Per constraint the number of the line it is written on: what several copies of a component owe
// to one line is left out together and relaxed together, and goes by its first constraint. Empty:
// each has a line of its own.
using Lines = std::vector<uint32_t>;

struct Relaxation {
  uint32_t constraint = 0;
  // With it a placement exists, all others kept: the least change, if the budget allows.
  double bound = 0;
};

struct Explanation {
  // Cores that need no queueing formula first, then by position in the program.
  std::vector<Core> cores;
  bool complete = false;  // all there are
  std::vector<Relaxation> relaxations;
};

// For a problem the search called infeasible. An empty core: it is so without any
// constraint at all. `budget` is for all questions together; no core: it ended too early.
Explanation Explain(const Problem& problem, const Budget& budget, const Lines& lines = {});
// The same without relaxations.
Explanation FindCores(const Problem& problem, const Budget& budget);

}  // namespace sprint::solver
