#include "engine/progress/waiting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/progress/manual_clock.h"

namespace sprint::progress {
namespace {

using testing::HasSubstr;

struct Told {
  std::vector<std::string> texts;
  // Tells what a wait of that long says; the most s between two texts.
  double For(double seconds, bool terminal) {
    ManualClock clock;
    Waiting waiting([this](const std::string& text) { texts.push_back(text); }, clock, "placing",
                    terminal);
    double last = 0, longest = 0;
    for (int tenths = 1; tenths <= seconds * 10; ++tenths) {
      clock.Pass(0.1);
      const size_t before = texts.size();
      waiting.Tick(std::to_string(tenths) + " steps");
      if (texts.size() == before) continue;
      longest = std::max(longest, tenths / 10.0 - last);
      last = tenths / 10.0;
    }
    waiting.End();
    return longest;
  }
};

TEST(Waiting, SaysSomethingEverySecondOnATerminalAndLeavesNothing) {
  Told told;
  EXPECT_LT(told.For(10, true), 1);
  EXPECT_THAT(told.texts[0], testing::StartsWith("\r\033[Kplacing: 0."));
  EXPECT_THAT(told.texts[0], HasSubstr(" steps"));
  EXPECT_EQ(told.texts.back(), "\r\033[K");
}

TEST(Waiting, SaysALineNowAndThenElsewhere) {
  Told told;
  EXPECT_LE(told.For(17, false), 5.2);
  ASSERT_EQ(told.texts.size(), 3u);
  EXPECT_THAT(told.texts[1], testing::MatchesRegex("  \\.\\.\\. placing: 10 s, [0-9]+ steps\n"));
}

TEST(Waiting, SaysNothingOfWhatIsQuick) {
  Told told;
  told.For(0.3, true);
  told.For(4, false);
  EXPECT_TRUE(told.texts.empty());
}

}  // namespace
}  // namespace sprint::progress
