#include "engine/placement/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/engine/placement/programs.h"

namespace sprint::placement {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Answer MustPlace(const ir::Program& program, const Options& options = {}) {
  auto answer = Place(program, program.deploys[0], options);
  EXPECT_TRUE(answer.ok()) << (answer.ok() ? "" : answer.error().ToString());
  return answer.ok() ? *answer : Answer{};
}

TEST(Place, MaskDetectionBlursAtThePlantAndDetectsAtTheUniversity) {
  const ir::Program program = MaskDetection();
  const Answer answer = MustPlace(program);
  EXPECT_EQ(answer.state, State::Optimal);
  EXPECT_NEAR(answer.cost, 0.122, 1e-9);
  EXPECT_NEAR(answer.bound, answer.cost, 1e-9);
  ASSERT_EQ(answer.parts.size(), 2U);
  const Placed& blur = answer.parts[0];
  EXPECT_EQ(blur.zone_name + "." + blur.pool_name, "plant.rpi");
  EXPECT_EQ(blur.replicas, 1U);
  EXPECT_NEAR(blur.response_mean, 0.28125, 1e-9);
  EXPECT_NEAR(blur.utilisation, 0.36, 1e-9);
  const Placed& detect = answer.parts[1];
  EXPECT_EQ(detect.variant_name, "tiny");
  EXPECT_EQ(detect.zone_name + "." + detect.pool_name, "upv.large");
  EXPECT_NEAR(detect.response_mean, 0.0882353, 1e-6);
  ASSERT_EQ(answer.requirements.size(), 3U);
  EXPECT_TRUE(answer.requirements[1].met);
  EXPECT_LT(answer.requirements[1].value, 2);
  EXPECT_NEAR(answer.requirements[2].value, 0.903, 1e-12);
}

TEST(Place, PersonalDataNeverGoesToAPartnerThoughItWouldBeCheaper) {
  ir::Program program = MaskDetection();
  program.deploys[0].components[0].handles = ir::DataLevel::Internal;
  const Answer open = MustPlace(program);
  EXPECT_NEAR(open.cost, 0.12, 1e-9);
  EXPECT_EQ(open.parts[0].zone_name, "upv");
}

TEST(Place, AForeignPlantLeavesPersonalDataNowhereAndSaysSo) {
  ir::Program program = MaskDetection();
  program.continua[0].zones[0].country = "FR";
  const Answer answer = MustPlace(program);
  ASSERT_EQ(answer.state, State::Infeasible);
  ASSERT_EQ(answer.cores.size(), 1U);
  ASSERT_EQ(answer.cores[0].size(), 1U);
  EXPECT_EQ(answer.cores[0][0].loc, At(1));
  EXPECT_THAT(answer.cores[0][0].text, HasSubstr("Blur handles personal data"));
}

TEST(Place, TooLowACostIsExplainedByThreeSmallestSetsOfLines) {
  ir::Program program = MaskDetection();
  auto& constraints = program.applications[0].constraints;
  constraints.push_back(MakeRule("", "accuracy(Detect) >= 92 %", ir::Metric::Accuracy, {1},
                                 ir::Relation::AtLeast, 0.92, "%", 13));
  const Answer precise = MustPlace(program);
  EXPECT_EQ(precise.state, State::Optimal);
  EXPECT_EQ(precise.parts[1].variant_name, "split");
  constraints.push_back(MakeRule("", "cost <= 0.1 EUR/h", ir::Metric::Cost, {},
                                 ir::Relation::AtMost, 0.1 / Hour, "EUR/h", 14));
  const Answer answer = MustPlace(program);
  ASSERT_EQ(answer.state, State::Infeasible);
  EXPECT_TRUE(answer.cores_complete);
  std::vector<std::vector<Loc>> lines;
  for (const auto& core : answer.cores) {
    lines.emplace_back();
    for (const CoreLine& line : core) lines.back().push_back(line.loc);
  }
  EXPECT_THAT(lines, ElementsAre(ElementsAre(At(13), At(14)), ElementsAre(At(10), At(14)),
                                 ElementsAre(At(11), At(14))));
  ASSERT_EQ(answer.relaxations.size(), 1U);
  EXPECT_EQ(answer.relaxations[0].text, "cost <= 0.124 EUR/h would do");
  EXPECT_EQ(answer.relaxations[0].loc, At(14));
  const std::string text = Render(answer, program, program.deploys[0]);
  EXPECT_THAT(text, HasSubstr("accuracy(Detect) >= 92 %\n     cost <= 0.1 EUR/h"));
}

TEST(Place, WindFarmIsProvenWithACutNetworkAndFunctions) {
  const ir::Program program = WindFarm();
  const Answer answer = MustPlace(program);
  EXPECT_EQ(answer.state, State::Optimal);
  for (const Requirement& requirement : answer.requirements) {
    EXPECT_TRUE(requirement.met || requirement.weight) << requirement.text;
  }
  EXPECT_NEAR(answer.bound, answer.cost, 1e-9);
}

TEST(Place, LostBoardsAreNotUsedAndTooFewOfThemAreInfeasible) {
  const ir::Program program = MaskDetection();
  Options options;
  options.available = {{0, 0, 0}};
  EXPECT_EQ(MustPlace(program, options).state, State::Infeasible);
}

TEST(Place, AskedWhyNotThereItAnswersWithThePriceOrTheLines) {
  const ir::Program program = MaskDetection();
  Options there;
  there.force = {{1, 1, 1}};
  const Answer gpu = MustPlace(program, there);
  EXPECT_EQ(gpu.state, State::Optimal);
  EXPECT_NEAR(gpu.cost, 0.742, 1e-9);
  there.force = {{0, 1, 0}};
  const Answer blur = MustPlace(program, there);
  EXPECT_EQ(blur.state, State::Infeasible);
  ASSERT_FALSE(blur.cores.empty());
}

TEST(Place, ARunningPlacementIsKeptWhileMovingCostsMore) {
  const ir::Program program = MaskDetection();
  Options there;
  there.force = {{1, 1, 1}};
  Options options;
  options.running = MustPlace(program, there);
  options.move_price = 10;
  EXPECT_NEAR(MustPlace(program, options).cost, 0.742, 1e-9);
  options.move_price = 0.01;
  EXPECT_NEAR(MustPlace(program, options).cost, 0.122, 1e-9);
}

TEST(Place, CarbonIsLeastWhereElectricityIsClean) {
  ir::Program program = MaskDetection();
  // Blur must be at the plant; Detect saves carbon in the cloud only while that is clean, and
  // is slow at the plant.
  auto& rules = program.applications[0].constraints;
  rules.erase(rules.begin(), rules.begin() + 2);
  for (ir::Zone& zone : program.continua[0].zones) {
    for (ir::Pool& pool : zone.pools) pool.power = zone.name == "plant" ? 5 : 60;
    zone.carbon = (zone.name == "plant" ? 300 : 20) / 3.6e6;
  }
  program.deploys[0].goal = ir::Goal::Carbon;
  const Answer answer = MustPlace(program);
  EXPECT_EQ(answer.state, State::Optimal);
  // 5 W at 300 g/kWh, 60 W at 20.
  EXPECT_NEAR(answer.carbon, 1.5 + 1.2, 1e-9);
  EXPECT_NEAR(answer.bound, answer.carbon, 1e-9);
  EXPECT_NEAR(answer.energy, 65, 1e-9);
  program.continua[0].zones[1].carbon = 200 / 3.6e6;
  const Answer dirty = MustPlace(program);
  EXPECT_NEAR(dirty.carbon, 2 * 1.5, 1e-9);
  EXPECT_EQ(dirty.parts[1].zone_name, "plant");
  EXPECT_EQ(dirty.parts[1].variant_name, "tiny");
}

TEST(Predict, OfWhatNoLoadCanBeThereIsNone) {
  const ir::Program program = MaskDetection();
  const Answer answer = MustPlace(program);
  for (const double load : {std::nan(""), HUGE_VAL, 1e300, -1.0}) {
    EXPECT_FALSE(Predict(program, program.deploys[0], answer, load).ok()) << load;
  }
}

TEST(Predict, MoreLoadOnTheSamePlacementBreaksTheRequirement) {
  const ir::Program program = MaskDetection();
  const Answer answer = MustPlace(program);
  const auto same = Predict(program, program.deploys[0], answer, 2);
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(same->state, State::Feasible);
  EXPECT_NEAR(same->parts[0].response_mean, 0.28125, 1e-9);
  const auto more = Predict(program, program.deploys[0], answer, 4);
  ASSERT_TRUE(more.ok());
  EXPECT_EQ(more->state, State::Infeasible);
  EXPECT_NEAR(more->parts[0].response_mean, 0.18 / 0.28, 1e-9);
  EXPECT_FALSE(more->requirements[0].met);
  Options grown;
  grown.workload = 4;
  EXPECT_EQ(MustPlace(program, grown).parts[0].replicas, 2U);
}

TEST(Render, ShowsThePlanThePagePromises) {
  const ir::Program program = MaskDetection();
  Answer answer = MustPlace(program);
  answer.steps = 61;
  answer.seconds = 0.009;
  EXPECT_EQ(Render(answer, program, program.deploys[0]),
            "MaskDetection on Campus                                     workload 2 rps\n"
            "\n"
            "  Blur         plant/rpi x1          R    281 ms   <= 300 ms      0.002 EUR/h\n"
            "  Detect/tiny  upv/large x1          R     88 ms                  0.120 EUR/h\n"
            "  Blur -> Detect                     p95  1.10 s   <= 2 s\n"
            "  accuracy(Detect)                        90.3 %   >= 90 %\n"
            "  cost 0.122 EUR/h   optimal (bound 0.122, 61 nodes, 9 ms)\n"
            "\n"
            "  Frame    stays in plant (declassified by Blur: face blurring, review 2026-03)\n");
}

}  // namespace
}  // namespace sprint::placement
