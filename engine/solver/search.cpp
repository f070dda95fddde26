#include "engine/solver/search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/solver/assignment.h"
#include "engine/solver/certificate.h"
#include "engine/solver/domains.h"
#include "engine/solver/latency.h"
#include "engine/solver/neighbourhood.h"
#include "engine/solver/packing.h"
#include "engine/solver/priced_search.h"
#include "engine/solver/progress.h"
#include "engine/solver/record.h"
#include "engine/solver/reduce.h"
#include "engine/solver/relaxation.h"
#include "engine/solver/repair.h"
#include "engine/solver/traffic.h"

// Two levels. Above, hardware: which pool of a zone of one kind, and how many of each;
// ranges are split until every count is fixed, and Lagrangian bounds cut most of them
// off. Below, components on fixed hardware. What is looked for costs less than the best
// placement known, which a neighbourhood search finds beforehand and improves between. By
// turns with branch and price, whose bounds are much better and take much longer.
namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// From here on the first placement and bounds by columns come before the first proof.
constexpr size_t ManyPools = 100, ManyComponents = 20;
// Components for a proof without columns or dives, and pools for dives at once.
constexpr size_t TooMany = 40, TooManyPools = 300;
constexpr double NearlyProven = 0.02;
// Rounds of price adjustment.
constexpr int QuickRounds = 5, RootRounds = 300, NodeRounds = 20, StepRounds = 3;
// Ways of running one component, beyond which it is told apart first which are in the cloud.
constexpr size_t MostChoices = 3000;
constexpr uint8_t AnyStep = 1 << Edge | 1 << Mixed | 1 << Cloud;
// Steps of the turns of proof: a glance, then long and longer. Rounds per component without
// a better placement that end a turn of looking for one.
constexpr uint64_t FirstSlice = 300, SecondSlice = 100'000, SliceGrowth = 3;
// Of a turn, for what is not the better way at this size: columns with little to choose from,
// dives where most is proven, assigning one after the other where there are too many.
constexpr uint64_t SmallShare = 8;
constexpr uint64_t FirstPatience = 20, FillPatience = 25, Patience = 200;
constexpr uint64_t DivePatience = 30;
constexpr uint32_t Seed = 1;

class Searcher {
 public:
  Searcher(const Problem& problem, const SearchOptions& options)
      : problem_(problem),
        options_(options),
        domains_(problem, options),
        all_(static_cast<uint32_t>(problem.components.size())),
        items_(domains_.MakeItems()),
        relaxation_(problem, items_),
        assignment_(problem, domains_, items_, relaxation_, progress_) {
    progress_.budget = options.budget;
    progress_.any = options.any;
    progress_.cap = domains_.Cap();
  }

