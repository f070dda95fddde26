#include "engine/solver/explain.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <utility>

#include "engine/solver/refute.h"

namespace sprint::solver {
namespace {

// Subsets of the lines with required constraints as bit sets over their positions.
using Set = uint64_t;
constexpr size_t MostLines = 16;  // beyond it only one core is looked for
constexpr size_t MostCores = 32;
// s that a question without a search may take. It decides in a fraction of that, or not at all.
constexpr double MostRefuting = 1;

class Explainer {
 public:
  Explainer(const Problem& problem, Budget budget, const Lines& lines)
      : problem_(problem),
        budget_(std::move(budget)),
        begun_(std::chrono::steady_clock::now()),
        refuter_(problem) {
    std::map<uint32_t, uint32_t> first;
    first_.resize(problem.constraints.size());
    for (uint32_t i = 0; i < problem.constraints.size(); ++i) {
      if (problem.constraints[i].weight) continue;
      first_[i] = first.emplace(lines.empty() ? i : lines[i], i).first->second;
      if (first_[i] == i) required_.push_back(i);
    }
  }

  Explanation Cores() {
    Explanation out;
    if (required_.size() <= MostLines) {
      EveryCore(out);
    } else if (auto core = OneCore()) {
      out.cores.push_back(std::move(*core));
    }
    std::stable_sort(out.cores.begin(), out.cores.end(), [&](const Core& a, const Core& b) {
      const bool qa = Queues(a), qb = Queues(b);
      return qa != qb ? !qa : a < b;
    });
    return out;
  }

  Explanation Run() {
    Explanation out = Cores();
    if (out.cores.empty()) return out;
    // What is left of the budget is for them; a bound that is not proven to be the least
    // would do all the same.
    const Budget left = budget_;
    const double each = 1.0 / static_cast<double>(out.cores.front().size());
    for (uint32_t i : out.cores.front()) {
      budget_.steps = static_cast<uint64_t>(static_cast<double>(left.steps) * each);
      if (auto bound = Relax(i)) out.relaxations.push_back({i, *bound});
    }
    return out;
  }

 private:
  using Active = std::vector<bool>;  // per constraint of the problem

  // Seeds from the whole set down; each unexplored one yields a new core or a new
  // largest set that holds, and with it explains all its subsets or supersets (Liffiton et
  // al., "Fast, flexible MUS enumeration", Constraints 2016).
  void EveryCore(Explanation& out) {
    const size_t n = required_.size();
    const Set all = (Set{1} << n) - 1;
    std::vector<Set> cores, possible;
    out.complete = true;
    for (Set seed = all;; --seed) {
      const auto explored = [&] {
        for (Set core : cores) {
          if ((seed & core) == core) return true;
        }
        for (Set set : possible) {
          if ((seed & set) == seed) return true;
        }
        return false;
      };
      if (!explored()) {
        if (const auto refuted = Refute(ActiveOf(seed))) {
          cores.push_back(Narrow(SetOf(*refuted)));
        } else if (Holds(seed)) {
          possible.push_back(Widen(seed, all));
        } else if (!unknown_) {
          cores.push_back(Narrow(seed));
        }
      }
      if (unknown_ || cores.size() >= MostCores) out.complete = false;
      if (seed == 0 || unknown_ || cores.size() >= MostCores) break;
    }
    for (Set core : cores) out.cores.push_back(CoreOf(core));
  }

