#pragma once

#include <vector>

#include "engine/solver/relaxation.h"
#include "engine/solver/search.h"

// What a search may choose from before it starts, and how its constraints behave.
namespace sprint::solver {

std::optional<double> EarlyPercentile(const Constraint& rule);

class Domains {
 public:
  Domains(const Problem& problem, const SearchOptions& options);

  // Every option that holds on its own: memory, capacity at the largest count, required
  // accuracy and places; of settled components only where they are. Moves away from the
  // previous placement are part of its price.
  Items MakeItems() const;

  bool active(size_t constraint) const { return active_[constraint]; }
  // A bound that more load, or more placed, can only make worse, so that breaking it early is
  // final. Of percentiles that holds for the one EarlyPercentile names, which is at most what is
  // asked for.
  bool monotone(size_t constraint) const { return monotone_[constraint]; }
  // Is no required constraint ever broken by more instances?
  bool CountsNeverHurt() const;
  // The least required limit on what is minimised anyway. It bounds the objective
  // without missed preferences, and only while nothing is paid for moves.
  double Cap() const;
  // The price of missing all preferences.
  double Preferences() const;

  // Is this part where it was in the previous placement?
  bool Stays(uint32_t component, uint32_t variant, size_t part, uint32_t pool) const;
  // Price of all parts that are not.
  double Moves(const Placement& placement) const;

 private:
  Item MakeItem(uint32_t c, uint32_t v, size_t p, const Option& option) const;
  bool AccuracyHolds(uint32_t c, uint32_t v) const;
  bool Alone(uint32_t c, const Part& part, const Option& option) const;
  bool Monotone(const Constraint& rule) const;

  const Problem& problem_;
  const SearchOptions& options_;
  std::vector<bool> active_, monotone_;
};

}  // namespace sprint::solver
