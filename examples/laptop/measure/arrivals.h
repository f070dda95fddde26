#pragma once

#include <cstdint>
#include <vector>

namespace sprint::measure {

// The instants, in seconds from the start, at which a Poisson process of `rate`
// per second has its arrivals before `seconds`. The same seed gives the same instants.
std::vector<double> PoissonArrivals(double rate, double seconds, uint64_t seed);

}  // namespace sprint::measure
