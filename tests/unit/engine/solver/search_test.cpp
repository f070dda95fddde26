#include "engine/solver/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/solver/domains.h"
#include "engine/solver/evaluate.h"
#include "engine/solver/violations.h"
#include "tests/unit/engine/solver/brute_force.h"
#include "tests/unit/engine/solver/problems.h"

namespace sprint::solver {
namespace {

Solved MustSolve(const Problem& problem, const SearchOptions& options = {}) {
  const Outcome outcome = Search(problem, options);
  const auto* solved = std::get_if<Solved>(&outcome);
  EXPECT_NE(solved, nullptr);
  return solved ? *solved : Solved{};
}

TEST(Search, PlacesMaskDetectionAtTheCheapestAndProvesIt) {
  const Problem problem = MaskDetection();
  const Solved solved = MustSolve(problem);
  EXPECT_TRUE(solved.proven);
  EXPECT_NEAR(solved.burden * Hour, 0.122, 1e-9);
  EXPECT_EQ(solved.placement.variant[Detect], Tiny);
  EXPECT_EQ(solved.placement.pool[Blur][0], Rpi);
  EXPECT_EQ(solved.placement.pool[Detect][0], Large);
  EXPECT_EQ(solved.placement.count, (std::vector<uint32_t>{1, 1, 0}));
  EXPECT_TRUE(Violations(problem, solved.placement, solved.burden).empty());

  const Evaluation evaluation = Evaluate(problem, solved.placement);
  EXPECT_NEAR(evaluation.response[Blur][0], 0.28125, 1e-9);
  EXPECT_NEAR(evaluation.response[Detect][0], 0.0882353, 1e-6);
  // Stages 0.36949 s, variance 0.11379 + 0.00904; shape 1.111; network 12 ms + 19.66 ms.
  EXPECT_NEAR(evaluation.value[EndToEnd], 1.096, 0.01);
}

TEST(Search, HigherAccuracyTakesTheCutNetworkAndASecondBoard) {
  Problem problem = MaskDetection();
  problem.constraints.push_back(AtLeastAccuracy(Detect, 0.92));
  const Solved solved = MustSolve(problem);
  EXPECT_TRUE(solved.proven);
  EXPECT_TRUE(Violations(problem, solved.placement, solved.burden).empty());
  EXPECT_NE(solved.placement.variant[Detect], Tiny);
  EXPECT_NEAR(solved.burden, BruteForce(problem), 1e-12);
}

TEST(Search, APercentileOfRareColdStartsFallsAsMoreIsAdded) {
  // Gamma: 1 s with variance 10 s^2 has its p95 at 5.6 s; with 0.01 s and 20 s^2 more, at 3.6 s.
  Problem problem;
  problem.pools = {{.form = Form::Functions, .price = 1, .memory = GiB}};
  problem.one_kind = {false};
  problem.routes = {{{}}};
  const auto on = [](double mean, double variance) {
    return Part{.rate = 0.01, .options = {{.demand = mean, .response = {mean, variance}}}};
  };
  problem.components = {{0.01, {{std::nullopt, {on(0.01, 20)}}}},
                        {0.01, {{std::nullopt, {on(1, 10)}}}}};
  problem.flows = {{0, 1}};
  problem.constraints = {Mean({0, 1}, 4.5)};
  problem.constraints[0].percentile = 0.95;
  EXPECT_TRUE(std::isfinite(BruteForce(problem)));
  EXPECT_TRUE(MustSolve(problem).proven);
  // So nothing may be cut off for what only a part of the path comes to.
  EXPECT_FALSE(Domains(problem, {}).monotone(0));
  problem.components[0].variants[0].parts[0].options[0].response.variance = 2e-4;
  problem.components[1].variants[0].parts[0].options[0].response.variance = 2;
  EXPECT_TRUE(Domains(problem, {}).monotone(0));
}

TEST(Search, AgreesWithTryingEverythingOnSmallProblems) {
  int possible = 0, impossible = 0;
  for (uint32_t seed = 0; seed < Seeds(200); ++seed) {
    SCOPED_TRACE(seed);
    ++(ExpectTheSameAsTryingEverything(Random(seed)) ? possible : impossible);
  }
  // Both kinds must be there for this to mean anything.
  EXPECT_GT(possible, 60);
  EXPECT_GT(impossible, 20);
}

TEST(Search, ALimitOnCostDoesNotCountMissedPreferences) {
  // The only way to meet the limit misses a preference that is dearer than what is left.
  Problem problem = MaskDetection();
  problem.constraints.push_back(AtMostCost(0.13));
  problem.constraints.push_back(Mean({Detect}, 0.08));
  problem.constraints.back().weight = 0.5 / Hour;
  const Solved solved = MustSolve(problem);
  EXPECT_TRUE(solved.proven);
  EXPECT_NEAR(solved.burden * Hour, 0.622, 1e-9);
}

TEST(Search, NoWayIsNeededFromAPartThatAnswersNobody) {
  // Head at the plant hands everything to Tail; only Tail reaches the next component.
  Problem problem;
  for (uint32_t j = 0; j < 3; ++j) problem.pools.push_back({.zone = j, .max = 1, .price = 1});
  problem.one_kind.assign(3, false);
  problem.routes.assign(3, std::vector<std::vector<Route>>(3));
  problem.routes[0][1] = problem.routes[1][0] = {{0.01, 0}};
  problem.routes[1][2] = problem.routes[2][1] = {{0.02, 0}};
  const auto part = [](uint32_t pool) { return Part{.rate = 1, .options = {{pool, 0.1, {}}}}; };
  problem.components = {{1, {{std::nullopt, {part(0), part(1)}}}},
                        {1, {{std::nullopt, {part(2)}}}}};
  problem.flows = {{0, 1}};
  problem.constraints = {Mean({0, 1}, 1)};
  const Solved solved = MustSolve(problem);
  EXPECT_NEAR(Evaluate(problem, solved.placement).value[0], 3 * 0.1 / 0.9 + 0.03, 1e-9);
  EXPECT_TRUE(Violations(problem, solved.placement, solved.burden).empty());
}

TEST(Search, PoolsOfAZoneMayBeApart) {
  // A chain of three on two functions of one zone, joined within: one way, then none.
  Problem problem;
  for (int j = 0; j < 2; ++j) {
    problem.pools.push_back({.form = Form::Functions, .price = 1, .memory = 1});
  }
  problem.one_kind = {false};
  problem.routes = {{{{0.01, 1e-6}, {0.03, 0}}}};
  const auto on = [](uint32_t pool, double memory) {
    return Part{
        .rate = 1, .memory = 2, .output = 5e3, .options = {{pool, 0.1, {0.1, 0.01}, memory}}};
  };
  problem.components = {{1, {{std::nullopt, {on(0, 1), on(1, 1)}}}},
                        {1, {{std::nullopt, {on(1, 1)}}}},
                        {1, {{std::nullopt, {on(0, 1)}}}}};
  problem.flows = {{0, 1}, {1, 2, 50e3}};
  problem.constraints = {Mean({0, 1, 2}, 1)};
  const Solved solved = MustSolve(problem);
  // 5 kB on the narrow way: 15 ms; 50 kB on the slow one: 30 ms.
  EXPECT_NEAR(Evaluate(problem, solved.placement).value[0], 4 * 0.1 + 0.015 + 0 + 0.03, 1e-12);
  EXPECT_TRUE(Violations(problem, solved.placement, solved.burden).empty());
  problem.components[2].variants[0].parts[0].options[0].memory = 1.5;
  EXPECT_TRUE(std::holds_alternative<Infeasible>(Search(problem, {})));
}

TEST(Search, MovesArePaidForWhateverRunsNow) {
  int moved = 0;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = Random(seed);
    const Outcome first = Search(problem, {});
    const auto* running = std::get_if<Solved>(&first);
    if (!running) continue;
    // The price of the pools it runs on goes up.
    Problem dearer = problem;
    for (size_t j = 0; j < dearer.pools.size(); ++j) {
      if (running->placement.count[j] > 0) dearer.pools[j].price *= 1.6;
    }
    SearchOptions options;
    options.previous = running->placement;
    options.move = 0.2;
    const double best = BruteForce(dearer, &running->placement, 0.2);
    const Outcome outcome = Search(dearer, options);
    const auto* solved = std::get_if<Solved>(&outcome);
    if (std::isinf(best)) {
      EXPECT_EQ(solved, nullptr);
      continue;
    }
    ASSERT_NE(solved, nullptr);
    EXPECT_NEAR(solved->burden, best, 1e-9 * best);
    moved += solved->moves > 0;
    EXPECT_TRUE(Violations(dearer, solved->placement, solved->burden - solved->moves).empty());
  }
  EXPECT_GT(moved, 0);
}

TEST(Search, CutNetworksOfTenComponentsAreProven) {
  for (uint32_t seed = 0; seed < 4; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = CutNetworks(seed, 10);
    SearchOptions options;
    options.budget.steps = 300'000;
    const Solved solved = MustSolve(problem, options);
    EXPECT_TRUE(solved.proven) << solved.burden << " " << solved.bound;
    EXPECT_TRUE(Violations(problem, solved.placement, solved.burden).empty());
  }
}

TEST(Search, OthersMayWatchHowFarItIs) {
  const Problem problem = CutNetworks(1, 10);
  Watch watch;
  SearchOptions options;
  options.budget.watch = &watch;
  const Solved solved = MustSolve(problem, options);
  EXPECT_GT(watch.steps.load(), 0u);
  EXPECT_LE(watch.steps.load(), solved.steps);
  EXPECT_GE(watch.best.load(), solved.burden * (1 - 1e-9));
  EXPECT_LT(watch.best.load(), 2 * solved.burden);
}

TEST(Search, StoppedEarlyItsBoundIsStillTrue) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = Random(seed);
    const double best = BruteForce(problem);
    SearchOptions options;
    options.budget.steps = seed % 12;
    const Outcome outcome = Search(problem, options);
    if (const auto* solved = std::get_if<Solved>(&outcome)) {
      EXPECT_LE(solved->bound, best * (1 + 1e-9));
      EXPECT_GE(solved->burden, best * (1 - 1e-9));
    } else if (const auto* exhausted = std::get_if<Exhausted>(&outcome)) {
      EXPECT_LE(exhausted->bound, best * (1 + 1e-9));
    } else {
      EXPECT_TRUE(std::isinf(best));
    }
  }
}

