#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace sprint::solver {

// Where a component's parts run when nothing returns from the cloud to the edge: all on
// the edge, first edge then cloud, or all in the cloud.
enum Step : uint8_t { Edge, Mixed, Cloud };
using StepCosts = std::array<double, 3>;

// The cheapest step of every component, when whatever follows one that ends in the
// cloud must be all cloud. Exact, as a minimum cut: each component is a chain of three
// arcs whose capacities are its costs, and arcs without limit forbid the returns.
class Staircase {
 public:
  // `flows` are pairs (from, to) of components.
  Staircase(uint32_t components, const std::vector<std::array<uint32_t, 2>>& flows);

  // Least sum of costs (not negative; infinite: impossible), or infinite. `steps` become
  // those that reach it.
  double Solve(const std::vector<StepCosts>& costs, std::vector<Step>& steps);

 private:
  struct Arc {
    uint32_t to;
    double left;
  };
  void Add(uint32_t from, uint32_t to);
  bool Levels();
  double Push(uint32_t node, double limit);

  uint32_t components_;
  std::vector<std::array<uint32_t, 2>> flows_;  // those that others do not imply
  std::vector<Arc> arcs_;                       // each followed by its opposite
  std::vector<std::vector<uint32_t>> out_;
  std::vector<int> level_;
  std::vector<uint32_t> next_, queue_;
  double small_ = 0;
};

}  // namespace sprint::solver
