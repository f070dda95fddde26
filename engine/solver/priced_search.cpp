#include "engine/solver/priced_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engine/solver/offer.h"

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
constexpr int RootRounds = 1000, NodeRounds = 40;
constexpr double Rounding = 1e-10;
constexpr uint32_t Seed = 1;
constexpr double FewerLeft = 0.8;  // pools, to begin the search again
constexpr double Whole = 1e-5;     // shares this near to a whole number are one

// How far from whole.
double Broken(double share) { return std::fabs(share - std::round(share)); }

}  // namespace

PricedSearch::PricedSearch(const Problem& problem, const Domains& domains, const Items& items,
                           const Relaxation& relaxation, Neighbourhood& neighbourhood,
                           Progress& progress)
    : problem_(problem),
      domains_(domains),
      items_(items),
      relaxation_(relaxation),
      progress_(progress),
      columns_(problem, domains, items, relaxation, std::min(progress.Cutoff(), progress.cap)),
      dives_(problem, items, columns_, neighbourhood, progress, Seed) {}

double PricedSearch::Root(const Hardware& hardware) {
  if (!begun_) root_.scope.hardware = hardware;
  if (progress_.best && progress_.best != known_) {
    known_ = progress_.best;
    columns_.StartFrom(*known_);
  }
  columns_.Enter(root_.scope);
  root_.bound = std::max(root_.bound,
                         columns_.Bound(root_.prices, RootRounds, progress_.Cutoff(), progress_));
  Fix();
  return root_.bound;
}

// Bounds are rounded down a little, and what they end at is often just what is known.
bool PricedSearch::Hopeless(double bound) const {
  return progress_.Hopeless(bound + Rounding * std::fabs(bound));
}

// Closes the pools whose least reduced cost is more than the best placement leaves, once columns
// are at the root.
void PricedSearch::Fix() {
  if (progress_.Cutoff() == Infinity || Hopeless(root_.bound)) return;
  fixed_ = progress_.burden;
  Hardware& hardware = root_.scope.hardware;
  for (const auto& group : relaxation_.groups()) {
    if (progress_.Late()) return;
    // One alone that is worth having is not closed anyway.
    double least = 0;
    for (uint32_t j : group) {
      if (!hardware.usable[j] || group.size() == 1) continue;
      least = std::min(least, columns_.Reduced(root_.prices, j, 0));
    }
    for (uint32_t j : group) {
      if (!hardware.usable[j]) continue;
      const double most = (progress_.Cutoff() - root_.bound) * (1 + 1e-9) + least;
      if (columns_.Reduced(root_.prices, j, most) < most) continue;
      hardware.usable[j] = 0;
      hardware.low[j] = hardware.high[j] = relaxation_.idle(j);
    }
  }
}

void PricedSearch::Dive(uint64_t patience) {
  dives_.Once(root_.scope, root_.prices);
  dives_.Improve(root_.scope, root_.prices, patience);
}

// Where much has been closed since, what was split before is better split anew.
void PricedSearch::Begin() {
  const auto& usable = root_.scope.hardware.usable;
  const auto left = static_cast<size_t>(std::count(usable.begin(), usable.end(), 1));
  if (begun_ && static_cast<double>(left) >= FewerLeft * static_cast<double>(left_)) return;
  begun_ = true;
  left_ = left;
  open_.clear();
  next_ = root_;
}

double PricedSearch::Run() {
  Begin();
  while (!progress_.Done()) {
    if (progress_.burden < fixed_) {
      columns_.Enter(root_.scope);
      Fix();
      Begin();
    }
    if (!next_) {
      if (open_.empty()) return Infinity;
      std::pop_heap(open_.begin(), open_.end(), Later());
      next_ = std::move(open_.back());
      open_.pop_back();
      if (Hopeless(next_->bound)) {
        next_.reset();
        open_.clear();
        return Infinity;
      }
    }
    if (progress_.Stop()) break;
    Node node = std::move(*next_);
    next_.reset();
    if (!Look(node)) {
      if (progress_.Over()) {
        next_ = std::move(node);
        break;
      }
      continue;
    }
    Scopes scopes = columns_.whole() ? SplitUndecided(node) : Split(node);
    for (size_t k = 0; k < scopes.size(); ++k) {
      Node child{std::move(scopes[k]), node.prices, node.bound, ++numbers_};
      if (k == 0) {
        next_ = std::move(child);
        continue;
      }
      open_.push_back(std::move(child));
      std::push_heap(open_.begin(), open_.end(), Later());
    }
  }
  double least = next_ ? next_->bound : Infinity;
  for (const Node& node : open_) least = std::min(least, node.bound);
  return least;
}

// False: nothing better is in there.
bool PricedSearch::Look(Node& node) {
  columns_.Enter(node.scope);
  const double bound = columns_.Bound(node.prices, NodeRounds, progress_.Cutoff(), progress_);
  node.bound = std::max(node.bound, bound);
  if (Hopeless(node.bound) || progress_.Over()) return false;
  if (columns_.whole()) Try();
  return !Hopeless(node.bound);
}

