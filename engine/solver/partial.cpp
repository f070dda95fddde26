#include "engine/solver/partial.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
constexpr double Rounding = 1 + 1e-12;

}  // namespace

Partial::Partial(const Problem& problem, const Domains& domains)
    : problem_(problem),
      domains_(domains),
      all_(static_cast<uint32_t>(problem.components.size())),
      ways_(problem),
      before_(all_),
      after_(all_),
      flows_(all_),
      most_(problem.pools.size(), 0),
      chosen_(all_, nullptr),
      placed_(all_, 0),
      load_(problem.pools.size(), 0),
      memory_(problem.pools.size(), 0),
      gpu_(problem.pools.size(), 0),
      users_(problem.pools.size(), 0),
      floor_(all_, 0),
      zero_(all_, 0),
      cloud_before_(all_, 0),
      edge_after_(all_, 0) {
  for (const Pool& pool : problem.pools) {
    function_.push_back(pool.form == Form::Functions);
    capacity_.push_back(Capacity(problem, pool));
    concurrency_.push_back(Concurrency(problem, pool));
    idle_.push_back(pool.form == Form::Machines ? pool.min : 0);
  }
  placement_.variant.assign(all_, 0);
  placement_.pool.resize(all_);
  std::vector<std::vector<char>> ancestors(all_, std::vector<char>(all_, 0));
  for (const Flow& flow : problem.flows) {
    flows_[flow.from].push_back(flow);
    flows_[flow.to].push_back(flow);
    ancestors[flow.to][flow.from] = 1;
    for (uint32_t a = 0; a < all_; ++a) ancestors[flow.to][a] |= ancestors[flow.from][a];
  }
  for (uint32_t c = 0; problem.one_way && c < all_; ++c) {
    for (uint32_t a = 0; a < all_; ++a) {
      if (!ancestors[c][a]) continue;
      before_[c].push_back(a);
      after_[a].push_back(c);
    }
  }
}

void Partial::Begin(std::vector<uint32_t> counts, bool fixed) {
  fixed_ = fixed;
  counts_ = std::move(counts);
  placement_.count = counts_;
  for (size_t j = 0; j < counts_.size(); ++j) {
    most_[j] = (function_[j] ? concurrency_[j] : capacity_[j] * counts_[j]) * Rounding;
  }
  std::fill(floor_.begin(), floor_.end(), 0);
}

void Partial::Put(uint32_t c, const Choice& choice) {
  placement_.variant[c] = choice.variant;
  placement_.pool[c].resize(choice.items.size());
  for (size_t p = 0; p < choice.items.size(); ++p) placement_.pool[c][p] = choice.items[p]->pool;
  chosen_[c] = &choice;
  placed_[c] = 1;
  Add(c, choice, 1);
}

void Partial::Take(uint32_t c) {
  Add(c, *chosen_[c], -1);
  chosen_[c] = nullptr;
  placed_[c] = 0;
}

void Partial::Add(uint32_t c, const Choice& choice, int sign) {
  if (choice.ends_in_cloud) {
    for (uint32_t other : after_[c]) cloud_before_[other] += sign;
  }
  if (choice.touches_edge) {
    for (uint32_t other : before_[c]) edge_after_[other] += sign;
  }
  for (const Item* item : choice.items) {
    const uint32_t j = item->pool;
    users_[j] += static_cast<uint32_t>(sign);
    load_[j] += sign * item->load;
    if (!function_[j]) {
      memory_[j] += sign * item->memory;
      gpu_[j] += sign * item->gpu_memory;
    }
    // What rounding left behind must not add up over millions of steps.
    if (users_[j] == 0) load_[j] = memory_[j] = gpu_[j] = 0;
  }
}

bool Partial::Fits(uint32_t c) const {
  for (const Item* item : chosen_[c]->items) {
    const uint32_t j = item->pool;
    if (load_[j] > most_[j]) return false;
    if (function_[j]) continue;
    const Pool& pool = problem_.pools[j];
    if (memory_[j] + pool.reserved > pool.memory || gpu_[j] > pool.gpu_memory) return false;
    if (counts_[j] == 0) return false;
  }
  return true;
}

