#include "engine/solver/repair.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/solver/evaluate.h"
#include "engine/solver/violations.h"
#include "tests/unit/engine/solver/problems.h"

// After something was lost: what runs goes on, what lost its place has another.
namespace sprint::solver {
namespace {

// Without one instance of pool j, or without the functions of pool j.
Problem Without(Problem problem, uint32_t j) {
  Pool& pool = problem.pools[j];
  if (pool.form == Form::Functions) {
    for (Component& component : problem.components) {
      for (Variant& variant : component.variants) {
        for (Part& part : variant.parts) {
          std::erase_if(part.options, [&](const Option& option) { return option.pool == j; });
        }
      }
    }
    return problem;
  }
  --pool.max;
  pool.min = std::min(pool.min, pool.max);
  return problem;
}

bool On(const Placement& placement, uint32_t c, uint32_t j) {
  return std::count(placement.pool[c].begin(), placement.pool[c].end(), j) > 0;
}

// Each seed's cheapest placement, and each pool in use that it loses an instance of.
template <typename Visit>
void ForEachLoss(uint32_t seeds, Visit visit) {
  for (uint32_t seed = 0; seed < seeds; ++seed) {
    const Problem problem = Random(seed);
    const Outcome outcome = Search(problem, {});
    const auto* solved = std::get_if<Solved>(&outcome);
    if (!solved) continue;
    for (uint32_t j = 0; j < problem.pools.size(); ++j) {
      bool used = false;
      for (uint32_t c = 0; c < problem.components.size(); ++c) {
        used = used || On(solved->placement, c, j);
      }
      if (!used) continue;
      SCOPED_TRACE("seed " + std::to_string(seed) + ", pool " + std::to_string(j));
      visit(Without(problem, j), solved->placement, j);
    }
  }
}

TEST(Repair, HoldsAndIsNeverBelowTheLeastAndGivesUpOnlyWhereNothingHolds) {
  int repaired = 0, impossible = 0;
  ForEachLoss(150, [&](const Problem& less, const Placement& before, uint32_t) {
    SearchOptions options;
    options.previous = before;
    options.move = 0.01;
    const Outcome best = Search(less, options);
    options.any = true;
    const Outcome first = Search(less, options);
    ASSERT_EQ(first.index(), best.index());
    if (std::holds_alternative<Infeasible>(best)) {
      EXPECT_FALSE(Repair(less, options));
      ++impossible;
      return;
    }
    const auto& least = std::get<Solved>(best);
    const auto& found = std::get<Solved>(first);
    EXPECT_EQ(Violations(less, found.placement, found.burden - found.moves),
              std::vector<std::string>());
    ASSERT_TRUE(least.proven);
    EXPECT_GE(found.burden, least.burden * (1 - 1e-9));
    EXPECT_LE(found.bound, least.burden * (1 + 1e-9));
    ++repaired;
  });
  EXPECT_GT(repaired, 50);
  EXPECT_GT(impossible, 20);
}

// Everybody who was not on the lost pool is where they were, if they can be.
TEST(Repair, MovesOnlyWhatLostItsPlaceWhereThatIsEnough) {
  int enough = 0;
  ForEachLoss(150, [&](const Problem& less, const Placement& before, uint32_t lost) {
    Problem pinned = less;
    for (uint32_t c = 0; c < before.pool.size(); ++c) {
      if (On(before, c, lost)) continue;
      Component& component = pinned.components[c];
      component.variants = {component.variants[before.variant[c]]};
      for (size_t p = 0; p < before.pool[c].size(); ++p) {
        std::erase_if(component.variants[0].parts[p].options,
                      [&](const Option& option) { return option.pool != before.pool[c][p]; });
      }
    }
    const Outcome outcome = Search(pinned, {});
    SearchOptions options;
    options.previous = before;
    options.move = 1000;
    const auto found = Repair(less, options);
    if (!std::holds_alternative<Solved>(outcome)) return;
    ASSERT_TRUE(found);
    ++enough;
    for (uint32_t c = 0; c < before.pool.size(); ++c) {
      if (On(before, c, lost)) continue;
      EXPECT_EQ(found->variant[c], before.variant[c]);
      EXPECT_EQ(found->pool[c], before.pool[c]);
    }
  });
  EXPECT_GT(enough, 50);
}

// Fewer instances, more requests, tighter bounds: what holds goes on as it is, and whatever else
// comes back holds.
TEST(Repair, WhatComesBackHoldsWhateverHasChanged) {
  int kept = 0, changed = 0;
  for (uint32_t seed = 0; seed < Seeds(200); ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = Random(seed);
    const Outcome outcome = Search(problem, {});
    const auto* solved = std::get_if<Solved>(&outcome);
    if (!solved) continue;
    std::vector<Problem> later(3, problem);
    for (Pool& pool : later[0].pools) {
      pool.max -= pool.max > 1 ? 1 : 0;
      pool.min = std::min(pool.min, pool.max);
    }
    for (Component& component : later[1].components) {
      component.rate *= 1.6;
      for (Variant& variant : component.variants) {
        for (Part& part : variant.parts) part.rate *= 1.6;
      }
    }
    for (Constraint& rule : later[2].constraints) rule.bound *= rule.at_most ? 0.7 : 1.05;
    for (const Problem& now : later) {
      const auto broken = [&](const Placement& placement) {
        return Violations(now, placement, Evaluate(now, placement).burden);
      };
      SearchOptions options;
      options.previous = solved->placement;
      const auto found = Repair(now, options);
      if (broken(solved->placement).empty()) {
        ++kept;
        EXPECT_EQ(found, solved->placement);
      } else if (found) {
        ++changed;
        EXPECT_EQ(broken(*found), std::vector<std::string>());
      }
    }
  }
  EXPECT_GT(kept, 50);
  EXPECT_GT(changed, 30);
}

TEST(Repair, WhatHoldsStays) {
  const Problem problem = MaskDetection();
  const auto solved = std::get<Solved>(Search(problem, {}));
  SearchOptions options;
  options.previous = solved.placement;
  EXPECT_EQ(Repair(problem, options), solved.placement);
}

TEST(Repair, OthersMakeRoomWhereItTakesThat) {
  // A board is left for two; the larger one fits nowhere but where the smaller one is.
  Problem problem;
  problem.pools = {{.max = 1, .price = 1, .memory = 4},
                   {.max = 1, .price = 1, .memory = 4},
                   {.max = 1, .price = 5, .memory = 2}};
  problem.one_kind = {false};
  problem.routes = {{{}}};
  const auto component = [](double memory) {
    Part part{.rate = 1, .memory = memory, .options = {{0, 0.1, {}}, {1, 0.1, {}}, {2, 0.1, {}}}};
    return Component{1, {{std::nullopt, {part}}}};
  };
  problem.components = {component(2), component(3)};
  SearchOptions options;
  options.previous = Placement{{0, 0}, {{0}, {1}}, {1, 1, 0}};
  problem.pools[1].max = 0;
  const auto found = Repair(problem, options);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->pool, (std::vector<std::vector<uint32_t>>{{2}, {0}}));
}

TEST(Repair, TheSameLossIsRepairedTheSameWay) {
  const Problem problem = CutNetworks(3, 6);
  const auto solved = std::get<Solved>(Search(problem, {}));
  for (uint32_t j = 0; j < problem.pools.size(); ++j) {
    if (solved.placement.count[j] == 0) continue;
    const Problem less = Without(problem, j);
    SearchOptions options;
    options.previous = solved.placement;
    const auto first = Repair(less, options);
    EXPECT_EQ(first, Repair(less, options));
  }
}

}  // namespace
}  // namespace sprint::solver
