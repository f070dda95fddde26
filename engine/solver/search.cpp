#include "engine/solver/search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/solver/evaluate.h"
#include "engine/solver/relaxation.h"

// Two levels. Above, hardware: which pool of a zone of one kind, and how many of each;
// ranges are split until every count is fixed, and Lagrangian bounds cut most of them
// off. Below, for fixed hardware, components depth first over the choices whose reduced
// cost leaves a chance; queueing formulas are checked as soon as they can only get
// worse. The whole runs under a limit that grows from just above the root bound, so that
// without any placement known the first one found lies near the optimum.
namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
constexpr int RootRounds = 300, NodeRounds = 20, LeafRounds = 60;

// One way of running a whole component: a variant and a pool for each part.
struct Choice {
  uint32_t variant = 0;
  std::vector<uint32_t> pools;
  std::vector<double> load;  // per part
  double reduced = 0;        // objective at the present prices
  double fixed = 0;          // objective of executions, fees and moves
  bool ends_in_cloud = false, touches_edge = false;
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
        floor_(all_, 0),
        choices_(all_),
        ancestors_(all_, std::vector<char>(all_, 0)),
        placed_(all_, 0),
        chosen_(all_, nullptr),
        load_(problem.pools.size(), 0),
        memory_(problem.pools.size(), 0),
        gpu_(problem.pools.size(), 0),
        users_(problem.pools.size(), 0),
        items_(MakeItems()),
        relaxation_(problem, items_) {
    current_.variant.assign(all_, 0);
    current_.pool.resize(all_);
    current_.count.assign(problem.pools.size(), 0);
    for (const Flow& flow : problem.flows) {
      ancestors_[flow.to][flow.from] = 1;
      for (uint32_t a = 0; a < all_; ++a) ancestors_[flow.to][a] |= ancestors_[flow.from][a];
    }
    for (const Constraint& rule : problem.constraints) monotone_.push_back(Monotone(rule));
  }

