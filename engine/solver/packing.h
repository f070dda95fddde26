#pragma once

#include <map>
#include <vector>

#include "engine/solver/choices.h"
#include "engine/solver/foresight.h"

namespace sprint::solver {

// Components that can only be in a few zones, and whether there is room for all of them there at
// once: a question that many choices of hardware elsewhere share, and that costs nothing.
class Packing {
 public:
  // All are kept by reference. Regions are those of `items` as they are now.
  Packing(const Problem& problem, const Domains& domains, const Items& items,
          const Relaxation& relaxation, Progress& progress);

  // False: whatever the counts within the hardware, something finds no place. True says little.
  bool Possible(const Hardware& hardware);

 private:
  // Zones, and the components that can be nowhere else.
  struct Region {
    std::vector<uint32_t> pools, components;
    std::vector<std::vector<uint32_t>> groups;  // pools of which one at most is used
    // By the most instances of each pool that may be used, what was found.
    std::map<std::vector<uint32_t>, bool> known;
  };

  bool Decided(const Region& region, const Hardware& hardware) const;
  bool Look(const Region& region, const Hardware& hardware);
  bool Place(const Region& region, size_t depth);

  const Items& items_;
  const Relaxation& relaxation_;
  Progress& progress_;
  Partial partial_;
  Foresight foresight_;
  Choices find_;
  std::vector<double> free_;  // prices: none
  std::vector<Region> regions_;
  std::vector<std::vector<Choice>> choices_;
  std::vector<std::vector<std::vector<uint32_t>>> alive_;  // per depth and component
  uint64_t left_ = 0;
};

}  // namespace sprint::solver
