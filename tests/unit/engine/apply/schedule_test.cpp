#include "engine/apply/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sprint::apply {
namespace {

using plan::Action;

plan::Plan PlanOf(const std::vector<std::pair<Action, std::string>>& steps) {
  plan::Plan plan;
  for (const auto& [action, address] : steps) {
    plan::Step& step = plan.steps.emplace_back();
    step.action = action;
    step.address = address;
  }
  return plan;
}

// Addresses of what must be done before the half of the step at `address`.
std::set<std::string> Before(const plan::Plan& plan, const std::string& address) {
  const std::vector<Task> tasks = MakeSchedule(plan);
  std::set<std::string> before;
  std::vector<size_t> open;
  for (const Task& task : tasks) {
    if (IsHalf(task) && plan.steps[task.step].address == address) open = task.waits_for;
  }
  while (!open.empty()) {
    const Task& task = tasks[open.back()];
    open.pop_back();
    if (IsHalf(task)) before.insert(plan.steps[task.step].address);
    open.insert(open.end(), task.waits_for.begin(), task.waits_for.end());
  }
  return before;
}

TEST(Schedule, WhatGoesWaitsForAllOfItThatComesElsewhere) {
  const plan::Plan plan = PlanOf({{Action::Create, "north.Work.proxy"},
                                  {Action::Create, "north.Work[0].service"},
                                  {Action::Create, "west.Work[0].service"},
                                  {Action::Create, "north.Workers[0].service"},
                                  {Action::Create, "east.Work[7].service"},
                                  {Action::Create, "Work"},
                                  {Action::Update, "south.Work[0].service"},
                                  {Action::Delete, "east.Work[0].service"},
                                  {Action::Delete, "east.Other[0].service"}});
  EXPECT_THAT(
      Before(plan, "east.Work[0].service"),
      testing::ElementsAre("north.Work.proxy", "north.Work[0].service", "west.Work[0].service"));
  EXPECT_TRUE(Before(plan, "east.Other[0].service").empty());
}

// The one that comes needs what cannot be replaced before the one that goes has gone.
TEST(Schedule, WaitingForWhatComesIsGivenUpWhereItLeavesACircle) {
  plan::Plan plan = PlanOf({{Action::Replace, "net"},
                            {Action::Create, "north.Work[0].service"},
                            {Action::Delete, "east.Work[0].service"}});
  plan.steps[1].dependencies = {"net"};
  plan.steps[2].old_dependencies = {"net"};
  EXPECT_TRUE(Before(plan, "east.Work[0].service").empty());
  EXPECT_THAT(Before(plan, "north.Work[0].service"),
              testing::ElementsAre("east.Work[0].service", "net"));
}

TEST(Schedule, MovingManyTakesNoMoreWaitsThanThereAreOfThem) {
  constexpr int Count = 5'000;
  std::vector<std::pair<Action, std::string>> steps;
  for (int i = 0; i < Count; ++i) {
    const std::string work = ".Work[" + std::to_string(i) + "].service";
    steps.emplace_back(Action::Create, "north" + work);
    steps.emplace_back(Action::Delete, "east" + work);
  }
  size_t waits = 0;
  for (const Task& task : MakeSchedule(PlanOf(steps))) waits += task.waits_for.size();
  EXPECT_EQ(waits, 2u * Count);
}

}  // namespace
}  // namespace sprint::apply