TEST(Search, StaysWhereItIsWhenMovingCostsMoreThanItSaves) {
  const Problem problem = MaskDetection();
  const Solved cheapest = MustSolve(problem);
  Placement dearer = cheapest.placement;
  dearer.variant[Detect] = Whole;
  dearer.count[Large] = 1;
  SearchOptions options;
  options.previous = dearer;
  options.previous->count[Rpi] = 1;
  options.move = 1 / Hour;
  const Solved stays = MustSolve(problem, options);
  EXPECT_TRUE(stays.proven);
  EXPECT_EQ(stays.placement.variant[Detect], Whole);
  EXPECT_EQ(stays.moves, 0);
}

TEST(Search, TenComponentsOnSixPoolsAreProvenWithinTheStepsOfAMoment) {
  Problem problem;
  problem.one_kind = {false, false, false};
  const std::vector<Route> link{{0.01, 1e-8}};
  problem.routes.assign(3, std::vector<std::vector<Route>>(3, link));
  for (uint32_t j = 0; j < 6; ++j) {
    problem.pools.push_back({.zone = j / 2,
                             .form = j < 2 ? Form::Nodes : Form::Machines,
                             .max = 3,
                             .price = 0.5 + 0.3 * j,
                             .memory = 64});
  }
  std::vector<uint32_t> path;
  for (uint32_t c = 0; c < 10; ++c) {
    Part part{.rate = 1, .memory = 4, .output = 1e5, .options = {}};
    for (uint32_t j = 0; j < 6; ++j) {
      part.options.push_back({j, (0.1 + 0.02 * ((c * 7) % 5)) / (1 + 0.4 * j), {}});
    }
    problem.components.push_back({1, {{std::nullopt, {part}}}});
    if (c > 0) problem.flows.push_back({c - 1, c});
    path.push_back(c);
  }
  problem.constraints = {Mean(path, 2.0)};
  SearchOptions options;
  options.budget.steps = 200'000;
  const Solved solved = MustSolve(problem, options);
  EXPECT_TRUE(solved.proven);
  EXPECT_TRUE(Violations(problem, solved.placement, solved.burden).empty());
}

TEST(Violations, SeesEachKindOfBrokenRule) {
  const Problem problem = MaskDetection();
  const Solved solved = MustSolve(problem);
  Placement broken = solved.placement;
  broken.count[Large] = 0;
  EXPECT_FALSE(Violations(problem, broken, solved.burden).empty());
  broken = solved.placement;
  broken.pool[Blur][0] = Large;  // personal data leaves the plant
  EXPECT_FALSE(Violations(problem, broken, Evaluate(problem, broken).burden).empty());
  EXPECT_FALSE(Violations(problem, solved.placement, solved.burden * 0.9).empty());
  Problem small = problem;
  small.pools[Rpi].memory = 2 * GiB;  // the runtime's own 500 MiB no longer fit
  EXPECT_FALSE(Violations(small, solved.placement, solved.burden).empty());
}

}  // namespace
}  // namespace sprint::solver
