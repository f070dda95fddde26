#include "examples/laptop/measure/arrivals.h"

#include <cmath>
#include <random>

namespace sprint::measure {

std::vector<double> PoissonArrivals(double rate, double seconds, uint64_t seed) {
  std::vector<double> instants;
  if (!(rate > 0)) return instants;
  std::mt19937_64 random(seed);
  // By hand: std::exponential_distribution differs between standard libraries.
  auto gap = [&] {
    const double uniform = static_cast<double>(random() >> 11) * 0x1.0p-53;  // in [0, 1)
    return -std::log1p(-uniform) / rate;
  };
  for (double now = gap(); now < seconds; now += gap()) instants.push_back(now);
  return instants;
}

}  // namespace sprint::measure
