#pragma once

#include <cstdint>
#include <vector>

namespace sprint::solver {

// A part on a pool, as far as a bound sees it.
struct Item {
  uint32_t pool = 0;
  double load = 0;   // busy seconds per second it brings to the pool
  double fixed = 0;  // objective of its executions, fees and moves, whatever the counts
  double cost = 0;   // EUR/s of its executions and fees
  double memory = 0, gpu_memory = 0;
  bool cloud = false;
  uint32_t option = 0;  // which of the part's
};
// [component][variant][part]; a variant that may not be chosen has no parts at all.
using Items = std::vector<std::vector<std::vector<std::vector<Item>>>>;

}  // namespace sprint::solver
