#include "engine/simulate/warm_pool.h"

#include <algorithm>

namespace sprint::simulate {

WarmPool::WarmPool(double idle, uint32_t warm) : idle_(idle) {
  for (uint32_t i = 0; i < warm; ++i) GiveBack(0, {next_++, false});
}

WarmPool::Instance WarmPool::Take(double now) {
  while (!free_.empty()) {
    std::pop_heap(free_.begin(), free_.end());
    const Free youngest = free_.back();
    free_.pop_back();
    if (now - youngest.since <= idle_) return {youngest.born, false};
  }
  return {next_++, true};
}

void WarmPool::GiveBack(double now, const Instance& instance) {
  free_.push_back({instance.born, now});
  std::push_heap(free_.begin(), free_.end());
}

}  // namespace sprint::simulate
