#include "tests/bench/placement/fog.h"

#include <algorithm>
#include <cmath>

#include "tests/bench/placement/random.h"

namespace sprint::bench {
namespace {

using solver::Form;

constexpr uint32_t Tiers = 5;
constexpr double Hour = 3600, GiB = 1 << 30;
// Per tier, from end devices to cloud: share of the nodes, speed, memory, price, and the
// delay up to the next tier (s).
constexpr double Share[Tiers] = {0.4, 0.25, 0.2, 0.1, 0.05};
constexpr double Speed[Tiers] = {0.3, 0.6, 1, 2, 3};
constexpr double Memory[Tiers] = {2 * GiB, 4 * GiB, 8 * GiB, 32 * GiB, 64 * GiB};
constexpr double Price[Tiers] = {0.02, 0.06, 0.12, 0.3, 0.5};
constexpr double Delay[Tiers] = {0.002, 0.005, 0.01, 0.025, 0};
constexpr double BytesPerSecond[Tiers] = {6e6, 12e6, 60e6, 120e6, 0};
constexpr uint32_t NodesPerSite = 16;

}  // namespace

solver::Problem Fog(uint32_t seed, const FogOptions& options) {
  Random random(seed);
  solver::Problem problem;
  std::vector<uint32_t> tier_of;  // per zone
  for (uint32_t tier = 0; tier < Tiers; ++tier) {
    auto left = static_cast<uint32_t>(std::max(1.0, std::round(Share[tier] * options.nodes)));
    while (left > 0) {
      const auto zone = static_cast<uint32_t>(tier_of.size());
      tier_of.push_back(tier);
      problem.one_kind.push_back(false);
      for (uint32_t kind = 0; kind < 3 && left > 0; ++kind) {
        const uint32_t count = std::min(left, random.Whole(1, NodesPerSite / 3 + 1));
        left -= count;
        solver::Pool pool;
        pool.zone = zone;
        pool.form = tier < 3 ? Form::Nodes : Form::Machines;
        pool.max = count;
        pool.price = Price[tier] * random.Real(0.8, 1.4) / Hour;
        pool.memory = Memory[tier];
        problem.pools.push_back(pool);
      }
    }
  }
  const size_t zones = tier_of.size();
  problem.routes.assign(zones, std::vector<std::vector<solver::Route>>(zones));
  for (size_t a = 0; a < zones; ++a) {
    for (size_t b = 0; b < zones; ++b) {
      if (a == b) continue;
      // Up to the tier above both, or to the higher one's own, and down again.
      const uint32_t low = std::min(tier_of[a], tier_of[b]);
      uint32_t high = std::max(tier_of[a], tier_of[b]);
      if (low == high && high + 1 < Tiers) ++high;
      solver::Route route;
      for (uint32_t tier = low; tier < high; ++tier) {
        route.delay += Delay[tier];
        route.seconds_per_byte = std::max(route.seconds_per_byte, 1 / BytesPerSecond[tier]);
      }
      problem.routes[a][b].push_back(route);
    }
  }
  // A tree towards the last service: requests of up to three sources meet on the way.
  const uint32_t sources = std::min(3U, options.services);
  std::vector<double> rate(options.services, 0);
  for (uint32_t s = 0; s < options.services; ++s) {
    if (s < sources) rate[s] = random.Real(1, 3);
    if (s + 1 == options.services) break;
    const uint32_t next = std::max(sources, std::min(s + random.Whole(1, 4), options.services - 1));
    if (next <= s) continue;
    problem.flows.push_back({s, next});
    rate[next] = std::max(rate[next], rate[s]);
  }
  for (uint32_t s = 0; s < options.services; ++s) {
    const double depth = static_cast<double>(s) / std::max(1U, options.services - 1);
    solver::Component component;
    component.rate = rate[s] = std::max(rate[s], 0.5);
    solver::Part part;
    part.rate = rate[s];
    part.memory = random.Real(0.1, 0.9) * GiB * (1 + depth);
    part.output = random.Real(1e4, 5e5);
    const double work = random.Real(0.01, 0.06) * (1 + 2 * depth);
    const bool heavy = random.Chance(0.3);
    for (uint32_t j = 0; j < problem.pools.size(); ++j) {
      const uint32_t tier = tier_of[problem.pools[j].zone];
      if (heavy && tier < 2) continue;
      part.options.push_back({j, work / Speed[tier] * random.Real(0.9, 1.1), {}});
    }
    component.variants.push_back({std::nullopt, {part}});
    problem.components.push_back(component);
  }
  for (uint32_t s = 0; s < sources; ++s) {
    solver::Constraint where;
    where.metric = solver::Metric::Where;
    where.path = {s};
    for (const solver::Pool& pool : problem.pools) {
      where.allowed.push_back(tier_of[pool.zone] <= 2 && pool.zone % 3 <= s % 3);
    }
    problem.constraints.push_back(std::move(where));
  }
  if (!options.responses) return problem;
  for (uint32_t s = 0; s < sources; ++s) {
    solver::Constraint quick;
    quick.metric = solver::Metric::Response;
    quick.path = {s};
    for (bool more = true; more;) {
      more = false;
      for (const solver::Flow& flow : problem.flows) {
        if (flow.from != quick.path.back()) continue;
        quick.path.push_back(flow.to);
        more = true;
        break;
      }
    }
    quick.bound = 0.6 * static_cast<double>(quick.path.size());
    problem.constraints.push_back(std::move(quick));
  }
  return problem;
}

std::vector<uint32_t> PlantContradiction(solver::Problem& problem) {
  const uint32_t pool = 0;
  problem.pools[pool].max = 1;
  std::vector<uint32_t> planted;
  const auto last = static_cast<uint32_t>(problem.components.size() - 1);
  for (const uint32_t s : {last - 1, last}) {
    solver::Part& part = problem.components[s].variants[0].parts[0];
    // Either takes six tenths of the node.
    const double demand = 0.6 / part.rate;
    const auto offered = std::find_if(part.options.begin(), part.options.end(),
                                      [&](const solver::Option& o) { return o.pool == pool; });
    if (offered == part.options.end()) {
      part.options.insert(part.options.begin(), {pool, demand, {}, 0.0});
    } else {
      offered->demand = demand;
      offered->memory = 0;
    }
    solver::Constraint there;
    there.metric = solver::Metric::Where;
    there.path = {s};
    there.allowed.assign(problem.pools.size(), false);
    there.allowed[pool] = true;
    planted.push_back(static_cast<uint32_t>(problem.constraints.size()));
    problem.constraints.push_back(std::move(there));
  }
  return planted;
}

}  // namespace sprint::bench
