#include "engine/solver/filling.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// Times are nearly the same within this factor. What few offer is tried out as it is.
constexpr double SameTime = 1.1;
constexpr size_t FewOffers = 8;
// Nodes before a table of what is left is made, its size, and how much of that counts as a
// candidate.
constexpr int QuickNodes = 100;
constexpr size_t Cells = 1024, CellsPerWork = 30;
// Of Reach.
constexpr int Ranges = 5, PriceSteps = 7;

// Time per demand on one instance, and a slope that it has at least from there on.
struct Time {
  double value = 1, slope = 0;
};
Time Slowness(const Filling::Room& room, double load) {
  const double busy = load / room.count;
  if (!room.per_core || room.cores < 2) {
    const double speed = room.per_core ? room.cores : 1;
    const double value = 1 / (1 - busy / speed);
    return {value / speed, value * value / (speed * speed) / room.count};
  }
  const double value = performance::Node(1, busy, room.cores, true).mean;
  const double step = 1e-3 * busy;
  if (step <= 0) return {value, 0};
  const double before = performance::Node(1, busy - step, room.cores, true).mean;
  return {value, std::max(0.0, (value - before) / step) / room.count};
}

bool Slow(const std::vector<Filling::Offer>& offers) {
  return std::any_of(offers.begin(), offers.end(),
                     [](const Filling::Offer& offer) { return offer.slow > 0; });
}

}  // namespace

const Filling::Result& Filling::Fill(const std::vector<Offer>& offers, const Room& room,
                                     double need, int nodes) {
  offers_ = &offers;
  room_ = room;
  nodes_ = nodes;
  slow_ = Slow(offers);
  best_ = need;
  open_ = -Infinity;
  chosen_.clear();
  result_.profit = -Infinity;
  result_.parts.clear();
  Search(Root({}, 0, room.load));
  result_.bound = std::max(best_, open_);
  return result_;
}

// Halves the range of loads until time is nearly the same in all of it: then it is a linear
// knapsack.
void Filling::Search(const Range& range) {
  if (range.bound <= best_) return;
  if (nodes_ < 0) {
    open_ = std::max(open_, range.bound);
    return;
  }
  const double least = Slowness(room_, range.low).value, most = Slowness(room_, range.high).value;
  if (slow_ && most > least * SameTime && offers_->size() > FewOffers) {
    const double middle = (range.low + range.high) / 2;
    const Range lower = Root(range, range.low, middle), upper = Root(range, middle, range.high);
    if (lower.bound > upper.bound) Search(lower);
    Search(upper);
    if (lower.bound <= upper.bound) Search(lower);
    return;
  }
  Enumerate(range);
}

// The range and a bound for all sets in it, with what makes load and memory one size: the
// share of load that gives the least bound, by trying a few. `from` is a range that holds it.
Filling::Range Filling::Root(const Range& from, double low, double high) {
  range_ = from;
  range_.low = low;
  range_.high = high;
  const bool first = from.high == 0;
  range_.bound = Collect();
  if (!first && range_.bound <= best_) return range_;
  double loads = 0, memories = 0;
  for (const Candidate& c : candidates_) {
    loads += (*offers_)[c.offer].load;
    memories += (*offers_)[c.offer].memory;
  }
  Range best = range_;
  const auto ask = [&](double share) {
    range_.by_load = share / high;
    range_.by_memory = (1 - share) / room_.memory;
    Measure();
    range_.bound = Linear(&range_.worth);
    if (range_.bound < best.bound) best = range_;
  };
  const bool short_load = loads > high, short_memory = memories > room_.memory;
  if (short_load && short_memory) {
    double step = first ? 0.25 : 0.05;
    double centre = first ? 0.5 : std::clamp(from.by_load * from.high, step, 1 - step);
    // What cannot pay enough need not be known better.
    for (; step > 0.02 && best.bound > best_; step /= 2) {
      for (double share : {centre - step, centre, centre + step}) ask(share);
      centre = std::clamp(best.by_load * high, step / 2, 1 - step / 2);
    }
  } else if (short_load || short_memory) {
    ask(short_load ? 1 : 0);
  }
  return best;
}

