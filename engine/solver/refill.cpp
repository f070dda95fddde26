#include "engine/solver/refill.h"

#include <algorithm>
#include <cmath>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// What instances that are there already are worth filling before any others.
constexpr double Free = 1e6;
// Instances of one pool at a time.
constexpr uint32_t MostAtOnce = 3;
// Of a knapsack.
constexpr int RoughNodes = 12, Nodes = 100;
// How full a pool gets where time is paid for.
constexpr double Levels[] = {1, 0.92, 0.84, 0.76, 0.68, 0.5};
// How fast shares follow the drafts, and prices of times what they are for.
constexpr double Learning = 0.1;
constexpr double FirstPrice = 0.02;  // of the cost, for all of the bound
constexpr double Rise = 1.1, Fall = 0.99, NearlyBroken = 0.98;

double TimeAt(const Pool& pool, double load) {
  return performance::Node(1, load, pool.cores, pool.per_core).mean;
}

}  // namespace

Refill::Refill(const Problem& problem, const Domains& domains, const Items& items, Draft& draft,
               std::mt19937& random)
    : problem_(problem), items_(items), draft_(draft), random_(random) {
  const size_t all = problem.components.size();
  for (const Pool& pool : problem.pools) {
    capacity_.push_back(Capacity(problem, pool));
    burden_.push_back(Burden(problem, pool));
  }
  fits_.assign(all, 0);
  at_.resize(all);
  share_.assign(all, 0);
  timed_.assign(all, 0);
  worth_.assign(all, 0);
  steps_.resize(all);
  for (uint32_t c = 0; c < all; ++c) {
    if (items[c].size() != 1 || items[c][0].size() != 1) continue;
    at_[c].assign(problem.pools.size(), 0);
    double least = Infinity;
    for (uint32_t k = 0; k < items[c][0][0].size(); ++k) {
      const Item& item = items[c][0][0][k];
      const Pool& pool = problem.pools[item.pool];
      if (pool.form == Form::Functions) continue;
      at_[c][item.pool] = k + 1;
      const double room = pool.memory - pool.reserved;
      const double memory = room > 0 ? item.memory / room : 0;
      const double load = item.load / capacity_[item.pool];
      least = std::min(least, burden_[item.pool] * std::max(load, memory));
    }
    if (least == Infinity) continue;
    fits_[c] = 1;
    share_[c] = least;
  }
  for (uint32_t i = 0; i < problem.constraints.size(); ++i) {
    const Constraint& rule = problem.constraints[i];
    if (rule.metric != Metric::Response || !domains.active(i) || rule.weight) continue;
    const auto number = static_cast<uint32_t>(rules_.size());
    rules_.push_back({i});
    for (size_t k = 0; k < rule.path.size(); ++k) {
      Step step{number, {}, {}};
      if (k > 0) step.before = rule.path[k - 1];
      if (k + 1 < rule.path.size()) step.after = rule.path[k + 1];
      steps_[rule.path[k]].push_back(step);
    }
  }
}

const Item* Refill::At(uint32_t c, uint32_t pool) const {
  const uint32_t k = fits_[c] ? at_[c][pool] : 0;
  return k > 0 ? &items_[c][0][0][k - 1] : nullptr;
}

double Refill::Demand(uint32_t c, const Item& item) const {
  return problem_.components[c].variants[0].parts[0].options[item.option].demand;
}

// What a second at c costs.
double Refill::TimePrice(uint32_t c) const {
  double price = 0;
  for (const Step& step : steps_[c]) price += rules_[step.rule].price;
  return price;
}

// What the ways to and from the neighbours cost that are placed.
double Refill::Hops(uint32_t c, uint32_t pool) const {
  double price = 0;
  const auto way = [&](uint32_t from, uint32_t to, uint32_t source) {
    const double output = problem_.components[source]
                              .variants[draft_.placement().variant[source]]
                              .parts.back()
                              .output;
    return Hop(problem_, from, to, output);
  };
  for (const Step& step : steps_[c]) {
    const double each = rules_[step.rule].price;
    if (each <= 0) continue;
    if (step.before && draft_.placed(*step.before)) {
      price += each * way(draft_.placement().pool[*step.before].back(), pool, *step.before);
    }
    if (step.after && draft_.placed(*step.after)) {
      price += each * way(pool, draft_.placement().pool[*step.after][0], c);
    }
  }
  return price;
}

