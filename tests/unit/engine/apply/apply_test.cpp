#include "engine/apply/apply.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>

#include "tests/testing/no_threads.h"

namespace sprint::apply {
namespace {

using plan::Action;

value::Type TextType() { return {.kind = value::Type::Kind::String}; }

// A world of things in memory. Creation is idempotent by `name`, as the contract of
// providers asks; calls for names in `failing` fail, those in `dying` act, then die.
class ScriptedProvider final : public host::Provider {
 public:
  ScriptedProvider() {
    value::Schema schema;
    schema.attributes = {{.name = "id", .type = TextType(), .computed = true},
                         {.name = "name", .type = TextType(), .required = true, .forces_new = true},
                         {.name = "size", .type = TextType(), .optional = true}};
    resources_["sim_thing"] = schema;
  }
  const std::map<std::string, value::Schema>& resources() const override { return resources_; }
  const value::Schema& config_schema() const override { return config_; }
  Result<std::vector<host::Message>> Configure(const value::Value&) override {
    return std::vector<host::Message>{};
  }
  Result<std::vector<host::Message>> Validate(const std::string&, const value::Value&) override {
    return std::vector<host::Message>{};
  }
  Result<host::PlanAnswer> Plan(const std::string&, const value::Value& prior,
                                const value::Value& proposed, const value::Value&,
                                const std::string&) override {
    host::PlanAnswer answer;
    answer.planned = proposed;
    if (prior.is_null()) {
      (*answer.planned.As<value::Object>())["id"] = value::Unknown{};
    } else if (!(*prior.Find("name") == *proposed.Find("name"))) {
      answer.requires_replace = {"name"};
    }
    return answer;
  }
  Result<host::ApplyAnswer> Apply(const std::string&, const value::Value& prior,
                                  const value::Value& planned, const value::Value&,
                                  const std::string&) override {
    const std::lock_guard lock(mutex_);
    const std::string name = (planned.is_null() ? prior : planned).Text("name");
    calls.push_back((planned.is_null() ? "-" : prior.is_null() ? "+" : "~") + name);
    host::ApplyAnswer answer;
    if (failing.count(name)) {
      if (partial.count(name)) {
        answer.new_state = planned;
        (*answer.new_state.As<value::Object>())["id"] = "half-" + name;
      }
      answer.messages.push_back({true, "no luck", "", ""});
      return answer;
    }
    if (planned.is_null()) {
      things.erase(name);
      return answer;
    }
    value::Value thing = planned;
    (*thing.As<value::Object>())["id"] = "id-" + name;
    things[name] = thing;
    if (dying.count(name)) return Error(ErrorCode::Unavailable, "the provider died");
    answer.new_state = thing;
    return answer;
  }
  Result<host::ReadAnswer> Read(const std::string&, const value::Value& current,
                                const std::string&) override {
    const std::lock_guard lock(mutex_);
    host::ReadAnswer answer;
    const auto found = things.find(current.Text("name"));
    if (found != things.end())
      answer.new_state = found->second;
    else if (partial.count(current.Text("name")))
      answer.new_state = current;
    return answer;
  }
  void Stop() override {}

  std::map<std::string, value::Value> things;
  std::set<std::string> failing, partial, dying;
  std::vector<std::string> calls;

 private:
  std::map<std::string, value::Schema> resources_;
  value::Schema config_;
  std::mutex mutex_;
};

value::Value Reference(const std::string& address, const std::string& path) {
  return value::Object{{"$ref", value::Object{{"address", address}, {"path", path}}}};
}

lower::Resource Thing(const std::string& name, value::Value size,
                      std::vector<std::string> dependencies = {}) {
  return {"zone." + name,
          "sim.thing",
          "sim",
          value::Object{{"name", name}, {"size", std::move(size)}},
          std::move(dependencies),
          {}};
}

class ApplyTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "applyXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    auto store = state::OpenSqlite(folder_ + "/state.db");
    ASSERT_TRUE(store.ok()) << store.error().ToString();
    store_ = store.TakeValue();
    ASSERT_TRUE(store_->Acquire("test", 600).ok());
    providers_.Add("sim", &sim_);
    graph_.resources = {Thing("a", "1"), Thing("b", Reference("zone.a", "id"), {"zone.a"}),
                        Thing("c", "1")};
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  plan::Plan Plan(bool destroy = false) {
    plan::PlanOptions options;
    options.destroy = destroy;
    auto plan = plan::MakePlan(graph_, *store_->Read(), providers_, options);
    EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().ToString());
    return plan.ok() ? plan.TakeValue() : plan::Plan{};
  }
  Report Go(const plan::Plan& plan, const ApplyOptions& options = {}) {
    auto report = Apply(plan, *store_, providers_, SystemClock(), options);
    EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().ToString());
    return report.ok() ? report.TakeValue() : Report{};
  }
  static std::string Changed(const plan::Plan& plan) {
    std::string text;
    for (const plan::Step& step : plan.steps) {
      if (step.action == Action::NoOp) continue;
      text += std::string(text.empty() ? "" : " ") + Name(step.action) + ":" + step.address;
    }
    return text;
  }

  std::string folder_;
  std::unique_ptr<state::Store> store_;
  ScriptedProvider sim_;
  plan::GivenProviders providers_;
  lower::DesiredGraph graph_;
};