// The densest up to a size of 1, the last of them in part; its density is what more room would
// be worth. By halves, without sorting (Balas and Zemel 1980).
double Filling::Linear(double* density) {
  const auto denser = [](auto from, auto to, auto holds) {
    const auto end = std::partition(from, to, holds);
    double size = 0, gain = 0;
    for (auto c = from; c != end; ++c) {
      size += c->size;
      gain += c->gain;
    }
    return std::tuple(end, size, gain);
  };
  double sum = 0, room = 1;
  *density = 0;
  for (auto from = candidates_.begin(), to = candidates_.end(); from != to;) {
    const double a = from->density, b = from[(to - from) / 2].density, c = (to - 1)->density;
    const double pivot = std::max(std::min(a, b), std::min(std::max(a, b), c));
    const auto [end, size, gain] =
        denser(from, to, [&](const Candidate& other) { return other.density > pivot; });
    if (size > room) {
      to = end;
      continue;
    }
    room -= size;
    sum += gain;
    const auto [next, same, worth] =
        denser(end, to, [&](const Candidate& other) { return other.density == pivot; });
    if (same > room) {
      *density = pivot;
      return sum + room * pivot;
    }
    room -= same;
    sum += worth;
    from = next;
  }
  return sum;
}

// With instances and memory at a price the offers decide each for itself. In ranges of how busy
// an instance is: the time at its start, the price of one at its end.
double Filling::Reach(const std::vector<Offer>& offers, const Room& room, double each) {
  double reach = 0;
  const int ranges = Slow(offers) ? Ranges : 1;
  work_ += offers.size() * static_cast<size_t>(ranges);
  for (int k = 0; k < ranges; ++k) {
    const double time = Slowness(room, k * room.load / ranges).value;
    const double by_load = each * ranges / ((k + 1) * room.load);
    // What memory is worth: a bound is right at any price.
    double least = Infinity, low = 0, high = 0;
    for (int step = 0; step < PriceSteps; ++step) {
      const double by_memory = step == 0 ? 0 : (low + high) / 2;
      double sum = by_memory > 0 ? by_memory * room.memory : 0, memory = 0;
      for (const Offer& offer : offers) {
        const double gain = offer.worth - offer.slow * time - by_load * offer.load;
        if (step == 0 && gain > 0 && offer.memory > 0) high = std::max(high, gain / offer.memory);
        const double left = gain - by_memory * offer.memory;
        if (left <= 0) continue;
        sum += left;
        memory += offer.memory;
      }
      least = std::min(least, sum);
      if (memory <= room.memory && step == 0) break;
      if (step > 0) (memory > room.memory ? low : high) = by_memory;
    }
    reach = std::max(reach, least);
  }
  return reach;
}

// What may be in a set within the range, with what it adds at least to the time of all.
// Returns a bound for all of it.
double Filling::Collect() {
  const double time = Slowness(room_, range_.low).value;
  const double room =
      range_.by_load * range_.high + (range_.by_memory > 0 ? range_.by_memory * room_.memory : 0);
  double bound = range_.worth * room;
  candidates_.clear();
  for (uint32_t k = 0; k < offers_->size(); ++k) {
    const Offer& offer = (*offers_)[k];
    if (offer.load > range_.high || offer.memory > room_.memory) continue;
    if (offer.gpu_memory > room_.gpu_memory) continue;
    const double gain = offer.worth - offer.slow * time;
    if (gain <= 0) continue;
    const double size = range_.by_load * offer.load + range_.by_memory * offer.memory;
    bound += std::max(0.0, gain - range_.worth * size);
    candidates_.push_back({0, gain, size, k});
  }
  work_ += offers_->size() + 1;
  return bound;
}

void Filling::Measure() {
  for (Candidate& c : candidates_) {
    const Offer& offer = (*offers_)[c.offer];
    c.size = range_.by_load * offer.load + range_.by_memory * offer.memory;
    c.density = c.size > 0 ? c.gain / c.size : Infinity;
  }
}

