#include "engine/solver/explain.h"

#include <algorithm>
#include <cmath>

namespace sprint::solver {
namespace {

// Subsets of the required constraints as bit sets over their positions.
using Set = uint64_t;
constexpr size_t MostConstraints = 16;  // beyond it only one core is looked for
constexpr size_t MostCores = 32;

class Explainer {
 public:
  Explainer(const Problem& problem, const Budget& budget)
      : problem_(problem), budget_(budget), active_(problem.constraints.size(), false) {
    for (uint32_t i = 0; i < problem.constraints.size(); ++i) {
      if (!problem.constraints[i].weight) required_.push_back(i);
    }
  }

  Explanation Run() {
    Explanation out;
    const size_t n = std::min<size_t>(required_.size(), 63);
    const Set all = (Set{1} << n) - 1;
    std::vector<Set> cores, possible;
    // Seeds from the whole set down; each unexplored one yields a new core or a new
    // largest set that holds, and with it explains all its subsets or supersets.
    out.complete = n <= MostConstraints && required_.size() == n;
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
        if (Holds(seed)) {
          possible.push_back(Widen(seed, all));
        } else if (!unknown_) {
          cores.push_back(Narrow(seed));
        }
      }
      if (unknown_ || cores.size() >= MostCores) out.complete = false;
      if (seed == 0 || unknown_ || !(n <= MostConstraints) || cores.size() >= MostCores) break;
    }
    for (Set core : cores) {
      Core lines;
      for (size_t k = 0; k < n; ++k) {
        if (core >> k & 1) lines.push_back(required_[k]);
      }
      out.cores.push_back(lines);
    }
    std::stable_sort(out.cores.begin(), out.cores.end(), [&](const Core& a, const Core& b) {
      const bool qa = Queues(a), qb = Queues(b);
      return qa != qb ? !qa : a < b;
    });
    if (out.cores.empty()) return out;
    for (uint32_t i : out.cores.front()) {
      const size_t k = std::find(required_.begin(), required_.end(), i) - required_.begin();
      if (auto bound = Relax(i, all & ~(Set{1} << k))) out.relaxations.push_back({i, *bound});
    }
    return out;
  }

 private:
  bool Queues(const Core& core) const {
    return std::any_of(core.begin(), core.end(), [&](uint32_t i) {
      const Metric metric = problem_.constraints[i].metric;
      return metric == Metric::Response || metric == Metric::Utilisation;
    });
  }

  Outcome Ask(const Problem& problem, Set set, bool any) {
    SearchOptions options;
    options.budget = budget_;
    options.any = any;
    options.active = active_;
    for (size_t k = 0; k < required_.size() && k < 63; ++k) {
      if (set >> k & 1) options.active[required_[k]] = true;
    }
    return Search(problem, options);
  }

  // False is certain only while unknown_ is unset.
  bool Holds(Set set) {
    const Outcome outcome = Ask(problem_, set, true);
    if (std::holds_alternative<Exhausted>(outcome)) unknown_ = true;
    return std::holds_alternative<Solved>(outcome);
  }

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

  // The bound of constraint i nearest to what is written with which `others` and it hold.
  std::optional<double> Relax(uint32_t i, Set others) {
    const Constraint& rule = problem_.constraints[i];
    Problem problem = problem_;
    switch (rule.metric) {
      case Metric::Cost:
      case Metric::Energy: {
        problem.goal = rule.metric == Metric::Cost ? Goal::Cost : Goal::Energy;
        const Outcome outcome = Ask(problem, others, false);
        const auto* solved = std::get_if<Solved>(&outcome);
        if (!solved || !solved->proven || !rule.at_most) return std::nullopt;
        return solved->burden;
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
      case Metric::Rate:
      case Metric::Where:
        return std::nullopt;
    }
    return std::nullopt;
  }

  bool Try(Problem& problem, uint32_t i, double bound, Set others) {
    problem.constraints[i].bound = bound;
    const size_t k = std::find(required_.begin(), required_.end(), i) - required_.begin();
    return std::holds_alternative<Solved>(Ask(problem, others | Set{1} << k, true));
  }

  const Problem& problem_;
  Budget budget_;
  std::vector<bool> active_;
  std::vector<uint32_t> required_;
  bool unknown_ = false;
};

}  // namespace

Explanation Explain(const Problem& problem, const Budget& budget) {
  return Explainer(problem, budget).Run();
}

}  // namespace sprint::solver
