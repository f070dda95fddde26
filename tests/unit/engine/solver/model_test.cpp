#include <gtest/gtest.h>

#include "engine/performance/station.h"
#include "engine/solver/evaluate.h"
#include "engine/solver/search.h"
#include "engine/solver/violations.h"

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

}  // namespace
}  // namespace sprint::solver
