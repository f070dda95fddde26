#include "engine/solver/packing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// Instances that are tried one number after the other; beyond, all at once as a share.
constexpr uint32_t MostCounts = 8;
// Nodes of one exact knapsack, where there are few of them and where there are more.
constexpr int MostNodes = 2000, FewerNodes = 200;
constexpr size_t FewClasses = 50;
constexpr int Patience = 20;  // rounds without a better bound that halve the steps

}  // namespace

Packing::Packing(const Problem& problem, const Items& items) : items_(items) {
  std::vector<std::vector<Piece>> pieces(problem.pools.size());
  part_.resize(items.size());
  for (size_t c = 0; c < items.size(); ++c) {
    part_[c].resize(items[c].size());
    for (size_t v = 0; v < items[c].size(); ++v) {
      for (const auto& options : items[c][v]) {
        const auto part = static_cast<uint32_t>(parts_++);
        part_[c][v].push_back(part);
        double least = Infinity;
        for (const Item& item : options) {
          pieces[item.pool].push_back({part, item.load, item.memory, item.fixed});
          const Pool& pool = problem.pools[item.pool];
          const double each = pool.form == Form::Functions
                                  ? 0
                                  : Burden(problem, pool) * item.load / Capacity(problem, pool);
          least = std::min(least, item.fixed + each);
        }
        start_.push_back(least);
      }
    }
  }
  using Key = std::tuple<bool, double, double, uint32_t,
                         std::vector<std::tuple<uint32_t, double, double, double>>>;
  std::map<Key, size_t> known;
  zones_.resize(problem.one_kind.size());
  using_.assign(problem.pools.size(), 0);
  for (uint32_t j = 0; j < problem.pools.size(); ++j) {
    const Pool& pool = problem.pools[j];
    const bool function = pool.form == Form::Functions;
    burden_.push_back(function ? 0 : Burden(problem, pool));
    capacity_.push_back(Capacity(problem, pool));
    memory_.push_back(std::max(pool.memory - pool.reserved, 1.0));
    low_.push_back(pool.form == Form::Machines ? pool.min : 0);
    idle_ += low_[j] * burden_[j];
    grouped_.push_back(!function && problem.one_kind[pool.zone]);
    if (grouped_[j]) zones_[pool.zone].push_back(j);
    if (pieces[j].empty() || (!function && pool.max == 0)) continue;
    Class kind;
    kind.function = function;
    kind.capacity = function ? Concurrency(problem, pool) : Capacity(problem, pool);
    kind.memory = pool.memory - pool.reserved;
    kind.most = function ? 1 : pool.max;
    std::vector<std::tuple<uint32_t, double, double, double>> sight;
    for (const Piece& p : pieces[j]) sight.emplace_back(p.part, p.load, p.memory, p.fixed);
    const Key key{function, kind.capacity, kind.memory, kind.most, std::move(sight)};
    const auto [at, fresh] = known.emplace(key, classes_.size());
    if (fresh) {
      kind.pieces = std::move(pieces[j]);
      classes_.push_back(std::move(kind));
    }
    classes_[at->second].pools.push_back(j);
  }
}