TEST_F(ApplyTest, CreatesEverythingAndThenHasNothingToDo) {
  const plan::Plan first = Plan();
  EXPECT_EQ(Changed(first), "create:zone.a create:zone.b create:zone.c");
  EXPECT_TRUE(first.steps[1].after.Find("size")->is_unknown());
  EXPECT_EQ(Go(first).ExitCode(), 0);
  EXPECT_EQ(sim_.things.at("b").Text("size"), "id-a");
  EXPECT_FALSE(Plan().HasChanges());
}

TEST_F(ApplyTest, WithoutAThreadToDoItWithNothingIsDone) {
  const plan::Plan plan = Plan();
  {
    const NoThreads none;
    const auto report = Apply(plan, *store_, providers_, SystemClock(), {});
    ASSERT_FALSE(report.ok());
    EXPECT_EQ(report.error().code(), ErrorCode::Unavailable);
  }
  EXPECT_TRUE(sim_.calls.empty());
  EXPECT_EQ(Go(plan).ExitCode(), 0);
}

// What moves to another zone is there before it goes here, and stays when it cannot be had.
TEST_F(ApplyTest, WhatMovesElsewhereGoesLast) {
  const auto run_in = [this](const std::string& zone) {
    graph_.resources = {Thing(zone, "1")};
    graph_.resources[0].address = zone + ".Work[0].service";
    return Go(Plan());
  };
  run_in("north");
  sim_.failing.insert("east");
  EXPECT_EQ(run_in("east").Count(Outcome::Skipped), 1u);
  EXPECT_TRUE(sim_.things.contains("north"));
  sim_.failing.clear();
  sim_.calls.clear();
  EXPECT_EQ(run_in("east").ExitCode(), 0);
  EXPECT_EQ(sim_.calls, (std::vector<std::string>{"+east", "-north"}));
}

TEST_F(ApplyTest, OneEditedAttributeIsOneUpdate) {
  Go(Plan());
  graph_.resources[2] = Thing("c", "2");
  const plan::Plan edit = Plan();
  EXPECT_EQ(Changed(edit), "update:zone.c");
  EXPECT_EQ(edit.steps[2].reason, "`size` changes");
  sim_.calls.clear();
  EXPECT_EQ(Go(edit).ExitCode(), 0);
  EXPECT_EQ(sim_.calls, std::vector<std::string>{"~c"});
}

TEST_F(ApplyTest, DestroyLeavesNothingAndGoesBackwards) {
  Go(Plan());
  sim_.calls.clear();
  EXPECT_EQ(Go(Plan(true)).ExitCode(), 0);
  EXPECT_TRUE(sim_.things.empty());
  EXPECT_TRUE(store_->Read()->records.empty());
  const auto at = [this](const std::string& call) {
    return std::find(sim_.calls.begin(), sim_.calls.end(), call) - sim_.calls.begin();
  };
  EXPECT_LT(at("-b"), at("-a"));
}

TEST_F(ApplyTest, FailureSkipsDependantsOnlyAndTheNextApplyGoesOn) {
  sim_.failing = {"a"};
  const Report report = Go(Plan());
  ASSERT_EQ(report.items.size(), 3u);
  EXPECT_EQ(report.items[0].outcome, Outcome::Failed);
  EXPECT_EQ(report.items[1].outcome, Outcome::Skipped);
  EXPECT_EQ(report.items[2].outcome, Outcome::Done);
  EXPECT_EQ(report.ExitCode(), 1);
  sim_.failing.clear();
  const plan::Plan rest = Plan();
  EXPECT_EQ(Changed(rest), "create:zone.a create:zone.b");
  EXPECT_EQ(Go(rest).ExitCode(), 0);
  EXPECT_FALSE(Plan().HasChanges());
}

