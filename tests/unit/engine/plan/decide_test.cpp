#include "engine/plan/decide.h"

#include <gtest/gtest.h>

namespace sprint::plan {
namespace {

// Decides about an object whose attributes change as said; all providers ask for.
Step Decided(const value::Object& before, const value::Object& after,
             const std::vector<std::string>& requires_replace, value::Object config = {}) {
  Step step;
  step.before = before;
  step.after = after;
  step.config = std::move(config);
  Decide({&step, nullptr, false, true, false, false}, requires_replace);
  return step;
}

TEST(Decide, OnlyAttributesThatChangeForceANewObject) {
  const Step update = Decided({{"a", 1}, {"b", 1}}, {{"a", 2}, {"b", 1}}, {"b"});
  EXPECT_EQ(update.action, Action::Update);
  EXPECT_TRUE(update.replace_paths.empty());
  const Step none = Decided({{"a", 1}}, {{"a", 1}}, {"a"});
  EXPECT_EQ(none.action, Action::NoOp);
}

TEST(Decide, WhatTheProgramSetsIsTheReasonBeforeWhatFollowsFromIt) {
  const Step replace = Decided({{"a", 1}, {"b", 1}, {"c", 1}}, {{"a", 2}, {"b", 2}, {"c", 1}},
                               {"c", "a", "b"}, {{"b", 2}});
  EXPECT_EQ(replace.action, Action::Replace);
  EXPECT_EQ(replace.forcing, "b");
  EXPECT_EQ(replace.replace_paths, (std::vector<std::string>{"a", "b"}));
}

TEST(Decide, UnknownCountsAsChanged) {
  const Step replace = Decided({{"a", 1}}, {{"a", value::Unknown{}}}, {"a"});
  EXPECT_EQ(replace.action, Action::Replace);
}

}  // namespace
}  // namespace sprint::plan
