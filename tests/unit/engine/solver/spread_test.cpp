#include <gtest/gtest.h>

#include <cmath>

#include "engine/solver/evaluate.h"
#include "engine/solver/explain.h"
#include "engine/solver/faults.h"
#include "engine/solver/search.h"
#include "engine/solver/violations.h"
#include "tests/unit/engine/solver/brute_force.h"
#include "tests/unit/engine/solver/problems.h"

// Components in several copies, which share their requests.
namespace sprint::solver {
namespace {

// Two components on a pool in each of three zones, the second in two copies.
Problem TwoCopies() {
  Problem problem;
  for (uint32_t z = 0; z < 3; ++z) {
    problem.pools.push_back({.zone = z, .max = 2, .price = 1.0 + z, .memory = 4});
    problem.pools.back().availability = 0.9;
    problem.one_kind.push_back(false);
  }
  problem.zone_availability = {0.99, 0.98, 0.97};
  const std::vector<Route> way{{0.01, 0}};
  problem.routes.assign(3, std::vector<std::vector<Route>>(3, way));
  const auto component = [](double rate) {
    Part part{.rate = rate, .memory = 1, .options = {{0, 0.1, {}}, {1, 0.1, {}}, {2, 0.1, {}}}};
    return Component{rate, {{std::nullopt, {part}}}};
  };
  problem.components = {component(2), component(2)};
  problem.flows = {{0, 1}};
  Constraint up;
  up.metric = Metric::Availability;
  up.path = {0, 1};
  up.at_most = false;
  problem.constraints = {up};
  return Spread(problem, 1, 2);
}

TEST(Spread, EachCopyServesItsShareAndAreApart) {
  const Problem problem = TwoCopies();
  ASSERT_TRUE(Faults(problem).empty());
  const Outcome outcome = Search(problem, {});
  const auto& solved = std::get<Solved>(outcome);
  EXPECT_TRUE(solved.proven);
  // The cheapest pool for the first, and both of the cheapest zones for the copies.
  EXPECT_EQ(solved.burden, 3);
  EXPECT_EQ(solved.placement.pool, (std::vector<std::vector<uint32_t>>{{0}, {0}, {1}}));
  const Evaluation evaluation = Evaluate(problem, solved.placement);
  EXPECT_NEAR(evaluation.load[0], 0.2 + 0.1, 1e-12);
  EXPECT_NEAR(evaluation.load[1], 0.1, 1e-12);
  Placement together = solved.placement;
  together.pool[2] = {0};
  together.count = {1, 0, 0};
  EXPECT_FALSE(Violations(problem, together, 1).empty());
}

TEST(Spread, OneCopyThatIsUpIsEnough) {
  const Problem problem = TwoCopies();
  const auto available = [&](uint32_t first, uint32_t copy, uint32_t other) {
    Placement placement{{0, 0, 0}, {{first}, {copy}, {other}}, {0, 0, 0}};
    for (const auto& pools : placement.pool) placement.count[pools[0]] = 1;
    const double up = Evaluate(problem, placement).value[0];
    // As the independent check has it.
    Problem strict = problem;
    const double burden = Evaluate(problem, placement).burden;
    strict.constraints[0].bound = up * (1 - 1e-6);
    EXPECT_TRUE(Violations(strict, placement, burden).empty());
    strict.constraints[0].bound = up * (1 + 1e-6);
    EXPECT_FALSE(Violations(strict, placement, burden).empty());
    return up;
  };
  const double a = 0.9 * 0.99, b = 0.9 * 0.98, c = 0.9 * 0.97;
  EXPECT_NEAR(available(0, 1, 2), a * (1 - (1 - b) * (1 - c)), 1e-12);
  // Where the first is, its copy is up as well: the other one changes nothing.
  EXPECT_NEAR(available(0, 0, 1), a, 1e-12);
}

TEST(Spread, WhatNeedsMoreZonesThanThereAreIsSaid) {
  Problem problem = Spread(TwoCopies(), 0, 2);
  for (Component& component : problem.components) {
    for (Part& part : component.variants[0].parts) part.options.resize(1);
  }
  const Outcome outcome = Search(problem, {});
  EXPECT_TRUE(std::holds_alternative<Infeasible>(outcome));
  const Explanation found = Explain(problem, {});
  ASSERT_FALSE(found.cores.empty());
  for (const Core& core : found.cores) {
    ASSERT_EQ(core.size(), 1U);
    EXPECT_EQ(problem.constraints[core[0]].metric, Metric::Apart);
  }
}

TEST(Spread, AgreesWithTryingEverythingOnSmallProblems) {
  int possible = 0, impossible = 0;
  // A copy more takes trying everything several times as long.
  for (uint32_t seed = 0; seed < Seeds(200) * 3 / 4; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = Random(seed);
    if (problem.components.size() > 2) continue;
    problem = Spread(std::move(problem), seed % problem.components.size(), 2);
    ASSERT_TRUE(Faults(problem).empty());
    ++(ExpectTheSameAsTryingEverything(problem) ? possible : impossible);
  }
  EXPECT_GT(possible, 10);
  EXPECT_GT(impossible, 20);
}

// Copies are a restriction: with them nothing gets cheaper but by serving less each.
TEST(Spread, WithoutTheRuleItIsNeverDearer) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = Spread(Random(seed), 0, 2);
    SearchOptions options;
    const Outcome apart = Search(problem, options);
    options.active.assign(problem.constraints.size(), true);
    options.active.back() = false;
    const Outcome free = Search(problem, options);
    const auto* dear = std::get_if<Solved>(&apart);
    if (!dear) continue;
    ASSERT_TRUE(std::holds_alternative<Solved>(free));
    EXPECT_LE(std::get<Solved>(free).burden, dear->burden * (1 + 1e-9));
  }
}

}  // namespace
}  // namespace sprint::solver