  // `start`: a placement to begin with, as far as it holds.
  Outcome Run(const Placement* start) {
    Node root = Root();
    // No placement costs as much, so that bounds beyond prove there is none.
    progress_.limit = Top(root.hardware);
    if (options_.any && start) {
      // Where it holds there is nothing to look for.
      root.bound = relaxation_.Bound(root.hardware, root.prices, QuickRounds, Infinity);
      Neighbourhood(problem_, domains_, items_, progress_, Seed).Construct(start);
      if (progress_.best) return End(root.bound);
    }
    if (!PruneByTime(problem_, domains_, items_)) return End(Infinity);
    relaxation_.Reread();
    packing_.emplace(problem_, domains_, items_, relaxation_, progress_);
    root.bound = relaxation_.Bound(root.hardware, root.prices, QuickRounds, Infinity);
    if (root.bound >= std::min(progress_.limit, progress_.cap)) return End(Infinity);
    Neighbourhood neighbourhood(problem_, domains_, items_, progress_, Seed);
    progress_.Begin(progress_.budget.steps / 4);
    neighbourhood.Construct(start);
    if (options_.any && progress_.best) return End(root.bound);
    root.bound = relaxation_.Bound(root.hardware, root.prices, RootRounds, progress_.Cutoff());
    root.load = relaxation_.load();
    double proven = root.bound;
    if (proven == Infinity || proven >= progress_.cap) return End(Infinity);
    const bool large = problem_.pools.size() >= ManyPools || all_ >= ManyComponents;
    std::optional<PricedSearch> priced;
    // By turns: better placements, and proof from the start for longer and longer. What is
    // small is often proven at a glance.
    uint64_t length = large ? SecondSlice : FirstSlice;
    bool farther = false;  // the last turn of proof reached its target: on with the next
    for (int turn = 0;; ++turn) {
      if (!farther && (turn > 0 || large)) {
        if (!progress_.Begin(4 * length)) return End(proven);
        // Dives are the better way, but with many pools they take long to begin.
        const bool dives = all_ >= TooMany && problem_.pools.size() < TooManyPools;
        const uint64_t patience = turn > 1                ? Patience
                                  : neighbourhood.fills() ? FillPatience
                                  : dives                 ? 1
                                                          : FirstPatience;
        neighbourhood.Improve(~uint64_t{0}, patience * (neighbourhood.movable() + 1));
        if (options_.any && progress_.best) return End(proven);
      }
      // What is small is mostly proven before columns pay, and where nothing is known to hold
      // it is mostly single times and ways that forbid it, which others see sooner.
      const bool price = !farther && (turn > 2 || (large && progress_.best));
      if (price) {
        if (!priced) {
          priced.emplace(problem_, domains_, items_, relaxation_, neighbourhood, progress_);
        }
        const uint64_t share = large ? length : length / SmallShare;
        proven = std::max(proven, Price(root, *priced, share, large));
        neighbourhood.Adopt();
      }
      if (progress_.Hopeless(proven)) return End(Infinity);
      if (!progress_.Begin(price && all_ >= TooMany ? length / SmallShare : length)) {
        return End(proven);
      }
      proven = ProveUpTo(Target(proven), root, proven);
      if (progress_.Hopeless(proven)) return End(Infinity);
      if (options_.any && progress_.best) return End(proven);
      farther = !progress_.stopped;
      if (!farther) length = std::max(SecondSlice, length * SliceGrowth);
    }
  }

  // Proves once more that nothing is better than `best`, or that there is nothing.
  std::optional<Certificate> Record(const Solved* best) {
    Certificate certificate;
    certificate.limit = progress_.limit = Top(Root().hardware);
    if (!PruneByTime(problem_, domains_, items_)) return certificate;
    relaxation_.Reread();
    Node root = Root();
    if (best) {
      progress_.best = best->placement;
      progress_.burden = best->burden;
    } else if (domains_.CountsNeverHurt()) {
      certificate.fullest = true;
      root.hardware.low = root.hardware.high;
    }
    root.proof = &certificate.proof;
    root.bound = relaxation_.Bound(root.hardware, root.prices, RootRounds, progress_.Cutoff());
    root.bound =
        WriteDown(*root.proof, relaxation_, root.hardware, root.prices, root.bound, progress_);
    root.load = relaxation_.load();
    if (!progress_.Hopeless(root.bound)) Branch(root);
    certificate.cases = certificate.proof.Cases();
    // Something that holds has come up where there should be nothing.
    const bool wrong = progress_.best && (!best || progress_.burden < best->burden);
    if (progress_.stopped || wrong) return std::nullopt;
    return certificate;
  }

 private:
  struct Node {
    Hardware hardware;
    std::vector<double> prices, load;
    double bound = 0;
    Proof* proof = nullptr;  // where it is written down, if it is
  };
  // What can be decided about hardware, and what each way leaves of it.
  struct Ways {
    Proof::By by = Proof::By::Closed;
    uint32_t of = 0, most = 0;
    std::vector<std::pair<uint32_t, Hardware>> hardware;
  };