// The master's solution as a placement.
void PricedSearch::Try() {
  Placement placement;
  const size_t all = problem_.components.size();
  placement.variant.resize(all);
  placement.pool.resize(all);
  placement.count.resize(problem_.pools.size());
  for (uint32_t j = 0; j < problem_.pools.size(); ++j) placement.count[j] = relaxation_.idle(j);
  for (uint32_t c = 0; c < all; ++c) {
    double most = -1;
    for (uint32_t v = 0; v < items_[c].size(); ++v) {
      if (items_[c][v].empty() || columns_.TakenShare(c, v) <= most) continue;
      most = columns_.TakenShare(c, v);
      placement.variant[c] = v;
    }
    placement.pool[c].assign(items_[c][placement.variant[c]].size(), ~0U);
  }
  for (const Columns::Use& use : columns_.used()) {
    if (use.share < 0.5) continue;
    placement.count[use.pool] = use.count;
    for (uint32_t part : use.parts) {
      const auto& [c, v, p] = columns_.name(part);
      if (placement.variant[c] == v) placement.pool[c][p] = use.pool;
    }
  }
  for (const auto& pools : placement.pool) {
    for (uint32_t j : pools) {
      if (j == ~0U) return;
    }
  }
  Offer(problem_, domains_, items_, progress_, std::move(placement));
}

PricedSearch::Scopes PricedSearch::Split(const Node& node) const {
  const size_t pools = problem_.pools.size();
  std::vector<double> used(pools, 0), count(pools, 0);
  std::map<std::pair<uint32_t, uint32_t>, double> there;  // part and pool
  for (const Columns::Use& use : columns_.used()) {
    if (use.count > relaxation_.idle(use.pool)) used[use.pool] += use.share;
    count[use.pool] += use.share * use.count;
    for (uint32_t part : use.parts) there[{part, use.pool}] += use.share;
  }
  double most = 0;
  uint32_t which = 0;
  std::vector<double> kinds(columns_.kinds(), 0);
  for (uint32_t j = 0; j < pools; ++j) kinds[columns_.kind(j)] += count[j];
  for (uint32_t j = 0; j < pools; ++j) {
    const double share = kinds[columns_.kind(j)];
    if (!node.scope.kinds.empty()) {
      const auto& [least, greatest] = node.scope.kinds[columns_.kind(j)];
      if (std::floor(share) < least || std::floor(share) >= greatest) continue;
    }
    const double due = Broken(share) > Whole ? Broken(share) * relaxation_.burden(j) : 0;
    if (due <= most || relaxation_.function(j)) continue;
    most = due;
    which = columns_.kind(j);
  }
  if (most > 0) return ByKind(node, which, std::floor(kinds[which]) + 1);
  for (uint32_t j = 0; j < pools; ++j) {
    if (relaxation_.function(j) || node.scope.hardware.low[j] > relaxation_.idle(j)) continue;
    const double due = Broken(used[j]) > Whole ? Broken(used[j]) * relaxation_.burden(j) : 0;
    if (due <= most) continue;
    most = due;
    which = j;
  }
  if (most > 0) return ByPool(node, which);
  for (uint32_t j = 0; j < pools; ++j) {
    if (relaxation_.function(j)) continue;
    const double floor = std::floor(count[j]);
    if (floor < node.scope.hardware.low[j] || floor >= node.scope.hardware.high[j]) continue;
    const double due = Broken(count[j]) > Whole ? Broken(count[j]) * relaxation_.burden(j) : 0;
    if (due <= most) continue;
    most = due;
    which = j;
  }
  if (most > 0) return ByCount(node, which, static_cast<uint32_t>(std::floor(count[which])) + 1);
  uint32_t variant = 0;
  for (uint32_t c = 0; c < items_.size(); ++c) {
    for (uint32_t v = 0; v < items_[c].size(); ++v) {
      const double share = items_[c][v].empty() ? 0 : columns_.TakenShare(c, v);
      if (Broken(share) <= std::max(most, Whole) || !Decidable(c)) continue;
      most = Broken(share);
      which = c;
      variant = v;
    }
  }
  if (most > 0) return ByVariant(node, which, variant);
  uint32_t part = 0;
  for (const auto& [where, share] : there) {
    if (Broken(share) <= std::max(most, Whole)) continue;
    if (columns_.Pools(where.first).size() < 2) continue;
    most = Broken(share);
    part = where.first;
    which = where.second;
  }
  if (most > 0) return ByPart(node, part, which);
  return SplitUndecided(node);
}

bool PricedSearch::Decidable(uint32_t c) const {
  size_t open = 0;
  for (uint32_t v = 0; v < items_[c].size(); ++v) open += columns_.Open(c, v);
  return open > 1;
}

