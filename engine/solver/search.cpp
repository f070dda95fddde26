#include "engine/solver/search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/solver/evaluate.h"

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();

// One way of running a whole component: a variant and a pool for each part.
struct Choice {
  uint32_t variant = 0;
  std::vector<uint32_t> pools;
  std::vector<double> load;  // per part
  double functions = 0;      // objective of its executions and fees, exact
  double function_cost = 0;  // the same in EUR/s
  double share = 0;          // objective at least due for its load on nodes, counts fractional
  double moved = 0;
  double mean = 0;  // response with nothing else about and every pool at its largest
  bool ends_in_cloud = false, starts_at_edge = false;
};

class Searcher {
 public:
  Searcher(const Problem& problem, const SearchOptions& options)
      : problem_(problem),
        options_(options),
        active_(options.active.empty() ? std::vector<bool>(problem.constraints.size(), true)
                                       : options.active),
        all_(static_cast<uint32_t>(problem.components.size())),
        zero_(all_, 0),
        load_(problem.pools.size(), 0),
        memory_(problem.pools.size(), 0),
        gpu_(problem.pools.size(), 0),
        users_(problem.pools.size(), 0),
        in_cloud_(all_, false) {
    current_.variant.assign(all_, 0);
    current_.pool.resize(all_);
    for (const Pool& pool : problem.pools) {
      most_.push_back(pool.form == Form::Functions ? 0 : pool.max);
    }
    current_.count = most_;
  }

  Outcome Run() {
    Prepare();
    for (const auto& choices : choices_) {
      if (choices.empty()) return Infeasible{steps_};
    }
    if (options_.previous) TryPrevious();
    const double root = Bound(0);
    if (root < Cutoff()) Place(0);
    if (best_) {
      const bool proven = !stopped_ && !options_.any;
      const double open = options_.any ? root : open_;
      const double bound = proven ? best_burden_ : std::min(best_burden_, open);
      return Solved{*best_, best_burden_, bound, best_moves_, proven, steps_};
    }
    if (stopped_) return Exhausted{std::min(open_, Infinity), steps_};
    return Infeasible{steps_};
  }

 private:
  bool Function(uint32_t j) const { return problem_.pools[j].form == Form::Functions; }
  double Price(uint32_t j) const { return Burden(problem_, problem_.pools[j]); }
  // Busy seconds per second that one instance may carry.
  double Capacity(uint32_t j) const {
    const Pool& pool = problem_.pools[j];
    return (pool.per_core ? pool.cores : 1) * problem_.ceiling;
  }
  uint32_t Idle(uint32_t j) const {
    return problem_.pools[j].form == Form::Machines ? problem_.pools[j].min : 0;
  }
  // The fewest instances that carry the load so far.
  uint32_t Fewest(uint32_t j) const {
    if (users_[j] == 0) return Idle(j);
    const double need = std::ceil(load_[j] / Capacity(j) * (1 - 1e-12));
    return std::max({Idle(j), 1U, static_cast<uint32_t>(std::min(need, 4e9))});
  }
  double Cutoff() const { return best_ ? best_burden_ * (1 - 1e-12) - 1e-18 : Infinity; }
  bool Stop() {
    ++steps_;
    if (steps_ > options_.budget.steps ||
        ((steps_ & 255) == 0 && options_.budget.stop.stop_requested())) {
      stopped_ = true;
    }
    return stopped_ || (options_.any && best_);
  }

