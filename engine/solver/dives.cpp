#include "engine/solver/dives.h"

#include <algorithm>
#include <cmath>

#include "engine/solver/evaluate.h"

namespace sprint::solver {
namespace {

constexpr uint32_t Nowhere = ~0U;
// Rounds of columns between two steps of a dive: it needs no converged bound.
constexpr int Rounds = 8;
// A column of which there is so much is fixed together with others, otherwise one at a time.
constexpr double Nearly = 0.8;
// Parts that are given up around a placement.
constexpr uint32_t FewParts = 8, ManyParts = 40;
constexpr double MostShare = 0.6;  // of all

}  // namespace

Dives::Dives(const Problem& problem, const Items& items, Columns& columns,
             Neighbourhood& neighbourhood, Progress& progress, uint32_t seed)
    : problem_(problem),
      items_(items),
      columns_(columns),
      neighbourhood_(neighbourhood),
      progress_(progress),
      random_(seed) {}

void Dives::Once(Columns::Scope scope, PartPrices prices) {
  where_.assign(columns_.parts(), Nowhere);
  for (const Columns::Ban& pin : scope.pins) where_[pin.part] = pin.pool;
  scope.taken = Hops();
  scope.rough = true;
  do {
    if (progress_.Stop() || progress_.Over()) return;
    columns_.Enter(scope);
    const double bound = columns_.Bound(prices, Rounds, progress_.Cutoff(), progress_);
    if (progress_.Hopeless(bound)) return;
  } while (Fix(scope));
  Finish();
}

// False: no column has anything new.
bool Dives::Fix(Columns::Scope& scope) {
  const auto fresh = [&](const Columns::Use& use) {
    return std::any_of(use.parts.begin(), use.parts.end(),
                       [&](uint32_t part) { return where_[part] == Nowhere; });
  };
  const Columns::Use* most = nullptr;
  for (const Columns::Use& use : columns_.used()) {
    if (fresh(use) && (!most || use.share > most->share)) most = &use;
  }
  if (!most) return false;
  for (const Columns::Use& use : columns_.used()) {
    if (&use != most && use.share < Nearly) continue;
    for (uint32_t part : use.parts) {
      if (where_[part] == Nowhere) Settle(scope, part, use.pool);
    }
  }
  return true;
}

void Dives::Settle(Columns::Scope& scope, uint32_t part, uint32_t pool) {
  where_[part] = pool;
  scope.pins.push_back({pool, part});
  const auto& [c, v, p] = columns_.name(part);
  for (uint32_t other = 0; other < items_[c].size(); ++other) {
    if (other != v && columns_.Open(c, other)) scope.variants.push_back({c, other});
  }
}

// Of variants the one with the most parts in place; the others are still to be placed.
void Dives::Finish() {
  Placement placement;
  placement.count.assign(problem_.pools.size(), 0);
  for (uint32_t c = 0; c < items_.size(); ++c) {
    uint32_t variant = 0;
    size_t most = 0;
    std::vector<uint32_t> pools;
    for (uint32_t v = 0; v < items_[c].size(); ++v) {
      std::vector<uint32_t> there;
      for (size_t p = 0; p < items_[c][v].size(); ++p)
        there.push_back(where_[columns_.part(c, v, p)]);
      const size_t placed =
          there.size() - static_cast<size_t>(std::count(there.begin(), there.end(), Nowhere));
      if (placed <= most && v > 0) continue;
      most = placed;
      variant = v;
      pools = there;
    }
    placement.variant.push_back(variant);
    placement.pool.push_back(pools);
  }
  for (const Columns::Use& use : columns_.used()) {
    placement.count[use.pool] = std::max(placement.count[use.pool], use.count);
  }
  neighbourhood_.Complete(placement);
}

// What the best placement spends between pools of each bound on times. Columns see some of it at
// most, and what they come to is to hold.
std::vector<double> Dives::Hops() const {
  std::vector<double> hops(problem_.constraints.size(), 0);
  if (!progress_.best) return hops;
  const std::vector<double> loads = Loads(problem_, *progress_.best);
  for (size_t i = 0; i < hops.size(); ++i) {
    const Constraint& rule = problem_.constraints[i];
    if (rule.metric != Metric::Response || rule.weight) continue;
    hops[i] = PathResponse(problem_, *progress_.best, loads, rule.path).fixed;
  }
  return hops;
}

void Dives::Improve(const Columns::Scope& scope, const PartPrices& prices, uint64_t patience) {
  if (!progress_.best) return;
  for (uint64_t idle = 0; idle < patience && !progress_.Done() && !progress_.Over();) {
    const double before = progress_.burden;
    Once(Around(scope), prices);
    idle = progress_.burden < before ? 0 : idle + 1;
  }
}

// The best placement without what is on some pools.
Columns::Scope Dives::Around(const Columns::Scope& scope) {
  const Placement& best = *progress_.best;
  std::vector<uint32_t> users(problem_.pools.size(), 0), used;
  for (const auto& pools : best.pool) {
    for (uint32_t j : pools) {
      if (users[j]++ == 0) used.push_back(j);
    }
  }
  uint32_t all = 0;
  for (uint32_t n : users) all += n;
  const auto most = std::clamp(static_cast<uint32_t>(MostShare * all), FewParts, ManyParts);
  const uint32_t size = FewParts + Chance(most - FewParts + 1);
  std::vector<char> open(problem_.pools.size(), 0);
  for (uint32_t parts = 0; parts < size && !used.empty();) {
    const uint32_t k = Chance(static_cast<uint32_t>(used.size()));
    open[used[k]] = 1;
    parts += users[used[k]];
    used.erase(used.begin() + k);
  }
  Columns::Scope around = scope;
  for (uint32_t c = 0; c < best.pool.size(); ++c) {
    const uint32_t v = best.variant[c];
    for (size_t p = 0; p < best.pool[c].size(); ++p) {
      const uint32_t j = best.pool[c][p];
      if (!open[j]) around.pins.push_back({j, columns_.part(c, v, p)});
    }
  }
  return around;
}

}  // namespace sprint::solver
