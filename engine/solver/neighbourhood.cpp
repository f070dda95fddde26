#include "engine/solver/neighbourhood.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "engine/solver/offer.h"

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// Chains of parts that are measured exactly, at most so many that end in the same zone.
constexpr size_t Beam = 10, PerZone = 2;
constexpr size_t MostRemoved = 12;
// How much dearer than the best the present one may be, as a share: by turns of so many
// rounds, each beginning with the best.
constexpr double Tolerance[] = {0.02, 0.005, 0.1, 0.03, 0.3};
constexpr uint64_t Turn = 100;
// Whole contents of pools are exchanged where Refill can place so many components.
constexpr size_t ManyToFill = 30;
// Pools that are cleared at once, what may be on them, and others that are offered.
constexpr uint32_t LeastCleared = 2, MostCleared = 8;
constexpr size_t MostLoose = 60, Others = 16;
constexpr double MostNoise = 0.1;
constexpr uint32_t RefillShare = 8;  // all but one of so many rounds
constexpr double RefillTolerance = 0.1;

}  // namespace

Neighbourhood::Neighbourhood(const Problem& problem, const Domains& domains, const Items& items,
                             Progress& progress, uint32_t seed)
    : problem_(problem),
      domains_(domains),
      items_(items),
      progress_(progress),
      random_(seed),
      draft_(problem, domains),
      neighbours_(problem.components.size()) {
  for (const Flow& flow : problem.flows) {
    neighbours_[flow.from].push_back(flow.to);
    neighbours_[flow.to].push_back(flow.from);
  }
  // Two pools are of a class if every part sees the same in them. What parts see is
  // gathered as a hash; equal hardware with unequal hashes is just two classes.
  std::vector<uint64_t> sight(problem.pools.size(), 1469598103934665603ULL);
  const auto mix = [](uint64_t& hash, double value) {
    uint64_t bits = 0;
    static_assert(sizeof bits == sizeof value);
    std::copy_n(reinterpret_cast<const char*>(&value), sizeof value,
                reinterpret_cast<char*>(&bits));
    hash = (hash ^ bits) * 1099511628211ULL;
    hash ^= hash >> 29;
  };
  double number = 0;
  for (const auto& variants : items) {
    for (const auto& parts : variants) {
      for (const auto& options : parts) {
        ++number;
        for (const Item& item : options) {
          mix(sight[item.pool], number);
          mix(sight[item.pool], item.load);
          mix(sight[item.pool], item.memory);
          mix(sight[item.pool], item.fixed);
        }
      }
    }
  }
  std::vector<char> bounded(problem.pools.size(), 0);
  for (const Constraint& rule : problem.constraints) {
    if (rule.metric == Metric::Utilisation) bounded[rule.pool] = 1;
    if (rule.metric != Metric::Where || !rule.weight) continue;
    for (size_t j = 0; j < rule.allowed.size(); ++j) mix(sight[j], rule.allowed[j] ? 1 : 2);
  }
  using Key = std::tuple<uint32_t, Form, uint32_t, uint32_t, double, double, double, double, double,
                         bool, double, double, double, uint64_t, uint32_t>;
  std::map<Key, uint32_t> classes;
  for (uint32_t j = 0; j < problem.pools.size(); ++j) {
    const Pool& p = problem.pools[j];
    const Key key{p.zone,
                  p.form,
                  p.min,
                  p.max,
                  Burden(problem, p),
                  p.memory,
                  p.gpu_memory,
                  p.reserved,
                  p.cores,
                  p.per_core,
                  p.power,
                  p.carbon,
                  p.availability,
                  sight[j],
                  bounded[j] || p.form == Form::Functions ? j + 1 : 0};
    class_.push_back(classes.emplace(key, static_cast<uint32_t>(classes.size())).first->second);
    worth_.push_back(p.form == Form::Functions ? 0 : Burden(problem, p) / Capacity(problem, p));
    if (p.form != Form::Functions && p.max > 0) hardware_.push_back(j);
  }
  seen_.assign(classes.size(), 0);
  for (uint32_t c = 0; c < items.size(); ++c) {
    size_t ways = 0;
    for (const auto& parts : items[c]) {
      size_t chains = parts.empty() ? 0 : 1;
      for (const auto& options : parts) chains = std::min<size_t>(chains * options.size(), 2);
      ways += chains;
    }
    moves_.push_back(ways > 1);
    if (ways > 1) movable_.push_back(c);
  }
  if (movable_.size() < ManyToFill) return;
  refill_.emplace(problem, domains, items, draft_, random_);
  const auto fits =
      std::count_if(movable_.begin(), movable_.end(), [&](uint32_t c) { return refill_->Fits(c); });
  if (static_cast<size_t>(fits) < ManyToFill) refill_.reset();
}

