#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>

#include "engine/profile/measured_lines.h"
#include "engine/profile/processor.h"

namespace sprint::profile {
namespace {

TEST(FormatTime, ChoosesAUnit) {
  EXPECT_EQ(FormatTime(0.0627), "62.7 ms");
  EXPECT_EQ(FormatTime(1.2549), "1.25 s");
  EXPECT_EQ(FormatTime(0.00084), "840 us");
  EXPECT_EQ(FormatTime(0), "0.001 us");
  EXPECT_EQ(FormatDemand(0.0627, 0.1249), "{ time = 62.7 ms, variation = 12 % }");
  EXPECT_EQ(FormatDemand(2, 0, 3.0 * 1024 * 1024 * 1024),
            "{ time = 2 s, variation = 0 %, memory = 3 GiB }");
}

constexpr std::string_view Program =
    "deploy app.Demo on Here {\n"
    "  measured app.A on local.Slice = 60 ms   // slow\n"
    "}";

TEST(Edited, KeepsEverythingElse) {
  const size_t at = Program.find("60 ms");
  const Edit below = LineBelow(Program, at, "measured app.B on local.Slice = 1 s");
  EXPECT_EQ(Edited(Program, {below, {at, at + 5, "7 ms"}}),
            "deploy app.Demo on Here {\n"
            "  measured app.A on local.Slice = 7 ms   // slow\n"
            "  measured app.B on local.Slice = 1 s\n"
            "}");
}

TEST(LineBelow, IsFurtherInWhereABlockBegins) {
  EXPECT_EQ(Edited(Program, {LineBelow(Program, 3, "x")}).substr(0, 30),
            "deploy app.Demo on Here {\n  x\n");
  EXPECT_EQ(Edited("a", {LineBelow("a", 0, "x")}), "a\nx");
}

TEST(ProcessorSeconds, GrowsWithWork) {
  const auto before = ProcessorSeconds(getpid());
  ASSERT_TRUE(before.ok());
  for (const clock_t end = clock() + CLOCKS_PER_SEC / 10; clock() < end;) {
  }
  const auto after = ProcessorSeconds(getpid());
  ASSERT_TRUE(after.ok());
  EXPECT_GE(*after - *before, 0.08);
  EXPECT_LE(*after - *before, 1.0);
}

TEST(ProcessorSeconds, KnowsWhoIsNotThere) {
  EXPECT_EQ(ProcessorSeconds(-1).error().code(), ErrorCode::NotFound);
}

}  // namespace
}  // namespace sprint::profile
