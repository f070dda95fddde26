#pragma once

#include <random>

#include "engine/solver/columns.h"
#include "engine/solver/neighbourhood.h"
#include "engine/solver/progress.h"

namespace sprint::solver {

// Placements out of columns; proves nothing. A dive fixes what the master has most of, asks for
// columns anew, and goes on until every part has its place (Sadykov, Vanderbeck, Pessoa, Tahiri
// and Uchoa 2019). With a placement at hand most of it stays, and only what is on a few pools is
// looked for like this. The neighbourhood search does the rest: instances, and what is broken
// though columns do not see it.
class Dives {
 public:
  // All are kept by reference. `seed` decides every choice.
  Dives(const Problem& problem, const Items& items, Columns& columns, Neighbourhood& neighbourhood,
        Progress& progress, uint32_t seed);

  // From `scope` down, beginning at these prices.
  void Once(Columns::Scope scope, PartPrices prices);
  // Around the best placement, until `patience` dives have found nothing better.
  void Improve(const Columns::Scope& scope, const PartPrices& prices, uint64_t patience);

 private:
  bool Fix(Columns::Scope& scope);
  void Settle(Columns::Scope& scope, uint32_t part, uint32_t pool);
  void Finish();
  std::vector<double> Hops() const;
  Columns::Scope Around(const Columns::Scope& scope);
  uint32_t Chance(uint32_t n) { return static_cast<uint32_t>(random_() % n); }

  const Problem& problem_;
  const Items& items_;
  Columns& columns_;
  Neighbourhood& neighbourhood_;
  Progress& progress_;
  std::mt19937 random_;
  std::vector<uint32_t> where_;  // per part, of the dive under way
};

}  // namespace sprint::solver