  // From what is refuted without a search, or else from everything, takes away halves, then
  // quarters, down to single constraints, as long as the rest still holds nowhere. Those with
  // a queueing formula are taken away first, so that a reason without one is found where
  // there is one. Nothing when the budget ended before the whole was known to hold nowhere.
  std::optional<Core> OneCore() {
    Core core = required_;
    const auto simple =
        std::stable_partition(core.begin(), core.end(), [&](uint32_t i) { return Queues({i}); });
    auto refuted = Refute(ActiveOf(Core(simple, core.end())));
    if (!refuted) refuted = Refute(ActiveOf(core));
    if (refuted) {
      core = std::move(*refuted);
    } else if (Holds(ActiveOf(core)) || unknown_) {
      return std::nullopt;
    }
    if (core.empty()) return core;
    for (size_t chunk = (core.size() + 1) / 2;; chunk = (chunk + 1) / 2) {
      for (size_t at = 0; at < core.size();) {
        Core less = core;
        const auto begin = less.begin() + static_cast<std::ptrdiff_t>(at);
        const auto end =
            less.begin() + static_cast<std::ptrdiff_t>(std::min(at + chunk, less.size()));
        less.erase(begin, end);
        unknown_ = false;
        if (!Holds(ActiveOf(less)) && !unknown_) {
          core = std::move(less);
        } else {
          at += chunk;
        }
      }
      if (chunk == 1) break;
    }
    std::sort(core.begin(), core.end());
    return core;
  }

  bool Queues(const Core& core) const {
    return std::any_of(core.begin(), core.end(), [&](uint32_t i) {
      const Metric metric = problem_.constraints[i].metric;
      return metric == Metric::Response || metric == Metric::Utilisation;
    });
  }

  // All constraints on these lines.
  Active ActiveOf(const Core& core) const {
    Active active(problem_.constraints.size(), false);
    for (uint32_t i : core) active[i] = true;
    for (uint32_t i = 0; i < active.size(); ++i) {
      active[i] = !problem_.constraints[i].weight && active[first_[i]];
    }
    return active;
  }
  Active ActiveOf(Set set) const { return ActiveOf(CoreOf(set)); }

  Core CoreOf(Set set) const {
    Core core;
    for (size_t k = 0; k < required_.size(); ++k) {
      if (set >> k & 1) core.push_back(required_[k]);
    }
    return core;
  }
  Set SetOf(const Core& core) const {
    Set set = 0;
    for (size_t k = 0; k < required_.size(); ++k) {
      if (std::find(core.begin(), core.end(), required_[k]) != core.end()) set |= Set{1} << k;
    }
    return set;
  }

  std::optional<Core> Refute(const Active& active) {
    if (budget_.steps == 0) return std::nullopt;
    auto refuted = refuter_.Refute(active, std::min(Left(), MostRefuting));
    if (!refuted) return std::nullopt;
    for (uint32_t& i : *refuted) i = first_[i];
    std::sort(refuted->begin(), refuted->end());
    refuted->erase(std::unique(refuted->begin(), refuted->end()), refuted->end());
    return refuted;
  }
  double Left() const {
    const std::chrono::duration<double> since = std::chrono::steady_clock::now() - begun_;
    return budget_.seconds - since.count();
  }

  // All questions share the budget.
  Outcome Ask(const Problem& problem, Active active, bool any) {
    const double left = Left();
    if (budget_.steps == 0 || left <= 0) return Exhausted{};
    SearchOptions options;
    options.budget = {budget_.steps, budget_.stop, left};
    options.any = any;
    options.active = std::move(active);
    Outcome outcome = Search(problem, options);
    const uint64_t used = std::visit([](const auto& one) { return one.steps; }, outcome);
    budget_.steps -= std::min(budget_.steps, used);
    return outcome;
  }

  // False is certain only while unknown_ is unset.
  bool Holds(Active active) {
    const Outcome outcome = Ask(problem_, std::move(active), true);
    if (std::holds_alternative<Exhausted>(outcome)) unknown_ = true;
    return std::holds_alternative<Solved>(outcome);
  }
  bool Holds(Set set) { return Holds(ActiveOf(set)); }

  Set Widen(Set set, Set all) {
    for (Set bit = 1; bit != 0 && bit <= all; bit <<= 1) {
      if (!(set & bit) && Holds(set | bit)) set |= bit;
    }
    return set;
  }

