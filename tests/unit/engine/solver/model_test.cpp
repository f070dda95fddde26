#include <gtest/gtest.h>

#include <cmath>

#include "engine/performance/station.h"
#include "engine/solver/evaluate.h"
#include "engine/solver/peer_rules.h"
#include "engine/solver/search.h"
#include "engine/solver/violations.h"
#include "tests/unit/engine/solver/problems.h"

// What the model says against values worked out by hand.
namespace sprint::solver {
namespace {

enum ExamplePool : uint32_t { E1, V1, V2, F1, F2, F3 };

// Three components, c1 -> c2 (0.8), c1 -> c3 (0.2), c2 -> c3, one request per second. An
// edge device, machines and functions in a zone each; sizes in kB.
Problem ThreeComponents() {
  Problem p;
  const auto pool = [&](uint32_t zone, Form form, uint32_t max, double price, double memory) {
    p.pools.push_back({.zone = zone, .form = form, .max = max, .price = price, .memory = memory});
  };
  pool(0, Form::Nodes, 2, 3, 4096);
  pool(1, Form::Machines, 3, 1, 8192);
  pool(1, Form::Machines, 3, 0.6, 8192);
  for (double price : {0.2, 0.2, 0.5}) pool(2, Form::Functions, 0, price, 2048);
  p.one_kind = {true, true, false};
  p.one_way = true;
  p.ceiling = 1;
  const Route slow{0.01, 1.0 / 100}, fast{0.001, 1.0 / 1000};
  p.routes = {{{slow}, {slow}, {slow}},
              {{slow}, {slow, fast}, {slow, fast}},
              {{slow}, {slow, fast}, {slow, fast}}};
  const auto function = [](uint32_t j, double rate, double warm, double cold) {
    const double mean = performance::WarmPool(rate, warm, cold, 600).response.mean;
    return Option{j, warm, {mean, mean * mean}};
  };
  const Part c1{.rate = 1, .memory = 512, .output = 1, .options = {{E1, 0.2, {}}}};
  const Part whole{
      .rate = 0.8,
      .memory = 1024,
      .output = 3,
      .options = {{E1, 0.9, {}}, {V1, 0.4, {}}, {V2, 0.7, {}}, function(F1, 0.8, 0.5, 1.5)}};
  const Part head{.rate = 0.8,
                  .memory = 512,
                  .output = 1,
                  .exit = 0.5,
                  .options = {{E1, 0.4, {}}, {V1, 0.2, {}}, {V2, 0.35, {}}}};
  const Part tail{.rate = 0.4,
                  .memory = 512,
                  .output = 3,
                  .options = {{V1, 0.3, {}}, {V2, 0.5, {}}, function(F2, 0.4, 0.4, 1.2)}};
  const Part c3{.rate = 1,
                .memory = 1024,
                .options = {{V1, 0.3, {}}, {V2, 0.5, {}}, function(F3, 1, 0.4, 1.4)}};
  p.components = {{1, {{{}, {c1}}}}, {0.8, {{{}, {whole}}, {{}, {head, tail}}}}, {1, {{{}, {c3}}}}};
  p.flows = {{0, 1, 2.0}, {0, 2, 1.0}, {1, 2, 3.0}};
  Constraint local, path;
  local.metric = path.metric = Metric::Response;
  local.path = {1};
  local.bound = 1.2;
  path.path = {0, 1, 2};
  path.bound = 3;
  p.constraints = {local, path};
  return p;
}

TEST(Model, TheExampleWorkedOutByHandCosts3232AndNothingCostsLess) {
  const Problem problem = ThreeComponents();
  const Placement placement{{0, 1, 0}, {{E1}, {E1, F2}, {F3}}, {1, 0, 0, 0, 0, 0}};
  const Evaluation evaluation = Evaluate(problem, placement);
  EXPECT_NEAR(evaluation.utilisation[E1], 0.52, 1e-12);
  EXPECT_NEAR(evaluation.response[0][0], 0.2 / 0.48, 1e-12);
  EXPECT_NEAR(evaluation.response[1][1], 0.401061, 1e-6);
  EXPECT_NEAR(evaluation.response[2][0], 0.400608, 1e-6);
  EXPECT_NEAR(evaluation.value[0], 1.043864, 1e-6);
  EXPECT_NEAR(evaluation.value[1], 1.883138, 1e-6);
  EXPECT_NEAR(evaluation.cost, 3.232, 1e-12);
  EXPECT_TRUE(Violations(problem, placement, 3.232).empty());

  const Outcome outcome = Search(problem, {});
  const auto* solved = std::get_if<Solved>(&outcome);
  ASSERT_NE(solved, nullptr);
  EXPECT_TRUE(solved->proven);
  EXPECT_NEAR(solved->burden, 3.232, 1e-12);
  EXPECT_EQ(solved->placement, placement);
}

TEST(Model, ThePeersRulesAgreeOnTheExampleButForTheirSlips) {
  Problem problem = ThreeComponents();
  const Placement placement{{0, 1, 0}, {{E1}, {E1, F2}, {F3}}, {1, 0, 0, 0, 0, 0}};
  const PeerView peers = EvaluateAsPeers(problem, placement);
  EXPECT_NEAR(peers.cost, 3.232, 1e-12);
  EXPECT_NEAR(peers.value[0], 1.043864, 1e-6);
  EXPECT_NEAR(peers.value[1], 1.883138, 1e-6);
  EXPECT_TRUE(peers.feasible);
  // With the next component beside the first half only the second half's hop is left: it
  // weighs a half, and to them everything.
  const Placement beside{{0, 1, 0}, {{E1}, {V1, F2}, {V1}}, {1, 1, 0, 0, 0, 0}};
  const double hop = 0.001 + 3.0 / 1000;
  EXPECT_NEAR(EvaluateAsPeers(problem, beside).value[1] - Evaluate(problem, beside).value[1],
              0.5 * hop, 1e-12);
  // Two instances of half the memory hold everything, they say.
  problem.pools[E1].memory = 1024;
  problem.components[1].variants[1].parts[0].memory = 1024;
  const Placement two{{0, 1, 0}, {{E1}, {E1, F2}, {F3}}, {2, 0, 0, 0, 0, 0}};
  EXPECT_TRUE(EvaluateAsPeers(problem, two).feasible);
  EXPECT_FALSE(EvaluateAsPeers(problem, placement).feasible);
  EXPECT_FALSE(Violations(problem, two, 6.232).empty());
}

TEST(Model, AFlowsOwnSizeStandsForWhatTheLastPartSends) {
  Problem problem = ThreeComponents();
  const Placement placement{{0, 1, 0}, {{E1}, {E1, F2}, {F3}}, {1, 0, 0, 0, 0, 0}};
  const double before = Evaluate(problem, placement).value[1];
  problem.flows[2].bytes = 13;
  // Half of the requests come from E1 over the slow link, half from F2 over the fast one.
  EXPECT_NEAR(Evaluate(problem, placement).value[1] - before, 0.5 * 0.1 + 0.5 * 0.01, 1e-12);
}

TEST(Model, AServerAtItsLimitIsNoAnswer) {
  // Two components of half a busy second each fill one machine, whatever the ceiling says.
  Problem problem;
  problem.pools = {{.form = Form::Machines, .max = 3, .price = 1}};
  problem.one_kind = {false};
  problem.routes = {{{}}};
  problem.ceiling = 1;
  const Part half{.rate = 1, .options = {{0, 0.5, {}}}};
  problem.components = {{1, {{{}, {half}}}}, {1, {{{}, {half}}}}};
  const Outcome outcome = Search(problem, {});
  const auto* solved = std::get_if<Solved>(&outcome);
  ASSERT_NE(solved, nullptr);
  EXPECT_EQ(solved->placement.count[0], 2U);
}

// One zone beside another, 10 ms and 100 bytes/s away; pools of one instance at no price.
Problem TwoZones(std::vector<Pool> pools) {
  Problem p;
  p.pools = std::move(pools);
  p.one_kind = {false, false};
  const std::vector<Route> link{{0.01, 1.0 / 100}};
  p.routes = {{{}, link}, {link, {}}};
  return p;
}

Component OnePart(double rate, Part part) {
  part.rate = rate;
  return {rate, {{std::nullopt, {std::move(part)}}}};
}

double ValueOf(Problem problem, const Placement& placement, const Constraint& rule) {
  problem.constraints = {rule};
  return Evaluate(problem, placement).value[0];
}

Constraint AtP95(Constraint rule) {
  rule.percentile = 0.95;
  return rule;
}

TEST(Model, CoresOfADemandPerCoreAreErlangsServers) {
  Problem problem = TwoZones({{.cores = 2, .per_core = true}});
  problem.components = {OnePart(2, {.options = {{0, 0.5, {}}}})};
  const Evaluation evaluation = Evaluate(problem, {{0}, {{0}}, {1}});
  // Load 1 on 2 cores: U 0.5, C = 1/3; 0.5 + 1/3 * 0.5 / (2 * 0.5).
  EXPECT_NEAR(evaluation.utilisation[0], 0.5, 1e-12);
  EXPECT_NEAR(evaluation.response[0][0], 0.5 + 0.5 / 3, 1e-12);
  // On two nodes each has load 0.5: U 0.25, C = 0.1; 0.5 + 0.1 * 0.5 / (2 * 0.75).
  const Evaluation two = Evaluate(problem, {{0}, {{0}}, {2}});
  EXPECT_NEAR(two.utilisation[0], 0.25, 1e-12);
  EXPECT_NEAR(two.response[0][0], 0.5 + 0.05 / 1.5, 1e-12);
}

TEST(Model, PartsOnOneInstanceShareItAndInstancesShareTheLoad) {
  Problem problem = TwoZones({{.max = 4}});
  problem.components = {OnePart(2, {.options = {{0, 0.1, {}}}}),
                        OnePart(1, {.options = {{0, 0.4, {}}}})};
  // 0.2 + 0.4 busy seconds per second, on one and on two.
  const Evaluation one = Evaluate(problem, {{0, 0}, {{0}, {0}}, {1}});
  EXPECT_NEAR(one.utilisation[0], 0.6, 1e-12);
  EXPECT_NEAR(one.response[0][0], 0.1 / 0.4, 1e-12);
  EXPECT_NEAR(one.response[1][0], 0.4 / 0.4, 1e-12);
  const Evaluation two = Evaluate(problem, {{0, 0}, {{0}, {0}}, {2}});
  EXPECT_NEAR(two.response[1][0], 0.4 / 0.7, 1e-12);
}

TEST(Model, MemoryIsThatOfOneInstanceHoweverManyThereAre) {
  Problem problem = TwoZones({{.max = 9, .price = 1, .memory = 4, .reserved = 0.5}});
  const Part two{.memory = 2, .options = {{0, 0.1, {}}}};
  problem.components = {OnePart(1, two), OnePart(1, two)};
  // 2 + 2 + 0.5 do not fit into 4, on no number of instances.
  EXPECT_TRUE(std::holds_alternative<Infeasible>(Search(problem, {})));
  const Placement nine{{0, 0}, {{0}, {0}}, {9}};
  EXPECT_EQ(Violations(problem, nine, 9), std::vector<std::string>{"pool 0: memory"});
  problem.pools[0].reserved = 0;
  EXPECT_TRUE(std::holds_alternative<Solved>(Search(problem, {})));
  // What an option says of memory stands for the part's.
  problem.components[1].variants[0].parts[0].options[0].memory = 2.5;
  EXPECT_TRUE(std::holds_alternative<Infeasible>(Search(problem, {})));
}

TEST(Model, MemoryOfAcceleratorsIsThatOfOneInstanceToo) {
  Problem problem = TwoZones({{.max = 9, .price = 1, .memory = 100, .gpu_memory = 16}});
  const Part part{.memory = 1, .gpu_memory = 9, .options = {{0, 0.1, {}}}};
  problem.components = {OnePart(1, part)};
  EXPECT_TRUE(std::holds_alternative<Solved>(Search(problem, {})));
  problem.components.push_back(OnePart(1, part));
  EXPECT_TRUE(std::holds_alternative<Infeasible>(Search(problem, {})));
}

TEST(Model, NoFunctionHoldsMoreThanOnePart) {
  Problem problem = TwoZones({{.form = Form::Functions, .price = 1, .memory = 3}});
  const Part two{.memory = 2, .options = {{0, 0.1, {0.1, 0.01}}}};
  problem.components = {OnePart(1, two), OnePart(1, two)};
  // Each runs in functions of its own.
  EXPECT_TRUE(std::holds_alternative<Solved>(Search(problem, {})));
  problem.components[0].variants[0].parts[0].memory = 4;
  EXPECT_TRUE(std::holds_alternative<Infeasible>(Search(problem, {})));
}

TEST(Model, TheCeilingSaysHowFullAnInstanceMayBe) {
  Problem problem = TwoZones({{.form = Form::Machines, .max = 5, .price = 1}});
  problem.components = {OnePart(1, {.options = {{0, 0.9, {}}}})};
  const auto needs = [&](double demand, double ceiling) {
    problem.ceiling = ceiling;
    problem.components[0].variants[0].parts[0].options[0].demand = demand;
    const Outcome outcome = Search(problem, {});
    const auto* solved = std::get_if<Solved>(&outcome);
    return solved ? solved->placement.count[0] : 0;
  };
  EXPECT_EQ(needs(0.9, 0.9), 1U);
  EXPECT_EQ(needs(0.9001, 0.9), 2U);
  EXPECT_EQ(needs(0.9, 0.5), 2U);
  EXPECT_EQ(needs(4.5, 0.9), 5U);
  EXPECT_EQ(needs(4.51, 0.9), 0U);
}

TEST(Model, EveryPartPaysForItsOwnExecutionsAndRequests) {
  Problem problem = TwoZones({{.form = Form::Functions, .price = 0.5, .fee = 0.01}});
  Part head{.rate = 2, .exit = 0.25, .options = {{0, 0.4, {0.4, 0.16}}}};
  Part tail{.rate = 1.5, .options = {{0, 0.2, {0.2, 0.04}}}};
  problem.components = {{2, {{std::nullopt, {head, tail}}}}};
  // (2 * 0.4 + 1.5 * 0.2) * 0.5 for time, (2 + 1.5) * 0.01 for requests.
  const Placement placement{{0}, {{0, 0}}, {0}};
  EXPECT_NEAR(Evaluate(problem, placement).cost, 0.55 + 0.035, 1e-12);
  EXPECT_TRUE(Violations(problem, placement, 0.585).empty());
  const Outcome outcome = Search(problem, {});
  ASSERT_TRUE(std::holds_alternative<Solved>(outcome));
  EXPECT_NEAR(std::get<Solved>(outcome).burden, 0.585, 1e-12);
}

TEST(Model, ExecutionsAtOnceAreLimitedForAllPartsTogether) {
  Problem problem = TwoZones({{.form = Form::Functions, .price = 1, .concurrency = 2}});
  const Part part{.options = {{0, 0.8, {0.8, 0.64}}}};
  problem.components = {OnePart(1, part), OnePart(1, part)};
  // 1.6 executions at once of 2 * 0.9; a third component makes them 2.4.
  const Evaluation evaluation = Evaluate(problem, {{0, 0}, {{0}, {0}}, {0}});
  EXPECT_NEAR(evaluation.utilisation[0], 0.8, 1e-12);
  EXPECT_TRUE(std::holds_alternative<Solved>(Search(problem, {})));
  problem.components.push_back(OnePart(1, part));
  EXPECT_TRUE(std::holds_alternative<Infeasible>(Search(problem, {})));
}

TEST(Model, MachinesThatCannotBeGivenBackArePaidIdle) {
  Problem problem = TwoZones({{.form = Form::Nodes, .max = 1, .price = 1},
                              {.zone = 1, .form = Form::Machines, .min = 2, .max = 3, .price = 4}});
  problem.components = {OnePart(1, {.options = {{0, 0.1, {}}}})};
  const Outcome outcome = Search(problem, {});
  ASSERT_TRUE(std::holds_alternative<Solved>(outcome));
  EXPECT_NEAR(std::get<Solved>(outcome).burden, 1 + 2 * 4, 1e-12);
}

TEST(Model, PowerIsOfUsedInstancesAndOfExecutions) {
  Problem problem = TwoZones({{.max = 3, .power = 5}, {.form = Form::Functions, .power = 80}});
  problem.goal = Goal::Energy;
  problem.components = {OnePart(1, {.options = {{0, 0.1, {}}}}),
                        OnePart(2, {.options = {{1, 0.05, {0.05, 0.0025}}}})};
  const Placement placement{{0, 0}, {{0}, {1}}, {2, 0}};
  // Two nodes of 5 W; 0.1 functions of 80 W.
  EXPECT_NEAR(Evaluate(problem, placement).energy, 18, 1e-12);
  EXPECT_TRUE(Violations(problem, placement, 18).empty());
}

TEST(Model, CarbonIsPowerWhereItIsUsed) {
  Problem problem = TwoZones(
      {{.max = 3, .power = 5, .carbon = 2}, {.form = Form::Functions, .power = 80, .carbon = 10}});
  problem.goal = Goal::Carbon;
  problem.components = {OnePart(1, {.options = {{0, 0.1, {}}}}),
                        OnePart(2, {.options = {{1, 0.05, {0.05, 0.0025}}}})};
  const Placement placement{{0, 0}, {{0}, {1}}, {2, 0}};
  EXPECT_NEAR(Evaluate(problem, placement).carbon, 5, 1e-12);
  EXPECT_TRUE(Violations(problem, placement, 5).empty());
}

TEST(Model, WhatIsBilledIsNotWhatIsBusy) {
  Problem problem = TwoZones({{.form = Form::Functions, .price = 0.5, .power = 80}});
  problem.components = {OnePart(2, {.options = {{0, 0.4, {0.4, 0.16}}}})};
  problem.components[0].variants[0].parts[0].options[0].billed = 0.7;
  const Evaluation evaluation = Evaluate(problem, {{0}, {{0}}, {0}});
  EXPECT_NEAR(evaluation.cost, 2 * 0.7 * 0.5, 1e-12);
  EXPECT_NEAR(evaluation.energy, 2 * 0.4 * 80, 1e-12);
}

TEST(Model, PricedWaysArePaidByEveryRequestThatTakesThem) {
  Problem problem = TwoZones({{.zone = 0, .price = 1}, {.zone = 1, .price = 1}});
  problem.routes[0][1][0].price = problem.routes[1][0][0].price = 0.5;
  const auto part = [](double rate, double exit, double output) {
    return Part{
        .rate = rate, .output = output, .exit = exit, .options = {{0, 0.01, {}}, {1, 0.01, {}}}};
  };
  // 4 requests/s, a quarter answered by the first part; a flow that half of them take.
  problem.components = {{4, {{std::nullopt, {part(4, 0.25, 2), part(3, 0, 6)}}}},
                        {2, {{std::nullopt, {part(2, 0, 0)}}}}};
  problem.flows = {{0, 1, std::nullopt, 0.5}};
  const auto sent = [&](uint32_t head, uint32_t tail, uint32_t next) {
    const Placement placement{{0, 0}, {{head, tail}, {next}}, {1, 1}};
    const Evaluation evaluation = Evaluate(problem, placement);
    EXPECT_TRUE(Violations(problem, placement, evaluation.burden).empty());
    EXPECT_NEAR(evaluation.cost, 2 + evaluation.traffic, 1e-12);
    return evaluation.traffic;
  };
  EXPECT_EQ(sent(0, 0, 0), 0);
  // 3 of 2 bytes within, then half of those 3 of 6 bytes back.
  EXPECT_NEAR(sent(0, 1, 0), (3 * 2 + 1.5 * 6) * 0.5, 1e-12);
  // Half of the one that is answered early crosses.
  EXPECT_NEAR(sent(0, 1, 1), (3 * 2 + 0.5 * 6) * 0.5, 1e-12);
  EXPECT_NEAR(sent(0, 0, 1), 2 * 6 * 0.5, 1e-12);
  // A quicker way for nothing is taken, a slower one is not.
  problem.routes[0][1].push_back({0.005, 1.0 / 100});
  EXPECT_EQ(sent(0, 0, 1), 0);
  problem.routes[0][1].back().delay = 0.02;
  EXPECT_NEAR(sent(0, 0, 1), 2 * 6 * 0.5, 1e-12);
}

TEST(Model, APathIsUpWhileEachPoolHasAnInstanceAndEachZoneIs) {
  Problem problem = TwoZones({{.zone = 0, .max = 2, .availability = 0.9},
                              {.zone = 1, .availability = 0.95},
                              {.zone = 1, .form = Form::Functions, .availability = 0.99}});
  problem.zone_availability = {0.999, 0.98};
  const Part part{.options = {{0, 0.01, {}}, {1, 0.01, {}}, {2, 0.01, {0.01, 1e-4}}}};
  problem.components = {OnePart(1, part), OnePart(1, part), OnePart(1, part)};
  problem.flows = {{0, 1}, {1, 2}};
  Constraint rule;
  rule.metric = Metric::Availability;
  rule.at_most = false;
  rule.path = {0, 1, 2};
  // Two on the first pool, which counts once, as does its zone.
  EXPECT_NEAR(ValueOf(problem, {{0, 0, 0}, {{0}, {0}, {0}}, {1, 0, 0}}, rule), 0.9 * 0.999, 1e-12);
  EXPECT_NEAR(ValueOf(problem, {{0, 0, 0}, {{0}, {0}, {1}}, {2, 1, 0}}, rule),
              0.99 * 0.999 * 0.95 * 0.98, 1e-12);
  EXPECT_NEAR(ValueOf(problem, {{0, 0, 0}, {{1}, {1}, {2}}, {0, 1, 0}}, rule), 0.95 * 0.99 * 0.98,
              1e-12);
  // What is required takes the second instance.
  problem.constraints = {rule};
  problem.constraints[0].bound = 0.98;
  problem.pools[0].price = 1;
  problem.pools[1].price = problem.pools[2].price = 50;
  const Outcome outcome = Search(problem, {});
  ASSERT_TRUE(std::holds_alternative<Solved>(outcome));
  EXPECT_EQ(std::get<Solved>(outcome).placement.count[0], 2U);
}

TEST(Model, DataTakesTheWayThatIsQuickestForIt) {
  Problem problem = TwoZones({{.zone = 0}, {.zone = 1}, {.zone = 0}});
  problem.routes[0][1].push_back({0.001, 1.0 / 10});
  // 10 ms + bytes/100 against 1 ms + bytes/10: equal at 0.1 bytes.
  EXPECT_NEAR(Hop(problem, 0, 1, 0.05), 0.001 + 0.005, 1e-15);
  EXPECT_NEAR(Hop(problem, 0, 1, 1), 0.01 + 0.01, 1e-15);
  EXPECT_EQ(Hop(problem, 0, 0, 1), 0);
  EXPECT_EQ(Hop(problem, 0, 2, 1), 0);
  // A zone that has a link to itself has its pools apart.
  problem.routes[0][0] = {{0.002, 0}};
  EXPECT_EQ(Hop(problem, 0, 0, 1), 0);
  EXPECT_EQ(Hop(problem, 0, 2, 1), 0.002);
  problem.routes[0][1].clear();
  EXPECT_TRUE(std::isinf(Hop(problem, 0, 1, 1)));
}

// Three parts, a quarter answered by the first and a third of the rest by the second.
Problem ThreeParts() {
  Problem problem = TwoZones({{.zone = 0}, {.zone = 1}, {.zone = 1}});
  problem.pools[2].form = Form::Functions;
  const auto part = [](double rate, double exit, double output) {
    return Part{.rate = rate,
                .output = output,
                .exit = exit,
                .options = {{0, 0.1, {}}, {1, 0.1, {}}, {2, 0.3, {0.3, 0.09}}}};
  };
  problem.components = {
      {1, {{std::nullopt, {part(1, 0.25, 2), part(0.75, 1.0 / 3, 4), part(0.5, 0, 6)}}}},
      OnePart(1, {.options = {{0, 0.1, {}}, {1, 0.1, {}}}})};
  problem.flows = {{0, 1}};
  return problem;
}

TEST(Model, OnlyWhatIsNotAnsweredGoesOnThroughTheParts) {
  const Problem problem = ThreeParts();
  // Parts on pools 0, 1 and 2; the second component with the first of them.
  const Placement placement{{0, 0}, {{0, 1, 2}, {0}}, {1, 1, 0}};
  // U0 = 0.1 + 0.1, U1 = 0.075. Between the zones 10 ms + 2/100.
  const double first = 0.1 / 0.8, second = 0.1 / 0.925;
  EXPECT_NEAR(ValueOf(problem, placement, Mean({0}, 9)), first + 0.75 * (0.03 + second) + 0.5 * 0.3,
              1e-12);
}

TEST(Model, AnswersLeaveFromWhereTheyAreGivenAndSurvivalCountsOnEveryHop) {
  const Problem problem = ThreeParts();
  const double hop = 0.01 + 6.0 / 100;
  // The first quarter leaves beside the second component, for nothing. What goes on is
  // still only three quarters: 1/4 leaves from pool 1, 1/2 from pool 2.
  const Placement beside{{0, 0}, {{0, 1, 2}, {0}}, {1, 1, 0}};
  EXPECT_NEAR(ValueOf(problem, beside, Mean({0, 1}, 9)) - ValueOf(problem, beside, Mean({0}, 9)) -
                  ValueOf(problem, beside, Mean({1}, 9)),
              0.25 * hop + 0.5 * hop, 1e-12);
  // The other way round only the first quarter pays.
  const Placement away{{0, 0}, {{0, 1, 2}, {1}}, {1, 1, 0}};
  EXPECT_NEAR(ValueOf(problem, away, Mean({0, 1}, 9)) - ValueOf(problem, away, Mean({0}, 9)) -
                  ValueOf(problem, away, Mean({1}, 9)),
              0.25 * hop, 1e-12);
}

TEST(Model, APercentileIsThatOfTheSumOfItsStagesAndWhatIsCertainIsAdded) {
  Problem problem = TwoZones({{.zone = 0}, {.zone = 1}});
  problem.pools[0].form = problem.pools[1].form = Form::Functions;
  const auto stage = [](uint32_t pool) {
    return OnePart(1, {.output = 9, .options = {{pool, 2, {2, 4}}}});
  };
  problem.components = {stage(0), stage(1)};
  problem.flows = {{0, 1}};
  const Placement placement{{0, 0}, {{0}, {1}}, {0, 0}};
  // One exponential stage, then two of them with 0.1 s between: Erlang, whose 95th
  // percentile is 4.743865 times the mean of a stage.
  EXPECT_NEAR(ValueOf(problem, placement, AtP95(Mean({0}, 9))), -2 * std::log(0.05), 1e-9);
  EXPECT_NEAR(ValueOf(problem, placement, AtP95(Mean({0, 1}, 9))), 0.1 + 2 * 4.743865, 1e-5);
}

TEST(Model, AMixtureHasTheMomentsOfItsBranches) {
  Problem problem = TwoZones({{.zone = 0}});
  problem.pools[0].form = Form::Functions;
  const Part head{.rate = 1, .exit = 0.5, .options = {{0, 1, {1, 1}}}};
  const Part tail{.rate = 0.5, .options = {{0, 4, {4, 16}}}};
  problem.components = {{1, {{std::nullopt, {head, tail}}}}};
  // Mean 1 + 4/2 = 3. Half is exponential with mean 1, half the sum of two: E[X^2] =
  // (2 + (1 + 16 + 25)) / 2 = 22, variance 13. Gamma with shape 9/13 and scale 13/3.
  const Response response =
      PathResponse(problem, {{0}, {{0, 0}}, {0}}, std::vector<double>{3}, {0});
  EXPECT_NEAR(response.mean(), 3, 1e-12);
  EXPECT_NEAR(response.stages.variance, 13, 1e-12);
}

TEST(Model, OneKindInAZoneAndNoWayBackWhereAsked) {
  Problem problem = TwoZones({{.zone = 0, .price = 1, .memory = 1},
                              {.zone = 0, .price = 1, .memory = 1},
                              {.zone = 1, .form = Form::Machines, .price = 9, .memory = 1}});
  const Part part{.memory = 1, .options = {{0, 0.1, {}}, {1, 0.1, {}}, {2, 0.1, {}}}};
  problem.components = {OnePart(1, part), OnePart(1, part)};
  problem.flows = {{0, 1}};
  const auto cost = [&] { return std::get<Solved>(Search(problem, {})).burden; };
  EXPECT_NEAR(cost(), 2, 1e-12);
  problem.one_kind[0] = true;
  EXPECT_NEAR(cost(), 10, 1e-12);
  // The first cannot be at the edge: with no way back the second cannot either.
  problem.components[0].variants[0].parts[0].options = {{2, 0.1, {}}};
  EXPECT_NEAR(cost(), 10, 1e-12);
  problem.one_way = true;
  EXPECT_TRUE(std::holds_alternative<Infeasible>(Search(problem, {})));
  EXPECT_EQ(Violations(problem, {{0, 0}, {{2}, {0}}, {1, 0, 1}}, 10).size(), 1U);
}

}  // namespace
}  // namespace sprint::solver
