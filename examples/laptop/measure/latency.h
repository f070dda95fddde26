#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sprint::measure {

// What a list of times says. Percentiles are nearest-rank: a time that occurred.
// All zero if there was none.
struct Summary {
  size_t count = 0;
  double mean = 0;
  double p50 = 0;
  double p95 = 0;
  double p99 = 0;
  double max = 0;
  double variation = 0;  // standard deviation over mean
};

Summary Summarise(std::vector<double> times);

// {"count":3,"mean":..,"p50":..,"p95":..,"p99":..,"max":..}, three decimals.
std::string ToJson(const Summary& summary);

}  // namespace sprint::measure
