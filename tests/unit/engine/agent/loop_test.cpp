#include "engine/agent/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "engine/agent/replay.h"
#include "tests/unit/engine/agent/world.h"

namespace sprint::agent {
namespace {

using testing::HasSubstr;

class ManualClock final : public Clock {
 public:
  std::chrono::system_clock::time_point Now() const override {
    return std::chrono::system_clock::time_point(Passed(1e9 + seconds));
  }
  std::chrono::steady_clock::time_point Steady() const override {
    return std::chrono::steady_clock::time_point(Passed(50 + seconds));
  }
  static std::chrono::nanoseconds Passed(double s) {
    return std::chrono::nanoseconds(std::llround(s * 1e9));
  }
  double seconds = 0;
};

class LoopRun : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "loopXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    hooks_.observe = [this](Seconds now) {
      world_.t = now;
      ++looks_;
      return world_.See(rate_ ? rate_(clock_.seconds) : 3);
    };
    hooks_.model = world_.AsModel();
    hooks_.act = [this](const Replan& replan) {
      ++acts_;
      clock_.seconds += 3;  // an apply takes its time
      world_.machines = static_cast<uint32_t>(std::lround(replan.candidate.cost * 10));
      return Outcome{};
    };
    hooks_.wait = [this](Seconds seconds) { clock_.seconds += seconds; };
    hooks_.trouble = [this](const Error& error) { troubles_.push_back(error.ToString()); };
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string HistoryPath() const { return folder_ + "/.sprint/demo.agent-history.jsonl"; }
  void RunFor(Seconds seconds, int64_t bytes = 16 << 20) {
    auto history = History::Open(HistoryPath());
    ASSERT_TRUE(history.ok());
    const Status status = agent::Run(world_.settings, world_.state, hooks_, *history, clock_,
                                     stop_.get_token(), {seconds, bytes});
    ASSERT_TRUE(status.ok());
  }
  Replayed Again() {
    auto entries = ReadHistory(HistoryPath());
    EXPECT_TRUE(entries.ok());
    auto replayed = Replay(*entries);
    EXPECT_TRUE(replayed.ok());
    return replayed.TakeValue();
  }
  std::string folder_;
  ManualClock clock_;
  World world_;
  std::function<double(double)> rate_;
  Hooks hooks_;
  std::stop_source stop_;
  int acts_ = 0, looks_ = 0;
  std::vector<std::string> troubles_;
};

TEST_F(LoopRun, ActsOnceOnAStepOfTheLoadAndRecordsIt) {
  rate_ = [](double t) { return t < 60 ? 3.0 : 9.0; };
  RunFor(300);
  EXPECT_EQ(acts_, 1);
  EXPECT_EQ(world_.machines, 2u);
  const Replayed again = Again();
  EXPECT_EQ(again.differences, std::vector<std::string>{});
  EXPECT_EQ(again.replans, 1);
  EXPECT_EQ(again.decisions, looks_);
  EXPECT_FALSE(again.state.acting);
  // Every 2 s, the two of the apply's 3 s less one.
  EXPECT_EQ(looks_, 150);
}

TEST_F(LoopRun, StopsWhenTold) {
  rate_ = [this](double t) {
    if (t >= 20) stop_.request_stop();
    return 3.0;
  };
  RunFor(0);
  EXPECT_EQ(looks_, 11);
}

TEST_F(LoopRun, StopDuringARealWaitIsHeardAtOnce) {
  world_.settings.sample = 60;
  hooks_.wait = nullptr;
  auto history = History::Open(HistoryPath());
  ASSERT_TRUE(history.ok());
  const auto begin = std::chrono::steady_clock::now();
  std::thread other([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    stop_.request_stop();
  });
  EXPECT_TRUE(
      agent::Run(world_.settings, world_.state, hooks_, *history, SystemClock(), stop_.get_token())
          .ok());
  other.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(looks_, 1);
}

TEST_F(LoopRun, WithoutSomebodyToAskNothingIsDone) {
  world_.settings.approve = Approve::Ask;
  rate_ = [](double) { return 9.0; };
  RunFor(100);
  EXPECT_EQ(acts_, 0);
  EXPECT_GE(Again().replans, 1);
}

TEST_F(LoopRun, YesIsActedOn) {
  world_.settings.approve = Approve::Ask;
  hooks_.approve = [](const Replan& replan) { return replan.candidate.moves == 1; };
  rate_ = [](double) { return 9.0; };
  RunFor(100);
  EXPECT_EQ(acts_, 1);
}

TEST_F(LoopRun, FullHistoryBeginsANewFileThatReplaysToo) {
  rate_ = [](double t) { return t < 60 ? 3.0 : 9.0; };
  RunFor(300, 20'000);
  EXPECT_TRUE(std::filesystem::exists(HistoryPath() + ".1"));
  EXPECT_LT(std::filesystem::file_size(HistoryPath()), 25'000u);
  EXPECT_EQ(Again().differences, std::vector<std::string>{});
  EXPECT_EQ(acts_, 1);
}

TEST_F(LoopRun, SecondRunGoesOnWhereTheFirstEnded) {
  rate_ = [](double) { return 9.0; };
  RunFor(16);
  ASSERT_EQ(acts_, 1);
  auto entries = ReadHistory(HistoryPath());
  ASSERT_TRUE(entries.ok());
  world_.state = Resume(*entries, world_.settings, NotKnown, WallSeconds(clock_));
  EXPECT_NEAR(world_.state.placed_for, 9.9, 1e-9);
  RunFor(100);
  EXPECT_EQ(acts_, 1);
  EXPECT_EQ(Again().differences, std::vector<std::string>{});
}

// What cannot be written down is not done: the file may not grow any more.
TEST_F(LoopRun, FullDiskMeansNoChange) {
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit {
  }, old{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  limit = old;
  limit.rlim_cur = 4000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  rate_ = [](double) { return 9.0; };
  RunFor(40);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  EXPECT_EQ(acts_, 0);
  ASSERT_FALSE(troubles_.empty());
  EXPECT_THAT(troubles_[0], HasSubstr("cannot write"));
  EXPECT_EQ(Again().differences, std::vector<std::string>{});
  // With room again it does what is due, and the file can be decided again.
  RunFor(120);
  EXPECT_EQ(acts_, 1);
  EXPECT_EQ(Again().differences, std::vector<std::string>{});
  std::signal(SIGXFSZ, before);
}

}  // namespace
}  // namespace sprint::agent