  void Prepare() {
    choices_.resize(all_);
    for (uint32_t c = 0; c < all_; ++c) {
      for (uint32_t v = 0; v < problem_.components[c].variants.size(); ++v) {
        if (!AccuracyHolds(c, v)) continue;
        Choice choice;
        choice.variant = v;
        Grow(c, choice);
      }
    }
    for (uint32_t c = 0; c < all_; ++c) {
      double share = Infinity, mean = Infinity;
      for (const Choice& choice : choices_[c]) {
        share = std::min(share, choice.functions + choice.share + choice.moved);
        mean = std::min(mean, choice.mean);
      }
      cheapest_.push_back(share);
      floor_.push_back(mean);
    }
    rest_.assign(all_ + 1, 0);
    for (uint32_t c = all_; c-- > 0;) rest_[c] = rest_[c + 1] + cheapest_[c];
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      monotone_.push_back(Monotone(problem_.constraints[i]));
    }
  }

  bool AccuracyHolds(uint32_t c, uint32_t v) const {
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& rule = problem_.constraints[i];
      if (!active_[i] || rule.weight || rule.metric != Metric::Accuracy || rule.path[0] != c)
        continue;
      if (!Meets(rule, problem_.components[c].variants[v].accuracy.value_or(0))) return false;
    }
    return true;
  }

  bool Allowed(uint32_t c, uint32_t pool) const {
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& rule = problem_.constraints[i];
      if (active_[i] && !rule.weight && rule.metric == Metric::Where && rule.path[0] == c &&
          !rule.allowed[pool]) {
        return false;
      }
    }
    return true;
  }

  // A bound that more load can only make worse, so that breaking it early is final. A
  // gamma quantile at 0.9 and above grows with mean and variance while its shape is at
  // least 1/3, which sums of whole stages keep and mixtures by early exits need not.
  bool Monotone(const Constraint& rule) const {
    if (!rule.at_most) return false;
    if (rule.metric == Metric::Utilisation) return true;
    if (rule.metric != Metric::Response) return false;
    if (!rule.percentile) return true;
    if (*rule.percentile < 0.9) return false;
    for (uint32_t c : rule.path) {
      for (const Variant& variant : problem_.components[c].variants) {
        for (const Part& part : variant.parts) {
          if (part.exit > 0) return false;
        }
      }
    }
    return true;
  }

  void Grow(uint32_t c, Choice& choice) {
    const auto& parts = problem_.components[c].variants[choice.variant].parts;
    const size_t p = choice.pools.size();
    if (p == parts.size()) {
      Finish(c, choice);
      return;
    }
    for (const Option& option : parts[p].options) {
      const uint32_t j = option.pool;
      const Pool& pool = problem_.pools[j];
      if (!Allowed(c, j)) continue;
      const bool function = Function(j);
      if (!function && pool.max == 0) continue;
      if (parts[p].memory + (function ? 0 : pool.reserved) > pool.memory) continue;
      if (!function && parts[p].gpu_memory > pool.gpu_memory) continue;
      if (p > 0 && !std::isfinite(Hop(problem_, choice.pools.back(), j, parts[p - 1].output))) {
        continue;
      }
      const bool cloud = pool.form != Form::Nodes;
      if (problem_.one_way && !cloud && p > 0 && choice.ends_in_cloud) continue;
      Choice next = choice;
      next.pools.push_back(j);
      next.load.push_back(option.demand * parts[p].rate);
      // Without one_way the flag is read by nobody.
      next.ends_in_cloud = cloud || choice.ends_in_cloud;
      if (!cloud) next.starts_at_edge = true;
      const double busy = next.load.back();
      if (function) {
        const double fee = pool.fee * parts[p].rate;
        next.functions += busy * Price(j) + (problem_.goal == Goal::Cost ? fee : 0);
        next.function_cost += busy * pool.price + fee;
      } else {
        next.share += Price(j) * busy / Capacity(j);
      }
      Grow(c, next);
    }
  }

  void Finish(uint32_t c, Choice& choice) {
    at_ = c;
    const auto& parts = problem_.components[c].variants[choice.variant].parts;
    if (options_.previous && options_.move > 0) {
      const Placement& before = *options_.previous;
      for (size_t p = 0; p < parts.size(); ++p) {
        const bool same =
            before.variant[c] == choice.variant && before.pool[c][p] == choice.pools[p];
        if (!same) choice.moved += options_.move;
      }
    }
    current_.variant[c] = choice.variant;
    current_.pool[c] = choice.pools;
    Add(choice, 1);
    if (Fits(choice)) {
      // Alone: only this component is read, and hops around it are left out.
      choice.mean = PathResponse(problem_, current_, load_, {c}, all_, zero_).mean();
      if (std::isfinite(choice.mean)) choices_[c].push_back(choice);
    }
    Add(choice, -1);
  }

  void Add(const Choice& choice, int sign) {
    const auto& parts = problem_.components[at_].variants[choice.variant].parts;
    for (size_t p = 0; p < choice.pools.size(); ++p) {
      const uint32_t j = choice.pools[p];
      users_[j] += static_cast<uint32_t>(sign);
      load_[j] += sign * choice.load[p];
      if (users_[j] == 0) load_[j] = 0;
      if (Function(j)) continue;
      memory_[j] += sign * parts[p].memory;
      gpu_[j] += sign * parts[p].gpu_memory;
      if (users_[j] == 0) memory_[j] = gpu_[j] = 0;
    }
    spent_ += sign * (choice.functions + choice.moved);
    moves_ += sign * choice.moved;
    function_cost_ += sign * choice.function_cost;
  }

  // The pools this choice uses, with everything now on them.
  bool Fits(const Choice& choice) const {
    for (uint32_t j : choice.pools) {
      const Pool& pool = problem_.pools[j];
      if (Function(j)) {
        if (pool.concurrency > 0 && load_[j] > pool.concurrency * problem_.ceiling * (1 + 1e-12)) {
          return false;
        }
        continue;
      }
      if (memory_[j] + pool.reserved > pool.memory || gpu_[j] > pool.gpu_memory) return false;
      if (Fewest(j) > pool.max) return false;
      if (!problem_.one_kind[pool.zone]) continue;
      for (uint32_t other = 0; other < problem_.pools.size(); ++other) {
        if (other != j && users_[other] > 0 && !Function(other) &&
            problem_.pools[other].zone == pool.zone) {
          return false;
        }
      }
    }
    return true;
  }

  // Ways from the components before it, and no return to the edge.
  bool Reached(uint32_t c, const Choice& choice, bool& cloud) const {
    cloud = choice.ends_in_cloud;
    for (const Flow& flow : problem_.flows) {
      if (flow.to != c) continue;
      if (in_cloud_[flow.from]) {
        cloud = true;
        if (problem_.one_way && choice.starts_at_edge) return false;
      }
      const auto& parts =
          problem_.components[flow.from].variants[current_.variant[flow.from]].parts;
      for (size_t p = 0; p < parts.size(); ++p) {
        if (p + 1 < parts.size() && parts[p].exit <= 0) continue;
        if (!std::isfinite(Hop(problem_, current_.pool[flow.from][p], choice.pools[0], 0))) {
          return false;
        }
      }
    }
    return true;
  }

  // No completion of the components placed so far, with `next` to be placed first,
  // costs less. Instances cover whole machines now; what is still to come is paid by
  // their spare room first, and at the fractional price after that.
  double Bound(uint32_t next) const {
    double whole = spent_, spare = 0;
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      if (Function(j)) continue;
      const uint32_t n = Fewest(j);
      whole += n * Price(j);
      spare += Price(j) * std::max(0.0, n - load_[j] / Capacity(j));
    }
    double dearest = 0;
    for (uint32_t c = next; c < all_; ++c) {
      double opens = Infinity;
      for (const Choice& choice : choices_[c]) {
        double due = choice.functions + choice.moved;
        for (size_t p = 0; p < choice.pools.size() && due < opens; ++p) {
          const uint32_t j = choice.pools[p];
          const bool again = std::find(choice.pools.begin(), choice.pools.begin() + p, j) !=
                             choice.pools.begin() + p;
          if (!again && !Function(j) && users_[j] == 0 && Idle(j) == 0) due += Price(j);
        }
        opens = std::min(opens, due);
        if (opens <= dearest) break;
      }
      dearest = std::max(dearest, opens);
    }
    return whole + std::max(dearest, rest_[next] - spare);
  }

  // Required bounds that are broken for good, by what is placed and `count` at its most;
  // else the price of preferences that are.
  double Lost(uint32_t placed, bool complete) const {
    double price = 0;
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& rule = problem_.constraints[i];
      if (!active_[i]) continue;
      double value = 0;
      bool held = true;
      switch (rule.metric) {
        case Metric::Response: {
          if (!complete && !monotone_[i]) continue;
          const auto& floor = rule.percentile ? zero_ : floor_;
          const Response response =
              PathResponse(problem_, current_, load_, rule.path, placed, floor);
          held = Meets(rule, response.mean()) || rule.percentile;
          if (held && rule.percentile) held = Meets(rule, Value(response, rule.percentile));
          break;
        }
        case Metric::Utilisation:
          if (!complete && !monotone_[i]) continue;
          value =
              Utilisation(problem_.pools[rule.pool], load_[rule.pool], current_.count[rule.pool]);
          held = Meets(rule, value);
          break;
        case Metric::Accuracy:
          if (rule.path[0] >= placed) continue;
          value = problem_.components[rule.path[0]]
                      .variants[current_.variant[rule.path[0]]]
                      .accuracy.value_or(0);
          held = Meets(rule, value);
          break;
        case Metric::Rate:
          held = Meets(rule, problem_.components[rule.path[0]].rate);
          break;
        case Metric::Where:
          if (rule.path[0] >= placed) continue;
          for (uint32_t j : current_.pool[rule.path[0]]) held = held && rule.allowed[j];
          break;
        case Metric::Cost:
        case Metric::Energy: {
          if (!complete && !rule.at_most) continue;
          for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
            const Pool& pool = problem_.pools[j];
            const double unit = rule.metric == Metric::Cost ? pool.price : pool.power;
            const double n = Function(j) ? load_[j] : complete ? current_.count[j] : Fewest(j);
            if (Function(j) && rule.metric == Metric::Cost) continue;
            value += n * unit;
          }
          if (rule.metric == Metric::Cost) value += function_cost_;
          held = Meets(rule, value);
          break;
        }
      }
      if (held) continue;
      if (!rule.weight) return Infinity;
      price += *rule.weight;
    }
    return price;
  }

  void Place(uint32_t c) {
    if (c == all_) {
      Counts();
      return;
    }
    struct Child {
      double bound;
      uint32_t choice;
      bool cloud;
    };
    std::vector<Child> children;
    for (uint32_t k = 0; k < choices_[c].size(); ++k) {
      if (Stop()) break;
      const Choice& choice = choices_[c][k];
      bool cloud = false;
      if (!Reached(c, choice, cloud)) continue;
      at_ = c;
      current_.variant[c] = choice.variant;
      current_.pool[c] = choice.pools;
      Add(choice, 1);
      if (Fits(choice)) {
        double bound = Bound(c + 1);
        if (bound < Cutoff()) bound += Lost(c + 1, false);
        if (bound < Cutoff()) children.push_back({bound, k, cloud});
      }
      Add(choice, -1);
    }
    if (stopped_) {
      // Not all children are known: this node itself stays open.
      open_ = std::min(open_, Bound(c));
      return;
    }
    std::stable_sort(children.begin(), children.end(),
                     [](const Child& a, const Child& b) { return a.bound < b.bound; });
    for (const Child& child : children) {
      if (stopped_) open_ = std::min(open_, child.bound);
      if (stopped_ || (options_.any && best_) || child.bound >= Cutoff()) continue;
      const Choice& choice = choices_[c][child.choice];
      at_ = c;
      current_.variant[c] = choice.variant;
      current_.pool[c] = choice.pools;
      in_cloud_[c] = child.cloud;
      Add(choice, 1);
      Place(c + 1);
      at_ = c;
      Add(choice, -1);
    }
  }

  // Everything is placed: how many of each pool. Dearest pools first, few before many.
  void Counts() {
    std::vector<uint32_t> used;
    double base = spent_;
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      if (Function(j)) continue;
      current_.count[j] = users_[j] > 0 ? problem_.pools[j].max : Idle(j);
      base += Price(j) * Fewest(j);
      if (users_[j] > 0) used.push_back(j);
    }
    std::stable_sort(used.begin(), used.end(),
                     [&](uint32_t a, uint32_t b) { return Price(a) > Price(b); });
    Count(used, 0, base);
    current_.count = most_;
  }

  // `base`: objective with the chosen counts and the fewest of all later pools.
  void Count(const std::vector<uint32_t>& used, size_t at, double base) {
    if (Stop()) {
      if (stopped_) open_ = std::min(open_, base);
      return;
    }
    const bool complete = at == used.size();
    const double lost = Lost(all_, complete);
    if (base + lost >= Cutoff()) return;
    if (complete) {
      best_ = current_;
      best_burden_ = base + lost;
      best_moves_ = moves_;
      return;
    }
    const uint32_t j = used[at];
    const uint32_t most = current_.count[j];
    const uint32_t fewest = Fewest(j);
    for (uint32_t n = fewest; n <= most; ++n) {
      const double dearer = base + (n - fewest) * Price(j);
      if (dearer >= Cutoff()) break;
      current_.count[j] = n;
      Count(used, at + 1, dearer);
    }
    current_.count[j] = most;
  }

  void TryPrevious() {
    const Placement& before = *options_.previous;
    if (before.variant.size() != all_ || before.pool.size() != all_) return;
    std::vector<const Choice*> chosen;
    bool possible = true;
    for (uint32_t c = 0; c < all_ && possible; ++c) {
      const Choice* found = nullptr;
      for (const Choice& choice : choices_[c]) {
        if (choice.variant == before.variant[c] && choice.pools == before.pool[c]) found = &choice;
      }
      bool cloud = false;
      possible = found && Reached(c, *found, cloud);
      if (!possible) break;
      at_ = c;
      current_.variant[c] = found->variant;
      current_.pool[c] = found->pools;
      in_cloud_[c] = cloud;
      Add(*found, 1);
      chosen.push_back(found);
      possible = Fits(*found);
    }
    if (possible) Counts();
    for (size_t c = chosen.size(); c-- > 0;) {
      at_ = static_cast<uint32_t>(c);
      Add(*chosen[c], -1);
    }
  }

  const Problem& problem_;
  const SearchOptions& options_;
  std::vector<bool> active_;
  uint32_t all_;
  std::vector<double> zero_;
  std::vector<double> floor_;     // least response of each component
  std::vector<double> cheapest_;  // least objective of each, counts fractional
  std::vector<double> rest_;      // their sums from each component on
  std::vector<bool> monotone_;
  std::vector<std::vector<Choice>> choices_;
  std::vector<uint32_t> most_;

  uint32_t at_ = 0;  // the component whose choice is added or taken away
  Placement current_;
  std::vector<double> load_, memory_, gpu_;
  std::vector<uint32_t> users_;
  std::vector<bool> in_cloud_;
  double spent_ = 0, moves_ = 0, function_cost_ = 0;

  std::optional<Placement> best_;
  double best_burden_ = Infinity, best_moves_ = 0;
  double open_ = Infinity;
  uint64_t steps_ = 0;
  bool stopped_ = false;
};

}  // namespace

Outcome Search(const Problem& problem, const SearchOptions& options) {
  return Searcher(problem, options).Run();
}

}  // namespace sprint::solver