double Neighbourhood::Due(const Item& item) const {
  const uint32_t j = item.pool;
  double due = item.fixed;
  if (problem_.pools[j].form == Form::Functions) return due;
  const uint32_t need = draft_.Need(j, item.load), have = draft_.count(j);
  const double whole = need > have ? (need - have) * Burden(problem_, problem_.pools[j]) : 0;
  // What it takes of an instance in its scarcest dimension.
  const Pool& pool = problem_.pools[j];
  const double room = pool.memory - pool.reserved;
  const double share = room > 0 && std::isfinite(room) ? item.memory / room : 0;
  const double used =
      std::max(worth_[j] * item.load, share * Burden(problem_, pool) * std::max(have, 1U));
  return due + eagerness_ * whole + (1 - eagerness_) * used;
}

// The cheapest ways to run a variant, by what is paid for without asking about times.
void Neighbourhood::Chains(uint32_t c, uint32_t variant, std::vector<Chain>& out) {
  const auto& options = items_[c][variant];
  if (options.empty()) return;
  const auto& parts = problem_.components[c].variants[variant].parts;
  links_.clear();
  std::map<uint32_t, size_t> of_zone;
  size_t first = 0;  // of the links of the part before
  for (size_t p = 0; p < options.size(); ++p) {
    next_.clear();
    ++pass_;
    for (const Item& item : options[p]) {
      if (item.pool == banned_ || !draft_.Room(item)) continue;
      const bool function = problem_.pools[item.pool].form == Form::Functions;
      if (!function && draft_.users(item.pool).empty() && draft_.count(item.pool) == 0) {
        uint64_t& seen = seen_[class_[item.pool]];
        // The same offer once more - but a longer chain may want two of them.
        if (seen == pass_ && options.size() == 1) continue;
        seen = pass_;
      }
      const double due = Due(item);
      if (p == 0) next_.push_back({due, &item, 0});
      for (size_t k = first; p > 0 && k < links_.size(); ++k) {
        const Item& last = *links_[k].item;
        if (problem_.one_way && last.cloud && !item.cloud) continue;
        if (!std::isfinite(Hop(problem_, last.pool, item.pool, parts[p - 1].output))) continue;
        if (Together(item, k, p)) {
          next_.push_back({links_[k].due + due, &item, static_cast<uint32_t>(k)});
        }
      }
    }
    std::stable_sort(next_.begin(), next_.end(),
                     [](const Link& a, const Link& b) { return a.due < b.due; });
    first = links_.size();
    of_zone.clear();
    for (const Link& link : next_) {
      if (links_.size() - first >= Beam * 2) break;
      size_t& here = of_zone[problem_.pools[link.item->pool].zone];
      if (here >= PerZone) continue;
      ++here;
      links_.push_back(link);
    }
  }
  for (size_t k = first; k < links_.size(); ++k) {
    Chain chain{links_[k].due, std::vector<const Item*>(options.size())};
    size_t at = k;
    for (size_t p = options.size(); p-- > 0; at = links_[at].before) {
      chain.items[p] = links_[at].item;
    }
    out.push_back(std::move(chain));
  }
}

