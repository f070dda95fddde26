#pragma once

#include <cstdint>
#include <vector>

namespace sprint::simulate {

// A value with the half width of its 95 % confidence interval; a half width below 0 is
// not known.
struct Estimate {
  double value = 0;
  double half_width = -1;
};

// Counts of positive numbers in bins 1/128 of an octave wide: a quantile is right to
// 0.4 %, whatever the range.
class Histogram {
 public:
  void Add(double value);
  void Add(const Histogram& other);
  uint64_t count() const { return count_; }
  // 0 when nothing was counted.
  double Quantile(double p) const;

 private:
  void Cover(int64_t bin);
  std::vector<uint32_t> bins_;
  int64_t first_ = 0;
  uint64_t count_ = 0;
};

// Estimates by the method of batch means (Law, "Simulation Modeling and Analysis", 9.5):
// the run is cut into batches of equal length; their values are taken as independent and
// Student's t gives the interval.
inline constexpr uint32_t Batches = 20;
Estimate FromBatches(double value, const std::vector<double>& batches);

// Times measured, by batch.
class Series {
 public:
  Series() : batches_(Batches) {}
  void Add(uint32_t batch, double time);
  uint64_t count() const;
  Estimate Mean() const;
  Estimate Quantile(double p) const;

 private:
  struct Batch {
    double sum = 0;
    Histogram times;
  };
  std::vector<Batch> batches_;
};

}  // namespace sprint::simulate
