#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "engine/solver/problem.h"
#include "engine/solver/suffixes.h"

namespace sprint::solver {

// What the parts of one pool are worth together: which of those that offer something pay the
// most. Each pays its worth less what its own time costs, and that grows with the load of all
// of them: a knapsack over load and both memories, with a price on waiting.
class Filling {
 public:
  struct Offer {
    uint32_t name = 0;  // the caller's
    double worth = 0;
    double load = 0, memory = 0, gpu_memory = 0;
    double slow = 0;  // what it pays per time that a demand of 1 takes
    // Of the offers of one family, if it is not 0, only those of one member go together.
    uint32_t family = 0, member = 0;
  };
  // Instances of a pool as one: what all of them carry, and what each hosts.
  struct Room {
    double load = 0, memory = 0, gpu_memory = 0;
    double cores = 1;
    bool per_core = false;
    uint32_t count = 1;
  };

  // The best set that pays more than `need`, depth first (linear bounds on what is left: of
  // the knapsack by Dantzig 1957, of the time by its slope, for it is convex in the load). No
  // set pays more than `bound`, and `parts` pays `profit`; without one that pays more than
  // `need` there are none, and `profit` is minus infinity. `nodes`: after so many it only
  // bounds.
  struct Result {
    double profit = -std::numeric_limits<double>::infinity();
    double bound = 0;
    std::vector<uint32_t> parts;  // names
  };
  // Candidates looked at so far.
  uint64_t work() const { return work_; }
  const Result& Fill(const std::vector<Offer>& offers, const Room& room, double need, int nodes);
  // No set pays more than this beyond `each` for each instance it needs, however many those
  // are. `room`: of one instance.
  double Reach(const std::vector<Offer>& offers, const Room& room, double each);

 private:
  struct Candidate {
    double density, gain, size;
    uint32_t offer;
  };
  // What is there already.
  struct At {
    double worth = 0, slow = 0, load = 0, memory = 0, gpu_memory = 0;
  };
  // Only sets whose load is within these, the lower one up to where it does not matter.
  struct Range {
    double low = 0, high = 0;
    double bound = 0;                   // no set within pays more
    double by_load = 0, by_memory = 0;  // what units of both count as size
    double worth = 0;                   // of a unit of size: what is less dense has no room
  };
  void Search(const Range& range);
  Range Root(const Range& range, double low, double high);
  double Collect();
  void Sort();
  void Measure();
  double Linear(double* density);
  void Enumerate(const Range& range);
  double Rest(size_t from, double room) const;
  void Descend(const At& at, size_t from);
  bool Suits(const Offer& offer) const;

  const std::vector<Offer>* offers_ = nullptr;
  Room room_;
  Range range_;
  int nodes_ = 0;
  bool slow_ = false;  // time costs something
  uint64_t work_ = 0;
  double best_ = 0, open_ = 0;
  std::vector<uint32_t> chosen_;
  std::vector<Candidate> candidates_;
  std::vector<double> sizes_, gains_;  // of the candidates before each
  std::vector<Suffixes::Thing> things_;
  Suffixes suffixes_;
  bool whole_ = false;  // they are in use
  Result result_;
};

}  // namespace sprint::solver
