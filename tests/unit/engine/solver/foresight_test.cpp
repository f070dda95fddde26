#include "engine/solver/foresight.h"

#include <gtest/gtest.h>

#include "engine/solver/choices.h"
#include "tests/unit/engine/solver/problems.h"

namespace sprint::solver {
namespace {

using Numbers = std::vector<uint32_t>;

// Two nodes, each used up to 0.9, and parts of one request/s that may be on either.
struct Setting {
  explicit Setting(std::vector<std::vector<double>> demands, std::vector<Constraint> rules = {}) {
    problem.pools = {{.max = 1, .price = 1, .memory = GiB}, {.max = 1, .price = 1, .memory = GiB}};
    problem.one_kind = {false};
    problem.routes = {{{}}};
    problem.constraints = std::move(rules);
    for (const auto& row : demands) {
      Part part;
      part.rate = 1;
      // 0: cannot be there.
      for (uint32_t j = 0; j < 2; ++j) {
        if (row[j] > 0) part.options.push_back({j, row[j], {}});
      }
      problem.components.push_back({1, {{std::nullopt, {part}}}});
    }
  }
  // What is left of each when the first `placed` are where they can be first.
  std::vector<Numbers> Left(uint32_t placed, bool& possible) {
    const SearchOptions options;
    const Domains domains(problem, options);
    const Items items = domains.MakeItems();
    Partial partial(problem, domains);
    Progress progress;
    Choices find(problem, items, partial, progress);
    Foresight foresight(problem, domains, partial);
    partial.Begin({1, 1});
    std::vector<std::vector<Choice>> choices(items.size());
    std::vector<Numbers> alive(items.size());
    Numbers all;
    for (uint32_t c = 0; c < items.size(); ++c) {
      find.Find(c, {{1, 1}, {1, 1}, {1, 1}}, {0, 0}, {1, 1, 1}, choices[c]);
      for (uint32_t k = 0; k < choices[c].size(); ++k) alive[c].push_back(k);
      all.push_back(c);
    }
    for (uint32_t c = 0; c < placed; ++c) partial.Put(c, choices[c][0]);
    possible = foresight.Narrow(all, choices, alive);
    std::vector<Numbers> pools(items.size());
    for (uint32_t c = placed; c < items.size() && possible; ++c) {
      for (uint32_t k : alive[c]) pools[c].push_back(choices[c][k].items[0]->pool);
    }
    return pools;
  }
  Problem problem;
};

TEST(Foresight, WhatHasToBeSomewhereLeavesLessRoom) {
  bool possible = false;
  // 0.3 is there and 0.4 will be: 0.3 more is too much, 0.1 is not.
  Setting setting({{0.3, 0}, {0.4, 0}, {0.3, 0.3}, {0.1, 0.1}});
  const auto left = setting.Left(1, possible);
  EXPECT_TRUE(possible);
  EXPECT_EQ(left[1], Numbers{0});
  EXPECT_EQ(left[2], Numbers{1});
  EXPECT_EQ(left[3], (Numbers{0, 1}));

  Setting({{0.3, 0}, {0.4, 0}, {0.3, 0}}).Left(0, possible);
  EXPECT_FALSE(possible);
}

TEST(Foresight, WhatHasToBeThereTakesItsTime) {
  bool possible = false;
  // Among 0.7 the first takes 0.3 / 0.3 s.
  Setting({{0.3, 0}, {0.4, 0}}, {Mean({0}, 1.01)}).Left(1, possible);
  EXPECT_TRUE(possible);
  Setting({{0.3, 0}, {0.4, 0}}, {Mean({0}, 0.99)}).Left(1, possible);
  EXPECT_FALSE(possible);
}

TEST(Foresight, AWayThatIsTooSlowForWhatIsSureOfTheRestIsNone) {
  bool possible = false;
  // Each on its own 0.4 / 0.6 s and 0.3 / 0.7 s, together 0.7 / 0.3 s.
  Setting setting({{0.4, 0}, {0.3, 0.3}}, {Mean({0, 1}, 1.2)});
  setting.problem.flows = {{0, 1}};
  const auto left = setting.Left(1, possible);
  EXPECT_TRUE(possible);
  EXPECT_EQ(left[1], Numbers{1});
}

}  // namespace
}  // namespace sprint::solver
