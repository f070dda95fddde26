#include "providers/local/metrics.h"

#include <gtest/gtest.h>

namespace sprint::local {
namespace {

using std::chrono::milliseconds;

const Metrics::Moment Born{std::chrono::hours(1)};
Metrics::Moment At(int ms) { return Born + milliseconds(ms); }

TEST(MetricsTest, NothingSeenIsAllZero) {
  value::Value report = Metrics(Born).Report("Blur", 10, At(5000));
  EXPECT_EQ(report.Text("component"), "Blur");
  for (const char* key : {"requests", "errors", "in_flight", "arrival_rate", "response_mean_s",
                          "response_p95_s", "path_mean_s", "path_p95_s"}) {
    EXPECT_EQ(report.Number(key, -1), 0) << key;
  }
}

TEST(MetricsTest, MeanAndNearestRankPercentile) {
  Metrics metrics(Born);
  for (int i = 1; i <= 20; ++i) {
    metrics.Arrived(At(i));
    metrics.Done(At(i + 500), i * 0.01, i * 0.02, true);
  }
  value::Value report = metrics.Report("Blur", 60, At(2000));
  EXPECT_NEAR(report.Number("response_mean_s"), 0.105, 1e-12);
  // The 19th of 20.
  EXPECT_NEAR(report.Number("response_p95_s"), 0.19, 1e-12);
  EXPECT_NEAR(report.Number("path_mean_s"), 0.21, 1e-12);
  EXPECT_NEAR(report.Number("path_p95_s"), 0.38, 1e-12);
  // Over its age of 2 s, not over a minute.
  EXPECT_NEAR(report.Number("arrival_rate"), 10, 1e-9);
}

TEST(MetricsTest, WindowLeavesOutWhatIsOlder) {
  Metrics metrics(Born);
  metrics.Arrived(At(1000));
  metrics.Done(At(1100), 9, 9, true);
  metrics.Arrived(At(9500));
  metrics.Arrived(At(9600));
  metrics.Done(At(9700), 1, 2, true);
  value::Value report = metrics.Report("Blur", 2, At(10'000));
  EXPECT_EQ(report.Number("requests"), 2);
  EXPECT_EQ(report.Number("in_flight"), 1);
  EXPECT_EQ(report.Number("arrival_rate"), 1);
  EXPECT_EQ(report.Number("response_mean_s"), 1);
  EXPECT_EQ(report.Number("path_p95_s"), 2);
}

TEST(MetricsTest, ErrorsCountButHaveNoResponseTime) {
  Metrics metrics(Born);
  for (int i = 0; i < 3; ++i) metrics.Arrived(At(i));
  metrics.Done(At(10), 0.5, 0.7, true);
  metrics.Done(At(11), -1, 3, false);
  // The component answered, what came after it did not.
  metrics.Done(At(12), 0.1, 4, false);
  value::Value report = metrics.Report("Blur", 10, At(1000));
  EXPECT_EQ(report.Number("errors"), 2);
  EXPECT_NEAR(report.Number("response_mean_s"), 0.3, 1e-12);
  EXPECT_NEAR(report.Number("path_mean_s"), 0.7, 1e-12);
}

TEST(MetricsTest, LongerThanAnythingIsKeptIsAllThatIsKept) {
  Metrics metrics(Born);
  metrics.Arrived(At(0));
  EXPECT_EQ(metrics.Report("Blur", 1e300, At(1000)).Number("requests"), 1);
}

}  // namespace
}  // namespace sprint::local
