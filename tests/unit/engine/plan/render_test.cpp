#include <gtest/gtest.h>

#include "engine/plan/plan.h"

namespace sprint::plan {
namespace {

Step Sample(const std::string& address, Action action) {
  Step step;
  step.address = address;
  step.type = "sim.thing";
  step.action = action;
  step.reason = "is new";
  return step;
}

TEST(Render, ShowsOnlyWhatChangesAndCountsAReplacementTwice) {
  Plan plan;
  plan.steps = {Sample("kept", Action::NoOp), Sample("made", Action::Create),
                Sample("again", Action::Replace), Sample("gone", Action::Delete)};
  plan.steps[1].after = value::Object{{"id", value::Unknown{}}, {"size", 2}};
  const std::string text = Render(plan, false);
  EXPECT_EQ(text.find("kept"), std::string::npos);
  EXPECT_NE(text.find("   + sim.thing  made  (is new)\n"
                      "        size = 2\n"
                      "        # known after apply: id\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(" -/+ sim.thing  again"), std::string::npos) << text;
  EXPECT_NE(text.find("Plan: 2 to add, 0 to change, 2 to destroy.\n"), std::string::npos) << text;
}

TEST(Render, ColourIsOnlyWhereAskedFor) {
  Plan plan;
  plan.steps = {Sample("made", Action::Create)};
  EXPECT_EQ(Render(plan, false).find('\033'), std::string::npos);
  EXPECT_NE(Render(plan, true).find("\033[32m+\033[0m"), std::string::npos);
}

TEST(Changes, NameAddressActionAndReason) {
  Plan plan;
  plan.steps = {Sample("kept", Action::NoOp), Sample("made", Action::Create)};
  EXPECT_EQ(value::ToJson(Changes(plan)),
            R"([{"action":"create","address":"made","reason":"is new","type":"sim.thing"}])");
}

TEST(PlanFile, RefusesWhatIsNoPlan) {
  EXPECT_FALSE(FromText("{}").ok());
  EXPECT_FALSE(FromText("{\"sprint_plan\":1,\"steps\":[{}]}").ok());
  EXPECT_FALSE(FromText("nonsense").ok());
}

TEST(CheckFresh, SaysWhatMoved) {
  Plan plan;
  plan.lineage = "l";
  plan.program_hash = "old";
  state::Snapshot snapshot;
  snapshot.lineage = "l";
  EXPECT_TRUE(CheckFresh(plan, snapshot, "old").ok());
  const Status program = CheckFresh(plan, snapshot, "new");
  ASSERT_FALSE(program.ok());
  EXPECT_NE(program.error().message().find("program changed"), std::string::npos);
}

}  // namespace
}  // namespace sprint::plan