// Is there room for the item beside the `length` links that end with this one, and no other kind
// of their zones among them?
bool Neighbourhood::Together(const Item& item, size_t link, size_t length) const {
  const Pool& pool = problem_.pools[item.pool];
  Item both = item;
  for (; length > 0; --length, link = links_[link].before) {
    const Item& other = *links_[link].item;
    const Pool& its = problem_.pools[other.pool];
    if (other.pool == item.pool) {
      both.load += other.load;
      both.memory += other.memory;
      both.gpu_memory += other.gpu_memory;
    } else if (pool.form != Form::Functions && its.form != Form::Functions &&
               pool.zone == its.zone && problem_.one_kind[pool.zone]) {
      return false;
    }
  }
  return both.load <= item.load || draft_.Room(both);
}

// Puts c where the objective grows least. False: nowhere.
bool Neighbourhood::Insert(uint32_t c) {
  double best = Infinity;
  uint32_t variant = 0;
  std::vector<const Item*> items;
  std::vector<Chain> chains;
  for (uint32_t v = 0; v < items_[c].size(); ++v) {
    chains.clear();
    Chains(c, v, chains);
    for (const Chain& chain : chains) {
      if (chain.due >= best || !draft_.Joins(c, v, chain.items)) continue;
      progress_.Stop();
      const double due =
          chain.due + draft_.Ask(c, v, chain.items) - draft_.penalty() - draft_.traffic();
      if (due >= best) continue;
      best = due;
      variant = v;
      items = chain.items;
    }
  }
  if (best == Infinity) return false;
  draft_.Put(c, variant, items);
  return true;
}

bool Neighbourhood::Recreate(const std::vector<uint32_t>& removed) {
  for (uint32_t c : removed) {
    if (!Insert(c) || progress_.Done()) return false;
  }
  Trim();
  return true;
}

// As few instances as hold, more where that costs less than what is broken.
void Neighbourhood::Trim() {
  for (uint32_t j : hardware_) {
    if (draft_.users(j).empty()) continue;
    const uint32_t least = std::max(
        draft_.Need(j, 0), problem_.pools[j].form == Form::Machines ? problem_.pools[j].min : 0);
    while (draft_.count(j) > least) {
      const double before = draft_.objective();
      draft_.SetCount(j, draft_.count(j) - 1);
      if (draft_.objective() <= before) continue;
      draft_.SetCount(j, draft_.count(j) + 1);
      break;
    }
  }
  for (bool better = draft_.penalty() > 0; better && draft_.penalty() > 0;) {
    better = false;
    uint32_t where = 0;
    double least = draft_.objective();
    for (uint32_t j : hardware_) {
      if (draft_.users(j).empty() || draft_.count(j) >= problem_.pools[j].max) continue;
      draft_.SetCount(j, draft_.count(j) + 1);
      if (draft_.objective() < least * (1 - 1e-12)) {
        least = draft_.objective();
        where = j;
        better = true;
      }
      draft_.SetCount(j, draft_.count(j) - 1);
    }
    if (better) draft_.SetCount(where, draft_.count(where) + 1);
  }
}

void Neighbourhood::Remove(uint32_t c, std::vector<uint32_t>& removed) {
  if (!draft_.placed(c) || !moves_[c]) return;
  draft_.Take(c);
  removed.push_back(c);
}