  Outcome Run() {
    Node root;
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      const Pool& pool = problem_.pools[j];
      root.hardware.usable.push_back(relaxation_.function(j) || pool.max > 0);
      root.hardware.low.push_back(relaxation_.idle(j));
      root.hardware.high.push_back(std::max(pool.max, relaxation_.idle(j)));
      const double capacity = relaxation_.capacity(j);
      root.prices.push_back(relaxation_.function(j) ? 0 : relaxation_.burden(j) / capacity);
    }
    SetCap();
    if (options_.previous) TryPrevious(root);
    root.bound = relaxation_.Bound(root.hardware, root.prices, RootRounds, Cutoff());
    root.load = relaxation_.load();
    if (root.bound == Infinity || root.bound >= cap_) return End(Infinity);
    if (stopped_) return End(root.bound);
    double proven = root.bound;
    if (!(options_.any && CountsNeverHurt())) {
      for (double share : {0.02, 0.1, 0.5}) {
        limit_ = root.bound * (1 + share);
        if (!(limit_ > proven)) continue;
        Branch(root);
        if (stopped_) return End(std::max(proven, std::min(open_, limit_)));
        if (best_ && (options_.any || best_burden_ <= limit_)) return End(best_burden_);
        if (limit_ >= cap_) return End(Infinity);
        proven = limit_;
      }
    }
    limit_ = Infinity;
    if (!best_ && CountsNeverHurt()) {
      // More instances never break a requirement: what does not hold with the most
      // there are holds with none.
      Node most = root;
      most.hardware.low = most.hardware.high;
      first_ = true;
      Branch(most);
      first_ = false;
      if (!best_) return End(stopped_ ? proven : Infinity);
      if (stopped_ || options_.any) return End(proven);
    }
    open_ = Infinity;
    Branch(root);
    if (stopped_) return End(std::max(proven, open_));
    return End(best_burden_);
  }

 private:
  struct Node {
    Hardware hardware;
    std::vector<double> prices, load;
    double bound = 0;
  };

  // `bound`: what is known to be the least; infinite when nothing is left to look at.
  Outcome End(double bound) {
    if (best_) {
      const bool proven = !stopped_ && !options_.any;
      bound = std::min(bound, best_burden_);
      return Solved{*best_, best_burden_, bound, Moves(*best_), proven, steps_};
    }
    if (stopped_) return Exhausted{bound, steps_};
    return Infeasible{steps_};
  }

  double Cutoff() const {
    return std::min(limit_, best_ ? best_burden_ * (1 - 1e-12) - 1e-18 : Infinity);
  }
  bool Stop() {
    ++steps_;
    if (steps_ > options_.budget.steps ||
        ((steps_ & 255) == 0 && options_.budget.stop.stop_requested())) {
      stopped_ = true;
    }
    return Done();
  }
  bool Done() const { return stopped_ || ((options_.any || first_) && best_); }

  // --- what may be chosen at all

  Items MakeItems() const {
    Items items(all_);
    for (uint32_t c = 0; c < all_; ++c) {
      const auto& variants = problem_.components[c].variants;
      items[c].resize(variants.size());
      for (uint32_t v = 0; v < variants.size(); ++v) {
        if (!AccuracyHolds(c, v)) continue;
        for (size_t p = 0; p < variants[v].parts.size(); ++p) {
          std::vector<Item> list;
          for (const Option& option : variants[v].parts[p].options) {
            if (Alone(c, variants[v].parts[p], option)) {
              list.push_back(MakeItem(c, v, p, option));
            }
          }
          if (list.empty()) {
            items[c][v].clear();
            break;
          }
          items[c][v].push_back(std::move(list));
        }
      }
    }
    return items;
  }

  Item MakeItem(uint32_t c, uint32_t v, size_t p, const Option& option) const {
    const Part& part = problem_.components[c].variants[v].parts[p];
    const Pool& pool = problem_.pools[option.pool];
    Item item{option.pool, option.demand * part.rate, 0};
    if (pool.form == Form::Functions) {
      item.fixed = item.load * Burden(problem_, pool);
      if (problem_.goal == Goal::Cost) item.fixed += pool.fee * part.rate;
    }
    if (options_.previous && !Stays(*options_.previous, c, v, p, option.pool)) {
      item.fixed += options_.move;
    }
    return item;
  }

  static bool Stays(const Placement& before, uint32_t c, uint32_t v, size_t p, uint32_t pool) {
    return c < before.variant.size() && before.variant[c] == v && p < before.pool[c].size() &&
           before.pool[c][p] == pool;
  }
  double Moves(const Placement& placement) const {
    if (!options_.previous) return 0;
    double sum = 0;
    for (uint32_t c = 0; c < all_; ++c) {
      for (size_t p = 0; p < placement.pool[c].size(); ++p) {
        const uint32_t pool = placement.pool[c][p];
        if (!Stays(*options_.previous, c, placement.variant[c], p, pool)) sum += options_.move;
      }
    }
    return sum;
  }

  bool AccuracyHolds(uint32_t c, uint32_t v) const {
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& rule = problem_.constraints[i];
      if (!active_[i] || rule.weight || rule.metric != Metric::Accuracy) continue;
      if (rule.path[0] != c) continue;
      if (!Meets(rule, problem_.components[c].variants[v].accuracy.value_or(0))) return false;
    }
    return true;
  }

  bool Alone(uint32_t c, const Part& part, const Option& option) const {
    const Pool& pool = problem_.pools[option.pool];
    const bool function = pool.form == Form::Functions;
    if (part.memory + (function ? 0 : pool.reserved) > pool.memory) return false;
    if (!function && part.gpu_memory > pool.gpu_memory) return false;
    const double most = function ? pool.concurrency : pool.max * (pool.per_core ? pool.cores : 1);
    const bool limited = !function || pool.concurrency > 0;
    if (limited && option.demand * part.rate > most * problem_.ceiling * (1 + 1e-12)) return false;
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& rule = problem_.constraints[i];
      if (active_[i] && !rule.weight && rule.metric == Metric::Where && rule.path[0] == c &&
          !rule.allowed[option.pool]) {
        return false;
      }
    }
    return true;
  }

  // A bound that more load can only make worse, and more instances only better, so that
  // breaking it early is final. A gamma quantile at 0.9 and above grows with mean and
  // variance while its shape is at least 1/3, which sums of whole stages keep and
  // mixtures by early exits need not.
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

  bool CountsNeverHurt() const {
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& rule = problem_.constraints[i];
      if (!active_[i] || rule.weight) continue;
      switch (rule.metric) {
        case Metric::Accuracy:
        case Metric::Rate:
        case Metric::Where:
          break;
        case Metric::Response:
        case Metric::Utilisation:
          if (!monotone_[i]) return false;
          break;
        case Metric::Cost:
        case Metric::Energy:
          return false;
      }
    }
    return true;
  }

  // A required limit on what is minimised anyway. It bounds the objective without missed
  // preferences, and only while nothing is paid for moves.
  void SetCap() {
    if (options_.previous && options_.move > 0) return;
    const Metric same = problem_.goal == Goal::Cost ? Metric::Cost : Metric::Energy;
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& rule = problem_.constraints[i];
      if (!active_[i] || rule.weight || !rule.at_most || rule.metric != same) continue;
      cap_ = std::min(cap_, rule.bound + 2e-9 * std::max(1e-9, std::fabs(rule.bound)));
    }
  }

  // --- hardware

  void Branch(const Node& node) {
    if (Stop()) {
      if (stopped_) open_ = std::min(open_, node.bound);
      return;
    }
    const Hardware& hardware = node.hardware;
    std::vector<Hardware> ways;
    for (const auto& group : relaxation_.groups()) {
      const auto usable = std::count_if(group.begin(), group.end(),
                                        [&](uint32_t j) { return hardware.usable[j] != 0; });
      if (usable < 2) continue;
      Hardware none = hardware;
      for (uint32_t j : group) none.usable[j] = 0;
      ways.push_back(none);
      for (uint32_t j : group) {
        if (!hardware.usable[j]) continue;
        Hardware one = none;
        one.usable[j] = 1;
        one.low[j] = std::max(one.low[j], 1U);
        ways.push_back(std::move(one));
      }
      break;
    }
    if (ways.empty()) ways = Split(node);
    if (ways.empty()) {
      Leaf(node);
      return;
    }
    std::vector<Node> children;
    for (Hardware& way : ways) {
      Node child{std::move(way), node.prices, {}, 0};
      child.bound = relaxation_.Bound(child.hardware, child.prices, NodeRounds, Cutoff());
      child.bound = std::max(child.bound, node.bound);
      child.load = relaxation_.load();
      if (child.bound < Cutoff() && child.bound < cap_) children.push_back(std::move(child));
    }
    std::stable_sort(children.begin(), children.end(),
                     [](const Node& a, const Node& b) { return a.bound < b.bound; });
    for (const Node& child : children) {
      if (stopped_) open_ = std::min(open_, child.bound);
      if (Done() || child.bound >= Cutoff()) continue;
      Branch(child);
    }
  }

  // The dearest pool whose count is open, in two around what the bound makes of it.
  std::vector<Hardware> Split(const Node& node) const {
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
    return {few, many};
  }

  // --- components on fixed hardware

  void Leaf(const Node& node) {
    std::vector<double> prices = node.prices;
    double bound = relaxation_.Bound(node.hardware, prices, LeafRounds, Cutoff());
    if (bound >= Cutoff() || bound >= cap_) return;
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      current_.count[j] = relaxation_.function(j)   ? 0
                          : node.hardware.usable[j] ? node.hardware.low[j]
                                                    : relaxation_.idle(j);
    }
    counts_ = current_.count;
    std::fill(floor_.begin(), floor_.end(), 0);
    const double gap = std::min(Cutoff(), cap_) - bound;
    std::vector<double> cheapest;
    for (uint32_t c = 0; c < all_; ++c) {
      cheapest.push_back(relaxation_.Cheapest(node.hardware, prices, c));
      choices_[c].clear();
      Collect(c, node.hardware, prices, cheapest[c] + gap);
      if (choices_[c].empty() || stopped_) {
        if (stopped_) open_ = std::min(open_, bound);
        return;
      }
      for (Choice& choice : choices_[c]) choice.reduced -= cheapest[c];
      std::stable_sort(choices_[c].begin(), choices_[c].end(),
                       [](const Choice& a, const Choice& b) { return a.reduced < b.reduced; });
    }
    order_.resize(all_);
    std::iota(order_.begin(), order_.end(), 0U);
    std::stable_sort(order_.begin(), order_.end(), [&](uint32_t a, uint32_t b) {
      return choices_[a].size() < choices_[b].size();
    });
    Descend(0, bound);
  }

  // All choices of component c that cost less than `most` at these prices and hold alone.
  void Collect(uint32_t c, const Hardware& hardware, const std::vector<double>& prices,
               double most) {
    double least_mean = Infinity;
    for (uint32_t v = 0; v < items_[c].size(); ++v) {
      const auto& parts = items_[c][v];
      if (parts.empty()) continue;
      std::vector<double> rest(parts.size() + 1, 0);
      for (size_t p = parts.size(); p-- > 0;) {
        double least = Infinity;
        for (const Item& item : parts[p]) {
          if (!hardware.usable[item.pool]) continue;
          least = std::min(least, item.fixed + prices[item.pool] * item.load);
        }
        rest[p] = rest[p + 1] + least;
      }
      Choice choice;
      choice.variant = v;
      Grow(c, hardware, prices, most, rest, choice, least_mean);
    }
    floor_[c] = least_mean == Infinity ? 0 : least_mean;
  }

  void Grow(uint32_t c, const Hardware& hardware, const std::vector<double>& prices, double most,
            const std::vector<double>& rest, Choice& choice, double& least_mean) {
    const auto& parts = items_[c][choice.variant];
    const size_t p = choice.pools.size();
    if (p == parts.size()) {
      if (Stop()) return;
      Put(c, choice, 1);
      if (Fits(choice) && Lost(false) < Infinity) {
        least_mean = std::min(
            least_mean, PathResponse(problem_, current_, load_, {c}, &placed_, &zero_).mean());
        choices_[c].push_back(choice);
      }
      Put(c, choice, -1);
      return;
    }
    if (!(choice.reduced + rest[p] < most)) return;
    const auto& written = problem_.components[c].variants[choice.variant].parts;
    for (const Item& item : parts[p]) {
      if (!hardware.usable[item.pool]) continue;
      const double due = item.fixed + prices[item.pool] * item.load;
      if (!(choice.reduced + due + rest[p + 1] < most)) continue;
      const bool cloud = problem_.pools[item.pool].form != Form::Nodes;
      if (problem_.one_way && !cloud && choice.ends_in_cloud) continue;
      if (p > 0 &&
          !std::isfinite(Hop(problem_, choice.pools.back(), item.pool, written[p - 1].output))) {
        continue;
      }
      Choice next = choice;
      next.pools.push_back(item.pool);
      next.load.push_back(item.load);
      next.reduced += due;
      next.fixed += item.fixed;
      next.ends_in_cloud = choice.ends_in_cloud || cloud;
      next.touches_edge = choice.touches_edge || !cloud;
      Grow(c, hardware, prices, most, rest, next, least_mean);
      if (stopped_) return;
    }
  }

  void Put(uint32_t c, const Choice& choice, int sign) {
    const auto& parts = problem_.components[c].variants[choice.variant].parts;
    if (sign > 0) {
      current_.variant[c] = choice.variant;
      current_.pool[c] = choice.pools;
      chosen_[c] = &choice;
    }
    placed_[c] = sign > 0;
    for (size_t p = 0; p < choice.pools.size(); ++p) {
      const uint32_t j = choice.pools[p];
      users_[j] += static_cast<uint32_t>(sign);
      load_[j] += sign * choice.load[p];
      if (!relaxation_.function(j)) {
        memory_[j] += sign * parts[p].memory;
        gpu_[j] += sign * parts[p].gpu_memory;
      }
      // What rounding left behind must not add up over millions of steps.
      if (users_[j] == 0) load_[j] = memory_[j] = gpu_[j] = 0;
    }
  }

  // The pools this choice uses, with everything now on them.
  bool Fits(const Choice& choice) const {
    for (uint32_t j : choice.pools) {
      const Pool& pool = problem_.pools[j];
      if (relaxation_.function(j)) {
        const double most = pool.concurrency * problem_.ceiling * (1 + 1e-12);
        if (pool.concurrency > 0 && load_[j] > most) return false;
        continue;
      }
      if (memory_[j] + pool.reserved > pool.memory || gpu_[j] > pool.gpu_memory) return false;
      if (load_[j] > relaxation_.capacity(j) * counts_[j] * (1 + 1e-12)) return false;
      if (counts_[j] == 0) return false;
    }
    return true;
  }

  // Ways to the neighbours that are placed, and no return from cloud to edge.
  bool Joins(uint32_t c, const Choice& choice) const {
    for (const Flow& flow : problem_.flows) {
      if ((flow.from != c && flow.to != c) || !placed_[flow.from] || !placed_[flow.to]) continue;
      const auto& from = current_.pool[flow.from];
      const auto& parts =
          problem_.components[flow.from].variants[current_.variant[flow.from]].parts;
      for (size_t p = 0; p < parts.size(); ++p) {
        if (p + 1 < parts.size() && parts[p].exit <= 0) continue;
        if (!std::isfinite(Hop(problem_, from[p], current_.pool[flow.to][0], 0))) return false;
      }
    }
    if (!problem_.one_way) return true;
    for (uint32_t other = 0; other < all_; ++other) {
      if (!placed_[other] || other == c) continue;
      if (ancestors_[c][other] && chosen_[other]->ends_in_cloud && choice.touches_edge)
        return false;
      if (ancestors_[other][c] && choice.ends_in_cloud && chosen_[other]->touches_edge)
        return false;
    }
    return true;
  }

  // Infinite when a required bound is broken for good by what is placed, else the price
  // of the preferences that are.
  double Lost(bool complete) const {
    double price = 0;
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& rule = problem_.constraints[i];
      if (!active_[i]) continue;
      if (!Holds(rule, monotone_[i], complete)) {
        if (!rule.weight) return Infinity;
        price += *rule.weight;
      }
    }
    return price;
  }

  bool Holds(const Constraint& rule, bool monotone, bool complete) const {
    switch (rule.metric) {
      case Metric::Response: {
        if (!complete && !monotone) return true;
        bool touched = false;
        for (uint32_t c : rule.path) touched = touched || placed_[c];
        if (!touched) return true;
        const Response response = PathResponse(problem_, current_, load_, rule.path, &placed_,
                                               rule.percentile ? &zero_ : &floor_);
        return Meets(rule, Value(response, rule.percentile));
      }
      case Metric::Utilisation:
        if (!complete && !monotone) return true;
        return Meets(rule,
                     Utilisation(problem_.pools[rule.pool], load_[rule.pool], counts_[rule.pool]));
      case Metric::Accuracy: {
        const uint32_t c = rule.path[0];
        if (!placed_[c]) return true;
        const auto& variant = problem_.components[c].variants[current_.variant[c]];
        return Meets(rule, variant.accuracy.value_or(0));
      }
      case Metric::Rate:
        return Meets(rule, problem_.components[rule.path[0]].rate);
      case Metric::Where:
        if (!placed_[rule.path[0]]) return true;
        for (uint32_t j : current_.pool[rule.path[0]]) {
          if (!rule.allowed[j]) return false;
        }
        return true;
      case Metric::Cost:
      case Metric::Energy: {
        if (!complete && !rule.at_most) return true;
        double value = 0;
        for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
          const Pool& pool = problem_.pools[j];
          const double unit = rule.metric == Metric::Cost ? pool.price : pool.power;
          value += unit * (relaxation_.function(j) ? load_[j] : Count(j));
          if (relaxation_.function(j) && rule.metric == Metric::Cost) value += Fees(j);
        }
        return Meets(rule, value);
      }
    }
    return true;
  }

  // Counts are fixed, but a pool that nobody came to need not be there.
  uint32_t Count(uint32_t j) const { return users_[j] > 0 ? counts_[j] : relaxation_.idle(j); }
  double Fees(uint32_t j) const {
    if (problem_.pools[j].fee <= 0) return 0;
    double sum = 0;
    for (uint32_t c = 0; c < all_; ++c) {
      if (!placed_[c]) continue;
      const auto& parts = problem_.components[c].variants[current_.variant[c]].parts;
      for (size_t p = 0; p < parts.size(); ++p) {
        if (current_.pool[c][p] == j) sum += problem_.pools[j].fee * parts[p].rate;
      }
    }
    return sum;
  }

  void Descend(uint32_t depth, double bound) {
    if (Stop()) {
      if (stopped_) open_ = std::min(open_, bound);
      return;
    }
    if (depth == all_) {
      Accept();
      return;
    }
    const uint32_t c = order_[depth];
    for (const Choice& choice : choices_[c]) {
      const double next = bound + choice.reduced;
      if (next >= Cutoff() || next >= cap_) break;
      if (stopped_) open_ = std::min(open_, next);
      if (Done()) return;
      Put(c, choice, 1);
      if (Fits(choice) && Joins(c, choice) && next + Lost(false) < Cutoff()) {
        Descend(depth + 1, next);
      }
      Put(c, choice, -1);
    }
  }

  void Accept() {
    double burden = 0;
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      if (!relaxation_.function(j)) burden += Count(j) * relaxation_.burden(j);
    }
    for (const Choice* choice : chosen_) burden += choice->fixed;
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      current_.count[j] = relaxation_.function(j) ? 0 : Count(j);
    }
    burden += Lost(true);
    if (burden < Cutoff()) {
      best_ = current_;
      best_burden_ = burden;
    }
    current_.count = counts_;
  }

  // Only what runs now, with the best counts for it: a placement to beat.
  void TryPrevious(Node root) {
    const Items everything = items_;
    for (uint32_t c = 0; c < all_; ++c) {
      for (uint32_t v = 0; v < items_[c].size(); ++v) {
        for (size_t p = 0; p < items_[c][v].size(); ++p) {
          std::erase_if(items_[c][v][p], [&](const Item& item) {
            return !Stays(*options_.previous, c, v, p, item.pool);
          });
        }
        const bool gone = std::any_of(items_[c][v].begin(), items_[c][v].end(),
                                      [](const auto& list) { return list.empty(); });
        if (gone) items_[c][v].clear();
      }
    }
    root.bound = relaxation_.Bound(root.hardware, root.prices, NodeRounds, Infinity);
    root.load = relaxation_.load();
    if (root.bound < Infinity) Branch(root);
    items_ = everything;
    open_ = Infinity;
  }

  const Problem& problem_;
  const SearchOptions& options_;
  std::vector<bool> active_;
  uint32_t all_;
  std::vector<double> zero_;
  std::vector<double> floor_;  // least response of each component on this hardware
  std::vector<bool> monotone_;
  std::vector<std::vector<Choice>> choices_;
  std::vector<std::vector<char>> ancestors_;
  std::vector<uint32_t> order_;

  Placement current_;
  std::vector<uint32_t> counts_;
  std::vector<char> placed_;
  std::vector<const Choice*> chosen_;
  std::vector<double> load_, memory_, gpu_;
  std::vector<uint32_t> users_;
  Items items_;
  Relaxation relaxation_;

  std::optional<Placement> best_;
  double best_burden_ = Infinity;
  double limit_ = Infinity, cap_ = Infinity;
  double open_ = Infinity;
  uint64_t steps_ = 0;
  bool stopped_ = false, first_ = false;
};

}  // namespace

Outcome Search(const Problem& problem, const SearchOptions& options) {
  return Searcher(problem, options).Run();
}

}  // namespace sprint::solver
