#include "examples/laptop/measure/latency.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace sprint::measure {

Summary Summarise(std::vector<double> times) {
  Summary summary;
  summary.count = times.size();
  if (times.empty()) return summary;
  std::sort(times.begin(), times.end());
  const double count = static_cast<double>(times.size());
  auto percentile = [&](double share) {
    const double rank = std::ceil(share * count);
    return times[static_cast<size_t>(std::clamp(rank, 1.0, count)) - 1];
  };
  for (double time : times) summary.mean += time / count;
  double square = 0;
  for (double time : times) square += (time - summary.mean) * (time - summary.mean) / count;
  summary.p50 = percentile(0.50);
  summary.p95 = percentile(0.95);
  summary.p99 = percentile(0.99);
  summary.max = times.back();
  summary.variation = summary.mean > 0 ? std::sqrt(square) / summary.mean : 0;
  return summary;
}

std::string ToJson(const Summary& summary) {
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(),
                "{\"count\":%zu,\"mean\":%.3f,\"p50\":%.3f,\"p95\":%.3f,\"p99\":%.3f,\"max\":%.3f}",
                summary.count, summary.mean, summary.p50, summary.p95, summary.p99, summary.max);
  return text.data();
}

}  // namespace sprint::measure
