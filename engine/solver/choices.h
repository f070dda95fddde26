#pragma once

#include <memory_resource>
#include <vector>

#include "engine/solver/partial.h"
#include "engine/solver/progress.h"
#include "engine/solver/relaxation.h"

namespace sprint::solver {

// Finds the ways of running whole components on given hardware.
class Choices {
 public:
  // All are kept by reference; `partial` has the hardware's counts, and nothing placed.
  Choices(const Problem& problem, const Items& items, Partial& partial, Progress& progress);

  // Those of c that cost less at these prices than the `most` of their step and hold alone, into
  // `found`, and the least time that one of them takes to `partial`. Where requests may return
  // from the cloud all are of the first step. Each counts as a step of `progress`; when that
  // stops, or there are more than `limit`, some are missing.
  void Find(uint32_t c, const Hardware& hardware, const std::vector<double>& prices,
            const StepCosts& most, std::vector<Choice>& found, size_t limit = ~size_t{0});
  // What was found is no longer needed.
  void Forget() { memory_.release(); }

 private:
  void Grow(double due, Choice choice);
  void Keep(const Choice& choice);

  const Problem& problem_;
  const Items& items_;
  Partial& partial_;
  Progress& progress_;
  std::pmr::monotonic_buffer_resource memory_;  // of the lists of items

  // Of the present search.
  uint32_t component_ = 0;
  const Hardware* hardware_ = nullptr;
  const std::vector<double>* prices_ = nullptr;
  StepCosts most_{};
  double quickest_ = 0;
  std::vector<Choice>* found_ = nullptr;
  size_t limit_ = 0;
  std::vector<double> rest_;         // per part: the least that it and those behind it cost
  std::vector<const Item*> so_far_;  // of the choice that grows
};

}  // namespace sprint::solver
