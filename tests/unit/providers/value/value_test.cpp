#include "providers/value/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sprint::value {
namespace {

TEST(Value, WholeNumberOfAnythingIsDefined) {
  constexpr int64_t Most = std::numeric_limits<int64_t>::max(),
                    Least = std::numeric_limits<int64_t>::min();
  const auto whole = [](Value value) {
    return Value(Object{{"n", std::move(value)}}).Whole("n", 7);
  };
  EXPECT_EQ(whole(Most), Most) << "as it is, not by way of a double";
  EXPECT_EQ(whole(-2.9), -2);
  EXPECT_EQ(whole(1e300), Most);
  EXPECT_EQ(whole(9.3e18), Most);
  EXPECT_EQ(whole(-1e300), Least);
  EXPECT_EQ(whole(HUGE_VAL), Most);
  EXPECT_EQ(whole(std::nan("")), 7);
  EXPECT_EQ(whole("12"), 7);
  EXPECT_EQ(Value(Object{}).Whole("n", 7), 7);
}

}  // namespace
}  // namespace sprint::value