bool Partial::Joins(uint32_t c) const {
  for (const Flow& flow : flows_[c]) {
    if (!placed_[flow.from] || !placed_[flow.to]) continue;
    const auto& from = placement_.pool[flow.from];
    const auto& parts =
        problem_.components[flow.from].variants[placement_.variant[flow.from]].parts;
    for (size_t p = 0; p < parts.size(); ++p) {
      if (p + 1 < parts.size() && parts[p].exit <= 0) continue;
      if (!std::isfinite(Hop(problem_, from[p], placement_.pool[flow.to][0], 0))) return false;
    }
  }
  return !Returns(c, *chosen_[c]);
}

performance::Sojourn Partial::At(const Option& option, double load) const {
  if (function_[option.pool]) return option.response;
  const uint32_t count = counts_[option.pool];
  if (count == 0) return {Infinity, Infinity};
  const Pool& pool = problem_.pools[option.pool];
  return performance::Node(option.demand, load / count, pool.cores, pool.per_core,
                           option.variation);
}

Response Partial::Along(const std::vector<uint32_t>& path, const std::vector<double>& loads,
                        const std::vector<double>& floor) const {
  const auto station = [this, &loads](uint32_t c, size_t p) {
    const Item& item = *chosen_[c]->items[p];
    const auto& parts = problem_.components[c].variants[chosen_[c]->variant].parts;
    return At(parts[p].options[item.option], loads[item.pool]);
  };
  return PathResponse(problem_, placement_, station, path, &placed_, &floor);
}

double Partial::Lost(bool complete) const {
  double price = problem_.goal == Goal::Cost ? ways_.All(placement_, &placed_) : 0;
  for (size_t i = 0; i < problem_.constraints.size(); ++i) {
    const Constraint& rule = problem_.constraints[i];
    if (!domains_.active(i) || Holds(rule, domains_.monotone(i), complete)) continue;
    if (!rule.weight) return Infinity;
    price += *rule.weight;
  }
  return price;
}

bool Partial::Holds(const Constraint& rule, bool monotone, bool complete) const {
  switch (rule.metric) {
    case Metric::Response: {
      if (!complete && !monotone) return true;
      bool touched = false;
      for (uint32_t c : rule.path) touched = touched || placed_[c];
      if (!touched) return true;
      const Response response = Along(rule.path, load_, rule.percentile ? zero_ : floor_);
      return Meets(rule, Value(response, complete ? rule.percentile : EarlyPercentile(rule)));
    }
    case Metric::Utilisation:
      if (!complete && !monotone) return true;
      return Meets(rule,
                   Utilisation(problem_.pools[rule.pool], load_[rule.pool], counts_[rule.pool]));
    case Metric::Accuracy: {
      const uint32_t c = rule.path[0];
      if (!placed_[c]) return true;
      const auto& variant = problem_.components[c].variants[placement_.variant[c]];
      return Meets(rule, variant.accuracy.value_or(0));
    }
    case Metric::Rate:
      return Meets(rule, problem_.components[rule.path[0]].rate);
    case Metric::Where:
      if (!placed_[rule.path[0]]) return true;
      for (uint32_t j : placement_.pool[rule.path[0]]) {
        if (!rule.allowed[j]) return false;
      }
      return true;
    case Metric::Apart:
      if (!complete && !monotone) return true;
      return Meets(rule, Apart(problem_, placement_, rule.path, &placed_));
    case Metric::Availability:
      if (!complete && !monotone) return true;
      return Meets(rule, PathAvailability(problem_, placement_, rule.path, &placed_));
    case Metric::Cost:
    case Metric::Energy:
    case Metric::Carbon:
      if (!complete && (!rule.at_most || !fixed_)) return true;
      return Meets(rule, Sum(rule.metric));
  }
  return true;
}

double Partial::Sum(Metric metric) const {
  const bool money = metric == Metric::Cost;
  double sum = money ? ways_.All(placement_, &placed_) : 0;
  for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
    if (function_[j] && money) continue;
    sum += Rate(problem_.pools[j], metric) * (function_[j] ? load_[j] : Count(j));
  }
  for (uint32_t c = 0; c < all_ && money; ++c) {
    if (placed_[c]) sum += chosen_[c]->cost;
  }
  return sum;
}

double Partial::Executions() const {
  double sum = 0;
  for (const Choice* choice : chosen_) sum += choice ? choice->fixed : 0;
  return sum;
}

Placement Partial::Whole() const {
  Placement whole = placement_;
  for (uint32_t j = 0; j < counts_.size(); ++j) whole.count[j] = function_[j] ? 0 : Count(j);
  return whole;
}

}  // namespace sprint::solver
