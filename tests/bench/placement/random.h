#pragma once

#include <cstdint>
#include <random>

namespace sprint::bench {

// The same numbers for a seed with every library: not std::uniform_*.
class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  double Real(double low, double high) { return low + (high - low) * (engine_() / 4294967296.0); }
  uint32_t Whole(uint32_t low, uint32_t high) { return low + engine_() % (high - low + 1); }
  bool Chance(double p) { return Real(0, 1) < p; }

 private:
  std::mt19937 engine_;
};

}  // namespace sprint::bench
