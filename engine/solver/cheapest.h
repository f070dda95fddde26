#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/solver/items.h"
#include "engine/solver/staircase.h"

namespace sprint::solver {

// What components pay at given prices of a busy second on each pool when each part takes
// whatever is cheapest for it. Asked for millions of times, hence a copy of the items in the
// order in which they are read: without pools that are closed, and of functions, which have no
// such price, only the cheapest.
class Cheapest {
 public:
  // `functions`: per pool. Items are kept by reference.
  Cheapest(const Items& items, std::vector<char> functions, bool one_way);

  // After the items have changed.
  void Reread();
  // Only these pools may be used from now on, and all functions.
  void Enter(const std::vector<char>& usable);
  // Objective of component c on each step, the others disregarded; infinite: impossible. Where
  // requests may return from the cloud only the first counts.
  StepCosts At(const std::vector<double>& prices, uint32_t c);
  // Adds the load of the way to take `step` that the last At of c found.
  void Charge(uint32_t c, Step step, std::vector<double>& load) const;

 private:
  struct Offer {
    double load = 0, fixed = 0;
    uint32_t pool = 0;
  };
  // Offers at the edge from `begin` to `cloud`, in the cloud from there to `end`.
  struct Part {
    uint32_t begin = 0, cloud = 0, end = 0;
  };
  struct Least {
    double due;
    uint32_t offer;
  };

  const Items& items_;
  std::vector<char> functions_;
  bool one_way_;
  std::vector<uint32_t> variants_;  // per component where its variants begin, and the end
  std::vector<uint32_t> begin_;     // per variant where its parts begin, and the end
  std::vector<Part> all_, parts_;   // of all_offers_, of offers_
  std::vector<Offer> all_offers_, offers_;
  std::vector<char> usable_;
  std::vector<std::array<Least, 2>> least_;    // per part: at the edge, in the cloud
  std::vector<std::array<uint32_t, 3>> best_;  // per component and step: the variant
};

}  // namespace sprint::solver
