#pragma once

#include <vector>

#include "engine/solver/problem.h"

namespace sprint::solver {

// What the C++ program of SPACE4AI-D (randosrandom/Space4AI, 2023) would say of a placement:
// for comparison only, for several of its rules are mistaken. It differs from Evaluate:
// - memory of all instances together holds one copy of everything, and none is reserved;
// - a node is one processor-sharing server whatever its cores, and may be used fully;
// - on the way to the next component the share of requests that goes on falls only on hops
//   that take time, so that later hops weigh too much;
// - every bound is on a mean;
// - parts on one function pay for the first of them, for its time only; ways, and machines
//   that cannot be given back, are free.
struct PeerView {
  double cost = 0;            // EUR/s
  std::vector<double> value;  // per constraint: a mean response in s; NaN: they know no such rule
  // By the rules on memory and utilisation, and the bounds on responses.
  bool feasible = true;
};
PeerView EvaluateAsPeers(const Problem& problem, const Placement& placement);

}  // namespace sprint::solver
