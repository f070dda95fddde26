#include "engine/solver/suffixes.h"

#include <algorithm>
#include <cmath>

namespace sprint::solver {
namespace {

// Steps are a little longer than they seem, so that rounding never takes one too many.
constexpr double Slack = 1 - 1e-9;

size_t Steps(double amount, double by) { return static_cast<size_t>(std::max(0.0, amount * by)); }

}  // namespace

void Suffixes::Build(const std::vector<Thing>& things, double load, double memory, size_t cells) {
  double loads = 0, memories = 0;
  for (const Thing& thing : things) {
    loads += thing.load;
    memories += thing.memory;
  }
  // What there is enough of needs no steps.
  const bool short_load = loads > load, short_memory = memories > memory;
  const double side = std::sqrt(static_cast<double>(cells));
  const auto steps = [&](bool any, bool both) {
    return !any ? size_t{1} : both ? static_cast<size_t>(side) : cells;
  };
  loads_ = steps(short_load, short_memory);
  memories_ = steps(short_memory, short_load);
  by_load_ = short_load ? static_cast<double>(loads_ - 1) / load : 0;
  by_memory_ = short_memory ? static_cast<double>(memories_ - 1) / memory : 0;
  const size_t plane = loads_ * memories_;
  table_.assign((things.size() + 1) * plane, 0);
  for (size_t k = things.size(); k-- > 0;) {
    const double* next = table_.data() + (k + 1) * plane;
    double* here = table_.data() + k * plane;
    const size_t l = Steps(things[k].load * Slack, by_load_);
    const size_t m = Steps(things[k].memory * Slack, by_memory_);
    std::copy(next, next + plane, here);
    for (size_t row = l; row < loads_; ++row) {
      const double* from = next + (row - l) * memories_;
      double* to = here + row * memories_;
      for (size_t column = m; column < memories_; ++column) {
        to[column] = std::max(to[column], from[column - m] + things[k].gain);
      }
    }
  }
}

double Suffixes::Most(size_t from, double load, double memory) const {
  const size_t l = std::min(loads_ - 1, Steps(load, by_load_));
  const size_t m = std::min(memories_ - 1, Steps(memory, by_memory_));
  return table_[(from * loads_ + l) * memories_ + m];
}

}  // namespace sprint::solver
