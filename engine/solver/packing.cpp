#include "engine/solver/packing.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// Beyond, looking takes longer than it saves: ways of running one component, and steps.
constexpr double MostChoices = 300;
constexpr uint64_t MostSteps = 500;
constexpr size_t MostRegions = 16;
// Of all zones: hardware in more is rarely twice the same.
constexpr double MostShare = 0.6;
// Where there is room for anything, as a zone.
constexpr uint32_t Function = ~0U;

}  // namespace

Packing::Packing(const Problem& problem, const Domains& domains, const Items& items,
                 const Relaxation& relaxation, Progress& progress)
    : items_(items),
      relaxation_(relaxation),
      progress_(progress),
      partial_(problem, domains),
      foresight_(problem, domains, partial_),
      find_(problem, items, partial_, progress),
      free_(problem.pools.size(), 0),
      choices_(items.size()),
      alive_(items.size() + 1, std::vector<std::vector<uint32_t>>(items.size())) {
  std::vector<std::set<uint32_t>> zones(items.size());
  std::set<std::set<uint32_t>> all;
  for (uint32_t c = 0; c < items.size(); ++c) {
    for (const auto& parts : items[c]) {
      for (const auto& options : parts) {
        for (const Item& item : options) {
          zones[c].insert(relaxation.function(item.pool) ? Function
                                                         : problem.pools[item.pool].zone);
        }
      }
    }
    if (!zones[c].contains(Function)) all.insert(zones[c]);
  }
  if (all.size() > MostRegions) return;
  std::set<uint32_t> everywhere;
  for (const auto& its : zones) everywhere.insert(its.begin(), its.end());
  everywhere.erase(Function);
  for (const auto& its : all) {
    const auto all_of_them = static_cast<double>(everywhere.size());
    if (static_cast<double>(its.size()) > MostShare * all_of_them) continue;
    Region region;
    for (uint32_t c = 0; c < items.size(); ++c) {
      if (std::includes(its.begin(), its.end(), zones[c].begin(), zones[c].end())) {
        region.components.push_back(c);
      }
    }
    if (region.components.size() < 2) continue;
    for (uint32_t j = 0; j < problem.pools.size(); ++j) {
      if (!relaxation.function(j) && its.contains(problem.pools[j].zone)) region.pools.push_back(j);
    }
    for (const auto& group : relaxation.groups()) {
      if (its.contains(problem.pools[group[0]].zone)) region.groups.push_back(group);
    }
    regions_.push_back(std::move(region));
  }
}

bool Packing::Possible(const Hardware& hardware) {
  for (Region& region : regions_) {
    if (!Decided(region, hardware)) continue;
    std::vector<uint32_t> most;
    for (uint32_t j : region.pools) most.push_back(hardware.usable[j] ? hardware.high[j] : 0);
    const auto known = region.known.find(most);
    if (known != region.known.end()) {
      if (!known->second) return false;
      continue;
    }
    const bool possible = Look(region, hardware);
    if (progress_.stopped) return true;
    region.known.emplace(std::move(most), possible);
    if (!possible) return false;
  }
  return true;
}

// Is it clear which pools there are, and is there little to choose from?
bool Packing::Decided(const Region& region, const Hardware& hardware) const {
  for (const auto& group : region.groups) {
    const auto open = std::count_if(group.begin(), group.end(),
                                    [&](uint32_t j) { return hardware.usable[j] != 0; });
    if (open > 1) return false;
  }
  for (uint32_t c : region.components) {
    double ways = 0;
    for (const auto& parts : items_[c]) {
      double chains = parts.empty() ? 0 : 1;
      for (const auto& options : parts) {
        chains *= static_cast<double>(
            std::count_if(options.begin(), options.end(),
                          [&](const Item& item) { return hardware.usable[item.pool] != 0; }));
      }
      ways += chains;
    }
    if (ways > MostChoices) return false;
  }
  return true;
}

bool Packing::Look(const Region& region, const Hardware& hardware) {
  std::vector<uint32_t> counts;
  for (uint32_t j = 0; j < hardware.usable.size(); ++j) {
    counts.push_back(relaxation_.function(j) ? 0
                     : hardware.usable[j]    ? hardware.high[j]
                                             : relaxation_.idle(j));
  }
  partial_.Begin(std::move(counts), false);
  find_.Forget();
  for (uint32_t c : region.components) {
    find_.Find(c, hardware, free_, {Infinity, Infinity, Infinity}, choices_[c]);
    if (choices_[c].empty() || progress_.stopped) return progress_.stopped;
    alive_[0][c].resize(choices_[c].size());
    std::iota(alive_[0][c].begin(), alive_[0][c].end(), 0U);
  }
  left_ = MostSteps;
  return Place(region, 0);
}

// Those that have the fewest ways left first.
bool Packing::Place(const Region& region, size_t depth) {
  if (depth == region.components.size() || progress_.Stop() || left_ == 0) return true;
  --left_;
  auto& alive = alive_[depth];
  uint32_t next = ~0U;
  for (uint32_t c : region.components) {
    if (partial_.placed(c)) continue;
    std::erase_if(alive[c], [&](uint32_t k) { return !partial_.StillFits(c, choices_[c][k]); });
    if (alive[c].empty()) return false;
  }
  if (!foresight_.Narrow(region.components, choices_, alive)) return false;
  for (uint32_t c : region.components) {
    if (partial_.placed(c)) continue;
    if (next == ~0U || alive[c].size() < alive[next].size()) next = c;
  }
  for (uint32_t k : alive[next]) {
    partial_.Put(next, choices_[next][k]);
    bool possible = false;
    if (partial_.Fits(next) && partial_.Joins(next) && partial_.Lost(false) < Infinity) {
      for (uint32_t c : region.components) {
        if (!partial_.placed(c)) alive_[depth + 1][c] = alive[c];
      }
      possible = Place(region, depth + 1);
    }
    partial_.Take(next);
    if (possible) return true;
  }
  return false;
}

}  // namespace sprint::solver
