#pragma once

#include <vector>

#include "engine/solver/progress.h"
#include "engine/solver/relaxation.h"

namespace sprint::solver {

// Lower bounds where much hardware is to choose from and little of it is used: many nodes,
// each paid for as a whole. Minimised: instances and executions, as everywhere. Relaxed: that
// each part runs exactly once. A part is worth a price to whoever runs it, each pool takes
// the parts that pay for it best (a knapsack over load and memory of one replica, solved as a
// linear programme by Dantzig's rule in each dimension, exactly where one instance is all
// there is), and each component sells to its cheapest variant. For any prices this is below
// every placement; they are adjusted by subgradients (Held, Wolfe and Crowder 1974). Pools
// alike in all but price share one knapsack.
//
// Weak where response times decide, which it does not see.
class Packing {
 public:
  Packing(const Problem& problem, const Items& items);

  // Prices to begin with: each part pays its share of the pool it is on, by what it fills.
  void StartFrom(const Placement& placement);
  // The best bound in `rounds`; stops when it reaches `enough`, or is late.
  double Bound(int rounds, double enough, const Progress& progress);
  // What the last bound grows by at least if pool j is used.
  double Using(uint32_t j) const { return using_[j]; }

 private:
  struct Piece {
    uint32_t part = 0;  // index into prices
    double load = 0, memory = 0, fixed = 0;
  };
  // Pools that differ in price only.
  struct Class {
    double capacity = 0, memory = 0;
    uint32_t most = 1;
    bool function = false;
    std::vector<Piece> pieces;
    std::vector<uint32_t> pools;
  };
  struct Filled {
    double profit = 0;
    std::vector<uint32_t> parts;
  };

  double Once(const std::vector<double>& prices, std::vector<double>& excess);
  // The most that parts pay for `count` instances.
  double Fill(const Class& kind, const std::vector<double>& prices, uint32_t count,
              std::vector<std::pair<uint32_t, double>>* taken);

  const Items& items_;
  std::vector<Class> classes_;
  std::vector<std::vector<std::vector<uint32_t>>> part_;  // [component][variant][part]
  size_t parts_ = 0;
  std::vector<double> burden_, capacity_, memory_, start_, using_;
  double idle_ = 0;
  std::vector<std::vector<uint32_t>> zones_;  // pools of zones of one kind
  std::vector<char> grouped_;
  std::vector<uint32_t> low_;
};

}  // namespace sprint::solver
