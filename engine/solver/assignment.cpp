#include "engine/solver/assignment.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/solver/evaluate.h"
#include "engine/solver/record.h"
#include "engine/solver/traffic.h"

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// Rounds of price adjustment on the whole, and at each depth on what is left.
constexpr int Rounds = 60, DepthRounds = 12;

// One way of running a whole component: a variant and a pool for each part.
struct Choice {
  uint32_t variant = 0;
  std::vector<uint32_t> pools;
  std::vector<double> load, memory;  // per part
  double reduced = 0;                // objective at the present prices
  double fixed = 0;                  // objective of executions, fees and moves
  double cost = 0;                   // EUR/s of executions and fees
  bool ends_in_cloud = false, touches_edge = false;
};

// One depth of the search below: the choices of each component that are left, and
// prices for what room there is.
struct Level {
  std::vector<std::vector<uint32_t>> alive;
  std::vector<double> prices, at;
  std::vector<double> least, now;  // per component at `prices`, at `at`
};

}  // namespace

class Assignment::State {
 public:
  State(const Problem& problem, const Domains& domains, const Items& items, Relaxation& relaxation,
        Progress& progress)
      : problem_(problem),
        domains_(domains),
        items_(items),
        relaxation_(relaxation),
        progress_(progress),
        all_(static_cast<uint32_t>(problem.components.size())),
        ways_(problem),
        zero_(all_, 0),
        floor_(all_, 0),
        choices_(all_),
        ancestors_(all_, std::vector<char>(all_, 0)),
        cloud_before_(all_, 0),
        edge_after_(all_, 0),
        placed_(all_, 0),
        chosen_(all_, nullptr),
        load_(problem.pools.size(), 0),
        memory_(problem.pools.size(), 0),
        gpu_(problem.pools.size(), 0),
        users_(problem.pools.size(), 0),
        room_(problem.pools.size(), 0),
        levels_(all_ + 1) {
    current_.variant.assign(all_, 0);
    current_.pool.resize(all_);
    current_.count.assign(problem.pools.size(), 0);
    for (const Flow& flow : problem.flows) {
      ancestors_[flow.to][flow.from] = 1;
      for (uint32_t a = 0; a < all_; ++a) ancestors_[flow.to][a] |= ancestors_[flow.from][a];
    }
    for (Level& level : levels_) {
      level.alive.resize(all_);
      level.now.resize(all_);
    }
  }

