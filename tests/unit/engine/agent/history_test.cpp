#include "engine/agent/history.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "engine/agent/replay.h"
#include "tests/unit/engine/agent/world.h"

namespace sprint::agent {
namespace {

using testing::HasSubstr;

class HistoryFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "agentXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ + "/.sprint/demo.agent-history.jsonl";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  History Open() {
    auto history = History::Open(path_);
    EXPECT_TRUE(history.ok()) << (history.ok() ? "" : history.error().ToString());
    return history.TakeValue();
  }
  std::vector<Entry> Read() {
    auto entries = ReadHistory(path_);
    EXPECT_TRUE(entries.ok()) << (entries.ok() ? "" : entries.error().ToString());
    return entries.ok() ? entries.TakeValue() : std::vector<Entry>{};
  }
  std::string folder_, path_;
};

// A day in the life: noise, a step up, trouble with the metrics, a failed change, back.
std::vector<Entry> Day(World& world) {
  world.noise = true;
  std::vector<Entry> entries{Started{world.t, world.settings, world.state}};
  world.act = [&, tries = 0](const Replan&) mutable {
    return ++tries == 1 ? Outcome{End::Failed, 1, "no room"} : Outcome{};
  };
  const auto look = [&](double rate, int count) {
    for (int i = 0; i < count; ++i, world.t += 2) {
      const Observation seen = world.See(world.Rate(rate, rate, world.t));
      const size_t before = world.replans.size();
      entries.push_back(Decided{seen, world.Look(seen)});
      if (world.replans.size() == before) continue;
      entries.push_back(
          Finished{world.t, before == 0 ? Outcome{End::Failed, 1, "no room"} : Outcome{}});
    }
  };
  look(3, 30);
  look(9, 60);
  world.up = false;
  look(9, 10);
  world.up = true;
  world.spoil = [](Observation& seen) { seen.samples.push_back(seen.samples[0]); };
  look(3, 100);
  // A queue without end: infinity must survive the file.
  look(40, 10);
  return entries;
}

TEST_F(HistoryFile, TellsHowLongAChangeTookToPlan) {
  Outcome outcome;
  outcome.planned = 0.0123;
  const Entry end = Finished{1e9, outcome};
  EXPECT_THAT(Describe(end), testing::HasSubstr("change done, planned in 0.012 s"));
  const auto back = EntryFrom(ToValue(end));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(std::get_if<Finished>(&*back)->outcome.planned, 0.0123);
  EXPECT_EQ(Describe(Finished{}).find("planned"), std::string::npos);
}

TEST_F(HistoryFile, ReplayOfTheFileDecidesTheSame) {
  World world;
  const std::vector<Entry> day = Day(world);
  ASSERT_GE(world.replans.size(), 3u);
  {
    History history = Open();
    for (const Entry& entry : day) ASSERT_TRUE(history.Append(entry).ok());
  }
  const auto replayed = Replay(Read());
  ASSERT_TRUE(replayed.ok());
  EXPECT_EQ(replayed->differences, std::vector<std::string>{});
  EXPECT_EQ(replayed->decisions, 210);
  EXPECT_EQ(replayed->replans, static_cast<int64_t>(world.replans.size()));
  EXPECT_EQ(value::ToJson(ToValue(Started{0, {}, replayed->state})),
            value::ToJson(ToValue(Started{0, {}, world.state})));
}

TEST_F(HistoryFile, ReplayGoesOnFromAStartInTheMiddle) {
  World world;
  world.Load(3, 60);
  world.Load(9, 6);
  std::vector<Entry> entries{Started{world.t, world.settings, world.state}};
  for (int i = 0; i < 10; ++i, world.t += 2) {
    const Observation seen = world.See(9);
    entries.push_back(Decided{seen, world.Look(seen)});
    if (entries.back().index() == 1 && world.decisions.back().replan() != nullptr) {
      entries.push_back(Finished{world.t, {}});
    }
  }
  ASSERT_EQ(world.replans.size(), 1u);
  History history = Open();
  for (const Entry& entry : entries) ASSERT_TRUE(history.Append(entry).ok());
  const auto replayed = Replay(Read());
  ASSERT_TRUE(replayed.ok());
  EXPECT_EQ(replayed->differences, std::vector<std::string>{});
}

TEST(Replay, ChangedInputIsADifference) {
  World world;
  std::vector<Entry> day = Day(world);
  std::get_if<Decided>(&day[20])->observation.samples[0].arrival_rate = 2.123;
  const auto replayed = Replay(day);
  ASSERT_TRUE(replayed.ok());
  ASSERT_FALSE(replayed->differences.empty());
  EXPECT_THAT(replayed->differences[0], HasSubstr("decision 20"));
}

TEST(Replay, ChangedRuleIsADifference) {
  World world;
  std::vector<Entry> day = Day(world);
  std::get_if<Started>(day.data())->settings.hold = 14;
  const auto replayed = Replay(day);
  ASSERT_TRUE(replayed.ok());
  EXPECT_FALSE(replayed->differences.empty());
}

TEST(Replay, WithoutAStartIsRefused) {
  EXPECT_EQ(Replay({}).error().code(), ErrorCode::InvalidArgument);
}

