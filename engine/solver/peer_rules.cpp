#include "engine/solver/peer_rules.h"

#include <cmath>
#include <limits>

#include "engine/solver/evaluate.h"

namespace sprint::solver {
namespace {

class Peers {
 public:
  Peers(const Problem& problem, const Placement& placement)
      : problem_(problem),
        placement_(placement),
        busy_(problem.pools.size(), 0),
        memory_(problem.pools.size(), 0) {}

  PeerView Run() {
    PeerView view;
    std::vector<bool> billed(problem_.pools.size(), false);
    for (uint32_t c = 0; c < problem_.components.size(); ++c) {
      for (size_t p = 0; p < Parts(c).size(); ++p) {
        const uint32_t j = placement_.pool[c][p];
        const Pool& pool = problem_.pools[j];
        memory_[j] += Memory(Parts(c)[p], Chosen(c, p));
        busy_[j] += Chosen(c, p).demand * Parts(c)[p].rate;
        if (billed[j]) continue;
        billed[j] = true;
        view.cost += pool.price * (Function(j) ? busy_[j] : placement_.count[j]);
      }
    }
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      if (!billed[j]) continue;
      const double instances = Function(j) ? 1 : placement_.count[j];
      if (memory_[j] > instances * problem_.pools[j].memory) view.feasible = false;
      if (!Function(j) && busy_[j] > instances) view.feasible = false;
    }
    for (const Constraint& rule : problem_.constraints) {
      double value = std::numeric_limits<double>::quiet_NaN();
      if (rule.metric == Metric::Response) {
        value = Through(rule.path);
        if (!rule.weight && !Meets(rule, value)) view.feasible = false;
      }
      view.value.push_back(value);
    }
    return view;
  }

 private:
  const std::vector<Part>& Parts(uint32_t c) const {
    return problem_.components[c].variants[placement_.variant[c]].parts;
  }
  const Option& Chosen(uint32_t c, size_t p) const {
    const auto& options = Parts(c)[p].options;
    size_t o = 0;
    while (options[o].pool != placement_.pool[c][p]) ++o;
    return options[o];
  }
  bool Function(uint32_t j) const { return problem_.pools[j].form == Form::Functions; }

  double Response(uint32_t c) const {
    double sum = 0, reaches = 1;
    for (size_t p = 0; p < Parts(c).size(); ++p) {
      const uint32_t j = placement_.pool[c][p];
      if (p > 0) {
        reaches *= 1 - Parts(c)[p - 1].exit;
        sum += reaches * Hop(problem_, placement_.pool[c][p - 1], j, Parts(c)[p - 1].output);
      }
      const Option& option = Chosen(c, p);
      const double left = 1 - busy_[j] / std::max(placement_.count[j], 1U);
      sum += reaches * (Function(j) ? option.response.mean : option.demand / left);
    }
    return sum;
  }

  double Through(const std::vector<uint32_t>& path) const {
    double sum = 0;
    for (size_t k = 0; k < path.size(); ++k) {
      sum += Response(path[k]);
      if (k + 1 == path.size()) break;
      const uint32_t to = placement_.pool[path[k + 1]][0];
      const double bytes = FlowBytes(problem_, path[k], path[k + 1], Parts(path[k]).back().output);
      double goes_on = 1;
      for (size_t p = 0; p < Parts(path[k]).size(); ++p) {
        const bool last = p + 1 == Parts(path[k]).size();
        const double leaves = last ? 1 : Parts(path[k])[p].exit;
        if (placement_.pool[path[k]][p] == to || leaves <= 0) continue;
        sum += goes_on * leaves * Hop(problem_, placement_.pool[path[k]][p], to, bytes);
        goes_on *= 1 - leaves;
      }
    }
    return sum;
  }

  const Problem& problem_;
  const Placement& placement_;
  std::vector<double> busy_, memory_;
};

}  // namespace

PeerView EvaluateAsPeers(const Problem& problem, const Placement& placement) {
  return Peers(problem, placement).Run();
}

}  // namespace sprint::solver