// Whatever is still open, though the master has decided it: nothing else is in the scope then.
PricedSearch::Scopes PricedSearch::SplitUndecided(const Node& node) const {
  std::vector<uint32_t> variant(items_.size());
  for (uint32_t c = 0; c < items_.size(); ++c) {
    std::vector<uint32_t> open;
    for (uint32_t v = 0; v < items_[c].size(); ++v) {
      if (!items_[c][v].empty() && columns_.Open(c, v)) open.push_back(v);
    }
    if (open.empty()) return {};
    std::stable_sort(open.begin(), open.end(), [&](uint32_t a, uint32_t b) {
      return columns_.TakenShare(c, a) > columns_.TakenShare(c, b);
    });
    if (open.size() > 1) return ByVariant(node, c, open[0]);
    variant[c] = open[0];
  }
  std::map<uint32_t, uint32_t> count;
  std::map<uint32_t, uint32_t> where;
  for (const Columns::Use& use : columns_.used()) {
    if (use.share < 0.5) continue;
    count[use.pool] = use.count;
    for (uint32_t part : use.parts) where[part] = use.pool;
  }
  for (uint32_t c = 0; c < items_.size(); ++c) {
    for (size_t p = 0; p < items_[c][variant[c]].size(); ++p) {
      const uint32_t part = columns_.part(c, variant[c], p);
      const std::vector<uint32_t> pools = columns_.Pools(part);
      if (pools.empty()) return {};
      if (pools.size() == 1) {
        count.emplace(pools[0], 0);
        continue;
      }
      const auto at = where.find(part);
      return ByPart(node, part, at == where.end() ? pools[0] : at->second);
    }
  }
  for (const auto& [j, n] : count) {
    const Hardware& hardware = node.scope.hardware;
    if (relaxation_.function(j)) continue;
    const uint32_t low = std::max(1U, hardware.low[j]);
    if (low >= hardware.high[j]) continue;
    return ByCount(node, j, std::clamp(n, low + 1, hardware.high[j]));
  }
  Placement placement{variant, {}, {}};
  for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
    const uint32_t low = std::max(count.contains(j) ? 1U : 0U, node.scope.hardware.low[j]);
    placement.count.push_back(relaxation_.function(j) ? 0 : low);
  }
  for (uint32_t c = 0; c < items_.size(); ++c) {
    placement.pool.emplace_back();
    for (size_t p = 0; p < items_[c][variant[c]].size(); ++p) {
      placement.pool[c].push_back(columns_.Pools(columns_.part(c, variant[c], p))[0]);
    }
  }
  Offer(problem_, domains_, items_, progress_, std::move(placement));
  return {};
}

// Used, alone of its kind, or not.
PricedSearch::Scopes PricedSearch::ByPool(const Node& node, uint32_t j) const {
  if (relaxation_.idle(j) > 0) return ByCount(node, j, relaxation_.idle(j) + 1);
  Scopes scopes = ByCount(node, j, std::max(1U, node.scope.hardware.low[j]));
  scopes[1].hardware.usable[j] = 0;
  return scopes;
}

// At least `low`, which are then there whether they are used or not, or fewer.
PricedSearch::Scopes PricedSearch::ByCount(const Node& node, uint32_t j, uint32_t low) const {
  Columns::Scope many = node.scope, few = node.scope;
  many.hardware.low[j] = low;
  few.hardware.high[j] = low - 1;
  for (const auto& group : relaxation_.groups()) {
    if (std::find(group.begin(), group.end(), j) == group.end()) continue;
    for (uint32_t other : group) {
      if (other == j) continue;
      many.hardware.usable[other] = 0;
      many.hardware.low[other] = relaxation_.idle(other);
    }
  }
  return {many, few};
}

// Of all instances of a kind at least `low`, or fewer.
PricedSearch::Scopes PricedSearch::ByKind(const Node& node, uint32_t kind, double low) const {
  Columns::Scope many = node.scope, few = node.scope;
  many.kinds.resize(columns_.kinds(), {0, Infinity});
  few.kinds = many.kinds;
  many.kinds[kind][0] = low;
  few.kinds[kind][1] = low - 1;
  return {many, few};
}

PricedSearch::Scopes PricedSearch::ByVariant(const Node& node, uint32_t c, uint32_t v) const {
  Columns::Scope only = node.scope, other = node.scope;
  for (uint32_t another = 0; another < items_[c].size(); ++another) {
    if (another != v) only.variants.push_back({c, another});
  }
  other.variants.push_back({c, v});
  return {only, other};
}

PricedSearch::Scopes PricedSearch::ByPart(const Node& node, uint32_t part, uint32_t j) const {
  Columns::Scope there = node.scope, elsewhere = node.scope;
  there.pins.push_back({j, part});
  elsewhere.bans.push_back({j, part});
  return {there, elsewhere};
}

}  // namespace sprint::solver