bool Refill::Roomy(uint32_t pool, const std::vector<uint32_t>& loose) const {
  return std::any_of(loose.begin(), loose.end(), [&](uint32_t c) {
    const Item* item = At(c, pool);
    return item && draft_.Room(*item);
  });
}

double Refill::Worth(uint32_t pool) const {
  double worth = 0;
  for (uint32_t c : draft_.users(pool)) worth += share_[c];
  const double price = draft_.count(pool) * burden_[pool];
  return price > 0 ? worth / price : Infinity;
}

void Refill::MakeOffers(uint32_t pool, const std::vector<uint32_t>& loose) {
  offers_.clear();
  const double memory =
      problem_.pools[pool].memory - problem_.pools[pool].reserved - draft_.memory(pool);
  for (uint32_t c : loose) {
    const Item* item = At(c, pool);
    if (!item || item->memory > memory || !draft_.Room(*item)) continue;
    const double worth = worth_[c] - item->fixed - Hops(c, pool);
    if (worth <= 0) continue;
    offers_.push_back(
        {c, worth, item->load, item->memory, item->gpu_memory, TimePrice(c) * Demand(c, *item)});
  }
}

// The content of the pool that is worth most per price, if that is more than `need`.
void Refill::Best(const std::vector<uint32_t>& loose, int nodes, double need, Content& content) {
  const uint32_t j = content.pool;
  const Pool& pool = problem_.pools[j];
  content.ratio = need;
  content.stale = need > 0;
  content.components.clear();
  ++work_;
  MakeOffers(j, loose);
  if (offers_.empty()) {
    content.ratio = 0;
    content.stale = false;
    return;
  }
  double slow = 0, there = 0, all = 0;
  for (const Filling::Offer& offer : offers_) {
    slow += offer.slow;
    all += offer.load;
  }
  for (uint32_t c : draft_.users(j)) {
    if (fits_[c]) there += TimePrice(c) * Demand(c, draft_.item(c, 0));
  }
  const uint32_t base = draft_.count(j);
  const double before = base > 0 ? TimeAt(pool, draft_.load(j) / base) : 1;
  const bool timed = slow + there > 0;
  for (uint32_t n = std::max(base, 1U); n <= pool.max && n < base + MostAtOnce; ++n) {
    const double price = (n - base) * burden_[j];
    for (const double level : Levels) {
      Filling::Room room;
      const double most = capacity_[j] * n * level;
      room.load = most - draft_.load(j);
      room.memory = pool.memory - pool.reserved - draft_.memory(j);
      room.gpu_memory = pool.gpu_memory - draft_.gpu_memory(j);
      if (room.load <= 0) break;
      const double time = timed ? TimeAt(pool, most / n) : 0;
      dear_ = offers_;
      for (Filling::Offer& offer : dear_) {
        offer.worth -= offer.slow * time;
        offer.slow = 0;
      }
      std::erase_if(dear_, [](const Filling::Offer& offer) { return offer.worth <= 0; });
      const double fixed = timed ? there * (time - before) : 0;
      const double least = price > 0 ? content.ratio * price : content.ratio - Free;
      const Filling::Result& result =
          filling_.Fill(dear_, room, std::max(0.0, std::max(0.0, least) + fixed), nodes);
      if (!result.parts.empty()) {
        const double value = result.profit - fixed;
        const double ratio = price > 0 ? value / price : Free + value;
        if (value > 0 && ratio > content.ratio) {
          content.ratio = ratio;
          content.stale = false;
          content.count = n;
          content.components = result.parts;
        }
      }
      if (!timed) break;
    }
    if (!timed && all <= capacity_[j] * n - draft_.load(j)) break;
  }
}

