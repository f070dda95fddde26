#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

namespace sprint::linear {

// A linear programme that grows by columns and is solved again and again: the least sum of
// cost * value, each row's sum within its range, each value within its own. By Clp's simplex
// method, from where it ended last time. Deterministic. Good figures are between 1e-3 and 1e4.
class Programme {
 public:
  static constexpr double Infinity = std::numeric_limits<double>::infinity();
  struct Entry {
    uint32_t row = 0;
    double factor = 0;
  };

  Programme();
  ~Programme();
  Programme(const Programme&) = delete;
  Programme& operator=(const Programme&) = delete;

  // All rows come before the first column.
  uint32_t AddRow(double low, double high);
  uint32_t AddColumn(double cost, std::span<const Entry> entries, double low = 0,
                     double high = Infinity);
  void SetRange(uint32_t column, double low, double high);
  void SetCost(uint32_t column, double cost);
  void SetRowRange(uint32_t row, double low, double high);
  // Columns after them get lower numbers. `which` is sorted.
  void Drop(std::span<const uint32_t> which);
  uint32_t columns() const;

  // False: there is no solution, or none was found in so many iterations of the method or so
  // many seconds of the processor.
  bool Solve(int iterations, double seconds = Infinity);
  // Of the last Solve. The price of a row is what the least sum grows by per unit of its limit:
  // at least 0 for a lower one, at most 0 for an upper one, both up to rounding.
  std::span<const double> values() const { return values_; }
  std::span<const double> prices() const { return prices_; }
  double objective() const { return objective_; }

 private:
  class Model;
  std::unique_ptr<Model> model_;
  std::vector<double> values_, prices_;
  double objective_ = 0;
};

}  // namespace sprint::linear
