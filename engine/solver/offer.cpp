#include "engine/solver/offer.h"

#include <cmath>

#include "engine/solver/evaluate.h"

namespace sprint::solver {
namespace {

const Item* Find(const std::vector<Item>& items, uint32_t pool) {
  for (const Item& item : items) {
    if (item.pool == pool) return &item;
  }
  return nullptr;
}

// Ways for all that flows, and none back from the cloud where that is forbidden.
bool Flows(const Problem& problem, const Placement& placement) {
  const auto cloud = [&](uint32_t j) { return problem.pools[j].form != Form::Nodes; };
  const auto passes = [&](uint32_t from, uint32_t to) {
    if (problem.one_way && cloud(from) && !cloud(to)) return false;
    return std::isfinite(Hop(problem, from, to, 0));
  };
  for (const auto& pools : placement.pool) {
    for (size_t p = 1; p < pools.size(); ++p) {
      if (!passes(pools[p - 1], pools[p])) return false;
    }
  }
  for (const Flow& flow : problem.flows) {
    const auto& from = placement.pool[flow.from];
    const uint32_t to = placement.pool[flow.to][0];
    const auto& parts = problem.components[flow.from].variants[placement.variant[flow.from]].parts;
    for (size_t p = 0; p < parts.size(); ++p) {
      const bool last = p + 1 == parts.size();
      if ((last || parts[p].exit > 0) && !std::isfinite(Hop(problem, from[p], to, 0))) return false;
    }
    // Whatever follows one that ends in the cloud is all in the cloud.
    if (!problem.one_way || !cloud(from.back())) continue;
    for (uint32_t j : placement.pool[flow.to]) {
      if (!cloud(j)) return false;
    }
  }
  return true;
}

}  // namespace

bool Offer(const Problem& problem, const Domains& domains, const Items& items, Progress& progress,
           Placement placement) {
  const size_t pools = problem.pools.size();
  std::vector<double> load(pools, 0), memory(pools, 0), gpu_memory(pools, 0);
  std::vector<char> used(pools, 0);
  for (size_t c = 0; c < placement.pool.size(); ++c) {
    for (size_t p = 0; p < placement.pool[c].size(); ++p) {
      const uint32_t j = placement.pool[c][p];
      const Item* item = Find(items[c][placement.variant[c]][p], j);
      if (!item) return false;
      load[j] += item->load;
      memory[j] += item->memory;
      gpu_memory[j] += item->gpu_memory;
      used[j] = 1;
    }
  }
  std::vector<uint32_t> kind(problem.one_kind.size(), ~0U);
  for (uint32_t j = 0; j < pools; ++j) {
    const Pool& pool = problem.pools[j];
    if (pool.form == Form::Functions) {
      if (load[j] > Concurrency(problem, pool) * (1 + 1e-12)) return false;
      continue;
    }
    if (!used[j]) {
      placement.count[j] = pool.form == Form::Machines ? pool.min : 0;
      continue;
    }
    if (load[j] > Capacity(problem, pool) * placement.count[j] * (1 + 1e-12)) return false;
    if (memory[j] + pool.reserved > pool.memory || gpu_memory[j] > pool.gpu_memory) return false;
    if (placement.count[j] == 0 || placement.count[j] > std::max(pool.max, pool.min)) return false;
    if (!problem.one_kind[pool.zone]) continue;
    if (kind[pool.zone] != ~0U) return false;
    kind[pool.zone] = j;
  }
  if (!Flows(problem, placement)) return false;
  const Evaluation evaluation = Evaluate(problem, placement);
  double burden = evaluation.goal + domains.Moves(placement);
  for (size_t i = 0; i < evaluation.met.size(); ++i) {
    const Constraint& rule = problem.constraints[i];
    if (!domains.active(i) || evaluation.met[i]) continue;
    if (!rule.weight) return false;
    burden += *rule.weight;
  }
  if (burden >= progress.Cutoff()) return false;
  progress.best = std::move(placement);
  progress.burden = burden;
  return true;
}

}  // namespace sprint::solver
