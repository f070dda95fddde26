#include "compiler/support/address.h"

#include <gtest/gtest.h>

namespace sprint {
namespace {

TEST(Address, CoversItselfAndWhatLiesBelow) {
  EXPECT_TRUE(Covers("plant", "plant"));
  EXPECT_TRUE(Covers("plant", "plant.rpi[0]"));
  EXPECT_TRUE(Covers("plant.rpi", "plant.rpi[0].space"));
  EXPECT_FALSE(Covers("plant", "plants"));
  EXPECT_FALSE(Covers("plant.rpi[0]", "plant.rpi[01]"));
  EXPECT_FALSE(Covers("plant.rpi", "plant"));
}

TEST(Address, KnowsWhatIsOne) {
  for (const char* good : {"a", "plant.rpi[0].space", "web[\"eu-1\"]", "a[\"x.y]\"].b", "a[0][1]",
                           "plant-1.Blur_2", "w[\"\\\"\"]"}) {
    EXPECT_TRUE(IsAddress(good)) << good;
  }
  for (const char* bad : {"", ".", "a.", ".a", "a..b", "a b", "a[", "a[]", "a]", "a[0]b", "a[\"]",
                          "a\n", "a[\n]", "[0]", "a/b", "w[\"\\"}) {
    EXPECT_FALSE(IsAddress(bad)) << bad;
  }
}

}  // namespace
}  // namespace sprint