std::vector<uint32_t> Neighbourhood::Ruin() {
  const auto all = static_cast<uint32_t>(movable_.size());
  std::vector<uint32_t> removed;
  const size_t size = 1 + Chance(static_cast<uint32_t>(std::min<size_t>(all, MostRemoved)));
  const auto chance = [&] {
    while (removed.size() < size) {
      const uint32_t c = movable_[Chance(all)];
      if (!draft_.placed(c)) return;
      Remove(c, removed);
    }
  };
  const auto flow = [&] {
    std::vector<uint32_t> queue{movable_[Chance(all)]};
    for (size_t at = 0; at < queue.size() && removed.size() < size; ++at) {
      Remove(queue[at], removed);
      for (uint32_t n : neighbours_[queue[at]]) {
        if (draft_.placed(n) && moves_[n] && Chance(3) > 0) queue.push_back(n);
      }
    }
  };
  const auto clear = [&](uint32_t j) {
    const std::vector<uint32_t> users = draft_.users(j);
    for (uint32_t c : users) Remove(c, removed);
  };
  std::vector<uint32_t> used;
  for (uint32_t j : hardware_) {
    if (!draft_.users(j).empty()) used.push_back(j);
  }
  switch (Chance(5)) {
    case 0:
      chance();
      break;
    case 1:
      flow();
      break;
    case 2:  // close a pool, or only give up what is on it
      if (!used.empty()) {
        const uint32_t j = used[Chance(static_cast<uint32_t>(used.size()))];
        clear(j);
        if (Chance(3) > 0) banned_ = j;
      }
      if (Chance(2) == 0) chance();
      break;
    case 3: {  // two pools against each other
      for (int k = 0; k < 2 && !used.empty(); ++k) {
        clear(used[Chance(static_cast<uint32_t>(used.size()))]);
      }
      break;
    }
    default: {  // open a pool, in the place of its rivals
      if (hardware_.empty()) break;
      const uint32_t j = hardware_[Chance(static_cast<uint32_t>(hardware_.size()))];
      const Pool& pool = problem_.pools[j];
      if (problem_.one_kind[pool.zone]) {
        for (uint32_t other : used) {
          if (other != j && problem_.pools[other].zone == pool.zone) clear(other);
        }
      }
      clear(j);
      flow();
      chance();
      draft_.SetCount(j, std::max(draft_.count(j), 1 + Chance(std::max(1U, pool.max))));
      break;
    }
  }
  return removed;
}

// Takes everything off some pools, rather those that are worth little, and fills these, or
// others, anew. False: not all has a place.
bool Neighbourhood::Reopen() {
  std::vector<uint32_t> used, pools, loose;
  for (uint32_t j : hardware_) {
    if (!draft_.users(j).empty()) used.push_back(j);
  }
  const auto any = [&] { return Chance(static_cast<uint32_t>(used.size())); };
  const uint32_t size = LeastCleared + Chance(MostCleared - LeastCleared + 1);
  while (pools.size() < size && !used.empty() && loose.size() < MostLoose) {
    uint32_t k = any();
    if (pools.empty()) {
      const uint32_t other = any();
      if (refill_->Worth(used[other]) < refill_->Worth(used[k])) k = other;
    }
    const uint32_t j = used[k];
    used[k] = used.back();
    used.pop_back();
    pools.push_back(j);
    const std::vector<uint32_t> users = draft_.users(j);
    for (uint32_t c : users) Remove(c, loose);
  }
  if (pools.size() > 1 && Chance(3) == 0) {
    pools.erase(pools.begin() + Chance(static_cast<uint32_t>(pools.size())));
  }
  for (uint32_t j : used) {
    if (refill_->Roomy(j, loose)) pools.push_back(j);
  }
  const std::vector<uint32_t>& ranking = refill_->ranking();
  for (size_t k = 0; k < Others; ++k) {
    const double at = Share();
    const uint32_t j = ranking[static_cast<size_t>(at * at * static_cast<double>(ranking.size()))];
    const bool fresh = std::find(pools.begin(), pools.end(), j) == pools.end();
    if (fresh && draft_.users(j).empty()) pools.push_back(j);
  }
  Fill(loose, pools, MostNoise * Share());
  return Recreate(loose);
}

void Neighbourhood::Fill(std::vector<uint32_t>& loose, const std::vector<uint32_t>& pools,
                         double noise) {
  for (uint64_t work = refill_->Put(loose, pools, noise) / 4; work > 0; --work) progress_.Stop();
}

void Neighbourhood::Accept() {
  if (!draft_.Complete() || !draft_.Holds()) return;
  if (draft_.objective() >= progress_.Cutoff() * (1 + 1e-9)) return;
  // Sums kept over many changes are only nearly right.
  Offer(problem_, domains_, items_, progress_, draft_.placement());
}

void Neighbourhood::Complete(const Placement& placement) {
  const auto all = static_cast<uint32_t>(problem_.components.size());
  for (uint32_t c = 0; c < all; ++c) {
    if (draft_.placed(c)) draft_.Take(c);
  }
  draft_.Recall(placement, items_);
  std::vector<uint32_t> left;
  for (uint32_t c = 0; c < all; ++c) {
    if (!draft_.placed(c)) left.push_back(c);
  }
  banned_ = ~0U;
  eagerness_ = 1;
  if (Recreate(left)) Accept();
}