void Filling::Sort() {
  Measure();
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
    return a.density != b.density ? a.density > b.density : a.offer < b.offer;
  });
}

// All sets in the range that may be better, depth first, the densest first.
void Filling::Enumerate(const Range& range) {
  range_ = range;
  const double bound = Collect();
  if (bound <= best_) return;
  // What cannot be in a better set: with it in, the bound falls by what it lacks.
  std::erase_if(candidates_, [&](const Candidate& c) {
    return bound + std::min(0.0, c.gain - range_.worth * c.size) <= best_;
  });
  Sort();
  sizes_.assign(1, 0);
  gains_.assign(1, 0);
  for (const Candidate& c : candidates_) {
    sizes_.push_back(sizes_.back() + c.size);
    gains_.push_back(gains_.back() + c.gain);
  }
  whole_ = false;
  const int nodes = nodes_;
  if (candidates_.size() <= FewOffers || nodes <= QuickNodes) return Descend({}, 0);
  // Most are quickly done; for what is not, a table pays.
  const double open = open_;
  nodes_ = QuickNodes;
  Descend({}, 0);
  if (nodes_ >= 0) {
    nodes_ = nodes - (QuickNodes - nodes_);
    return;
  }
  open_ = open;
  things_.clear();
  for (const Candidate& c : candidates_) {
    const Offer& offer = (*offers_)[c.offer];
    things_.push_back({c.gain, offer.load, offer.memory});
  }
  suffixes_.Build(things_, range_.high, room_.memory, Cells);
  work_ += suffixes_.size() / CellsPerWork;
  whole_ = true;
  nodes_ = nodes - QuickNodes;
  Descend({}, 0);
}

// A bound for what candidates from `from` on pay for room of this size.
double Filling::Rest(size_t from, double room) const {
  const double end = sizes_[from] + room;
  const auto at = std::upper_bound(sizes_.begin() + from, sizes_.end(), end);
  const auto k = static_cast<size_t>(at - sizes_.begin()) - 1;  // up to there all fit
  const double sum = gains_[k] - gains_[from];
  if (k == candidates_.size()) return sum;
  return sum + std::max(0.0, end - sizes_[k]) * candidates_[k].density;
}

// Does its family allow it beside what is chosen?
bool Filling::Suits(const Offer& offer) const {
  return offer.family == 0 || std::none_of(chosen_.begin(), chosen_.end(), [&](uint32_t k) {
           const Offer& other = (*offers_)[k];
           return other.family == offer.family && other.member != offer.member;
         });
}

void Filling::Descend(const At& at, size_t from) {
  const double value = at.worth - at.slow * Slowness(room_, at.load).value;
  if (value > best_) {
    best_ = result_.profit = value;
    result_.parts.clear();
    for (uint32_t k : chosen_) result_.parts.push_back((*offers_)[k].name);
  }
  const double load = range_.high - at.load, memory = room_.memory - at.memory,
               gpu_memory = room_.gpu_memory - at.gpu_memory;
  const double room =
      range_.by_load * load + (range_.by_memory > 0 ? range_.by_memory * memory : 0);
  const double base = at.worth - at.slow * Slowness(room_, std::max(range_.low, at.load)).value;
  for (size_t k = from; k < candidates_.size(); ++k) {
    double most = base + Rest(k, room);
    if (whole_ && most > best_) most = std::min(most, base + suffixes_.Most(k, load, memory));
    ++work_;
    if (most <= best_) return;
    const Offer& offer = (*offers_)[candidates_[k].offer];
    if (offer.load > load || offer.memory > memory || offer.gpu_memory > gpu_memory) continue;
    if (!Suits(offer)) continue;
    if (--nodes_ < 0) {
      open_ = std::max(open_, most);
      return;
    }
    chosen_.push_back(candidates_[k].offer);
    Descend({at.worth + offer.worth, at.slow + offer.slow, at.load + offer.load,
             at.memory + offer.memory, at.gpu_memory + offer.gpu_memory},
            k + 1);
    chosen_.pop_back();
  }
}

}  // namespace sprint::solver
