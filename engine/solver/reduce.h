#pragma once

#include <vector>

#include "engine/solver/search.h"

namespace sprint::solver {

// A problem without the pools that nothing can use, that cost nothing as they are and that
// no constraint asks about: a catalogue of a hundred thousand kinds of which a program uses
// three is a problem of three pools.
class Reduced {
 public:
  explicit Reduced(const Problem& problem);

  // False: there are none such, and `problem` is to be taken as it is.
  bool less() const { return !problem_.pools.empty() && kept_.size() < all_; }
  const Problem& problem() const { return problem_; }
  // A placement of the whole problem in what is left; parts elsewhere are nowhere.
  Placement Inside(const Placement& placement) const;
  // And back.
  Placement Outside(const Placement& placement) const;
  uint32_t Outside(uint32_t pool) const { return kept_[pool]; }

 private:
  static constexpr uint32_t Nowhere = ~0U;
  size_t all_;
  std::vector<uint32_t> kept_;  // pools of the whole problem
  std::vector<uint32_t> now_;   // per pool of the whole problem: its new number, or Nowhere
  Problem problem_;
};

}  // namespace sprint::solver
