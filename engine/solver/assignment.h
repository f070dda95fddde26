#pragma once

#include <memory>
#include <vector>

#include "engine/solver/certificate.h"
#include "engine/solver/domains.h"
#include "engine/solver/progress.h"
#include "engine/solver/relaxation.h"

namespace sprint::solver {

// The lower level of the search: components on hardware whose counts are fixed.
class Assignment {
 public:
  // All are kept by reference.
  Assignment(const Problem& problem, const Domains& domains, const Items& items,
             Relaxation& relaxation, Progress& progress);
  ~Assignment();

  // Depth first over whole choices of components, those only whose reduced cost leaves a
  // chance; formulas that can only get worse are checked as soon as something breaks
  // them. Every instance is paid for: a placement that leaves a pool unused is found
  // where the pool's count is its idle one. Improves the best placement in `progress`.
  // With a `proof` it writes down why there is none. False: there are more than `most` ways of
  // running one of the components, so that it did nothing.
  bool Run(const Hardware& hardware, std::vector<double> prices, Proof* proof = nullptr,
           size_t most = ~size_t{0});

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace sprint::solver
