#include "engine/plan/phases.h"

#include <gtest/gtest.h>

namespace sprint::plan {
namespace {

Step With(Action action) {
  Step step;
  step.action = action;
  return step;
}

TEST(Within, CoversWhatWasApprovedAndLess) {
  const auto within = [](Action approved, Action now) { return Within(With(approved), With(now)); };
  for (const Action approved : {Action::Create, Action::Update, Action::Replace, Action::Delete}) {
    EXPECT_TRUE(within(approved, Action::NoOp)) << Name(approved);
    EXPECT_TRUE(within(approved, approved)) << Name(approved);
  }
  EXPECT_TRUE(within(Action::Replace, Action::Update));
  EXPECT_TRUE(within(Action::Replace, Action::Create));
  EXPECT_TRUE(within(Action::Delete, Action::Forget));
  EXPECT_FALSE(within(Action::NoOp, Action::Create));
  EXPECT_FALSE(within(Action::NoOp, Action::Update));
  EXPECT_FALSE(within(Action::Create, Action::Update));
  EXPECT_FALSE(within(Action::Create, Action::Replace));
  EXPECT_FALSE(within(Action::Update, Action::Replace));
  EXPECT_FALSE(within(Action::Update, Action::Create));
  EXPECT_FALSE(within(Action::Replace, Action::Delete));
  EXPECT_FALSE(within(Action::Delete, Action::Replace));
}

// A provider that is configured by `host`.
class ConfigurableTest : public testing::Test {
 protected:
  Result<When> Ask() {
    return Configurable(
        {"inner", value::Object{{"at", value::Object{{"$ref", reference_}}}}},
        [this](const std::string& address) { return address == "host" ? step_ : nullptr; },
        [this](const std::string&) { return recorded_; });
  }
  static Step Host(Action action, value::Value before, value::Value after) {
    Step step = With(action);
    step.before = std::move(before);
    step.after = std::move(after);
    return step;
  }

  const value::Object reference_{{"address", "host"}, {"path", "ip"}};
  const value::Value here_ = value::Object{{"ip", "10.0.0.1"}},
                     there_ = value::Object{{"ip", "10.0.0.2"}},
                     somewhere_ = value::Object{{"ip", value::Unknown{}}};
  const Step* step_ = nullptr;
  const value::Value* recorded_ = nullptr;
};

TEST_F(ConfigurableTest, NowWhereNothingOfItChanges) {
  for (const Action action : {Action::NoOp, Action::Update, Action::Refresh}) {
    const Step host = Host(action, here_, here_);
    step_ = &host;
    const auto when = Ask();
    ASSERT_TRUE(when.ok());
    EXPECT_FALSE(when->later);
    EXPECT_EQ(when->config.Text("at"), "10.0.0.1");
  }
  // Not looked at by this plan.
  step_ = nullptr;
  recorded_ = &there_;
  EXPECT_EQ(Ask()->config.Text("at"), "10.0.0.2");
  recorded_ = nullptr;
  EXPECT_EQ(Ask().error().code(), ErrorCode::Conflict);
}

TEST_F(ConfigurableTest, LaterWhereItIsMadeOrChanges) {
  // Also where the value is known before it is there.
  for (const Step& host : {Host(Action::Create, {}, somewhere_), Host(Action::Create, {}, here_),
                           Host(Action::Replace, here_, here_), Host(Action::Update, here_, there_),
                           Host(Action::Update, here_, somewhere_)}) {
    step_ = &host;
    const auto when = Ask();
    ASSERT_TRUE(when.ok() && when->later);
    EXPECT_EQ(when->later->number, 1);
    EXPECT_EQ(when->later->after, std::vector<std::string>{"host"});
  }
  Step bounded = Host(Action::NoOp, here_, here_);
  bounded.bounded = true;
  bounded.phase = 2;
  step_ = &bounded;
  EXPECT_EQ(Ask()->later->number, 3);
}

}  // namespace
}  // namespace sprint::plan
