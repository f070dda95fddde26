#pragma once

#include <cstddef>
#include <vector>

namespace sprint::solver {

// What the last of some things pay at most for the room that is left: whole things, unlike in a
// linear bound, with load and memory in steps that each of them takes fewer of than it would
// need. A table by dynamic programming (Bellman 1957), one plane for each thing to begin with.
class Suffixes {
 public:
  struct Thing {
    double gain = 0, load = 0, memory = 0;
  };
  // Of things in the order in which they are decided. `cells`: of a plane, about.
  void Build(const std::vector<Thing>& things, double load, double memory, size_t cells);
  // What those from `from` on pay at most.
  double Most(size_t from, double load, double memory) const;
  // Entries of the table.
  size_t size() const { return table_.size(); }

 private:
  size_t loads_ = 1, memories_ = 1;  // of a plane
  double by_load_ = 0, by_memory_ = 0;
  std::vector<double> table_;
};

}  // namespace sprint::solver
