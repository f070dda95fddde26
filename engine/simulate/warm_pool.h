#pragma once

#include <cstdint>
#include <vector>

namespace sprint::simulate {

// The instances of one function. Each serves one request at a time and dies after
// `idle` seconds without one; a request goes to the youngest that is free, or starts a
// new one. Source of the routing: Mahmoudi and Khazaei, "Performance Modeling of
// Serverless Computing Platforms", IEEE TCC 2020.
class WarmPool {
 public:
  // `warm`: instances there are at time 0.
  WarmPool(double idle, uint32_t warm);

  struct Instance {
    uint64_t born = 0;  // order of birth
    bool cold = false;  // it has to start first
  };
  Instance Take(double now);
  void GiveBack(double now, const Instance& instance);

 private:
  struct Free {
    uint64_t born;
    double since;
    bool operator<(const Free& other) const { return born < other.born; }
  };
  double idle_;
  uint64_t next_ = 0;
  // A heap, youngest on top. The dead are found when they come to the top.
  std::vector<Free> free_;
};

}  // namespace sprint::simulate
