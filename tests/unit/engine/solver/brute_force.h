#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "engine/solver/evaluate.h"
#include "engine/solver/search.h"
#include "engine/solver/violations.h"

namespace sprint::solver {

// Shows `visit` every way to choose variants, pools and counts, whether it holds or not.
template <typename Visit>
void ForEachPlacement(const Problem& problem, Visit visit) {
  Placement at;
  at.variant.resize(problem.components.size());
  at.pool.resize(problem.components.size());
  at.count.assign(problem.pools.size(), 0);
  const auto counts = [&](auto& self, size_t j) -> void {
    if (j == problem.pools.size()) return visit(at);
    if (problem.pools[j].form == Form::Functions) return self(self, j + 1);
    // Counts above the least of a pool that nobody uses only cost.
    bool used = false;
    for (const auto& pools : at.pool) used = used || std::count(pools.begin(), pools.end(), j) > 0;
    const uint32_t least = problem.pools[j].form == Form::Machines ? problem.pools[j].min : 0;
    const uint32_t most = used ? problem.pools[j].max : least;
    for (at.count[j] = least; at.count[j] <= most; ++at.count[j]) self(self, j + 1);
    at.count[j] = 0;
  };
  const auto parts = [&](auto& self, size_t c, size_t p) -> void {
    if (c == problem.components.size()) return counts(counts, 0);
    const auto& variants = problem.components[c].variants;
    if (p == 0) {
      for (uint32_t v = 0; v < variants.size(); ++v) {
        at.variant[c] = v;
        at.pool[c].assign(variants[v].parts.size(), 0);
        for (const Option& option : variants[v].parts[0].options) {
          at.pool[c][0] = option.pool;
          self(self, c, 1);
        }
      }
      return;
    }
    // The variant may have been left by a deeper level: its own size tells.
    if (p == at.pool[c].size()) {
      const auto variant = at.variant;
      const auto pool = at.pool;
      self(self, c + 1, 0);
      at.variant = variant;
      at.pool = pool;
      return;
    }
    for (const Option& option : variants[at.variant[c]].parts[p].options) {
      at.pool[c][p] = option.pool;
      self(self, c, p + 1);
    }
  };
  parts(parts, 0, 0);
}

// The least objective over everything there is, by trying everything there is.
inline double BruteForce(const Problem& problem, const Placement* previous = nullptr,
                         double move = 0) {
  double best = INFINITY;
  ForEachPlacement(problem, [&](const Placement& at) {
    const Evaluation evaluation = Evaluate(problem, at);
    const double burden = evaluation.burden;
    double moves = 0;
    for (size_t c = 0; previous && c < at.pool.size(); ++c) {
      for (size_t p = 0; p < at.pool[c].size(); ++p) {
        const bool same =
            at.variant[c] == previous->variant[c] && at.pool[c][p] == previous->pool[c][p];
        if (!same) moves += move;
      }
    }
    if (burden + moves >= best) return;
    for (size_t i = 0; i < problem.constraints.size(); ++i) {
      if (!evaluation.met[i] && !problem.constraints[i].weight) return;
    }
    if (Violations(problem, at, burden).empty()) best = burden + moves;
  });
  return best;
}

// Expects that the search proves what trying everything comes to. False: nothing holds.
inline bool ExpectTheSameAsTryingEverything(const Problem& problem) {
  const double best = BruteForce(problem);
  const Outcome outcome = Search(problem, {});
  if (std::isinf(best)) {
    EXPECT_TRUE(std::holds_alternative<Infeasible>(outcome));
    return false;
  }
  const auto* solved = std::get_if<Solved>(&outcome);
  EXPECT_NE(solved, nullptr);
  if (!solved) return true;
  EXPECT_TRUE(solved->proven);
  EXPECT_NEAR(solved->burden, best, 1e-9 * best);
  EXPECT_TRUE(Violations(problem, solved->placement, solved->burden).empty());
  return true;
}

}  // namespace sprint::solver
