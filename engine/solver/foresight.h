#pragma once

#include <vector>

#include "engine/solver/partial.h"

namespace sprint::solver {

// What is certain of components that are not placed yet, by the ways that are left to each: the
// load that all of its ways bring to a pool will be there, and no way is quicker than the quickest.
// Ways that even so leave no room, or break a bound on a mean response time, are none.
class Foresight {
 public:
  // All are kept by reference.
  Foresight(const Problem& problem, const Domains& domains, const Partial& partial);

  // Takes such ways of those `components` that are not placed from `alive`, which are numbers in
  // `choices`, both per component. False: there is no whole placement.
  bool Narrow(const std::vector<uint32_t>& components,
              const std::vector<std::vector<Choice>>& choices,
              std::vector<std::vector<uint32_t>>& alive);

 private:
  void Expect(const std::vector<uint32_t>& components,
              const std::vector<std::vector<Choice>>& choices,
              const std::vector<std::vector<uint32_t>>& alive);
  double Time(uint32_t c, const Choice& choice);

  const Problem& problem_;
  const Partial& partial_;
  std::vector<const Constraint*> rules_;                        // on mean response times
  std::vector<std::vector<uint32_t>> of_component_;             // rules, by their place there
  std::vector<double> load_;                                    // per pool, at least
  std::vector<std::vector<std::pair<uint32_t, double>>> sure_;  // of it, by each component
  std::vector<double> quickest_, slack_;                        // per component, per rule
  std::vector<double> mine_;                                    // per pool; 0 between two looks
  std::vector<std::vector<double>> means_;                      // per component, of what is alive
};

}  // namespace sprint::solver
