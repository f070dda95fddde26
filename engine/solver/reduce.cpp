#include "engine/solver/reduce.h"

namespace sprint::solver {

Reduced::Reduced(const Problem& problem)
    : all_(problem.pools.size()), now_(problem.pools.size(), Nowhere) {
  std::vector<char> useful(all_, 0);
  for (uint32_t j = 0; j < all_; ++j) {
    useful[j] = problem.pools[j].form == Form::Machines && problem.pools[j].min > 0;
  }
  for (const Component& component : problem.components) {
    for (const Variant& variant : component.variants) {
      for (const Part& part : variant.parts) {
        for (const Option& option : part.options) useful[option.pool] = 1;
      }
    }
  }
  for (const Constraint& rule : problem.constraints) {
    if (rule.metric == Metric::Utilisation) useful[rule.pool] = 1;
  }
  for (uint32_t j = 0; j < all_; ++j) {
    if (!useful[j]) continue;
    now_[j] = static_cast<uint32_t>(kept_.size());
    kept_.push_back(j);
  }
  if (kept_.empty() || kept_.size() == all_) return;
  problem_.one_kind = problem.one_kind;
  problem_.zone_availability = problem.zone_availability;
  problem_.routes = problem.routes;
  problem_.flows = problem.flows;
  problem_.one_way = problem.one_way;
  problem_.ceiling = problem.ceiling;
  problem_.goal = problem.goal;
  for (uint32_t j : kept_) problem_.pools.push_back(problem.pools[j]);
  problem_.components = problem.components;
  for (Component& component : problem_.components) {
    for (Variant& variant : component.variants) {
      for (Part& part : variant.parts) {
        for (Option& option : part.options) option.pool = now_[option.pool];
      }
    }
  }
  for (const Constraint& rule : problem.constraints) {
    Constraint less;
    less.metric = rule.metric;
    less.path = rule.path;
    less.at_most = rule.at_most;
    less.bound = rule.bound;
    less.percentile = rule.percentile;
    less.weight = rule.weight;
    if (rule.metric == Metric::Utilisation) less.pool = now_[rule.pool];
    if (rule.metric == Metric::Where) {
      for (uint32_t j : kept_) less.allowed.push_back(rule.allowed[j]);
    }
    problem_.constraints.push_back(std::move(less));
  }
}

Placement Reduced::Inside(const Placement& placement) const {
  Placement inside;
  inside.variant = placement.variant;
  for (const auto& pools : placement.pool) {
    inside.pool.emplace_back();
    for (uint32_t j : pools) inside.pool.back().push_back(j < all_ ? now_[j] : Nowhere);
  }
  for (uint32_t j : kept_) {
    inside.count.push_back(j < placement.count.size() ? placement.count[j] : 0);
  }
  return inside;
}

Placement Reduced::Outside(const Placement& placement) const {
  Placement outside;
  outside.variant = placement.variant;
  outside.pool = placement.pool;
  for (auto& pools : outside.pool) {
    for (uint32_t& j : pools) j = kept_[j];
  }
  outside.count.assign(all_, 0);
  for (size_t k = 0; k < kept_.size(); ++k) outside.count[kept_[k]] = placement.count[k];
  return outside;
}

}  // namespace sprint::solver
