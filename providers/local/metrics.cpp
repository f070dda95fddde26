#include "providers/local/metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace sprint::local {
namespace {

using Seconds = std::chrono::duration<double>;

// What is kept at most: an hour, and enough requests for it at 50 a second.
constexpr std::chrono::hours LongestKept{1};
constexpr size_t MostKept = 200'000;

double Mean(const std::vector<double>& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double Percentile95(std::vector<double> values) {
  if (values.empty()) return 0;
  auto rank = static_cast<size_t>(std::ceil(0.95 * static_cast<double>(values.size()))) - 1;
  auto nth = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

}  // namespace

void Metrics::Arrived(Moment at) {
  std::lock_guard lock(mutex_);
  ++in_flight_;
  arrived_.push_back(at);
  while (arrived_.size() > MostKept || at - arrived_.front() > LongestKept) arrived_.pop_front();
}

void Metrics::Done(Moment at, double own, double path, bool good) {
  std::lock_guard lock(mutex_);
  --in_flight_;
  ended_.push_back({at, own, path, good});
  while (ended_.size() > MostKept || at - ended_.front().at > LongestKept) ended_.pop_front();
}

value::Value Metrics::Report(const std::string& component, double window, Moment now) const {
  // What is older is forgotten.
  window = std::min(window, Seconds(LongestKept).count());
  std::vector<double> own, path;
  int64_t requests = 0, errors = 0, in_flight = 0;
  {
    std::lock_guard lock(mutex_);
    Moment from = now - std::chrono::duration_cast<Moment::duration>(Seconds(window));
    // Threads may put in a moment slightly late: look at all, not from the end.
    for (Moment at : arrived_) requests += at > from && at <= now ? 1 : 0;
    for (const Ended& ended : ended_) {
      if (ended.at <= from || ended.at > now) continue;
      errors += ended.good ? 0 : 1;
      if (ended.own >= 0) own.push_back(ended.own);
      if (ended.good) path.push_back(ended.path);
    }
    in_flight = in_flight_;
  }
  double age = Seconds(now - born_).count();
  double span = std::max(1e-3, std::min(window, age));
  return value::Object{{"component", component},
                       {"requests", requests},
                       {"errors", errors},
                       {"in_flight", in_flight},
                       {"arrival_rate", static_cast<double>(requests) / span},
                       {"response_mean_s", Mean(own)},
                       {"response_p95_s", Percentile95(own)},
                       {"path_mean_s", Mean(path)},
                       {"path_p95_s", Percentile95(path)}};
}

}  // namespace sprint::local
