#pragma once

#include <cmath>
#include <cstdint>

namespace sprint::simulate {

// xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators",
// ACM TOMS 2021), seeded by splitmix64. Its own code, because the distributions of the
// standard library give other numbers on other systems.
class Random {
 public:
  explicit Random(uint64_t seed) {
    for (uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      word = z ^ (z >> 31);
    }
  }

  uint64_t Next() {
    const uint64_t result = Turn(state_[0] + state_[3], 23) + state_[0];
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = Turn(state_[3], 45);
    return result;
  }

  // In (0, 1]: its logarithm is finite.
  double Share() { return static_cast<double>((Next() >> 11) + 1) * 0x1p-53; }
  bool Chance(double p) { return Share() <= p; }
  // 0 .. n-1, n > 0.
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>((Next() >> 32) * n >> 32); }
  double Exponential(double mean) { return -mean * std::log(Share()); }
  // Polar method of Marsaglia; the second number is not kept.
  double Normal() {
    for (;;) {
      const double x = 2 * Share() - 1, y = 2 * Share() - 1;
      const double s = x * x + y * y;
      if (s > 0 && s < 1) return x * std::sqrt(-2 * std::log(s) / s);
    }
  }
  // `cv` is the coefficient of variation.
  double LogNormal(double mean, double cv) {
    const double variance = std::log(1 + cv * cv);
    return mean * std::exp(std::sqrt(variance) * Normal() - variance / 2);
  }

 private:
  static uint64_t Turn(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }
  uint64_t state_[4];
};

}  // namespace sprint::simulate