  // Everything that may be used, and that a part can run on.
  Node Root() const {
    Node root;
    std::vector<char> offered(problem_.pools.size(), 0);
    for (const auto& variants : items_) {
      for (const auto& parts : variants) {
        for (const auto& options : parts) {
          for (const Item& item : options) offered[item.pool] = 1;
        }
      }
    }
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      const Pool& pool = problem_.pools[j];
      root.hardware.usable.push_back(offered[j] && (relaxation_.function(j) || pool.max > 0));
      root.hardware.low.push_back(relaxation_.idle(j));
      root.hardware.high.push_back(std::max(pool.max, relaxation_.idle(j)));
      const double capacity = relaxation_.capacity(j);
      root.prices.push_back(relaxation_.function(j) ? 0 : relaxation_.burden(j) / capacity);
    }
    return root;
  }

  // `bound`: what is known to be the least; infinite when nothing is left to look at.
  Outcome End(double bound) {
    if (progress_.best) {
      const bool proven = bound >= progress_.Cutoff();
      bound = std::min(bound, progress_.burden);
      return Solved{*progress_.best,
                    progress_.burden,
                    proven ? progress_.burden : bound,
                    domains_.Moves(*progress_.best),
                    proven,
                    progress_.steps};
    }
    if (bound < Infinity) return Exhausted{bound, progress_.steps};
    return Infeasible{progress_.steps};
  }

  // Raises the bound of the root, closes the pools with which nothing better is left, and goes
  // on branching; dives between. What is not many has a glance at branching first, which often
  // ends it.
  double Price(Node& root, PricedSearch& priced, uint64_t length, bool dives) {
    const bool few = all_ < TooMany;
    const auto raise = [&](uint64_t steps) {
      if (!progress_.Begin(steps)) return false;
      root.bound = std::max(root.bound, priced.Root(root.hardware));
      if (progress_.Hopeless(root.bound)) root.bound = Infinity;
      root.hardware = priced.hardware();
      return root.bound < Infinity;
    };
    const auto branch = [&](uint64_t steps) {
      if (!raise(steps) || !progress_.Begin(steps)) return root.bound;
      return std::max(root.bound, priced.Run());
    };
    if (!dives) return branch(length);
    if (!raise(length)) return root.bound;
    if (few) {
      if (!progress_.Begin(length / SmallShare)) return root.bound;
      priced.Dive(0);
      const double proven = branch(length / SmallShare);
      if (progress_.Hopeless(proven)) return proven;
    }
    if (!progress_.Begin(few ? length / SmallShare : length)) return root.bound;
    priced.Dive(DivePatience);
    return branch(length);
  }

  // How far the next turn of proof tries to get: all the way, or, where that is far and did
  // not work before, a part of it.
  double Target(double proven) const {
    const double cutoff = progress_.Cutoff();
    if (!progress_.best || cutoff - proven < NearlyProven * cutoff) return Infinity;
    return reach_ >= 1 ? Infinity : proven + reach_ * (cutoff - proven);
  }

  // Looks for what costs less than `target`. Returns what is proven then; infinite:
  // nothing is better than the best.
  double ProveUpTo(double target, const Node& root, double proven) {
    const double limit = progress_.limit;
    const uint64_t began = progress_.steps;
    progress_.limit = std::min(limit, target);
    Prove(root);
    target = progress_.limit;
    progress_.limit = limit;
    if (!progress_.stopped) {
      reach_ = std::min(1.0, reach_ * 2);
      return progress_.burden <= target || target >= limit ? Infinity : target;
    }
    if (progress_.steps - began >= SecondSlice) reach_ /= 2;
    return std::max(proven, std::min({progress_.open, target, progress_.Cutoff()}));
  }

  // Looks at all there is. More instances never break a requirement where
  // CountsNeverHurt: what does not hold with the most there are holds with none.
  void Prove(const Node& root) {
    if (!progress_.best && domains_.CountsNeverHurt()) {
      Node most = root;
      most.hardware.low = most.hardware.high;
      progress_.any = true;
      Branch(most);
      progress_.any = options_.any;
      // What was left open there bounds nothing here.
      progress_.open = progress_.stopped ? root.bound : Infinity;
      if (!progress_.best || progress_.stopped || options_.any) return;
    }
    Branch(root);
  }

  double Top(const Hardware& hardware) const {
    double sum = domains_.Preferences() + Traffic(problem_).Most();
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      if (!relaxation_.function(j)) sum += hardware.high[j] * relaxation_.burden(j);
    }
    for (const auto& variants : items_) {
      double dearest = 0;
      for (const auto& parts : variants) {
        double due = 0;
        for (const auto& options : parts) {
          double most = 0;
          for (const Item& item : options) most = std::max(most, item.fixed);
          due += most;
        }
        dearest = std::max(dearest, due);
      }
      sum += dearest;
    }
    return sum * 1.001 + 1e-12;
  }

  void Branch(const Node& node) {
    if (progress_.Stop()) {
      progress_.LeaveOpen(node.bound);
      return;
    }
    Ways ways = Zones(node);
    if (ways.hardware.empty()) ways = Split(node);
    int rounds = NodeRounds;
    if (ways.hardware.empty()) {
      // A certificate does without.
      ways = node.proof ? Ways{} : Steps(node);
      rounds = StepRounds;
      const bool last = ways.hardware.empty();
      if (last || node.hardware.steps.empty()) {
        const size_t most = last ? ~size_t{0} : MostChoices;
        if (assignment_.Run(node.hardware, node.prices, node.proof, most)) return;
      }
    }
    if (node.proof) {
      node.proof->by = ways.by;
      node.proof->of = ways.of;
      node.proof->most = ways.most;
    }
    std::vector<Node> children;
    for (auto& [value, hardware] : ways.hardware) {
      // What the prices here close need not be written down.
      if (node.proof && progress_.Hopeless(relaxation_.At(hardware, node.prices))) continue;
      Node child{std::move(hardware), node.prices, {}};
      child.bound = relaxation_.Bound(child.hardware, child.prices, rounds, progress_.Cutoff());
      child.load = relaxation_.load();
      if (node.proof) {
        child.proof = &node.proof->Add(ways.hardware.size(), value);
        child.bound = WriteDown(*child.proof, relaxation_, child.hardware, child.prices,
                                child.bound, progress_);
      } else {
        child.bound = std::max(child.bound, node.bound);
      }
      if (progress_.Hopeless(child.bound)) continue;
      // What it finds is no part of a certificate.
      if (!node.proof && packing_ && !packing_->Possible(child.hardware)) continue;
      children.push_back(std::move(child));
    }
    std::stable_sort(children.begin(), children.end(),
                     [](const Node& a, const Node& b) { return a.bound < b.bound; });
    for (const Node& child : children) {
      progress_.LeaveOpen(child.bound);
      if (progress_.Done() || child.bound >= progress_.Cutoff()) continue;
      Branch(child);
    }
  }

  // Which pool of the first zone of one kind that still has several.
  Ways Zones(const Node& node) const {
    const Hardware& hardware = node.hardware;
    Ways ways;
    for (const auto& group : relaxation_.groups()) {
      const auto usable = std::count_if(group.begin(), group.end(),
                                        [&](uint32_t j) { return hardware.usable[j] != 0; });
      if (usable < 2) continue;
      ways = {Proof::By::Zone, problem_.pools[group[0]].zone, 0, {}};
      Hardware none = hardware;
      for (uint32_t j : group) none.usable[j] = 0;
      ways.hardware.emplace_back(Proof::None, none);
      for (uint32_t j : group) {
        if (!hardware.usable[j]) continue;
        Hardware one = none;
        one.usable[j] = 1;
        one.low[j] = std::max(one.low[j], 1U);
        ways.hardware.emplace_back(j, std::move(one));
      }
      break;
    }
    return ways;
  }

  // The dearest pool whose count is open, in two around what the bound makes of it.
  Ways Split(const Node& node) const {
    const Hardware& hardware = node.hardware;
    uint32_t which = 0;
    double dearest = -1;
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      if (relaxation_.function(j) || !hardware.usable[j]) continue;
      if (hardware.low[j] >= hardware.high[j] || relaxation_.burden(j) <= dearest) continue;
      dearest = relaxation_.burden(j);
      which = j;
    }
    if (dearest < 0) return {};
    const double guess = std::floor(node.load[which] / relaxation_.capacity(which));
    const uint32_t low = hardware.low[which], high = hardware.high[which];
    const auto middle = guess <= low    ? low
                        : guess >= high ? high - 1
                                        : static_cast<uint32_t>(guess);
    Hardware few = hardware, many = hardware;
    few.high[which] = middle;
    if (middle == 0) few.usable[which] = 0;
    many.low[which] = middle + 1;
    return {Proof::By::Count, which, middle, {{0, std::move(few)}, {1, std::move(many)}}};
  }

  // The steps of the first component in the flow that still has several.
  Ways Steps(const Node& node) const {
    Ways ways;
    std::vector<uint8_t> all = node.hardware.steps;
    if (problem_.one_way && all.empty()) all.assign(all_, AnyStep);
    for (uint32_t c = 0; c < all.size(); ++c) {
      if ((all[c] & (all[c] - 1)) == 0) continue;
      for (const Step step : {Edge, Mixed, Cloud}) {
        if (!(all[c] >> step & 1)) continue;
        ways.hardware.emplace_back(step, node.hardware);
        ways.hardware.back().second.steps = all;
        ways.hardware.back().second.steps[c] = static_cast<uint8_t>(1 << step);
      }
      break;
    }
    return ways;
  }

  const Problem& problem_;
  const SearchOptions& options_;
  Domains domains_;
  uint32_t all_;
  Items items_;
  double reach_ = 1;  // of the gap, for the next turn of proof
  Relaxation relaxation_;
  Progress progress_;
  Assignment assignment_;
  std::optional<Packing> packing_;
};