TEST_F(ApplyTest, HalfMadeObjectIsReplaced) {
  sim_.failing = sim_.partial = {"c"};
  Go(Plan());
  EXPECT_TRUE(store_->Read()->records.at("zone.c").tainted);
  sim_.failing.clear();
  const plan::Plan again = Plan();
  EXPECT_EQ(Changed(again), "replace:zone.c");
  EXPECT_EQ(Go(again).ExitCode(), 0);
  EXPECT_FALSE(Plan().HasChanges());
}

TEST_F(ApplyTest, ForcingAttributeReplacesTheObject) {
  Go(Plan());
  graph_.resources[2].config = value::Object{{"name", "d"}, {"size", "1"}};
  const plan::Plan replace = Plan();
  EXPECT_EQ(Changed(replace), "replace:zone.c");
  EXPECT_EQ(replace.steps[2].forcing, "name");
  sim_.calls.clear();
  EXPECT_EQ(Go(replace).ExitCode(), 0);
  const std::vector<std::string> expected{"-c", "+d"};
  EXPECT_EQ(sim_.calls, expected);
}

TEST_F(ApplyTest, ObjectGoneFromTheWorldIsMadeAgain) {
  Go(Plan());
  sim_.things.erase("c");
  EXPECT_EQ(Changed(Plan()), "create:zone.c");
}

TEST_F(ApplyTest, CallCutOffIsResolvedWithoutADuplicateOrAnOrphan) {
  sim_.dying = {"c"};
  EXPECT_EQ(Go(Plan()).ExitCode(), 1);
  ASSERT_EQ(store_->Read()->open.size(), 1u);
  EXPECT_FALSE(plan::MakePlan(graph_, *store_->Read(), providers_, {}).ok());
  sim_.dying.clear();
  // Even when the program has dropped it meanwhile, the object is found and removed.
  graph_.resources.pop_back();
  const auto recovered = Recover(*store_, providers_, SystemClock());
  ASSERT_TRUE(recovered.ok()) << recovered.error().ToString();
  ASSERT_EQ(recovered->size(), 1u);
  EXPECT_EQ(recovered->front().address + " " + recovered->front().text, "zone.c was made");
  EXPECT_EQ(Changed(Plan()), "delete:zone.c");
  EXPECT_EQ(Go(Plan()).ExitCode(), 0);
  EXPECT_EQ(sim_.things.count("c"), 0u);
  EXPECT_EQ(sim_.things.size(), 2u);
}

TEST_F(ApplyTest, StalePlanIsRefused) {
  const plan::Plan old = Plan();
  Go(Plan());
  const auto report = Apply(old, *store_, providers_, SystemClock(), {});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code(), ErrorCode::Conflict);
  EXPECT_NE(report.error().message().find("from serial 0 to 3"), std::string::npos);
}

TEST_F(ApplyTest, StopFromOutsideStartsNothingNew) {
  std::atomic<bool> stop{false};
  ApplyOptions options;
  options.parallel = 1;
  options.stop = &stop;
  options.progress = [&stop](const Event& event) {
    if (event.kind == Event::Kind::Started) stop = true;
  };
  const Report report = Go(Plan(), options);
  EXPECT_EQ(report.ExitCode(), 130);
  EXPECT_EQ(report.Count(Outcome::Done), 1u);
  EXPECT_EQ(report.Count(Outcome::NotStarted), 2u);
  EXPECT_TRUE(store_->Read()->open.empty());
}

TEST_F(ApplyTest, ProviderThatIsNotInstalledIsPlannedWithANoteAndRefusedByApply) {
  graph_.resources[2].provider = "cloud";
  const plan::Plan plan = Plan();
  EXPECT_EQ(plan.Count(Action::Create), 3u);
  ASSERT_EQ(plan.notes.size(), 1u);
  EXPECT_NE(plan.notes[0].find("`cloud` is not installed"), std::string::npos);
  const auto report = Apply(plan, *store_, providers_, SystemClock(), {});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code(), ErrorCode::NotFound);
  EXPECT_TRUE(sim_.calls.empty());
}

TEST_F(ApplyTest, SavedPlanAppliesLikeTheFreshOne) {
  const auto loaded = plan::FromText(plan::ToText(Plan()));
  ASSERT_TRUE(loaded.ok()) << loaded.error().ToString();
  EXPECT_EQ(plan::ToText(*loaded), plan::ToText(Plan()));
  EXPECT_EQ(Go(*loaded).ExitCode(), 0);
  EXPECT_FALSE(Plan().HasChanges());
}

}  // namespace
}  // namespace sprint::apply
