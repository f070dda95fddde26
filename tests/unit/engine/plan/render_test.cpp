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
  for (const auto& [address, before] : {std::pair<std::string, value::Value>{"made", {}},
                                        {"gone", value::Object{{"id", "1"}}},
                                        {"changed", value::Object{{"id", "2"}, {"size", 1}}},
                                        {"same", value::Object{{"id", "3"}}}}) {
    Step step;
    step.address = address;
    step.before = before;
    plan.steps.push_back(std::move(step));
  }
  state::Snapshot snapshot;
  snapshot.lineage = "l";
  EXPECT_TRUE(CheckFresh(plan, snapshot).ok());
  snapshot.serial = 3;
  snapshot.records["made"].attributes = value::Object{{"id", "0"}};
  snapshot.records["changed"].attributes = value::Object{{"id", "2"}, {"size", 2}};
  snapshot.records["same"].attributes = value::Object{{"id", "3"}};
  snapshot.records["new"].attributes = value::Object{{"id", "4"}};
  const Status moved = CheckFresh(plan, snapshot);
  ASSERT_FALSE(moved.ok());
  EXPECT_NE(moved.error().message().find(
                "from serial 0 to 3: `made`, `new` were made; `changed` was changed; `gone` was "
                "taken away"),
            std::string::npos)
      << moved.error().message();
  plan.errors = {"no"};
  EXPECT_EQ(CheckFresh(plan, snapshot).error().code(), ErrorCode::Denied);
}

TEST(CheckProgram, NamesTheFiles) {
  Plan plan;
  plan.program_hash = "old";
  plan.sources = {{"a.sprint", "1"}, {"b.sprint", "2"}};
  EXPECT_TRUE(CheckProgram(plan, "old", {}).ok());
  const Status changed = CheckProgram(plan, "new", {{"a.sprint", "1"}, {"c.sprint", "3"}});
  ASSERT_FALSE(changed.ok());
  EXPECT_EQ(changed.error().message(),
            "`b.sprint`, `c.sprint` changed since the plan was made; plan again");
}

}  // namespace
}  // namespace sprint::plan
