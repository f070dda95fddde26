#include "engine/simulate/statistics.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace sprint::simulate {
namespace {

// The upper bits of a positive double count its bins: exponent, then 7 bits of mantissa.
constexpr int Shift = 52 - 7;
int64_t BinOf(double value) {
  return static_cast<int64_t>(std::bit_cast<uint64_t>(std::max(value, 0.0)) >> Shift);
}
double LowEdge(int64_t bin) { return std::bit_cast<double>(static_cast<uint64_t>(bin) << Shift); }

// 0.975 quantiles of Student's t with 1 .. 19 degrees of freedom.
constexpr std::array<double, Batches - 1> Student = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093};

}  // namespace

void Histogram::Cover(int64_t bin) {
  if (bins_.empty()) {
    first_ = bin;
    bins_.resize(1);
  } else if (bin < first_) {
    bins_.insert(bins_.begin(), static_cast<size_t>(first_ - bin), 0);
    first_ = bin;
  } else if (bin >= first_ + static_cast<int64_t>(bins_.size())) {
    bins_.resize(static_cast<size_t>(bin - first_) + 1);
  }
}

void Histogram::Add(double value) {
  const int64_t bin = BinOf(value);
  Cover(bin);
  ++bins_[static_cast<size_t>(bin - first_)];
  ++count_;
}

void Histogram::Add(const Histogram& other) {
  if (other.bins_.empty()) return;
  Cover(other.first_);
  Cover(other.first_ + static_cast<int64_t>(other.bins_.size()) - 1);
  for (size_t i = 0; i < other.bins_.size(); ++i) {
    bins_[static_cast<size_t>(other.first_ - first_) + i] += other.bins_[i];
  }
  count_ += other.count_;
}

double Histogram::Quantile(double p) const {
  if (count_ == 0) return 0;
  const double rank = p * static_cast<double>(count_);
  double below = 0;
  for (size_t i = 0; i < bins_.size(); ++i) {
    const double here = bins_[i];
    if (here > 0 && below + here >= rank) {
      const auto bin = first_ + static_cast<int64_t>(i);
      return LowEdge(bin) + (LowEdge(bin + 1) - LowEdge(bin)) * (rank - below) / here;
    }
    below += here;
  }
  return LowEdge(first_ + static_cast<int64_t>(bins_.size()));
}

Estimate FromBatches(double value, const std::vector<double>& batches) {
  const size_t n = std::min<size_t>(batches.size(), Batches);
  if (n < 2) return {value, -1};
  double mean = 0, squares = 0;
  for (const double x : batches) mean += x / static_cast<double>(n);
  for (const double x : batches) squares += (x - mean) * (x - mean);
  return {value, Student[n - 2] * std::sqrt(squares / static_cast<double>(n * (n - 1)))};
}

void Series::Add(uint32_t batch, double time) {
  batches_[batch].sum += time;
  batches_[batch].times.Add(time);
}

uint64_t Series::count() const {
  uint64_t all = 0;
  for (const Batch& batch : batches_) all += batch.times.count();
  return all;
}

Estimate Series::Mean() const {
  double sum = 0;
  std::vector<double> means;
  for (const Batch& batch : batches_) {
    if (batch.times.count() == 0) continue;
    sum += batch.sum;
    means.push_back(batch.sum / static_cast<double>(batch.times.count()));
  }
  const auto all = static_cast<double>(count());
  return FromBatches(all > 0 ? sum / all : 0, means);
}

Estimate Series::Quantile(double p) const {
  Histogram whole;
  std::vector<double> values;
  for (const Batch& batch : batches_) {
    if (batch.times.count() == 0) continue;
    whole.Add(batch.times);
    values.push_back(batch.times.Quantile(p));
  }
  return FromBatches(whole.Quantile(p), values);
}

}  // namespace sprint::simulate
