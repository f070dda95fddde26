#include "engine/solver/assignment.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "engine/solver/choices.h"
#include "engine/solver/foresight.h"
#include "engine/solver/partial.h"
#include "engine/solver/record.h"

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// Rounds of price adjustment on the whole, and at each depth on what is left.
constexpr int Rounds = 60, DepthRounds = 12;

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
        relaxation_(relaxation),
        progress_(progress),
        all_(static_cast<uint32_t>(problem.components.size())),
        partial_(problem, domains),
        foresight_(problem, domains, partial_),
        find_(problem, items, partial_, progress),
        everything_(all_),
        choices_(all_),
        room_(problem.pools.size(), 0),
        levels_(all_ + 1) {
    std::iota(everything_.begin(), everything_.end(), 0U);
    for (Level& level : levels_) {
      level.alive.resize(all_);
      level.now.resize(all_);
    }
  }

  bool Run(const Hardware& hardware, std::vector<double> prices, Proof* proof, size_t limit) {
    double bound = relaxation_.Bound(hardware, prices, Rounds, progress_.Cutoff());
    if (proof) bound = WriteDown(*proof, relaxation_, hardware, prices, bound, progress_);
    if (progress_.Hopeless(bound)) return true;
    if (proof) proof->by = Proof::By::Fixed;
    // From here on every instance is paid for: a placement that leaves a pool unused is
    // looked at where the pool's count is its idle one.
    double spent = 0;
    // Each component for itself, whatever that means for the others' steps: this much less is
    // what a choice may be dearer than the cheapest.
    bound = 0;
    std::vector<uint32_t> counts;
    nodes_.clear();
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      counts.push_back(relaxation_.function(j) ? 0
                       : hardware.usable[j]    ? hardware.low[j]
                                               : relaxation_.idle(j));
      if (relaxation_.function(j)) continue;
      spent += counts[j] * relaxation_.burden(j);
      if (hardware.usable[j]) bound -= counts[j] * prices[j] * relaxation_.capacity(j);
      if (counts[j] > 0) nodes_.push_back(j);
    }
    bound += spent;
    partial_.Begin(std::move(counts));
    std::vector<StepCosts> costs;
    for (uint32_t c = 0; c < all_; ++c) {
      costs.push_back(relaxation_.Costs(hardware, prices, c));
      bound += *std::min_element(costs[c].begin(), costs[c].end());
    }
    const double gap = std::min(progress_.Cutoff(), progress_.cap) - bound;
    find_.Forget();
    for (uint32_t c = 0; c < all_; ++c) {
      StepCosts most;
      const double least = *std::min_element(costs[c].begin(), costs[c].end());
      for (const Step step : {Edge, Mixed, Cloud}) {
        most[step] = costs[c][step] == Infinity ? -Infinity : least + gap;
      }
      find_.Find(c, hardware, prices, most, choices_[c], limit);
      if (choices_[c].size() > limit) return false;
      if (choices_[c].empty() || progress_.stopped) {
        progress_.LeaveOpen(bound);
        return true;
      }
    }
    if (progress_.Hopeless(spent)) return true;
    Level& level = levels_[0];
    level.prices = prices;
    for (uint32_t c = 0; c < all_; ++c) {
      level.alive[c].resize(choices_[c].size());
      std::iota(level.alive[c].begin(), level.alive[c].end(), 0U);
    }
    Descend(0, spent, bound, proof ? &proof->Add(1, 0) : nullptr);
    return true;
  }

 private:
  // The bound at the prices level.at, and what each pool and component makes of them.
  double Once(Level& level, double spent) {
    const std::vector<double>& at = level.at;
    double total = spent;
    excess_.assign(room_.size(), 0);
    for (uint32_t j : nodes_) {
      total -= at[j] * room_[j];
      excess_[j] = -room_[j];
    }
    for (uint32_t c = 0; c < all_; ++c) {
      if (partial_.placed(c)) continue;
      double least = Infinity;
      const Choice* first = nullptr;
      for (uint32_t k : level.alive[c]) {
        const double due = choices_[c][k].Due(at);
        if (due >= least) continue;
        least = due;
        first = &choices_[c][k];
      }
      total += least;
      level.now[c] = least;
      for (const Item* item : first->items) excess_[item->pool] += item->load;
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
    for (uint32_t j = 0; j < room_.size(); ++j) room_[j] = partial_.most(j) - partial_.load(j);
    for (uint32_t c = 0; c < all_; ++c) {
      if (partial_.placed(c)) continue;
      std::erase_if(level.alive[c],
                    [&](uint32_t k) { return !partial_.StillFits(c, choices_[c][k]); });
      if (level.alive[c].empty()) return;
    }
    // A certificate does without.
    if (!proof && !foresight_.Narrow(everything_, choices_, level.alive)) return;
    const double tight = Tighten(level, spent);
    bound = proof ? WriteDownLevel(*proof, level, spent, tight) : std::max(bound, tight);
    if (progress_.Hopeless(bound)) return;
    uint32_t next = all_;
    for (uint32_t c = 0; c < all_; ++c) {
      if (partial_.placed(c)) continue;
      std::erase_if(level.alive[c], [&](uint32_t k) {
        return progress_.Hopeless(bound + choices_[c][k].Due(level.prices) - level.least[c]);
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
      order.emplace_back(choices_[next][k].Due(level.prices) - level.least[next], k);
    }
    std::stable_sort(order.begin(), order.end());
    Level& below = levels_[depth + 1];
    for (const auto& [dearer, k] : order) {
      if (progress_.Hopeless(bound + dearer)) break;
      progress_.LeaveOpen(bound + dearer);
      if (progress_.Done()) return;
      const Choice& choice = choices_[next][k];
      partial_.Put(next, choice);
      if (partial_.Fits(next) && partial_.Joins(next) &&
          bound + dearer + partial_.Lost(false) < progress_.Cutoff()) {
        for (uint32_t c = 0; c < all_; ++c) {
          if (!partial_.placed(c)) below.alive[c] = level.alive[c];
        }
        below.prices = level.prices;
        // Of a whole placement there is nothing to say.
        Proof* way = proof && depth + 1 < all_
                         ? &proof->Add(order.size(), choice.variant, Pools(choice))
                         : nullptr;
        Descend(depth + 1, spent + choice.fixed, bound + dearer, way);
      }
      partial_.Take(next);
    }
  }

  static std::vector<uint32_t> Pools(const Choice& choice) {
    std::vector<uint32_t> pools;
    for (const Item* item : choice.items) pools.push_back(item->pool);
    return pools;
  }

  void Accept() {
    double burden = 0;
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      if (!relaxation_.function(j)) burden += partial_.Count(j) * relaxation_.burden(j);
    }
    burden += partial_.Executions() + partial_.Lost(true);
    if (burden >= progress_.Cutoff()) return;
    progress_.best = partial_.Whole();
    progress_.burden = burden;
  }

  const Problem& problem_;
  Relaxation& relaxation_;
  Progress& progress_;
  uint32_t all_;
  Partial partial_;
  Foresight foresight_;
  Choices find_;
  std::vector<uint32_t> everything_;  // all components
  std::vector<std::vector<Choice>> choices_;
  std::vector<double> room_, excess_;
  std::vector<uint32_t> nodes_;  // pools that have instances here
  std::vector<Level> levels_;
};

Assignment::Assignment(const Problem& problem, const Domains& domains, const Items& items,
                       Relaxation& relaxation, Progress& progress)
    : state_(std::make_unique<State>(problem, domains, items, relaxation, progress)) {}
Assignment::~Assignment() = default;

bool Assignment::Run(const Hardware& hardware, std::vector<double> prices, Proof* proof,
                     size_t most) {
  return state_->Run(hardware, std::move(prices), proof, most);
}

}  // namespace sprint::solver