Outcome SearchAll(const Problem& problem, const SearchOptions& options) {
  if (!options.previous) return Searcher(problem, options).Run(nullptr);
  // What a repair itself asks for is not repaired again.
  if (!options.settled.empty()) return Searcher(problem, options).Run(&*options.previous);
  const Progress clock;
  const std::optional<Placement> repaired = Repair(problem, options);
  SearchOptions then = options;
  then.budget.seconds -= clock.Seconds();
  return Searcher(problem, then).Run(repaired ? &*repaired : &*options.previous);
}

// What a proof says of a problem with fewer pools, said of the whole.
void Widen(Proof& proof, const Reduced& reduced) {
  if (proof.by == Proof::By::Count) proof.of = reduced.Outside(proof.of);
  if (proof.prices) {
    for (auto& [pool, price] : *proof.prices) pool = reduced.Outside(pool);
  }
  for (Proof::Way& way : proof.ways) {
    const bool names_pool = proof.by == Proof::By::Zone && way.value != Proof::None;
    if (names_pool) way.value = reduced.Outside(way.value);
    for (uint32_t& pool : way.pools) pool = reduced.Outside(pool);
    Widen(way.proof, reduced);
  }
}

}  // namespace

Outcome Search(const Problem& problem, const SearchOptions& options) {
  const Reduced reduced(problem);
  if (!reduced.less()) return SearchAll(problem, options);
  SearchOptions inside = options;
  if (options.previous) inside.previous = reduced.Inside(*options.previous);
  Outcome outcome = SearchAll(reduced.problem(), inside);
  if (auto* solved = std::get_if<Solved>(&outcome)) {
    solved->placement = reduced.Outside(solved->placement);
  }
  return outcome;
}

std::optional<Certificate> Certify(const Problem& problem, const SearchOptions& options,
                                   const Outcome& outcome) {
  const auto* solved = std::get_if<Solved>(&outcome);
  if (solved ? !solved->proven : !std::holds_alternative<Infeasible>(outcome)) return std::nullopt;
  const Reduced reduced(problem);
  if (!reduced.less()) return Searcher(problem, options).Record(solved);
  SearchOptions inside = options;
  if (options.previous) inside.previous = reduced.Inside(*options.previous);
  Solved found;
  if (solved) {
    found = *solved;
    found.placement = reduced.Inside(solved->placement);
  }
  auto certificate = Searcher(reduced.problem(), inside).Record(solved ? &found : nullptr);
  if (certificate) Widen(certificate->proof, reduced);
  return certificate;
}

}  // namespace sprint::solver
