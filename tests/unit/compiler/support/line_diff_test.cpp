#include "compiler/support/line_diff.h"

#include <gtest/gtest.h>

namespace sprint {
namespace {

TEST(UnifiedDiff, SaysNothingOfEqualTexts) { EXPECT_EQ(UnifiedDiff("f", "a\nb\n", "a\nb\n"), ""); }

TEST(UnifiedDiff, ShowsThreeLinesAroundEachChange) {
  EXPECT_EQ(UnifiedDiff("f", "1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nfive\n6\n7\n8\n"),
            "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, FarChangesAreHunksOfTheirOwn) {
  std::string before, after;
  for (int i = 1; i <= 20; ++i) {
    before += std::to_string(i) + "\n";
    after += (i == 2 ? "two" : std::to_string(i)) + "\n";
    if (i == 18) after += "more\n";
  }
  EXPECT_EQ(UnifiedDiff("f", before, after),
            "--- f\n+++ f\n@@ -1,5 +1,5 @@\n 1\n-2\n+two\n 3\n 4\n 5\n"
            "@@ -16,5 +16,6 @@\n 16\n 17\n 18\n+more\n 19\n 20\n");
}

TEST(UnifiedDiff, FromAndToNothing) {
  EXPECT_EQ(UnifiedDiff("f", "", "a\n"), "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+a\n");
  EXPECT_EQ(UnifiedDiff("f", "a\n", ""), "--- f\n+++ f\n@@ -1,1 +0,0 @@\n-a\n");
}

}  // namespace
}  // namespace sprint