TEST_F(HistoryFile, FolderAndFileAreTheOwnersOnly) {
  const History history = Open();
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(stat((folder_ + "/.sprint").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(HistoryFile, MissingFileIsAnEmptyHistory) { EXPECT_TRUE(Read().empty()); }

TEST_F(HistoryFile, SecondAgentIsRefused) {
  const History history = Open();
  const auto second = History::Open(path_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Conflict);
}

TEST_F(HistoryFile, WhoOnlyLooksWhetherAnAgentRunsKeepsNoneFromBeginning) {
  { Open(); }
  const int fd = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(flock(fd, LOCK_SH), 0);
  std::thread looker([fd] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    close(fd);
  });
  EXPECT_TRUE(History::Open(path_).ok());
  looker.join();
}

TEST_F(HistoryFile, HalfALineOfAKilledAgentIsCutOff) {
  {
    History history = Open();
    ASSERT_TRUE(history.Append(Finished{1, {}}).ok());
  }
  std::ofstream(path_, std::ios::app) << R"({"kind":"end","at":2,"en)";
  EXPECT_EQ(Read().size(), 1u);
  {
    History history = Open();
    ASSERT_TRUE(history.Append(Finished{3, {}}).ok());
  }
  const auto entries = Read();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(std::get_if<Finished>(&entries[1])->at, 3);
}

TEST_F(HistoryFile, DamagedLineIsNamed) {
  { const History history = Open(); }
  std::ofstream(path_) << R"({"kind":"end","at":2})"
                       << "\n{\"kind\":\n"
                       << R"({"kind":"end","at":3})"
                       << "\n";
  const auto entries = ReadHistory(path_);
  ASSERT_FALSE(entries.ok());
  EXPECT_EQ(entries.error().code(), ErrorCode::Protocol);
  EXPECT_THAT(entries.error().ToString(), HasSubstr("line 2"));
}

TEST_F(HistoryFile, FullFileIsPutAside) {
  History history = Open();
  ASSERT_TRUE(history.Append(Finished{1, {}}).ok());
  ASSERT_TRUE(history.Rotate().ok());
  EXPECT_EQ(history.size(), 0);
  ASSERT_TRUE(history.Append(Finished{2, {}}).ok());
  EXPECT_EQ(Read().size(), 1u);
  EXPECT_EQ(ReadHistory(path_ + ".1")->size(), 1u);
  EXPECT_EQ(History::Open(path_).error().code(), ErrorCode::Conflict);
}

TEST(Resume, KilledDuringAChangeRestsAndKeepsItsBudget) {
  World world;
  world.settings.budget = 4.0 / 3600;
  std::vector<Entry> entries{Started{world.t, world.settings, world.state}};
  while (!world.state.acting) {
    const Observation seen = world.See(9);
    entries.push_back(
        Decided{seen, Step(world.settings, world.state, world.t, seen, world.AsModel())});
    world.t += 2;
  }
  const AgentState state = Resume(entries, world.settings, NotKnown, world.t);
  EXPECT_FALSE(state.acting);
  EXPECT_EQ(state.failures, 1);
  EXPECT_EQ(state.quiet_until, world.t + 2 * world.settings.hold);
  ASSERT_EQ(state.moves.size(), 1u);
  EXPECT_EQ(state.moves[0].second, 1u);
  EXPECT_EQ(state.placed_for, 3);
  EXPECT_TRUE(state.violated.empty());
  EXPECT_EQ(state.decisions, static_cast<int64_t>(entries.size()) - 1);
}

TEST(Resume, ClockSetBackDoesNotStopTheAgent) {
  World world;
  const std::vector<Entry> day = Day(world);
  AgentState state = Resume(day, world.settings, 3, 5e8);
  EXPECT_EQ(state.now, 5e8);
  EXPECT_LE(state.quiet_until, 5e8 + 32 * world.settings.hold);
  World later;
  later.t = 5e8 + 32 * world.settings.hold;
  later.state = state;
  later.Load(9, 60);
  EXPECT_EQ(later.replans.size(), 1u);
}

TEST(Describe, SaysWhatWasDecidedAndFromWhat) {
  World world;
  world.Load(9, 60);
  ASSERT_EQ(world.replans.size(), 1u);
  const auto at = std::find_if(world.decisions.begin(), world.decisions.end(),
                               [](const Decision& d) { return d.replan() != nullptr; });
  const Decided decided{world.See(9), *at};
  EXPECT_THAT(Describe(decided), HasSubstr("2001-09-09 01:46:5"));
  EXPECT_THAT(Describe(decided), HasSubstr("REPLAN: `quick` violated for 10 s"));
  const std::string text = Explain(decided, world.settings);
  EXPECT_THAT(text, HasSubstr("require quick: measured 1000 ms, predicted 1000 ms, bound 300 ms"));
  EXPECT_THAT(text, HasSubstr("optimiser, for 9.9 requests/s: 0.2 EUR/h against 0.1, 1 moves"));
}

TEST(Describe, DatesThatThereAreNotAreTheFirst) {
  for (const double at : {1e300, -1e300, -1.0}) {
    EXPECT_THAT(Describe(Started{at, {}, {}}), HasSubstr("1970-01-01 00:00:00")) << at;
  }
}

}  // namespace
}  // namespace sprint::agent
