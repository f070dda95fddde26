#include "engine/agent/step.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/agent/world.h"

namespace sprint::agent {
namespace {

using testing::HasSubstr;

TEST(Step, SteadyLoadNeverChangesAnything) {
  World world;
  world.Load(3, 3600);
  EXPECT_TRUE(world.replans.empty());
  EXPECT_EQ(world.proposals, 0);
  EXPECT_EQ(world.LastWhy(), Why::Fine);
}

TEST(Step, NoRequestsAtAllIsNoReasonToDoAnything) {
  World world;
  world.Load(0, 600);
  EXPECT_TRUE(world.replans.empty());
  EXPECT_EQ(world.proposals, 0);
}

TEST(Step, TripledLoadIsAnsweredOnceWithinHoldAndEvery) {
  World world;
  world.Load(3, 60);
  const double step = world.t;
  world.Load(9, 300);
  ASSERT_EQ(world.replans.size(), 1u);
  const auto& [at, replan] = world.replans[0];
  EXPECT_GE(at - step, world.settings.hold);
  // One observation for the new load to be seen.
  EXPECT_LE(at - step, world.settings.hold + world.settings.every + world.settings.sample);
  EXPECT_GE(replan.workload, 9);
  EXPECT_LE(replan.workload, 9 * 1.15);
  EXPECT_EQ(world.machines, 2u);
  EXPECT_THAT(replan.reason, HasSubstr("`quick` violated for"));
  EXPECT_THAT(replan.reason, HasSubstr("at most 300 ms"));
  EXPECT_EQ(world.LastWhy(), Why::Fine);
}

TEST(Step, TripledLoadWithoutMeasuredResponsesIsSeenByPrediction) {
  World world;
  world.measures = false;
  world.Load(3, 60);
  world.Load(9, 300);
  EXPECT_EQ(world.replans.size(), 1u);
  EXPECT_THAT(world.replans[0].second.reason, HasSubstr("unknown measured"));
}

// Machines of another, dearer kind run because the first was refused; when that may be had
// again, the agent goes back, and not before.
TEST(Step, WhatWasRefusedIsThoughtOfAgain) {
  World world;
  world.price = world.paid = 0.2;
  world.refused = 1;
  world.Load(3, 600);
  EXPECT_TRUE(world.replans.empty());
  EXPECT_EQ(world.proposals, 0);
  world.price = 0.1;
  world.Load(3, 60);
  EXPECT_EQ(world.proposals, 0) << "nobody says that it may be had";
  world.refused = 0;
  const double free = world.t;
  world.Load(3, 600);
  ASSERT_EQ(world.replans.size(), 1u);
  EXPECT_GE(world.replans[0].first - free, CheaperHoldOf(world.settings));
  EXPECT_THAT(world.replans[0].second.reason, HasSubstr("machines that were refused may be had"));
  EXPECT_TRUE(std::isnan(world.state.freed_at));
}

// The change under way was decided without it.
TEST(Step, WhatMayBeHadAgainDuringAChangeIsThoughtOfAfterIt) {
  World world;
  world.price = world.paid = 0.2;
  world.refused = 1;
  world.act = [&world](const Replan&) {
    world.refused = 0;
    (void)Step(world.settings, world.state, world.t + 1, {{}, world.refused}, {});
    return Outcome{End::Done, {}, {}};
  };
  for (int i = 0; i < 600 && world.replans.empty(); ++i) world.Load(9, 1);
  ASSERT_EQ(world.replans.size(), 1u);
  world.price = 0.1;
  world.Load(9, 900);
  ASSERT_EQ(world.replans.size(), 2u);
  EXPECT_THAT(world.replans[1].second.reason, HasSubstr("machines that were refused may be had"));
}

TEST(Step, WhatMayBeHadAgainAndIsNoCheaperIsAskedAboutOnce) {
  World world;
  world.refused = 2;
  world.Load(3, 60);
  world.refused = 1;
  world.Load(3, 600);
  EXPECT_TRUE(world.replans.empty());
  EXPECT_EQ(world.proposals, 1);
  world.refused.reset();  // the state could not be read
  world.Load(3, 60);
  EXPECT_EQ(world.proposals, 1);
}

TEST(Step, ShortBurstIsWaitedOut) {
  World world;
  world.Load(3, 60);
  for (int i = 0; i < 10; ++i) {
    world.Load(9, 8);
    world.Load(3, 60);
  }
  EXPECT_TRUE(world.replans.empty());
  EXPECT_TRUE(world.Ever(Why::Holding));
}

TEST(Step, FlappingAroundTheBoundChangesNothing) {
  World world;
  world.Load(5.5, 60);
  // 0.3 s is reached at 6.67 requests/s on one machine.
  for (int i = 0; i < 200; ++i) {
    world.Load(7.5, 6);
    world.Load(5.5, 6);
  }
  EXPECT_TRUE(world.replans.empty());
  EXPECT_TRUE(world.Ever(Why::Holding));
  EXPECT_EQ(world.proposals, 0);
}

TEST(Step, ChanceArrivalsOfASteadyLoadChangeNothing) {
  World world;
  world.noise = true;
  world.Load(3, 6 * 3600);
  EXPECT_TRUE(world.replans.empty());
}

TEST(Step, TripledLoadOfChanceArrivalsIsAnsweredOnce) {
  World world;
  world.noise = true;
  world.Load(3, 120);
  const double step = world.t;
  world.Load(9, 1800);
  ASSERT_EQ(world.replans.size(), 1u);
  EXPECT_LE(world.replans[0].first - step, 20);
}

TEST(Step, LowLoadScalesInOnceAfterTheLongerHold) {
  World world;
  world.Load(3, 60);
  world.Load(9, 120);
  ASSERT_EQ(world.machines, 2u);
  const double back = world.t;
  world.Load(3, 600);
  ASSERT_EQ(world.replans.size(), 2u);
  EXPECT_EQ(world.machines, 1u);
  EXPECT_GE(world.replans[1].first - back, CheaperHoldOf(world.settings));
  EXPECT_LE(world.replans[1].first - back, CheaperHoldOf(world.settings) + 20);
  EXPECT_THAT(world.replans[1].second.reason, HasSubstr("0.1 EUR/h would do instead of 0.2"));
}

TEST(Step, NeverPlacesForLessThanTheProgramDeclares) {
  World world;
  world.Load(9, 120);
  world.Load(0.2, 600);
  ASSERT_EQ(world.replans.size(), 2u);
  EXPECT_EQ(world.replans[1].second.workload, world.settings.floor);
}

TEST(Step, CheaperPlacementMustHoldWithMargin) {
  World world;
  world.Load(9, 120);
  // One machine does for 6.6, but not for 10 % more.
  world.Load(6.4, 1200);
  EXPECT_EQ(world.replans.size(), 1u);
  EXPECT_EQ(world.machines, 2u);
}

TEST(Step, OptimiserIsNotAskedAgainAndAgainInVain) {
  World world;
  world.Load(9, 120);
  world.proposals = 0;
  world.Load(6.4, 3600);
  EXPECT_LE(world.proposals, 5);
}

TEST(Step, SavingMustPayForTheMoves) {
  World world;
  world.Load(9, 120);
  // 0.1 EUR/h over an hour, one move.
  world.settings.move_price = 0.11;
  world.Load(3, 600);
  EXPECT_EQ(world.replans.size(), 1u);
  world.settings.move_price = 0.09;
  world.state.none_at = NotKnown;
  world.Load(3, 600);
  EXPECT_EQ(world.replans.size(), 2u);
}

TEST(Step, MetricsDownMeansNothingRash) {
  World world;
  world.Load(3, 60);
  world.Load(9, 6);
  world.up = false;
  world.Load(9, 600);
  EXPECT_TRUE(world.replans.empty());
  EXPECT_EQ(world.LastWhy(), Why::Blind);
  EXPECT_THAT(world.decisions.back().reason(), HasSubstr("`Blur` was last measured"));
  // A hold does not run on while nobody looks.
  world.up = true;
  const double again = world.t;
  world.Load(9, 60);
  ASSERT_EQ(world.replans.size(), 1u);
  EXPECT_GE(world.replans[0].first - again, world.settings.hold);
}

TEST(Step, DeadProxyElsewhereForbidsSavingButNotRepair) {
  World world;
  world.spoil = [](Observation& observation) {
    Sample dead;
    dead.component = "Detect";
    dead.fresh = false;
    observation.samples.push_back(dead);
  };
  world.Load(9, 120);
  EXPECT_EQ(world.replans.size(), 1u);
  world.Load(3, 1200);
  EXPECT_EQ(world.replans.size(), 1u);
  world.spoil = nullptr;
  world.Load(3, 120);
  EXPECT_EQ(world.replans.size(), 2u);
}

TEST(Step, OneLostSampleDoesNotBeginTheHoldAnew) {
  World world;
  world.Load(3, 60);
  int seen = 0;
  world.spoil = [&](Observation& observation) {
    if (++seen % 3 == 0) observation.samples.clear();
  };
  const double step = world.t;
  world.Load(9, 60);
  ASSERT_EQ(world.replans.size(), 1u);
  EXPECT_LE(world.replans[0].first - step, 22);
}

TEST(Step, NonsenseDoubledAndLateSamplesAreDropped) {
  World world;
  std::vector<Sample> old;
  world.spoil = [&](Observation& observation) {
    const Sample good = observation.samples[0];
    observation.samples.push_back(good);
    for (double rate : {NotKnown, -1.0, std::numeric_limits<double>::infinity()}) {
      Sample bad = good;
      bad.arrival_rate = rate;
      observation.samples.insert(observation.samples.begin(), bad);
    }
    Sample future = good;
    future.at += 1000;
    future.arrival_rate = 1000;
    observation.samples.push_back(future);
    Sample late = good;
    late.at -= 6;
    late.arrival_rate = 1000;
    observation.samples.push_back(late);
    Sample nowhere = good;
    nowhere.at = NotKnown;
    observation.samples.push_back(nowhere);
    if (!old.empty()) observation.samples.push_back(old.front());
    old = {good};
  };
  world.Load(3, 300);
  EXPECT_TRUE(world.replans.empty());
  EXPECT_EQ(world.LastWhy(), Why::Fine);
  EXPECT_DOUBLE_EQ(world.decisions.back().level, 3);
  EXPECT_EQ(world.decisions.back().dropped, 8);
}

TEST(Step, SingleOutlierDoesNotMoveTheEstimate) {
  World world;
  world.Load(3, 60);
  world.Look(world.See(300));
  EXPECT_DOUBLE_EQ(world.decisions.back().level, 3);
  EXPECT_DOUBLE_EQ(world.decisions.back().peak, 300);
  world.t += 2;
  world.Load(3, 60);
  EXPECT_TRUE(world.replans.empty());
}

TEST(Step, ClockThatGoesBackIsTakenForStanding) {
  World world;
  world.Load(3, 60);
  const double before = world.t;
  world.t -= 1000;
  world.Look(world.See(3));
  EXPECT_GE(world.decisions.back().at, before - 2);
  EXPECT_TRUE(world.replans.empty());
}

TEST(Step, BudgetOfMovesIsKept) {
  World world;
  world.settings.budget = 1.0 / 3600;
  world.Load(9, 120);
  EXPECT_EQ(world.replans.size(), 1u);
  world.Load(18, 600);
  EXPECT_EQ(world.replans.size(), 1u);
  EXPECT_EQ(world.LastWhy(), Why::NoBudget);
  EXPECT_THAT(world.decisions.back().reason(), HasSubstr("1 of 1 in 3600 s are made"));
  // An hour after the first move.
  world.Load(18, 3600);
  EXPECT_EQ(world.replans.size(), 2u);
}

TEST(Step, RestsAfterAChange) {
  World world;
  world.settings.cooldown = 120;
  world.Load(9, 20);
  ASSERT_EQ(world.replans.size(), 1u);
  world.Load(18, 60);
  EXPECT_EQ(world.replans.size(), 1u);
  EXPECT_EQ(world.LastWhy(), Why::CoolingDown);
  world.Load(18, 120);
  EXPECT_EQ(world.replans.size(), 2u);
  EXPECT_GE(world.replans[1].first - world.replans[0].first, 120);
}

TEST(Step, WhatWasMeasuredBeforeAChangeIsNotHeldAgainstWhatRunsNow) {
  World world;
  world.settings.window = 20;
  double changed = 0;
  world.act = [&](const Replan&) {
    changed = world.t;
    return Outcome{};
  };
  // Responses of the old placement fill the window for a while.
  world.spoil = [&](Observation& observation) {
    if (changed > 0 && world.t < changed + world.settings.window) {
      observation.samples[0].response_mean = 5;
    }
  };
  world.Load(3, 60);
  world.Load(9, 120);
  ASSERT_EQ(world.replans.size(), 1u);
  for (const Decision& decision : world.decisions) {
    if (decision.at <= changed) continue;
    EXPECT_THAT(decision.reason(), HasSubstr("every requirement"));
  }
}

TEST(Step, OverloadIsGivenTheMostThatCanBeHeldOnceAndThenOnlySaid) {
  World world;
  // Six machines do for 40.
  world.Load(100, 600);
  ASSERT_EQ(world.replans.size(), 1u);
  EXPECT_GE(world.replans[0].second.workload, 33);
  EXPECT_LE(world.replans[0].second.workload, 40);
  EXPECT_EQ(world.machines, 6u);
  EXPECT_THAT(world.replans[0].second.reason, HasSubstr("no placement holds 100 requests/s"));
  EXPECT_EQ(world.LastWhy(), Why::NoBetter);
  EXPECT_THAT(world.decisions.back().reason(), HasSubstr("no placement for 100 requests/s"));
  // Twice, with margin and without, and the halvings; once each hold.
  EXPECT_LE(world.proposals, 6 * 600 / 10);
}

TEST(Step, OptimiserWithoutAnAnswerIsNotAskedForLess) {
  World world;
  Model model = world.AsModel();
  model.propose = [&](double) {
    ++world.proposals;
    return Candidate{.problem = "the state cannot be read"};
  };
  Decision decision;
  for (int i = 0; i < 6; ++i, world.t += 2) {
    decision = Step(world.settings, world.state, world.t, world.See(9), model);
  }
  EXPECT_EQ(world.proposals, 2);
  EXPECT_THAT(decision.reason(), HasSubstr("the state cannot be read"));
}

TEST(Step, WithoutRoomForTheMarginPlacesForTheLoadItself) {
  World world;
  world.most = 2;
  // Two machines do for 13.33.
  world.Load(13, 60);
  ASSERT_EQ(world.replans.size(), 1u);
  EXPECT_DOUBLE_EQ(world.replans[0].second.workload, 13);
}

TEST(Step, MeasuredViolationThatTheModelDeniesIsReported) {
  World world;
  world.spoil = [](Observation& observation) { observation.samples[0].response_mean = 0.9; };
  world.Load(3, 300);
  EXPECT_TRUE(world.replans.empty());
  EXPECT_EQ(world.LastWhy(), Why::NoBetter);
  EXPECT_THAT(world.decisions.back().reason(), HasSubstr("by the declared service times"));
}

TEST(Step, FailingChangeIsTriedAgainMoreAndMoreSeldom) {
  World world;
  world.act = [](const Replan&) { return Outcome{End::Failed, 0, "no room"}; };
  world.Load(9, 3600);
  EXPECT_GE(world.replans.size(), 5u);
  EXPECT_LE(world.replans.size(), 16u);
  world.act = nullptr;
  world.Load(9, 600);
  EXPECT_EQ(world.machines, 2u);
  EXPECT_EQ(world.state.failures, 0);
}

TEST(Step, NeverApprovedIsOnlySaid) {
  World world;
  world.settings.approve = Approve::Never;
  world.Load(9, 600);
  EXPECT_TRUE(world.replans.empty());
  EXPECT_EQ(world.LastWhy(), Why::NotApproved);
}

TEST(Step, AskingSaysSoAndANoIsHeardForAWhile) {
  World world;
  world.settings.approve = Approve::Ask;
  world.act = [](const Replan& replan) {
    EXPECT_TRUE(replan.ask);
    return Outcome{End::Declined, 0, ""};
  };
  // Asked after `hold`, and again after three times that.
  world.Load(9, 38);
  EXPECT_EQ(world.replans.size(), 1u);
  world.Load(9, 30);
  EXPECT_EQ(world.replans.size(), 2u);
}

TEST(Step, NothingIsDecidedDuringAChange) {
  World world;
  world.settings.hold = 0.1;
  world.settings.every = 0.1;
  for (int i = 0; i < 3; ++i) {
    world.t += 2;
    Step(world.settings, world.state, world.t, world.See(9), world.AsModel());
  }
  ASSERT_TRUE(world.state.acting);
  world.t += 2;
  const Decision decision =
      Step(world.settings, world.state, world.t, world.See(9), world.AsModel());
  ASSERT_EQ(decision.replan(), nullptr);
  EXPECT_EQ(std::get_if<Nothing>(&decision.what)->why, Why::Busy);
}

TEST(Step, BusiestEntryIsTheLoad) {
  World world;
  world.settings.entries = {"Blur", "Other"};
  world.spoil = [](Observation& observation) {
    Sample other = observation.samples[0];
    other.component = "Other";
    other.arrival_rate = 9;
    observation.samples.push_back(other);
  };
  world.Load(3, 120);
  EXPECT_EQ(world.replans.size(), 1u);
}

}  // namespace
}  // namespace sprint::agent
