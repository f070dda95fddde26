#pragma once

#include <algorithm>
#include <cmath>
#include <random>

#include "engine/performance/station.h"
#include "engine/solver/evaluate.h"
#include "engine/solver/problem.h"

// Applications of every shape where they are placed: cut networks, early exits, branches,
// several entries, parts together on one pool, replicas, cores, functions.
namespace sprint::simulate {

struct PlacedApplication {
  solver::Problem problem;
  solver::Placement placement;
  std::vector<std::vector<uint32_t>> paths;  // from entries along flows, two or more long
};

// Every pool with cores is used between `low` and `high` (shares). `several_ways`: a request
// may leave a component by several flows at once.
inline PlacedApplication RandomApplication(uint32_t seed, double low, double high,
                                           bool several_ways) {
  std::mt19937 engine(seed);
  const auto real = [&](double from, double to) {
    return from + (to - from) * (engine() / 4294967296.0);
  };
  const auto whole = [&](uint32_t from, uint32_t to) {
    return from + static_cast<uint32_t>(engine() % (to - from + 1));
  };
  const auto chance = [&](double p) { return real(0, 1) < p; };
  PlacedApplication made;
  solver::Problem& p = made.problem;
  const uint32_t zones = whole(1, 3);
  p.one_kind.assign(zones, false);
  p.routes.assign(zones, std::vector<std::vector<solver::Route>>(zones));
  for (uint32_t a = 0; a < zones; ++a) {
    for (uint32_t b = a + 1; b < zones; ++b) {
      p.routes[a][b] = p.routes[b][a] = {{real(0.001, 0.03), real(1e-9, 1e-7)}};
    }
  }
  const uint32_t pools = whole(2, 6);
  for (uint32_t j = 0; j < pools; ++j) {
    solver::Pool pool;
    pool.zone = whole(0, zones - 1);
    pool.form = j > 0 && chance(0.25) ? solver::Form::Functions
                : chance(0.5)         ? solver::Form::Nodes
                                      : solver::Form::Machines;
    pool.max = 3;
    pool.per_core = chance(0.5);
    pool.cores = pool.per_core ? std::floor(real(2, 16.99)) * 0.5 : 1;
    pool.idle = real(5, 60);
    p.pools.push_back(pool);
    made.placement.count.push_back(pool.form == solver::Form::Functions ? 0 : whole(1, 3));
  }
  const uint32_t components = whole(2, 7);
  const double workload = real(0.5, 20);
  for (uint32_t c = 0; c < components; ++c) {
    // Entries are 0 and now and then another; everything else has a flow from before.
    double rate = 0;
    if (c > 0 && !chance(0.1)) {
      std::vector<uint32_t> from{whole(0, c - 1)};
      if (chance(0.3)) from.push_back(whole(0, c - 1));
      if (from.size() == 2 && from[0] == from[1]) from.pop_back();
      for (const uint32_t f : from) {
        double given = 0;
        for (const solver::Flow& flow : p.flows) given += flow.from == f ? flow.probability : 0;
        const bool apart = several_ways && f % 3 == 2;
        const double probability = apart ? real(0.3, 1) : (1 - given) * real(0.3, 0.9);
        p.flows.push_back({f, c, std::nullopt, probability});
        rate += probability * p.components[f].rate;
      }
    }
    if (rate == 0) rate = workload;
    solver::Component component;
    component.rate = rate;
    solver::Variant variant;
    made.placement.variant.push_back(0);
    made.placement.pool.emplace_back();
    const uint32_t cuts = chance(0.6) ? 1 : whole(2, 3);
    for (uint32_t k = 0; k < cuts; ++k) {
      solver::Part part;
      part.rate = rate;
      part.output = real(1e3, 1e6);
      part.exit = k + 1 < cuts && chance(0.7) ? real(0.1, 0.6) : 0;
      rate *= 1 - part.exit;
      const uint32_t pool = whole(0, pools - 1);
      part.options.push_back({pool, real(0.1, 1), {}});
      made.placement.pool.back().push_back(pool);
      variant.parts.push_back(std::move(part));
    }
    component.variants.push_back(std::move(variant));
    p.components.push_back(std::move(component));
  }
  std::sort(p.flows.begin(), p.flows.end(), [](const auto& a, const auto& b) {
    return a.from != b.from ? a.from < b.from : a.to < b.to;
  });
  // Demands are made to fit the use that each pool is to have.
  const std::vector<double> loads = solver::Loads(p, made.placement);
  std::vector<double> factor(pools, 1);
  for (uint32_t j = 0; j < pools; ++j) {
    const double use = solver::Utilisation(p.pools[j], loads[j], made.placement.count[j]);
    if (p.pools[j].form == solver::Form::Functions) {
      factor[j] = real(0.05, 0.5);
    } else if (use > 0) {
      factor[j] = real(low, high) / use;
    }
  }
  for (auto& component : p.components) {
    for (auto& part : component.variants[0].parts) {
      for (auto& option : part.options) {
        option.demand *= factor[option.pool];
        if (p.pools[option.pool].form != solver::Form::Functions) continue;
        option.cold = option.demand * real(1, 4);
        option.response =
            performance::WarmPool(part.rate, option.demand, option.cold, p.pools[option.pool].idle)
                .response;
      }
    }
  }
  for (uint32_t c = 0; c < components; ++c) {
    std::vector<uint32_t> path{c};
    for (const solver::Flow& flow : p.flows) {
      if (flow.from != path.back()) continue;
      path.push_back(flow.to);
      if (path.size() > 1) made.paths.push_back(path);
    }
  }
  return made;
}

}  // namespace sprint::simulate
