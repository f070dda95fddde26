#include "engine/progress/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "engine/progress/board.h"
#include "tests/unit/engine/progress/manual_clock.h"

namespace sprint::progress {
namespace {

using apply::Event;
using apply::Outcome;
using plan::Action;
using testing::HasSubstr;
using testing::Not;

plan::Plan PlanOf(const std::vector<std::pair<std::string, Action>>& steps) {
  plan::Plan plan;
  for (const auto& [address, action] : steps) {
    plan::Step step;
    step.address = address;
    step.action = action;
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

Event Of(Event::Kind kind, const std::string& address, Action action = Action::Create) {
  Event event;
  event.kind = kind;
  event.address = address;
  event.action = action;
  return event;
}
Event Ended(const std::string& address, Outcome outcome, Action action = Action::Create) {
  Event event = Of(Event::Kind::Finished, address, action);
  event.outcome = outcome;
  if (outcome != Outcome::Done) event.error = "no luck";
  return event;
}

TEST(Board, ReplacementIsOneObjectWithTwoCalls) {
  Board board(PlanOf({{"a", Action::Replace}, {"b", Action::Create}, {"c", Action::NoOp}}));
  EXPECT_EQ(Counts(board), "0 done, 0 running, 2 waiting");
  board.On(Of(Event::Kind::Started, "a", Action::Replace), {});
  EXPECT_EQ(Counts(board), "0 done, 1 running, 1 waiting");
  board.On(Ended("a", Outcome::Done, Action::Replace), {});
  EXPECT_EQ(Counts(board), "0 done, 0 running, 1 waiting") << "half of it is neither";
  board.On(Of(Event::Kind::Started, "a", Action::Replace), {});
  board.On(Ended("a", Outcome::Done, Action::Replace), {});
  EXPECT_EQ(Counts(board), "1 done, 0 running, 1 waiting");
}

TEST(Board, WhatFailsTakesOthersAlongAndAllAreCounted) {
  Board board(PlanOf({{"a", Action::Replace}, {"b", Action::Create}, {"c", Action::Create}}));
  board.On(Of(Event::Kind::Started, "a", Action::Replace), {});
  board.On(Ended("a", Outcome::Failed, Action::Replace), {});
  board.On(Of(Event::Kind::Skipped, "b"), {});
  board.On(Of(Event::Kind::Started, "c"), {});
  board.On(Ended("c", Outcome::Unknown), {});
  EXPECT_EQ(Counts(board), "0 done, 2 failed, 1 skipped, 0 running, 0 waiting");
}

TEST(Board, DurationsAreShort) {
  EXPECT_EQ(Duration(0.04), "0.0 s");
  EXPECT_EQ(Duration(9.94), "9.9 s");
  EXPECT_EQ(Duration(9.96), "10 s");
  EXPECT_EQ(Duration(119.4), "119 s");
  EXPECT_EQ(Duration(125), "2 min 5 s");
}

struct Told {
  std::vector<std::string> texts;
  Write write() {
    return [this](const std::string& text) { texts.push_back(text); };
  }
};

TEST(Lines, SilenceIsBrokenAfterASecondAndThenAtASteadyPace) {
  ManualClock clock;
  Told told;
  const auto lines = Lines(told.write(), clock);
  lines->Begin(PlanOf({{"a", Action::Create}}));
  lines->On(Of(Event::Kind::Started, "a"));
  std::vector<int> at;
  for (int tenths = 1; tenths <= 400; ++tenths) {
    clock.Pass(0.1);
    const size_t before = told.texts.size();
    lines->Tick(Interrupted::No);
    if (told.texts.size() > before) at.push_back(tenths);
  }
  ASSERT_EQ(at.size(), 8u) << "after 1 s and then every 5";
  EXPECT_NEAR(at[0], 10, 1);
  EXPECT_NEAR(at[1], 60, 2);
  EXPECT_NEAR(at[7], 360, 8);
  EXPECT_THAT(told.texts.back(), HasSubstr("0 done, 1 running, 0 waiting: a 36 s"));
}

TEST(Lines, InterruptionIsSaidOnceEach) {
  ManualClock clock;
  Told told;
  const auto lines = Lines(told.write(), clock);
  lines->Begin(PlanOf({{"a", Action::Create}}));
  lines->On(Of(Event::Kind::Started, "a"));
  for (const Interrupted now : {Interrupted::Once, Interrupted::Once, Interrupted::Twice}) {
    lines->Tick(now);
  }
  ASSERT_EQ(told.texts.size(), 3u);
  EXPECT_THAT(told.texts[1], HasSubstr("stopping: the call under way ends first"));
  EXPECT_THAT(told.texts[2], HasSubstr("the next run finds out"));
}

TEST(Table, FitsIntoItsWindowAndSaysWhatItHides) {
  ManualClock clock;
  Told told;
  Screen screen{60, 10};
  const auto table = Table(
      told.write(), clock, [&] { return screen; }, false);
  std::vector<std::pair<std::string, Action>> steps;
  for (int i = 0; i < 20; ++i) {
    steps.emplace_back("plant.a.very.long.address.of.a.thing[" + std::to_string(i) + "]",
                       Action::Create);
  }
  table->Begin(PlanOf(steps));
  for (const auto& [address, action] : steps) table->On(Of(Event::Kind::Started, address));
  clock.Pass(1);
  table->Tick(Interrupted::No);
  const std::string drawn = told.texts.back();
  EXPECT_THAT(drawn, HasSubstr("… and 15 more running\n"));
  EXPECT_THAT(drawn, HasSubstr("0 done, 20 running, 0 waiting   1.0 s"));
  EXPECT_EQ(std::count(drawn.begin(), drawn.end(), '\n'), 7);
  std::string line;
  for (std::istringstream in(drawn.substr(drawn.find("J") + 1)); std::getline(in, line);) {
    EXPECT_LT(line.size() - 2 * (line.find("…") != std::string::npos), 60u) << line;
  }
}

TEST(Table, NarrowedWindowIsWipedWhole) {
  ManualClock clock;
  Told told;
  Screen screen{100, 30};
  const auto table = Table(
      told.write(), clock, [&] { return screen; }, false);
  table->Begin(PlanOf({{std::string(45, 'a'), Action::Create}}));
  table->On(Of(Event::Kind::Started, std::string(45, 'a')));
  clock.Pass(1);
  table->Tick(Interrupted::No);  // a line of more than 60 columns, one of fewer
  screen.columns = 60;
  clock.Pass(1);
  table->Tick(Interrupted::No);
  EXPECT_THAT(told.texts.back(), HasSubstr("\033[3A"));
}

TEST(Table, FailureIsShownAtOnceAndStays) {
  ManualClock clock;
  Told told;
  const auto table = Table(
      told.write(), clock,
      [] {
        return Screen{80, 24};
      },
      true);
  table->Begin(PlanOf({{"a", Action::Create}, {"b", Action::Create}}));
  table->On(Of(Event::Kind::Started, "a"));
  table->On(Ended("a", Outcome::Failed));
  EXPECT_THAT(told.texts.back(),
              HasSubstr("\033[31mcreate   a failed after 0.0 s: no luck\033[0m\n"));
  table->Tick(Interrupted::Once);
  EXPECT_THAT(told.texts.back(), Not(HasSubstr("no luck"))) << "it scrolls away, once";
}

TEST(Table, SmallWindowGetsLines) {
  ManualClock clock;
  Told told;
  const auto table = Table(
      told.write(), clock,
      [] {
        return Screen{30, 24};
      },
      false);
  table->Begin(PlanOf({{"a", Action::Create}}));
  table->On(Of(Event::Kind::Started, "a"));
  EXPECT_EQ(told.texts, std::vector<std::string>{"  create   a ...\n"});
}

}  // namespace
}  // namespace sprint::progress