  Set Narrow(Set set) {
    for (Set bit = 1; bit != 0 && bit <= set; bit <<= 1) {
      // Unknown counts as possible: the bit stays, the set still does not hold.
      if ((set & bit) && !Holds(set & ~bit) && !unknown_) set &= ~bit;
    }
    return set;
  }

  // A bound of the line of constraint i with which it and all others hold: the nearest to what
  // is written, as far as the budget allows.
  std::optional<double> Relax(uint32_t i) {
    Core rest = required_;
    std::erase(rest, i);
    const Active others = ActiveOf(rest);
    const Constraint& rule = problem_.constraints[i];
    Problem problem = problem_;
    switch (rule.metric) {
      case Metric::Cost:
      case Metric::Energy:
      case Metric::Carbon: {
        problem.goal = rule.metric == Metric::Cost     ? Goal::Cost
                       : rule.metric == Metric::Energy ? Goal::Energy
                                                       : Goal::Carbon;
        if (!rule.at_most) return std::nullopt;
        const Outcome outcome = Ask(problem, others, false);
        const auto* solved = std::get_if<Solved>(&outcome);
        return solved ? std::optional(solved->burden) : std::nullopt;
      }
      case Metric::Accuracy: {
        std::vector<double> offered;
        for (const Variant& variant : problem.components[rule.path[0]].variants) {
          offered.push_back(variant.accuracy.value_or(0));
        }
        std::sort(offered.begin(), offered.end());
        if (!rule.at_most) std::reverse(offered.begin(), offered.end());
        for (double accuracy : offered) {
          if (Try(problem, i, accuracy, others)) return accuracy;
        }
        return std::nullopt;
      }
      case Metric::Response:
      case Metric::Utilisation: {
        if (!rule.at_most) return std::nullopt;
        double low = rule.bound, high = rule.bound;
        for (int doubling = 0; !Try(problem, i, high, others); ++doubling) {
          if (doubling == 20) return std::nullopt;
          low = high;
          high *= 2;
        }
        for (int step = 0; step < 20 && high - low > high * 1e-4; ++step) {
          const double middle = (low + high) / 2;
          (Try(problem, i, middle, others) ? high : low) = middle;
        }
        return high;
      }
      case Metric::Availability: {
        if (rule.at_most) return std::nullopt;
        // In shares of time down: twice as much, until it does.
        double low = 1 - rule.bound, high = low;
        for (int doubling = 0; !Try(problem, i, 1 - high, others); ++doubling) {
          if (high >= 1 || doubling == 40) return std::nullopt;
          low = high;
          high = std::min(1.0, std::max(2 * high, 1e-9));
        }
        for (int step = 0; step < 20 && high - low > high * 1e-4; ++step) {
          const double middle = (low + high) / 2;
          (Try(problem, i, 1 - middle, others) ? high : low) = middle;
        }
        return 1 - high;
      }
      // With fewer copies each serves more: that is another problem.
      case Metric::Apart:
      case Metric::Rate:
      case Metric::Where:
        return std::nullopt;
    }
    return std::nullopt;
  }

  bool Try(Problem& problem, uint32_t i, double bound, Active others) {
    for (uint32_t k = i; k < others.size(); ++k) {
      if (problem.constraints[k].weight || first_[k] != i) continue;
      problem.constraints[k].bound = bound;
      others[k] = true;
    }
    return std::holds_alternative<Solved>(Ask(problem, std::move(others), true));
  }

  const Problem& problem_;
  Budget budget_;  // what is left of it
  const std::chrono::steady_clock::time_point begun_;
  Refuter refuter_;
  Core required_;                // the first of each line
  std::vector<uint32_t> first_;  // per required constraint: that of its line
  bool unknown_ = false;
};

}  // namespace

Explanation Explain(const Problem& problem, const Budget& budget, const Lines& lines) {
  return Explainer(problem, budget, lines).Run();
}

Explanation FindCores(const Problem& problem, const Budget& budget) {
  return Explainer(problem, budget, {}).Cores();
}

}  // namespace sprint::solver