void Neighbourhood::Adopt() {
  if (!progress_.best || (kept_ && progress_.burden >= record_)) return;
  for (uint32_t c = 0; c < problem_.components.size(); ++c) {
    if (draft_.placed(c)) draft_.Take(c);
  }
  draft_.Recall(*progress_.best, items_);
  if (!draft_.Complete() || !draft_.Holds()) return;
  kept_ = best_ = draft_.Keep();
  record_ = draft_.objective();
}

void Neighbourhood::Construct(const Placement* previous) {
  const auto all = static_cast<uint32_t>(problem_.components.size());
  const Draft::Kept empty = draft_.Keep();
  draft_.SetWeight(progress_.Cutoff() == Infinity ? 1.0 : progress_.Cutoff());
  constexpr int Tries = 12;
  for (int attempt = 0; attempt < Tries && !progress_.Done(); ++attempt) {
    draft_.Return(empty);
    if (previous && attempt == 0) draft_.Recall(*previous, items_);
    std::vector<uint32_t> order;
    for (uint32_t c = 0; c < all; ++c) {
      if (!draft_.placed(c)) order.push_back(c);
    }
    for (size_t k = order.size(); attempt > 1 && k > 1; --k) {
      std::swap(order[k - 1], order[Chance(static_cast<uint32_t>(k))]);
    }
    eagerness_ = attempt == 0 ? 0.0 : attempt == 1 ? 0.5 : Share();
    if (refill_ && attempt == (previous ? 1 : 0)) Fill(order, refill_->ranking(), 0);
    if (!Recreate(order)) continue;
    Accept();
    if (!kept_ || draft_.objective() < record_) {
      kept_ = draft_.Keep();
      record_ = draft_.objective();
    }
    if (progress_.best) break;
  }
}

void Neighbourhood::Improve(uint64_t rounds, uint64_t patience) {
  if (!kept_ || movable_.empty()) return;
  draft_.Return(*kept_);
  draft_.Recount();
  draft_.SetWeight(std::max(draft_.cost(), 1e-12));
  record_ = draft_.objective();
  uint64_t idle = 0, broken = 0;
  for (uint64_t round = 0; round < rounds && idle < patience && !progress_.Done(); ++round) {
    if (round % Turn == 0) {
      if (best_) draft_.Return(*best_);
      draft_.Recount();
      kept_ = draft_.Keep();
      record_ = draft_.objective();
      if (refill_) refill_->Learn();
    }
    const double tolerance =
        (refill_ ? RefillTolerance : 1) * Tolerance[round / Turn % std::size(Tolerance)];
    banned_ = ~0U;
    eagerness_ = Chance(3) == 0 ? 1 : Share();
    bool whole = false;
    if (refill_ && Chance(RefillShare) > 0) {
      whole = Reopen();
      if (whole) refill_->Price();
    } else {
      std::vector<uint32_t> removed = Ruin();
      for (size_t k = removed.size(); k > 1; --k) {
        std::swap(removed[k - 1], removed[Chance(static_cast<uint32_t>(k))]);
      }
      whole = Recreate(removed);
    }
    ++idle;
    const double left = 1 - static_cast<double>(round % Turn) / Turn;
    if (whole && draft_.objective() < record_ * (1 + tolerance * left)) {
      kept_ = draft_.Keep();
      Accept();
      const bool better = draft_.objective() < record_ * (1 - 1e-9);
      // Where contents change as wholes, another one as good is where to go on from, too.
      if (better || (refill_ && draft_.objective() <= record_)) {
        record_ = draft_.objective();
        best_ = kept_;
      }
      if (better) idle = 0;
    } else {
      draft_.Return(*kept_);
    }
    broken = draft_.Holds() ? 0 : broken + 1;
    if (broken > 30) {
      draft_.Press(2);
      record_ = draft_.objective();
      broken = 0;
    }
  }
}

}  // namespace sprint::solver
