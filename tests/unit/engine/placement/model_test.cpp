#include "engine/placement/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/engine/placement/programs.h"

// The numbers a program becomes, against those worked out by hand.
namespace sprint::placement {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Model MustBuild(const ir::Program& program, const Options& options = {}) {
  auto model = Build(program, program.deploys[0], options);
  EXPECT_TRUE(model.ok()) << (model.ok() ? "" : model.error().ToString());
  return model.ok() ? *model : Model{};
}

TEST(Build, LoadFollowsFlowsAndWhatIsNotAnsweredFollowsParts) {
  const Model model = MustBuild(WindFarm());
  const auto& components = model.problem.components;
  ASSERT_EQ(components.size(), 4U);
  // 1.8 rps; 0.7 of it are classified; 0.3 are reported at once, and what was classified.
  EXPECT_NEAR(components[0].rate, 1.8, 1e-12);
  EXPECT_NEAR(components[1].rate, 1.8, 1e-12);
  EXPECT_NEAR(components[2].rate, 1.26, 1e-12);
  EXPECT_NEAR(components[3].rate, 0.54 + 1.26, 1e-12);
  // The front half answers 40 % itself, which changes no load of later components.
  const auto& halves = components[1].variants[1].parts;
  EXPECT_NEAR(halves[0].rate, 1.8, 1e-12);
  EXPECT_NEAR(halves[1].rate, 1.08, 1e-12);
}

TEST(Build, EveryEntryHasTheWorkloadOrARateOfItsOwn) {
  ir::Program program = WindFarm();
  program.applications[0].flows = {{0, 2, 0.5, At(1)}, {1, 2, 0.25, At(2)}, {2, 3, 1, At(3)}};
  program.applications[0].constraints.clear();
  EXPECT_NEAR(MustBuild(program).problem.components[2].rate, 0.75 * 1.8, 1e-12);
  Options options;
  options.workload = 4;
  EXPECT_NEAR(MustBuild(program, options).problem.components[2].rate, 3, 1e-12);
  options.entry_rates = {{1, 8}, {2, 100}};  // the latter is no entry
  EXPECT_NEAR(MustBuild(program, options).problem.components[3].rate, 2 + 2, 1e-12);
}

TEST(Build, AFunctionsTimeIsThatOfItsWarmPoolAtItsOwnLoad) {
  const Model model = MustBuild(WindFarm());
  const auto& back = model.problem.components[1].variants[1].parts[1];
  const auto& function = back.options.back();
  EXPECT_EQ(model.problem.pools[function.pool].form, solver::Form::Functions);
  const auto pool = performance::WarmPool(1.08, 2.4, 3.6, 600);
  EXPECT_EQ(function.response.mean, pool.response.mean);
  EXPECT_EQ(function.response.variance, pool.response.variance);
  EXPECT_EQ(function.cold, 3.6);
}

TEST(Build, ZonesWithoutALinkAreJoinedByTheFastestWayOverOthers) {
  const Model model = MustBuild(WindFarm());
  const auto& routes = model.problem.routes;
  ASSERT_EQ(routes[0][2].size(), 1U);
  // 1 ms at 20 Mbit/s, then 25 ms at 40 Mbit/s.
  EXPECT_NEAR(routes[0][2][0].delay, 0.026, 1e-12);
  EXPECT_NEAR(routes[0][2][0].seconds_per_byte, 8 / 20e6, 1e-18);
  EXPECT_NEAR(routes[3][0][0].delay, 0.027, 1e-12);
  EXPECT_TRUE(routes[1][1].empty());
}

TEST(Build, OfEquallyQuickWaysTheWiderIsTakenThenTheCheaper) {
  ir::Program program = WindFarm();
  ir::Continuum& continuum = program.continua[0];
  ASSERT_EQ(continuum.zones.size(), 4U);
  const auto link = [](ir::Index a, ir::Index b, double bandwidth, double price) {
    ir::Link made;
    made.a = a;
    made.b = b;
    made.delay = 0.001;
    made.bandwidth = bandwidth;
    made.price = price;
    return made;
  };
  continuum.links = {link(0, 1, 1e6, 1), link(1, 3, 1e6, 1), link(0, 2, 2e6, 5), link(2, 3, 2e6, 5),
                     link(2, 3, 2e6, 4)};
  const auto there = MustBuild(program).problem.routes[0][3];
  ASSERT_EQ(there.size(), 1U);
  EXPECT_EQ(there[0].delay, 0.002);
  EXPECT_EQ(there[0].seconds_per_byte, 1 / 2e6);
  EXPECT_EQ(there[0].price, 9);
  EXPECT_EQ(MustBuild(program).problem.routes[3][0].size(), 1U);
}

TEST(Build, PricesArePerSecondAndSumsOverTheHorizonToo) {
  ir::Program program = MaskDetection();
  program.deploys[0].horizon = 24 * Hour;
  using ir::Metric, ir::Relation;
  program.applications[0].constraints = {
      MakeRule("", "", Metric::Cost, {}, Relation::AtMost, 0.5 / Hour, "EUR/h", 1),
      MakeRule("", "", Metric::Cost, {}, Relation::AtMost, 12, "EUR", 2),
      MakeRule("", "", Metric::Energy, {}, Relation::AtMost, 2.4 * 3.6e6, "kWh", 3),
      MakeRule("", "", Metric::Energy, {}, Relation::AtMost, 100, "W", 4),
      MakeRule("", "", Metric::Carbon, {}, Relation::AtMost, 2400, "kg", 5)};
  const auto& rules = MustBuild(program).problem.constraints;
  EXPECT_NEAR(rules[0].bound, 0.5 / Hour, 1e-15);
  EXPECT_NEAR(rules[1].bound, 0.5 / Hour, 1e-15);
  EXPECT_NEAR(rules[2].bound, 100, 1e-9);
  EXPECT_NEAR(rules[3].bound, 100, 1e-9);
  EXPECT_NEAR(rules[4].bound * Hour, 100, 1e-9);
}

TEST(Build, HeadroomIsWhatTheCeilingLeaves) {
  ir::Program program = MaskDetection();
  EXPECT_NEAR(MustBuild(program).problem.ceiling, 0.9, 1e-12);
  program.deploys[0].headroom = 0;
  EXPECT_EQ(MustBuild(program).problem.ceiling, 1);
}

// Which pools (plant.rpi, upv.large, upv.gpu) each rule on places leaves of a component.
std::vector<std::vector<bool>> Allowed(const Model& model, uint32_t component) {
  std::vector<std::vector<bool>> out;
  for (const solver::Constraint& rule : model.problem.constraints) {
    if (rule.metric == solver::Metric::Where && rule.path[0] == component) {
      out.push_back(rule.allowed);
    }
  }
  return out;
}

TEST(Build, DataArchitecturePinsAndQuestionsEachLeaveSomePools) {
  ir::Program program = MaskDetection();
  EXPECT_THAT(Allowed(MustBuild(program), 0), ElementsAre(std::vector<bool>{true, false, false}));
  EXPECT_TRUE(Allowed(MustBuild(program), 1).empty());
  program.deploys[0].components[1].arch = {"arm64"};
  program.deploys[0].pins = {{1, 1, false, ir::NoIndex, At(5)}, {1, ir::NoIndex, true, 2, At(6)}};
  Options options;
  options.force = {{1, 1, 0}};
  const Model model = MustBuild(program, options);
  EXPECT_THAT(Allowed(model, 1), ElementsAre(std::vector<bool>{true, false, false},    // arm64
                                             std::vector<bool>{false, true, true},     // pin
                                             std::vector<bool>{true, true, false},     // forbid
                                             std::vector<bool>{false, true, false}));  // asked
  EXPECT_THAT(model.constraints.back().text, HasSubstr("Detect on upv.large"));
}

TEST(Build, PersonalDataMayGoIntoAnAttestedEnclaveOfItsCountry) {
  ir::Program program = MaskDetection();
  program.deploys[0].components[0].enclave = true;
  program.kinds[2].attested = true;
  EXPECT_THAT(Allowed(MustBuild(program), 0), ElementsAre(std::vector<bool>{true, false, true}));
  program.continua[0].zones[1].country = "FR";
  EXPECT_THAT(Allowed(MustBuild(program), 0), ElementsAre(std::vector<bool>{true, false, false}));
}

TEST(Build, WhatIsThereJustNowLimitsAPool) {
  Options options;
  options.available = {{0, 0, 2}, {1, 0, 9}};
  const auto& pools = MustBuild(MaskDetection(), options).problem.pools;
  EXPECT_EQ(pools[0].max, 2U);
  EXPECT_EQ(pools[1].max, 4U);
}

TEST(Build, ElectricityIsPaidAndEmitsWhereAPoolIs) {
  ir::Program program = MaskDetection();
  ir::Zone& plant = program.continua[0].zones[0];
  plant.pools[0].power = 5;
  plant.electricity = 0.2 / 3.6e6;  // EUR/kWh
  plant.carbon = 300 / 3.6e6;       // g/kWh
  plant.availability = 0.99;
  plant.pools[0].availability = 0.98;
  const auto& problem = MustBuild(program).problem;
  EXPECT_NEAR(problem.pools[0].price * Hour, 0.002 + 0.001, 1e-12);
  EXPECT_NEAR(problem.pools[0].carbon * Hour, 1.5, 1e-12);
  EXPECT_EQ(problem.pools[0].availability, 0.98);
  EXPECT_EQ(problem.zone_availability[0], 0.99);
  EXPECT_EQ(problem.pools[1].carbon, 0);
}

TEST(Build, PricesOfLinksAddUpAndExecutionsAreBilledInUnits) {
  ir::Program program = WindFarm();
  auto& links = program.continua[0].links;
  links[1].price = 9e-11;
  links[2].price = 1e-11;
  program.kinds[4].billing_unit = 2.4;
  const auto& problem = MustBuild(program).problem;
  EXPECT_NEAR(problem.routes[0][3][0].price, 1e-10, 1e-18);
  EXPECT_EQ(problem.routes[0][1][0].price, 0);
  // The back half takes 2.4 s: 2.4 / (1 - 1/e).
  EXPECT_NEAR(*problem.components[1].variants[1].parts[1].options.back().billed, 3.796744, 1e-6);
}

TEST(Build, MemoryThatIsOvercommittedDoesNotLimit) {
  ir::Program program = MaskDetection();
  program.kinds[0].overcommit = true;
  const auto& pools = MustBuild(program).problem.pools;
  EXPECT_TRUE(std::isinf(pools[0].memory));
  EXPECT_EQ(pools[0].reserved, 500 * MiB);
  EXPECT_EQ(pools[1].memory, 8 * GiB);
}

// A file may say anything, also that the halves of a component are of two variants.
TEST(Recall, PartsOfAComponentAreOfOneVariant) {
  ir::Program program = WindFarm();
  const Answer placed = *Place(program, program.deploys[0], {});
  const ir::Index split = program.applications[0].components[1];
  auto& variants = program.deploys[0].components[split].variants;
  variants.push_back(variants[1]);
  variants.back().name = "other";
  const Model model = MustBuild(program);
  const auto answer_with = [&](const std::string& first, const std::string& second) {
    Answer answer = placed;
    std::erase_if(answer.parts, [&](const Placed& part) { return part.component == split; });
    for (size_t p = 0; p < 2; ++p) {
      const uint32_t pool = model.problem.components[1].variants[1].parts[p].options.front().pool;
      const ir::Zone& zone = program.continua[0].zones[model.pools[pool].zone];
      Placed part;
      part.component = split;
      part.component_name = program.deploys[0].components[split].name;
      part.variant_name = p == 0 ? first : second;
      part.zone_name = zone.name;
      part.pool_name = zone.pools[model.pools[pool].pool].name;
      answer.parts.push_back(part);
    }
    return Recall(program, program.deploys[0], model, answer);
  };
  EXPECT_TRUE(answer_with("other", "other"));
  EXPECT_FALSE(answer_with(variants[1].name, "other"));
}

}  // namespace
}  // namespace sprint::placement
