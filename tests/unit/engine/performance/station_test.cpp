#include "engine/performance/station.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace sprint::performance {
namespace {

TEST(ProcessorSharing, GivesTheValuesWorkedOutByHand) {
  // 2 requests/s of 180 ms: U = 0.36, 0.18 / 0.64.
  EXPECT_NEAR(ProcessorSharing(0.18, 0.36).mean, 0.28125, 1e-12);
  // 2 requests/s of 75 ms: U = 0.15, 0.075 / 0.85.
  EXPECT_NEAR(ProcessorSharing(0.075, 0.15).mean, 0.0882353, 1e-7);
  EXPECT_TRUE(std::isinf(ProcessorSharing(0.1, 1).mean));
}

TEST(ProcessorSharing, AnEmptyServerShowsTheDemandsOwnVariance) {
  EXPECT_DOUBLE_EQ(ProcessorSharing(0.2, 0).variance, 0.04);
}

// At U = 1/2, m = 1 and h = 1 - (1 - 1/e) for constant demands; m = 5, h = 5 - 25 (1 - 1.8^(-1/4))
// where they vary by 2.
TEST(ProcessorSharing, VariesAsTheDemandsDo) {
  const double square = 0.2 * 0.2;
  EXPECT_NEAR(ProcessorSharing(0.1, 0.5, 0).variance, square * 0.36787944, 1e-9);
  EXPECT_NEAR(ProcessorSharing(0.1, 0.5, 2).variance, square * (4 + 1.58350), 1e-6);
  EXPECT_DOUBLE_EQ(ProcessorSharing(0.1, 0.5, 2).mean, 0.2);
  EXPECT_DOUBLE_EQ(ProcessorSharing(0.2, 0, 0.5).variance, 0.01);
  // What is nearly exponential, or nearly constant, varies nearly as much.
  for (const double used : {0.1, 0.6, 0.95}) {
    const double same = ProcessorSharing(1, used, 1).variance;
    EXPECT_NEAR(ProcessorSharing(1, used, 1 + 1e-9).variance, same, 1e-6 * same);
    const double constant = ProcessorSharing(1, used, 0).variance;
    EXPECT_NEAR(ProcessorSharing(1, used, 1e-4).variance, constant, 1e-6 * constant);
  }
}

// What Domains::Monotone stands on: more load never makes it vary less, and up to 1 the shape
// is at least 1/3.
TEST(Node, MoreLoadVariesMore) {
  for (const double variation : {0.0, 0.2, 0.7, 1.0, 3.0}) {
    for (const double cores : {1, 2, 8, 64}) {
      double before = 0;
      for (double used = 0; used < 0.999; used += 0.01) {
        const Sojourn at = Node(1, used * cores, cores, true, variation);
        EXPECT_GE(at.variance, before * (1 - 1e-9)) << variation << " " << cores << " " << used;
        EXPECT_GE(at.variance, at.mean * at.mean * variation * variation * (1 - 1e-9));
        if (variation <= 1) {
          EXPECT_LE(at.variance, 3 * at.mean * at.mean * (1 + 1e-9));
        }
        before = at.variance;
      }
    }
  }
}

TEST(WarmPool, VariesAsTheTimesDo) {
  // All are cold: one time, that varies by half.
  const FunctionResponse cold = WarmPool(0, 0.1, 2, 600, 0.5);
  EXPECT_DOUBLE_EQ(cold.response.variance, 1);
  const FunctionResponse one = WarmPool(1, 0.1, 2, 10), half = WarmPool(1, 0.1, 2, 10, 0.5);
  EXPECT_DOUBLE_EQ(one.response.mean, half.response.mean);
  const double second = one.response.variance + one.response.mean * one.response.mean;
  EXPECT_NEAR(half.response.variance, second * 1.25 / 2 - one.response.mean * one.response.mean,
              1e-12);
}

TEST(MultiCore, OneCoreIsASingleServer) {
  EXPECT_NEAR(MultiCore(0.1, 0.5, 1).mean, 0.2, 1e-12);
  EXPECT_NEAR(MultiCore(0.1, 0.5, 1).variance, ProcessorSharing(0.1, 0.5).variance, 1e-12);
}

// First and second moment of what a request still needs, given n others: a tridiagonal
// system, solved by elimination. Demands are exponential with mean 1.
Sojourn ExactlyShared(unsigned cores, double utilisation) {
  const int n = static_cast<int>(cores + 30 / (1 - utilisation));
  const double rate = utilisation * cores;
  const auto speed = [&](int others) { return std::min(1.0, double(cores) / (others + 1)); };
  const auto solve = [&](const std::vector<double>& right) {
    std::vector<double> up(n), rest(n);
    for (int k = 0; k < n; ++k) {
      const double arrive = k + 1 < n ? rate : 0, below = k * speed(k);
      const double pivot = arrive + (k + 1) * speed(k) - (k > 0 ? below * up[k - 1] : 0);
      up[k] = arrive / pivot;
      rest[k] = (right[k] + (k > 0 ? below * rest[k - 1] : 0)) / pivot;
    }
    for (int k = n - 2; k >= 0; --k) rest[k] += up[k] * rest[k + 1];
    return rest;
  };
  const std::vector<double> first = solve(std::vector<double>(n, 1));
  std::vector<double> twice = first;
  for (double& t : twice) t *= 2;
  const std::vector<double> second = solve(twice);
  double weight = 1, sum = 0, mean = 0, square = 0;
  for (int k = 0; k < n; ++k) {
    sum += weight;
    mean += weight * first[k];
    square += weight * second[k];
    weight *= rate / std::min<double>(k + 1, cores);
  }
  return {mean / sum, square / sum - mean / sum * mean / sum};
}

TEST(MultiCore, SharedCoresAreNearTheExactSolution) {
  for (const unsigned cores : {1U, 2U, 3U, 4U, 8U, 16U, 64U}) {
    for (const double utilisation : {0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95}) {
      const Sojourn exact = ExactlyShared(cores, utilisation);
      const Sojourn here = MultiCore(1, utilisation, cores);
      EXPECT_NEAR(here.mean, exact.mean, exact.mean * 1e-6) << cores << " " << utilisation;
      EXPECT_NEAR(here.variance, exact.variance, exact.variance * 0.015)
          << cores << " " << utilisation;
    }
  }
}

TEST(MultiCore, ErlangCGivesTextbookValues) {
  // Two servers at load 1: C = 1/3.
  EXPECT_NEAR(ErlangC(2, 1), 1.0 / 3, 1e-12);
  // One server: the utilisation itself.
  EXPECT_NEAR(ErlangC(1, 0.7), 0.7, 1e-12);
  EXPECT_EQ(ErlangC(2, 2), 1);
  // A thousand servers must not overflow.
  EXPECT_LT(ErlangC(1000, 500), 1e-12);
}

TEST(Node, HalfACoreIsHalfAsFast) {
  const Sojourn half = Node(0.06, 0.12, 0.5, true);
  EXPECT_NEAR(half.mean, 0.12 / (1 - 0.24), 1e-12);
  EXPECT_NEAR(NodeUtilisation(0.12, 0.5, true), 0.24, 1e-12);
}

TEST(Node, ADemandPerNodeIgnoresTheCores) {
  EXPECT_NEAR(Node(0.18, 0.36, 4, false).mean, 0.28125, 1e-12);
  EXPECT_LT(Node(0.18, 0.36, 4, true).mean, 0.181);
}

TEST(WarmPool, AgreesWithThePublishedPackage) {
  // Shipped benchmark: warm 2.38661 s, cold 3.59551 s, 1.8 requests/s, 600 s idle.
  EXPECT_NEAR(WarmPool(1.8, 2.38661, 3.59551, 600).response.mean, 2.38754, 1e-4);
}

// Requests so rare that never two instances are warm: one is when the last request came
// less than its idle time ago, which it is with 1 - e^(-rate * idle).
TEST(WarmPool, OneInstanceIsWarmWhenTheLastRequestWasNotLongAgo) {
  const double rate = 1e-4, idle = 600;
  EXPECT_NEAR(WarmPool(rate, 1e-3, 2e-3, idle).cold_share, std::exp(-rate * idle), 2e-3);
}

TEST(WarmPool, ItsVarianceIsThatOfTwoExponentialTimesMixed) {
  const FunctionResponse pool = WarmPool(0.01, 0.5, 4, 60);
  const double cold = pool.cold_share, warm = 1 - cold;
  ASSERT_GT(cold, 0.05);
  ASSERT_LT(cold, 0.95);
  const double mean = cold * 4 + warm * 0.5;
  EXPECT_NEAR(pool.response.mean, mean, 1e-12);
  EXPECT_NEAR(pool.response.variance, 2 * (cold * 16 + warm * 0.25) - mean * mean, 1e-12);
}

TEST(WarmPool, RareRequestsAreColdAndFrequentOnesWarm) {
  EXPECT_NEAR(WarmPool(1e-7, 0.2, 3, 60).response.mean, 3, 1e-3);
  EXPECT_NEAR(WarmPool(1e-7, 0.2, 3, 60).response.variance, 9, 1e-2);
  EXPECT_NEAR(WarmPool(1e-7, 0.2, 3, 60).cold_share, 1, 1e-4);
  const double busy = WarmPool(500, 0.2, 3, 600).response.mean;
  EXPECT_GT(busy, 0.2 - 1e-9);
  EXPECT_LT(busy, 0.21);
}

TEST(BilledTime, EveryUnitBegunIsWhole) {
  // Mean 1 in units of ln 2: half of those that begin a unit go on, so two on average.
  EXPECT_NEAR(BilledTime(1, std::log(2)), 2 * std::log(2), 1e-12);
  EXPECT_NEAR(BilledTime(0.2, 100), 100 / (1 - std::exp(-500)), 1e-12);
  EXPECT_NEAR(BilledTime(0.2, 1e-6), 0.2, 1e-6);
  EXPECT_EQ(BilledTime(0, 0.1), 0.1);
}

TEST(Quantile, OfOneExponentialStageIsItsLogarithm) {
  EXPECT_NEAR(Quantile({2, 4}, 0.95), -2 * std::log(0.05), 1e-9);
}

TEST(Quantile, OfTwoEqualExponentialStagesIsErlang) {
  // P(X > x) = (1 + x) e^-x at x = 4.743865 is 0.05.
  EXPECT_NEAR(Quantile({2, 2}, 0.95), 4.743865, 1e-5);
}

TEST(Quantile, OfAConstantIsTheConstant) {
  EXPECT_EQ(Quantile({0.3, 0}, 0.99), 0.3);
  EXPECT_TRUE(std::isinf(Quantile({INFINITY, INFINITY}, 0.95)));
}

TEST(Quantile, ManySmallStagesStayFinite) {
  EXPECT_NEAR(Quantile({100, 0.01}, 0.95), 100 + 1.645 * 0.1, 0.01);
}

// A search that cuts off what is too slow already relies on this, and on nothing above
// 0.95: there a larger mean at the same variance may lower the quantile.
TEST(Quantile, FromP90ToP95GrowsWithMeanAndVarianceDownToAShapeOfAThird) {
  for (double p : {0.9, 0.92, 0.94, 0.95}) {
    for (double shape = 1.0 / 3; shape < 200; shape *= 1.1) {
      SCOPED_TRACE(testing::Message() << "p " << p << " shape " << shape);
      const double variance = 1 / shape;
      const double here = Quantile({1, variance}, p);
      EXPECT_GT(Quantile({1.001, variance}, p), here);
      EXPECT_GT(here, Quantile({1, variance * 0.999}, p));
    }
  }
}

}  // namespace
}  // namespace sprint::performance
