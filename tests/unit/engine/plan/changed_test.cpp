#include <gtest/gtest.h>

#include "engine/plan/plan.h"

namespace sprint::plan {
namespace {

lower::Resource Thing(const std::string& name, int size, std::vector<std::string> needs = {}) {
  lower::Resource resource;
  resource.address = name;
  resource.type = "sim.thing";
  resource.provider = "sim";
  resource.config = value::Object{{"size", size}};
  resource.dependencies = std::move(needs);
  return resource;
}

lower::DesiredGraph Chain() {
  lower::DesiredGraph graph;
  graph.resources = {Thing("a", 1), Thing("b", 1, {"a"}), Thing("c", 1, {"b"}), Thing("d", 1)};
  return graph;
}

state::Snapshot SnapshotOf(const lower::DesiredGraph& graph) {
  state::Snapshot snapshot;
  for (const lower::Resource& resource : graph.resources) {
    state::Record& record = snapshot.records[resource.address];
    record.address = resource.address;
    record.type = resource.type;
    record.provider = resource.provider;
    record.attributes = resource.config;
  }
  return snapshot;
}

TEST(Changed, IsNothingWhereNothingIs) {
  lower::DesiredGraph now = Chain();
  now.resources[1].loc = {FileId{1}, 7, 9};
  now.resources[1].units["size"] = "GiB";
  EXPECT_TRUE(Changed(Chain(), now).empty());
}

TEST(Changed, IsWhatDiffersAndWhatDependsOnIt) {
  lower::DesiredGraph now = Chain();
  now.resources[1].config = value::Object{{"size", 2}};
  EXPECT_EQ(Changed(Chain(), now), (std::set<std::string>{"b", "c"}));
  now = Chain();
  now.resources[3].lifecycle.protect = true;
  EXPECT_EQ(Changed(Chain(), now), (std::set<std::string>{"d"}));
}

TEST(Changed, IsNotWhatWasTakenOver) {
  lower::DesiredGraph before = Chain(), now = Chain();
  now.resources[2].config = value::Object{{"size", 2}};
  now.resources[1].dependencies = {"a", "c"};
  before.resources[0].address.clear();  // taken over, as Lower does
  before.resources[1].address.clear();
  EXPECT_EQ(Changed(before, now), (std::set<std::string>{"b", "c"}));
}

TEST(Changed, IsWhatIsNewAndWhatIsGone) {
  lower::DesiredGraph now = Chain();
  now.resources[3] = Thing("e", 1);
  EXPECT_EQ(Changed(Chain(), now), (std::set<std::string>{"d", "e"}));
}

TEST(Changed, IsAllOfAProviderThatIsConfiguredOtherwise) {
  lower::DesiredGraph before = Chain(), now = Chain();
  before.providers.push_back({"sim", value::Object{{"at", "x"}}});
  now.providers.push_back({"sim", value::Object{{"at", "y"}}});
  now.resources[3].provider = "other";
  EXPECT_EQ(Changed(before, now), (std::set<std::string>{"a", "b", "c"}));
}

// Without a provider steps are planned from the program alone, which suffices to see which.
TEST(PlanOnly, LooksAtNothingElse) {
  lower::DesiredGraph now = Chain();
  now.resources[0].config = value::Object{{"size", 5}};  // is left out
  now.resources[1].config = value::Object{{"size", 2}};
  now.resources.pop_back();
  GivenProviders none;
  PlanOptions options;
  options.only = {"b", "d"};
  const auto plan = MakePlan(now, SnapshotOf(Chain()), none, options);
  ASSERT_TRUE(plan.ok()) << plan.error().ToString();
  ASSERT_EQ(plan->steps.size(), 2U);
  EXPECT_EQ(plan->steps[0].address, "b");
  EXPECT_EQ(plan->steps[0].action, Action::Update);
  EXPECT_EQ(plan->steps[1].address, "d");
  EXPECT_EQ(plan->steps[1].action, Action::Delete);
  EXPECT_TRUE(plan->partial);
}

// What a chosen resource refers to and is not chosen itself is as the state has it.
TEST(PlanOnly, RefersToWhatTheStateHas) {
  lower::DesiredGraph now = Chain();
  now.resources[1].config = value::Object{
      {"size", value::Object{{"$ref", value::Object{{"address", "a"}, {"path", "size"}}}}}};
  GivenProviders none;
  PlanOptions options;
  options.only = {"b"};
  state::Snapshot snapshot = SnapshotOf(Chain());
  snapshot.records["a"].attributes = value::Object{{"size", 9}};
  const auto plan = MakePlan(now, snapshot, none, options);
  ASSERT_TRUE(plan.ok()) << plan.error().ToString();
  ASSERT_EQ(plan->steps.size(), 1U);
  EXPECT_EQ(plan->steps[0].after.Number("size"), 9);
}

}  // namespace
}  // namespace sprint::plan