  void Run(const Hardware& hardware, std::vector<double> prices, Proof* proof) {
    double bound = relaxation_.Bound(hardware, prices, Rounds, progress_.Cutoff());
    if (proof) bound = WriteDown(*proof, relaxation_, hardware, prices, bound, progress_);
    if (progress_.Hopeless(bound)) return;
    if (proof) proof->by = Proof::By::Fixed;
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      current_.count[j] = relaxation_.function(j) ? 0
                          : hardware.usable[j]    ? hardware.low[j]
                                                  : relaxation_.idle(j);
    }
    counts_ = current_.count;
    std::fill(floor_.begin(), floor_.end(), 0);
    // Each component for itself, whatever that means for the others' steps: this much less is
    // what a choice may be dearer than the cheapest.
    bound = 0;
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      if (relaxation_.function(j)) continue;
      bound += counts_[j] * relaxation_.burden(j);
      if (hardware.usable[j]) bound -= counts_[j] * prices[j] * relaxation_.capacity(j);
    }
    std::vector<double> cheapest;
    for (uint32_t c = 0; c < all_; ++c) {
      const StepCosts costs = relaxation_.Costs(hardware, prices, c);
      cheapest.push_back(*std::min_element(costs.begin(), costs.end()));
      bound += cheapest.back();
    }
    const double gap = std::min(progress_.Cutoff(), progress_.cap) - bound;
    for (uint32_t c = 0; c < all_; ++c) {
      choices_[c].clear();
      Collect(c, hardware, prices, cheapest[c] + gap);
      if (choices_[c].empty() || progress_.stopped) {
        progress_.LeaveOpen(bound);
        return;
      }
    }
    // From here on every instance is paid for: a placement that leaves a pool unused is
    // looked at where the pool's count is its idle one.
    double spent = 0;
    nodes_.clear();
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      if (relaxation_.function(j)) continue;
      spent += counts_[j] * relaxation_.burden(j);
      if (counts_[j] > 0) nodes_.push_back(j);
    }
    if (progress_.Hopeless(spent)) return;
    Level& level = levels_[0];
    level.prices = prices;
    for (uint32_t c = 0; c < all_; ++c) {
      level.alive[c].resize(choices_[c].size());
      std::iota(level.alive[c].begin(), level.alive[c].end(), 0U);
    }
    Descend(0, spent, bound, proof ? &proof->Add(1, 0) : nullptr);
  }

 private:
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
      if (progress_.Stop()) return;
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
      next.memory.push_back(item.memory);
      next.reduced += due;
      next.fixed += item.fixed;
      next.cost += item.cost;
      next.ends_in_cloud = choice.ends_in_cloud || cloud;
      next.touches_edge = choice.touches_edge || !cloud;
      Grow(c, hardware, prices, most, rest, next, least_mean);
      if (progress_.stopped) return;
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
    for (uint32_t other = 0; problem_.one_way && other < all_; ++other) {
      if (choice.ends_in_cloud) cloud_before_[other] += sign * ancestors_[other][c];
      if (choice.touches_edge) edge_after_[other] += sign * ancestors_[c][other];
    }
    for (size_t p = 0; p < choice.pools.size(); ++p) {
      const uint32_t j = choice.pools[p];
      users_[j] += static_cast<uint32_t>(sign);
      load_[j] += sign * choice.load[p];
      if (!relaxation_.function(j)) {
        memory_[j] += sign * choice.memory[p];
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
        if (load_[j] > Concurrency(problem_, pool) * (1 + 1e-12)) return false;
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
    return !Returns(c, choice);
  }

  // Beside what is placed, from the cloud to the edge.
  bool Returns(uint32_t c, const Choice& choice) const {
    return (choice.touches_edge && cloud_before_[c] > 0) ||
           (choice.ends_in_cloud && edge_after_[c] > 0);
  }

  // Infinite when a required bound is broken for good by what is placed, else the price
  // of the preferences that are, and of the ways between what is placed.
  double Lost(bool complete) const {
    double price = problem_.goal == Goal::Cost ? ways_.All(current_, &placed_) : 0;
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& rule = problem_.constraints[i];
      if (!domains_.active(i)) continue;
      if (!Holds(rule, domains_.monotone(i), complete)) {
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
        return Meets(rule, Value(response, complete ? rule.percentile : EarlyPercentile(rule)));
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
      case Metric::Apart:
        if (!complete && !monotone) return true;
        return Meets(rule, Apart(problem_, current_, rule.path, &placed_));
      case Metric::Availability:
        if (!complete && !monotone) return true;
        return Meets(rule, PathAvailability(problem_, current_, rule.path, &placed_));
      case Metric::Cost:
      case Metric::Energy:
      case Metric::Carbon: {
        if (!complete && !rule.at_most) return true;
        const bool money = rule.metric == Metric::Cost;
        double value = money ? ways_.All(current_, &placed_) : 0;
        for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
          if (relaxation_.function(j) && money) continue;
          const double amount = relaxation_.function(j) ? load_[j] : Count(j);
          value += Rate(problem_.pools[j], rule.metric) * amount;
        }
        for (uint32_t c = 0; c < all_ && money; ++c) {
          if (placed_[c]) value += chosen_[c]->cost;
        }
        return Meets(rule, value);
      }
    }
    return true;
  }

  // Counts are fixed, but a pool that nobody came to need not be there.
  uint32_t Count(uint32_t j) const { return users_[j] > 0 ? counts_[j] : relaxation_.idle(j); }

  // Does nothing but the capacity that is left, and the way back, stand against this choice?
  bool StillFits(uint32_t c, const Choice& choice) const {
    if (Returns(c, choice)) return false;
    for (size_t p = 0; p < choice.pools.size(); ++p) {
      if (choice.load[p] > room_[choice.pools[p]]) return false;
    }
    return true;
  }
  static double Due(const Choice& choice, const std::vector<double>& prices) {
    double due = choice.fixed;
    for (size_t p = 0; p < choice.pools.size(); ++p) {
      due += prices[choice.pools[p]] * choice.load[p];
    }
    return due;
  }

  // The bound at the prices level.at, and what each pool and component makes of them.
  double Once(Level& level, double spent) {
    const std::vector<double>& at = level.at;
    double total = spent;
    excess_.assign(load_.size(), 0);
    for (uint32_t j : nodes_) {
      total -= at[j] * room_[j];
      excess_[j] = -room_[j];
    }
    for (uint32_t c = 0; c < all_; ++c) {
      if (placed_[c]) continue;
      double least = Infinity;
      const Choice* first = nullptr;
      for (uint32_t k : level.alive[c]) {
        const double due = Due(choices_[c][k], at);
        if (due >= least) continue;
        least = due;
        first = &choices_[c][k];
      }
      total += least;
      level.now[c] = least;
      for (size_t p = 0; p < first->pools.size(); ++p) excess_[first->pools[p]] += first->load[p];
    }
    return total;
  }

  // The same relaxation once more, for what is left: room that remains instead of
  // capacity, whole choices that still fit instead of parts. Returns a lower bound, adjusts the
  // prices of the level and keeps what each component pays at them.
  double Tighten(Level& level, double spent) {
    double best = -Infinity, length = 1;
    std::vector<double>& at = level.at;
    at = level.prices;
    level.least.assign(all_, 0);
    for (int round = 0; round < DepthRounds; ++round) {
      const double total = Once(level, spent);
      double norm = 0;
      if (total > best) {
        best = total;
        level.prices = at;
        level.least = level.now;
      } else {
        length /= 2;
      }
      if (best >= progress_.Cutoff() || progress_.Cutoff() == Infinity) break;
      for (uint32_t j : nodes_) {
        if (at[j] <= 0 && excess_[j] < 0) excess_[j] = 0;
        norm += excess_[j] * excess_[j];
      }
      if (norm <= 0) break;
      const double step = length * (progress_.Cutoff() - total) / norm;
      for (uint32_t j : nodes_) at[j] = std::max(0.0, at[j] + step * excess_[j]);
    }
    return best;
  }

  // At short prices instead, unless they no longer close what the long ones do.
  double WriteDownLevel(Proof& proof, Level& level, double spent, double bound) {
    level.at = Short(level.prices);
    const double at = Once(level, spent);
    if (!progress_.Hopeless(bound) || progress_.Hopeless(at)) {
      level.prices = level.at;
      level.least = level.now;
      bound = at;
    }
    proof.Price(level.prices);
    return bound;
  }

  // Places the component with the fewest choices left. `spent`: all instances and what
  // the placed components execute.
  void Descend(uint32_t depth, double spent, double bound, Proof* proof) {
    if (progress_.Stop()) {
      progress_.LeaveOpen(bound);
      return;
    }
    if (depth == all_) {
      Accept();
      return;
    }
    Level& level = levels_[depth];
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      const double most = relaxation_.function(j) ? Concurrency(problem_, problem_.pools[j])
                                                  : relaxation_.capacity(j) * counts_[j];
      room_[j] = most * (1 + 1e-12) - load_[j];
    }
    for (uint32_t c = 0; c < all_; ++c) {
      if (placed_[c]) continue;
      std::erase_if(level.alive[c], [&](uint32_t k) { return !StillFits(c, choices_[c][k]); });
      if (level.alive[c].empty()) return;
    }
    const double tight = Tighten(level, spent);
    bound = proof ? WriteDownLevel(*proof, level, spent, tight) : std::max(bound, tight);
    if (progress_.Hopeless(bound)) return;
    uint32_t next = all_;
    for (uint32_t c = 0; c < all_; ++c) {
      if (placed_[c]) continue;
      std::erase_if(level.alive[c], [&](uint32_t k) {
        return progress_.Hopeless(bound + Due(choices_[c][k], level.prices) - level.least[c]);
      });
      if (level.alive[c].empty()) return;
      if (next == all_ || level.alive[c].size() < level.alive[next].size()) next = c;
    }
    if (proof) {
      proof->by = Proof::By::Place;
      proof->of = next;
    }
    std::vector<std::pair<double, uint32_t>> order;
    for (uint32_t k : level.alive[next]) {
      order.emplace_back(Due(choices_[next][k], level.prices) - level.least[next], k);
    }
    std::stable_sort(order.begin(), order.end());
    Level& below = levels_[depth + 1];
    for (const auto& [dearer, k] : order) {
      if (progress_.Hopeless(bound + dearer)) break;
      progress_.LeaveOpen(bound + dearer);
      if (progress_.Done()) return;
      const Choice& choice = choices_[next][k];
      Put(next, choice, 1);
      if (Fits(choice) && Joins(next, choice) &&
          bound + dearer + Lost(false) < progress_.Cutoff()) {
        for (uint32_t c = 0; c < all_; ++c) {
          if (!placed_[c]) below.alive[c] = level.alive[c];
        }
        below.prices = level.prices;
        // Of a whole placement there is nothing to say.
        Proof* way = proof && depth + 1 < all_
                         ? &proof->Add(order.size(), choice.variant, choice.pools)
                         : nullptr;
        Descend(depth + 1, spent + choice.fixed, bound + dearer, way);
      }
      Put(next, choice, -1);
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
    if (burden < progress_.Cutoff()) {
      progress_.best = current_;
      progress_.burden = burden;
    }
    current_.count = counts_;
  }

  const Problem& problem_;
  const Domains& domains_;
  const Items& items_;
  Relaxation& relaxation_;
  Progress& progress_;
  uint32_t all_;
  Traffic ways_;
  std::vector<double> zero_;
  std::vector<double> floor_;  // least response of each component on this hardware
  std::vector<std::vector<Choice>> choices_;
  std::vector<std::vector<char>> ancestors_;
  // One way: how many of those before are placed and end in the cloud, of those after at the edge.
  std::vector<int> cloud_before_, edge_after_;

  Placement current_;
  std::vector<uint32_t> counts_;
  std::vector<char> placed_;
  std::vector<const Choice*> chosen_;
  std::vector<double> load_, memory_, gpu_;
  std::vector<uint32_t> users_;
  std::vector<double> room_, excess_;
  std::vector<uint32_t> nodes_;  // pools that have instances here
  std::vector<Level> levels_;
};

Assignment::Assignment(const Problem& problem, const Domains& domains, const Items& items,
                       Relaxation& relaxation, Progress& progress)
    : state_(std::make_unique<State>(problem, domains, items, relaxation, progress)) {}
Assignment::~Assignment() = default;

void Assignment::Run(const Hardware& hardware, std::vector<double> prices, Proof* proof) {
  state_->Run(hardware, std::move(prices), proof);
}

}  // namespace sprint::solver
