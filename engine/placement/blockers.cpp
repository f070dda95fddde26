#include "engine/placement/blockers.h"

#include <algorithm>
#include <cmath>

namespace sprint::placement {
namespace {

constexpr size_t Most = 8;  // told of each sort

enum class Fit { Yes, NoMemory, NoTime };

// Of one part alone there.
Fit FitOf(const solver::Problem& problem, const solver::Part& part, const solver::Option& option) {
  const solver::Pool& pool = problem.pools[option.pool];
  const bool function = pool.form == solver::Form::Functions;
  if (solver::Memory(part, option) > pool.memory - pool.reserved ||
      part.gpu_memory > pool.gpu_memory) {
    return Fit::NoMemory;
  }
  const double room =
      function ? solver::Concurrency(problem, pool) : solver::Capacity(problem, pool) * pool.max;
  return part.rate * option.demand > room ? Fit::NoTime : Fit::Yes;
}

// The best that any pool offers the part that fits worst.
Fit BestOf(const solver::Problem& problem, const solver::Variant& variant) {
  Fit worst = Fit::Yes;
  for (const solver::Part& part : variant.parts) {
    Fit best = Fit::NoMemory;
    for (const solver::Option& option : part.options) {
      const Fit fit = FitOf(problem, part, option);
      if (fit == Fit::Yes || best == Fit::NoMemory) best = fit;
      if (fit == Fit::Yes) break;
    }
    if (best == Fit::NoMemory || worst == Fit::Yes) worst = best;
  }
  return worst;
}

// Pools where the first or the last part of some variant may be.
std::vector<uint32_t> PoolsOf(const solver::Component& component, bool last) {
  std::vector<uint32_t> pools;
  for (const solver::Variant& variant : component.variants) {
    const solver::Part& part = last ? variant.parts.back() : variant.parts.front();
    for (const solver::Option& option : part.options) pools.push_back(option.pool);
  }
  return pools;
}

bool Joined(const solver::Problem& problem, const solver::Flow& flow) {
  const auto to = PoolsOf(problem.components[flow.to], /*last=*/false);
  for (const uint32_t a : PoolsOf(problem.components[flow.from], /*last=*/true)) {
    if (std::any_of(to.begin(), to.end(),
                    [&](uint32_t b) { return std::isfinite(solver::Hop(problem, a, b, 0)); })) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<CoreLine> Blockers(const ir::Deploy& deploy, const ir::Application& application,
                               const Model& model) {
  const solver::Problem& problem = model.problem;
  const auto name = [&](uint32_t c) {
    return "`" + deploy.components[model.components[c]].name + "`";
  };
  std::vector<CoreLine> lines;
  for (uint32_t c = 0; c < problem.components.size() && lines.size() < Most; ++c) {
    if (model.copy[c] > 0) continue;
    Fit best = Fit::NoMemory;
    for (const solver::Variant& variant : problem.components[c].variants) {
      const Fit fit = BestOf(problem, variant);
      if (fit == Fit::Yes || best == Fit::NoMemory) best = fit;
      if (fit == Fit::Yes) break;
    }
    if (best == Fit::Yes) continue;
    lines.push_back({deploy.components[model.components[c]].loc,
                     best == Fit::NoMemory
                         ? name(c) + " needs more memory than any pool has for it"
                         : name(c) + " needs more instances than any pool has, at this workload"});
  }
  size_t apart = 0;
  for (const solver::Flow& flow : problem.flows) {
    if (apart == Most || model.copy[flow.from] > 0 || model.copy[flow.to] > 0) continue;
    if (Joined(problem, flow)) continue;
    ++apart;
    const auto written = std::find_if(application.flows.begin(), application.flows.end(),
                                      [&](const ir::Flow& candidate) {
                                        return candidate.from == model.components[flow.from] &&
                                               candidate.to == model.components[flow.to];
                                      });
    lines.push_back({written->loc, "no link leads from where " + name(flow.from) +
                                       " can be to where " + name(flow.to) + " can"});
  }
  return lines;
}

}  // namespace sprint::placement
