#pragma once

#include <vector>

#include "engine/solver/problem.h"

namespace sprint::solver {

// What requests pay on priced ways, in EUR/s: bytes of a hop times how often it is taken.
// Within a component every request that is not answered before takes it; from a component
// to the next each part sends what it answers, as often as the flow is taken.
class Traffic {
 public:
  // Kept by reference.
  explicit Traffic(const Problem& problem);

  // Is there any price at all?
  bool priced() const { return priced_; }
  // Between the parts of c, and between c and its placed neighbours.
  double Of(uint32_t c, const Placement& placement, const std::vector<char>& placed) const;
  // Of all components, or of those that are placed.
  double All(const Placement& placement, const std::vector<char>* placed = nullptr) const;
  // No placement pays more.
  double Most() const;

 private:
  double Inside(uint32_t c, const Placement& placement) const;
  double Along(const Flow& flow, const Placement& placement) const;

  const Problem& problem_;
  std::vector<std::vector<Flow>> flows_;  // per component, those that touch it
  double dearest_ = 0;                    // EUR/byte of any way
  bool priced_ = false;
};

}  // namespace sprint::solver