uint64_t Refill::Put(std::vector<uint32_t>& loose, const std::vector<uint32_t>& pools,
                     double noise) {
  const uint64_t before = work_;
  for (uint32_t c : loose) {
    worth_[c] =
        (share_[c] + timed_[c]) * (1 - noise * (static_cast<double>(random_()) / 4294967296.0));
  }
  contents_.resize(pools.size());
  double most = 0;
  for (size_t k = 0; k < pools.size(); ++k) {
    contents_[k].pool = pools[k];
    Best(loose, Nodes, most, contents_[k]);
    most = std::max(most, contents_[k].ratio);
  }
  while (!loose.empty()) {
    Content* best = nullptr;
    double known = 0;  // of those that are not stale
    for (Content& content : contents_) {
      const bool better = !best || content.ratio > best->ratio ||
                          (content.ratio == best->ratio && best->stale && !content.stale);
      if (better) best = &content;
      if (!content.stale) known = std::max(known, content.ratio);
    }
    if (!best || best->ratio <= 0) break;
    // What has less to choose from is worth no more, so the rest need not be asked.
    if (best->stale) {
      Best(loose, Nodes, known, *best);
      continue;
    }
    const std::vector<uint32_t> taken = best->components;
    bool some = false;
    for (uint32_t c : taken) {
      const Item* item = At(c, best->pool);
      if (!draft_.Room(*item) || !draft_.Joins(c, 0, {item})) continue;
      draft_.Put(c, 0, {item});
      std::erase(loose, c);
      some = true;
    }
    if (some && best->count > draft_.count(best->pool)) draft_.SetCount(best->pool, best->count);
    best->stale = true;
    if (!some) best->ratio = 0;
    for (Content& content : contents_) {
      content.stale = content.stale || std::any_of(taken.begin(), taken.end(), [&](uint32_t c) {
                        return std::find(content.components.begin(), content.components.end(), c) !=
                               content.components.end();
                      });
    }
  }
  return work_ - before;
}

void Refill::Rank() {
  std::vector<uint32_t> all;
  for (uint32_t c = 0; c < fits_.size(); ++c) {
    if (!fits_[c]) continue;
    all.push_back(c);
    worth_[c] = share_[c] + timed_[c];
  }
  std::vector<double> ratio(problem_.pools.size(), 0);
  ranking_.clear();
  for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
    if (problem_.pools[j].form == Form::Functions || problem_.pools[j].max == 0) continue;
    ranking_.push_back(j);
    if (!draft_.users(j).empty()) {
      ratio[j] = Worth(j);
      continue;
    }
    Content content;
    content.pool = j;
    Best(all, RoughNodes, 0, content);
    ratio[j] = content.ratio;
  }
  std::stable_sort(ranking_.begin(), ranking_.end(),
                   [&](uint32_t a, uint32_t b) { return ratio[a] > ratio[b]; });
}

void Refill::Learn() {
  for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
    if (draft_.users(j).empty() || problem_.pools[j].form == Form::Functions) continue;
    const Pool& pool = problem_.pools[j];
    const uint32_t n = draft_.count(j);
    const double load = draft_.load(j) / (capacity_[j] * n);
    const double memory = draft_.memory(j) / std::max(1.0, pool.memory - pool.reserved);
    // The scarcer one makes the price.
    const double most = std::max({load, memory, 1e-9});
    const double by_load = 0.5 + 0.5 * (load - memory) / most;
    const double time = TimeAt(pool, draft_.load(j) / n);
    for (uint32_t c : draft_.users(j)) {
      if (!fits_[c]) continue;
      const Item& item = draft_.item(c, 0);
      const double part =
          (draft_.load(j) > 0 ? by_load * item.load / draft_.load(j) : 0) +
          (draft_.memory(j) > 0 ? (1 - by_load) * item.memory / draft_.memory(j) : 0);
      share_[c] += Learning * (burden_[j] * n * part - share_[c]);
      const double due = TimePrice(c) * Demand(c, item) * time + Hops(c, j);
      timed_[c] += Learning * (due - timed_[c]);
    }
  }
}

void Refill::Price() {
  for (Rule& rule : rules_) {
    const double value = draft_.Measured(rule.constraint);
    const double bound = problem_.constraints[rule.constraint].bound;
    if (value > bound) {
      rule.price = std::max(rule.price * Rise, FirstPrice * draft_.cost() / bound);
    } else if (value < NearlyBroken * bound) {
      rule.price *= Fall;
    }
  }
}

}  // namespace sprint::solver
