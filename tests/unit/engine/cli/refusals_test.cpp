#include "engine/cli/refusals.h"

#include <gtest/gtest.h>

namespace sprint::cli {
namespace {

// A zone with two pools of one kind and one of another.
ir::Program Program() {
  ir::Program program;
  ir::Zone zone;
  zone.name = "upv";
  for (const auto& [name, kind] : {std::pair{"large", 0}, {"spare", 0}, {"gpu", 1}}) {
    ir::Pool pool;
    pool.name = name;
    pool.kind = static_cast<ir::Index>(kind);
    zone.pools.push_back(pool);
  }
  ir::Continuum continuum;
  continuum.zones.push_back(zone);
  program.continua.push_back(continuum);
  return program;
}

plan::Step Machine(int index, const std::string& resource) {
  plan::Step step;
  step.instance = "upv.large[" + std::to_string(index) + "]";
  step.address = step.instance + "." + resource;
  step.config = value::Object{};
  return step;
}

apply::Item Refused(const plan::Step& step, host::ErrorClass error_class) {
  apply::Item item;
  item.address = step.address;
  item.instance = step.instance;
  item.error = "no luck";
  item.error_class = error_class;
  item.outcome = apply::Outcome::Failed;
  return item;
}

TEST(Refusals, CoverTheKindInTheZoneAndKeepWhatIsThereWhole) {
  plan::Plan plan;
  plan.steps = {Machine(0, "server"), Machine(0, "disk"), Machine(1, "server"), Machine(1, "disk"),
                Machine(2, "server")};
  state::Snapshot snapshot;
  for (const size_t made : {0, 1, 2, 4}) {
    state::Record record;
    record.attributes = value::Object{{"id", "x"}};
    record.tainted = made == 4;
    snapshot.records[plan.steps[made].address] = record;
  }
  apply::Report report;
  report.items = {Refused(plan.steps[3], host::ErrorClass::Capacity)};
  const auto refused = RefusalsOf(report, plan, snapshot, Program(), {}, 1000);
  ASSERT_EQ(refused.size(), 2u);
  EXPECT_EQ(refused[0].pool, "large");
  EXPECT_EQ(refused[0].count, 1) << "of the second the disk is missing, the third is half made";
  EXPECT_EQ(refused[0].until, 1000 + 600);
  EXPECT_EQ(refused[1].pool, "spare");
  EXPECT_EQ(refused[1].count, 0);
}

TEST(Refusals, OtherFailuresRefuseNothing) {
  plan::Plan plan;
  plan.steps = {Machine(0, "server")};
  apply::Report report;
  report.items = {Refused(plan.steps[0], host::ErrorClass::Auth)};
  EXPECT_TRUE(RefusalsOf(report, plan, {}, Program(), {}, 0).empty());
  plan.steps[0].instance = report.items[0].instance = "";
  report.items[0].error_class = host::ErrorClass::Quota;
  EXPECT_TRUE(RefusalsOf(report, plan, {}, Program(), {}, 0).empty()) << "not of a pool";
}

TEST(Refusals, NewsIsWhatLeavesOutMore) {
  const state::Refusal one{"upv", "large", 1, "quota", "", 50}, none{"upv", "large", 0, "", "", 60},
      other{"upv", "gpu", 0, "quota", "", 70};
  bool news = false;
  EXPECT_EQ(Merged({}, {one}, news).size(), 1u);
  EXPECT_TRUE(news);
  EXPECT_EQ(Merged({one, other}, {one}, news).size(), 2u);
  EXPECT_FALSE(news) << "placing again would give the same again";
  const auto merged = Merged({one, other}, {none}, news);
  EXPECT_TRUE(news);
  EXPECT_EQ(merged[0].count, 0);
  EXPECT_EQ(merged[1].pool, "gpu");
  EXPECT_EQ(Live(merged, 65).size(), 1u) << "they end by themselves";
}

TEST(Refusals, LeaveOutPoolsThatAreStillThere) {
  const ir::Program program = Program();
  ir::Deploy deploy;
  deploy.continuum = 0;
  const auto available = AvailableWith({{"upv", "spare", 2, "", "", 0},
                                        {"upv", "gone", 0, "", "", 0},
                                        {"upv", "gpu", int64_t{1} << 32, "", "", 0}},
                                       program, deploy);
  ASSERT_EQ(available.size(), 2u);
  EXPECT_GT(available[1].count, 0u) << "as many as can be counted";
  EXPECT_EQ(available[0].pool, 1u);
  EXPECT_EQ(available[0].count, 2u);
}

}  // namespace
}  // namespace sprint::cli