double Packing::Fill(const Class& kind, const std::vector<double>& prices, uint32_t count,
                     std::vector<std::pair<uint32_t, double>>* taken) {
  struct Offer {
    double profit, load, memory;
    uint32_t part;
  };
  std::vector<Offer> offers;
  for (const Piece& piece : kind.pieces) {
    const double profit = prices[piece.part] - piece.fixed;
    if (profit > 0) offers.push_back({profit, piece.load, piece.memory, piece.part});
  }
  if (taken) taken->clear();
  if (kind.function) {
    // Without a limit, or as if there were none.
    double sum = 0;
    for (const Offer& offer : offers) {
      sum += offer.profit;
      if (taken) taken->emplace_back(offer.part, 1);
    }
    return sum;
  }
  const double capacity = kind.capacity * count;
  // One number for both dimensions orders the offers; each dimension bounds on its own.
  const auto share = [&](const Offer& o) {
    return o.load / capacity +
           (kind.memory > 0 && std::isfinite(kind.memory) ? o.memory / kind.memory : 0);
  };
  std::vector<Offer> by_load = offers, by_memory = offers;
  std::sort(by_load.begin(), by_load.end(), [](const Offer& a, const Offer& b) {
    return a.profit * b.load != b.profit * a.load ? a.profit * b.load > b.profit * a.load
                                                  : a.part < b.part;
  });
  std::sort(by_memory.begin(), by_memory.end(), [](const Offer& a, const Offer& b) {
    return a.profit * b.memory != b.profit * a.memory ? a.profit * b.memory > b.profit * a.memory
                                                      : a.part < b.part;
  });
  const auto linear = [](const std::vector<Offer>& sorted, double Offer::*size, double room,
                         std::vector<std::pair<uint32_t, double>>* out) {
    double sum = 0;
    for (const Offer& offer : sorted) {
      const double part = offer.*size <= room ? 1 : room / (offer.*size);
      if (part <= 0) break;
      sum += part * offer.profit;
      if (out) out->emplace_back(offer.part, part);
      room -= part * (offer.*size);
      if (part < 1) break;
    }
    return sum;
  };
  const double top_load = linear(by_load, &Offer::load, capacity, nullptr);
  const double top_memory = linear(by_memory, &Offer::memory, kind.memory, nullptr);
  double top = std::min(top_load, top_memory);
  // Exactly, depth first with the smaller of the two linear bounds on what is left.
  std::sort(offers.begin(), offers.end(), [&](const Offer& a, const Offer& b) {
    const double x = a.profit / std::max(share(a), 1e-300),
                 y = b.profit / std::max(share(b), 1e-300);
    return x != y ? x > y : a.part < b.part;
  });
  std::vector<uint32_t> chosen, best_chosen;
  double best = 0;
  int nodes = 0;
  const int most = classes_.size() <= FewClasses ? MostNodes : FewerNodes;
  // The sum of both shares bounds too (a surrogate constraint), and orders the offers.
  const auto descend = [&](auto& self, size_t at, double profit, double load,
                           double memory) -> void {
    if (profit > best) {
      best = profit;
      best_chosen = chosen;
    }
    if (++nodes > most) return;
    double room =
        (capacity - load) / capacity +
        (std::isfinite(kind.memory) && kind.memory > 0 ? (kind.memory - memory) / kind.memory : 0);
    double bound = profit;
    for (size_t k = at; k < offers.size(); ++k) {
      const double size = share(offers[k]);
      if (size > room) {
        bound += offers[k].profit * room / size;
        break;
      }
      room -= size;
      bound += offers[k].profit;
    }
    if (bound <= best * (1 + 1e-12)) return;
    for (size_t k = at; k < offers.size(); ++k) {
      const Offer& offer = offers[k];
      if (load + offer.load > capacity * (1 + 1e-12) || memory + offer.memory > kind.memory)
        continue;
      chosen.push_back(offer.part);
      self(self, k + 1, profit + offer.profit, load + offer.load, memory + offer.memory);
      chosen.pop_back();
      // Without it: the rest must still be able to beat the best.
      double left = profit,
             free = (capacity - load) / capacity + (std::isfinite(kind.memory) && kind.memory > 0
                                                        ? (kind.memory - memory) / kind.memory
                                                        : 0);
      for (size_t q = k + 1; q < offers.size() && free > 0; ++q) {
        const double size = share(offers[q]);
        left += size > free ? offers[q].profit * free / size : offers[q].profit;
        free -= size;
      }
      if (left <= best * (1 + 1e-12) || nodes > most) return;
    }
  };
  descend(descend, 0, 0, 0, 0);
  if (nodes <= most) {
    if (taken) {
      for (uint32_t part : best_chosen) taken->emplace_back(part, 1);
    }
    return std::min(top, best);
  }
  if (taken) {
    top_load <= top_memory ? linear(by_load, &Offer::load, capacity, taken)
                           : linear(by_memory, &Offer::memory, kind.memory, taken);
  }
  return top;
}

