#include "engine/solver/domains.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/solver/evaluate.h"

namespace sprint::solver {

Domains::Domains(const Problem& problem, const SearchOptions& options)
    : problem_(problem),
      options_(options),
      active_(options.active.empty() ? std::vector<bool>(problem.constraints.size(), true)
                                     : options.active) {
  for (const Constraint& rule : problem.constraints) monotone_.push_back(Monotone(rule));
}

Items Domains::MakeItems() const {
  const auto all = static_cast<uint32_t>(problem_.components.size());
  Items items(all);
  for (uint32_t c = 0; c < all; ++c) {
    const auto& variants = problem_.components[c].variants;
    items[c].resize(variants.size());
    const bool settled = c < options_.settled.size() && options_.settled[c];
    for (uint32_t v = 0; v < variants.size(); ++v) {
      if (!AccuracyHolds(c, v)) continue;
      for (size_t p = 0; p < variants[v].parts.size(); ++p) {
        std::vector<Item> list;
        for (const Option& option : variants[v].parts[p].options) {
          if (settled && !Stays(c, v, p, option.pool)) continue;
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

Item Domains::MakeItem(uint32_t c, uint32_t v, size_t p, const Option& option) const {
  const Part& part = problem_.components[c].variants[v].parts[p];
  const Pool& pool = problem_.pools[option.pool];
  Item item{.pool = option.pool,
            .load = option.demand * part.rate,
            .memory = Memory(part, option),
            .gpu_memory = part.gpu_memory,
            .cloud = pool.form != Form::Nodes,
            .option = static_cast<uint32_t>(&option - part.options.data())};
  if (pool.form == Form::Functions) {
    item.cost = ExecutionCost(pool, part, option);
    item.fixed = problem_.goal == Goal::Cost ? item.cost : item.load * Burden(problem_, pool);
  }
  if (!Stays(c, v, p, option.pool)) {
    item.fixed += options_.move;
  }
  return item;
}

bool Domains::Stays(uint32_t component, uint32_t variant, size_t part, uint32_t pool) const {
  if (!options_.previous) return true;
  const Placement& before = *options_.previous;
  return component < before.variant.size() && before.variant[component] == variant &&
         part < before.pool[component].size() && before.pool[component][part] == pool;
}

double Domains::Moves(const Placement& placement) const {
  double sum = 0;
  for (uint32_t c = 0; c < placement.variant.size(); ++c) {
    for (size_t p = 0; p < placement.pool[c].size(); ++p) {
      if (!Stays(c, placement.variant[c], p, placement.pool[c][p])) sum += options_.move;
    }
  }
  return sum;
}

bool Domains::AccuracyHolds(uint32_t c, uint32_t v) const {
  for (size_t i = 0; i < problem_.constraints.size(); ++i) {
    const Constraint& rule = problem_.constraints[i];
    if (!active_[i] || rule.weight || rule.metric != Metric::Accuracy) continue;
    if (rule.path[0] != c) continue;
    if (!Meets(rule, problem_.components[c].variants[v].accuracy.value_or(0))) return false;
  }
  return true;
}

bool Domains::Alone(uint32_t c, const Part& part, const Option& option) const {
  const Pool& pool = problem_.pools[option.pool];
  const bool function = pool.form == Form::Functions;
  if (Memory(part, option) + (function ? 0 : pool.reserved) > pool.memory) return false;
  if (!function && part.gpu_memory > pool.gpu_memory) return false;
  const double most = function ? Concurrency(problem_, pool) : pool.max * Capacity(problem_, pool);
  if (option.demand * part.rate > most * (1 + 1e-12)) return false;
  for (size_t i = 0; i < problem_.constraints.size(); ++i) {
    const Constraint& rule = problem_.constraints[i];
    if (active_[i] && !rule.weight && rule.metric == Metric::Where && rule.path[0] == c &&
        !rule.allowed[option.pool]) {
      return false;
    }
  }
  return true;
}

// A gamma quantile between these grows with mean and variance while its shape is at least
// 1/3, which sums of whole stages keep that vary no more than exponential ones on a busy node,
// and mixtures by early exits or by rare cold starts need not.
constexpr double LowestMonotone = 0.9, HighestMonotone = 0.95, LowestShape = 1.0 / 3;

std::optional<double> EarlyPercentile(const Constraint& rule) {
  if (!rule.percentile) return std::nullopt;
  return std::min(*rule.percentile, HighestMonotone);
}

bool Domains::Monotone(const Constraint& rule) const {
  // Another component on a path can only make it less available, another copy share a zone.
  if (rule.metric == Metric::Availability || rule.metric == Metric::Apart) return !rule.at_most;
  if (!rule.at_most) return false;
  if (rule.metric == Metric::Utilisation) return true;
  if (rule.metric != Metric::Response) return false;
  if (!rule.percentile) return true;
  if (*rule.percentile < LowestMonotone) return false;
  for (uint32_t c : rule.path) {
    for (const Variant& variant : problem_.components[c].variants) {
      for (const Part& part : variant.parts) {
        if (part.exit > 0) return false;
        for (const Option& option : part.options) {
          const double mean = option.response.mean;
          const bool steady = problem_.pools[option.pool].form == Form::Functions
                                  ? option.response.variance * LowestShape <= mean * mean
                                  : option.variation <= 1;
          if (!steady) return false;
        }
      }
    }
  }
  return true;
}

bool Domains::CountsNeverHurt() const {
  for (size_t i = 0; i < problem_.constraints.size(); ++i) {
    const Constraint& rule = problem_.constraints[i];
    if (!active_[i] || rule.weight) continue;
    switch (rule.metric) {
      case Metric::Accuracy:
      case Metric::Rate:
      case Metric::Where:
      case Metric::Apart:
        break;
      case Metric::Response:
      case Metric::Utilisation:
        if (!monotone_[i] || rule.percentile != EarlyPercentile(rule)) return false;
        break;
      case Metric::Availability:
        if (rule.at_most) return false;
        break;
      case Metric::Cost:
      case Metric::Energy:
      case Metric::Carbon:
        return false;
    }
  }
  return true;
}

double Domains::Cap() const {
  double cap = std::numeric_limits<double>::infinity();
  if (options_.previous && options_.move > 0) return cap;
  const Metric same = MetricOf(problem_.goal);
  for (size_t i = 0; i < problem_.constraints.size(); ++i) {
    const Constraint& rule = problem_.constraints[i];
    if (!active_[i] || rule.weight || !rule.at_most || rule.metric != same) continue;
    cap = std::min(cap, rule.bound + 2e-9 * std::max(1e-9, std::fabs(rule.bound)));
  }
  return cap;
}

double Domains::Preferences() const {
  double sum = 0;
  for (size_t i = 0; i < problem_.constraints.size(); ++i) {
    if (active_[i]) sum += problem_.constraints[i].weight.value_or(0);
  }
  return sum;
}

}  // namespace sprint::solver
