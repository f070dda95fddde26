#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/simulate/station.h"

namespace sprint::simulate {

// The next event of each of a fixed number of sources, soonest first; of two at the same
// time the lower source. A heap that knows where each source is, so that a source's time
// can be changed.
class Calendar {
 public:
  explicit Calendar(uint32_t sources) : time_(sources, Never), place_(sources) {
    heap_.reserve(sources);
    for (uint32_t s = 0; s < sources; ++s) {
      place_[s] = s;
      heap_.push_back(s);
    }
  }
  double Soonest() const { return heap_.empty() ? Never : time_[heap_.front()]; }
  uint32_t Source() const { return heap_.front(); }
  void Set(uint32_t source, double time) {
    const bool sooner = time < time_[source];
    time_[source] = time;
    sooner ? Up(place_[source]) : Down(place_[source]);
  }

 private:
  bool Before(uint32_t a, uint32_t b) const {
    return time_[a] != time_[b] ? time_[a] < time_[b] : a < b;
  }
  void Put(uint32_t at, uint32_t source) {
    heap_[at] = source;
    place_[source] = at;
  }
  void Up(uint32_t at) {
    const uint32_t source = heap_[at];
    for (; at > 0 && Before(source, heap_[(at - 1) / 2]); at = (at - 1) / 2) {
      Put(at, heap_[(at - 1) / 2]);
    }
    Put(at, source);
  }
  void Down(uint32_t at) {
    const uint32_t source = heap_[at];
    const auto n = static_cast<uint32_t>(heap_.size());
    for (;;) {
      uint32_t child = 2 * at + 1;
      if (child >= n) break;
      if (child + 1 < n && Before(heap_[child + 1], heap_[child])) ++child;
      if (!Before(heap_[child], source)) break;
      Put(at, heap_[child]);
      at = child;
    }
    Put(at, source);
  }

  std::vector<double> time_;
  std::vector<uint32_t> place_, heap_;
};

}  // namespace sprint::simulate
