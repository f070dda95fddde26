#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "examples/laptop/measure/arrivals.h"
#include "examples/laptop/measure/latency.h"

namespace sprint::measure {
namespace {

TEST(PoissonArrivals, HaveTheRateAskedForAndExponentialGaps) {
  const std::vector<double> instants = PoissonArrivals(5, 10'000, 3);
  // Four standard deviations of a Poisson count of 50 000.
  EXPECT_NEAR(static_cast<double>(instants.size()), 50'000, 4 * std::sqrt(50'000.0));
  std::vector<double> gaps;
  for (size_t i = 1; i < instants.size(); ++i) gaps.push_back(instants[i] - instants[i - 1]);
  const Summary gap = Summarise(gaps);
  EXPECT_NEAR(gap.mean, 0.2, 0.005);
  EXPECT_NEAR(gap.variation, 1.0, 0.02);
  EXPECT_NEAR(gap.p95, 0.2 * std::log(20.0), 0.02);
}

TEST(PoissonArrivals, AreInOrderAndWithinTheTime) {
  const std::vector<double> instants = PoissonArrivals(50, 20, 9);
  ASSERT_FALSE(instants.empty());
  EXPECT_GT(instants.front(), 0);
  EXPECT_LT(instants.back(), 20);
  for (size_t i = 1; i < instants.size(); ++i) EXPECT_LT(instants[i - 1], instants[i]);
}

TEST(PoissonArrivals, RepeatWithTheirSeedOnly) {
  EXPECT_EQ(PoissonArrivals(2, 60, 1), PoissonArrivals(2, 60, 1));
  EXPECT_NE(PoissonArrivals(2, 60, 1), PoissonArrivals(2, 60, 2));
}

TEST(PoissonArrivals, OfNoRateAreNone) {
  EXPECT_TRUE(PoissonArrivals(0, 60, 1).empty());
  EXPECT_TRUE(PoissonArrivals(std::nan(""), 60, 1).empty());
}

TEST(Summarise, TakesPercentilesThatOccurred) {
  std::vector<double> times;
  for (int i = 100; i >= 1; --i) times.push_back(i);
  const Summary s = Summarise(times);
  EXPECT_EQ(s.count, 100U);
  EXPECT_DOUBLE_EQ(s.mean, 50.5);
  EXPECT_EQ(s.p50, 50);
  EXPECT_EQ(s.p95, 95);
  EXPECT_EQ(s.p99, 99);
  EXPECT_EQ(s.max, 100);
}

TEST(Summarise, SaysTheOnlyTimeEverywhereAndZeroForNone) {
  const Summary one = Summarise({7});
  EXPECT_EQ(one.p50, 7);
  EXPECT_EQ(one.p99, 7);
  EXPECT_EQ(one.variation, 0);
  EXPECT_EQ(Summarise({}).count, 0U);
  EXPECT_EQ(Summarise({}).max, 0);
}

TEST(Summarise, PrintsAsJson) {
  EXPECT_EQ(ToJson(Summarise({1, 2})),
            R"({"count":2,"mean":1.500,"p50":1.000,"p95":2.000,"p99":2.000,"max":2.000})");
}

}  // namespace
}  // namespace sprint::measure