double Packing::Once(const std::vector<double>& prices, std::vector<double>& excess) {
  excess.assign(parts_, 0);
  double total = idle_;
  for (size_t c = 0; c < items_.size(); ++c) {
    double least = Infinity;
    size_t which = 0;
    for (size_t v = 0; v < part_[c].size(); ++v) {
      if (part_[c][v].empty()) continue;
      double sum = 0;
      for (uint32_t part : part_[c][v]) sum += prices[part];
      if (sum < least) {
        least = sum;
        which = v;
      }
    }
    if (least == Infinity) return Infinity;
    total += least;
    for (uint32_t part : part_[c][which]) excess[part] += 1;
  }
  // What each pool adds, and what it takes for that.
  std::vector<double> gain(burden_.size(), 0);
  std::vector<std::vector<std::pair<uint32_t, double>>> fills;
  std::vector<std::pair<uint32_t, uint32_t>> take(burden_.size(), {~0U, 0});
  for (const Class& kind : classes_) {
    std::vector<std::pair<double, uint32_t>> by_count;  // profit and where it is kept
    const auto fill = [&](uint32_t count) {
      std::vector<std::pair<uint32_t, double>> taken;
      by_count.emplace_back(Fill(kind, prices, count, &taken), static_cast<uint32_t>(fills.size()));
      fills.push_back(std::move(taken));
    };
    const bool whole = kind.most <= MostCounts;
    if (whole) {
      for (uint32_t n = 1; n <= kind.most; ++n) fill(n);
    } else {
      fill(kind.most);
    }
    for (uint32_t j : kind.pools) {
      double least = Infinity;
      for (size_t k = 0; k < by_count.size(); ++k) {
        // One fill at the largest count stands for all: then only one instance is sure.
        const double instances = kind.function ? 0 : whole ? static_cast<double>(k + 1) : 1;
        const double more = std::max(0.0, instances - low_[j]) * burden_[j] - by_count[k].first;
        if (more >= least) continue;
        least = more;
        take[j].first = by_count[k].second;
      }
      gain[j] = least;
    }
  }
  const auto use = [&](uint32_t j) {
    total += gain[j];
    for (const auto& [part, share] : fills[take[j].first]) excess[part] -= share;
  };
  for (uint32_t j = 0; j < burden_.size(); ++j) {
    using_[j] = std::max(0.0, gain[j]);
    if (!grouped_[j] && gain[j] < 0) use(j);
  }
  for (const auto& zone : zones_) {
    uint32_t best = ~0U;
    for (uint32_t j : zone) {
      if (gain[j] < 0 && (best == ~0U || gain[j] < gain[best])) best = j;
    }
    for (uint32_t j : zone) using_[j] = best == ~0U ? using_[j] : gain[j] - gain[best];
    if (best != ~0U) use(best);
  }
  return total;
}

void Packing::StartFrom(const Placement& placement) {
  std::vector<double> filled(burden_.size(), 0);
  const auto visit = [&](auto use) {
    for (size_t c = 0; c < items_.size(); ++c) {
      const uint32_t v = placement.variant[c];
      for (size_t p = 0; p < part_[c][v].size(); ++p) {
        for (const Item& item : items_[c][v][p]) {
          if (item.pool != placement.pool[c][p]) continue;
          const double share =
              std::max(item.load / capacity_[item.pool], item.memory / memory_[item.pool]);
          use(part_[c][v][p], item, std::max(share, 1e-9));
        }
      }
    }
  };
  visit([&](uint32_t, const Item& item, double share) { filled[item.pool] += share; });
  visit([&](uint32_t part, const Item& item, double share) {
    const uint32_t j = item.pool;
    start_[part] = item.fixed + placement.count[j] * burden_[j] * share / filled[j];
  });
}

double Packing::Bound(int rounds, double enough, const Progress& progress) {
  double best = -Infinity, length = 1;
  int stuck = 0;
  std::vector<double> at = start_, excess, best_using;
  for (int round = 0; round < rounds; ++round) {
    const double bound = Once(at, excess);
    if (bound == Infinity) return bound;
    if (bound > best + 1e-7 * std::fabs(best)) {
      stuck = 0;
    } else if (++stuck == Patience) {
      length /= 2;
      stuck = 0;
      at = start_;
      continue;
    }
    if (bound > best) {
      best = bound;
      start_ = at;
      best_using = using_;
    }
    if (best >= enough || length < 1e-4 || progress.Late()) break;
    double norm = 0;
    for (double g : excess) norm += g * g;
    if (norm <= 0) break;
    const double target = std::isfinite(enough) ? enough : bound + 0.05 * std::fabs(bound) + 1e-9;
    const double step = length * std::max(target - bound, 1e-6 * std::fabs(bound)) / norm;
    for (size_t k = 0; k < at.size(); ++k) at[k] += step * excess[k];
  }
  using_ = best_using;
  return best;
}

}  // namespace sprint::solver
