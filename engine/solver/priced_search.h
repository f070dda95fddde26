#pragma once

#include <limits>
#include <optional>
#include <queue>
#include <vector>

#include "engine/solver/columns.h"
#include "engine/solver/dives.h"
#include "engine/solver/progress.h"

namespace sprint::solver {

// Branch and price: bounds by Columns, and what their solution leaves undecided - which pools
// are used, how many of each, which variants, which part where - is split in two until nothing
// below is cheaper than the best placement. The least bound first, but each branch is followed
// down, which finds placements. Exact: what the master leaves out (some ways, percentiles,
// preferences) is asked of whole placements, and split further where they fail.
class PricedSearch {
 public:
  // All are kept by reference.
  PricedSearch(const Problem& problem, const Domains& domains, const Items& items,
               const Relaxation& relaxation, Neighbourhood& neighbourhood, Progress& progress);

  // The bound of the root, and what reduced costs rule out there. Again after a better
  // placement was found elsewhere.
  double Root(const Hardware& hardware);
  // Looks for better placements with the root's columns.
  void Dive(uint64_t patience);
  // Goes on until progress ends it, and returns what is proven then; infinite: nothing is
  // better than the best.
  double Run();
  // Pools that nothing better uses.
  const Hardware& hardware() const { return root_.scope.hardware; }

 private:
  struct Node {
    Columns::Scope scope;
    PartPrices prices;
    double bound = 0;
    uint64_t number = 0;
  };
  struct Later {
    bool operator()(const Node& a, const Node& b) const {
      return a.bound != b.bound ? a.bound > b.bound : a.number < b.number;
    }
  };
  using Scopes = std::vector<Columns::Scope>;  // the first is followed first

  void Begin();
  bool Hopeless(double bound) const;
  void Fix();
  bool Look(Node& node);
  void Try();
  bool Decidable(uint32_t c) const;
  Scopes Split(const Node& node) const;
  Scopes SplitUndecided(const Node& node) const;
  Scopes ByPool(const Node& node, uint32_t j) const;
  Scopes ByCount(const Node& node, uint32_t j, uint32_t low) const;
  Scopes ByKind(const Node& node, uint32_t kind, double low) const;
  Scopes ByVariant(const Node& node, uint32_t c, uint32_t v) const;
  Scopes ByPart(const Node& node, uint32_t part, uint32_t j) const;

  const Problem& problem_;
  const Domains& domains_;
  const Items& items_;
  const Relaxation& relaxation_;
  Progress& progress_;
  Columns columns_;
  Dives dives_;
  Node root_;
  bool begun_ = false;
  size_t left_ = 0;  // pools that were open where it began
  double fixed_ =
      std::numeric_limits<double>::infinity();  // cost of the best when pools were closed
  std::optional<Placement> known_;
  std::vector<Node> open_;  // a heap
  std::optional<Node> next_;
  uint64_t numbers_ = 0;
};

}  // namespace sprint::solver
