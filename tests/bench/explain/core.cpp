// core [SERVICES] [NODES]   how long a minimal core takes: chains of services over nodes in five
// tiers from sensors to cloud, made impossible by a planted reason among many innocent
// requirements. Prints for each reason the time of the search that found nothing, of the
// core alone, of the core with the relaxations that follow it (which take all of the 2 s
// there are), and whether the core is the planted one.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "engine/solver/explain.h"

namespace sprint::solver {
namespace {

constexpr double Hour = 3600, GiB = 1 << 30;

Problem Tiers(uint32_t services, uint32_t nodes, uint32_t seed) {
  std::mt19937 engine(seed);
  const auto real = [&](double low, double high) {
    return low + (high - low) * (engine() / 4294967296.0);
  };
  constexpr uint32_t Zones = 5;
  const double speed[Zones] = {0.3, 0.6, 1, 2, 4};
  Problem p;
  p.one_kind.assign(Zones, false);
  for (uint32_t j = 0; j < nodes; ++j) {
    Pool pool;
    // Many small nodes at the edge, few large ones in the cloud.
    const double at = static_cast<double>(j) / nodes;
    pool.zone = at < 0.4 ? 0 : at < 0.7 ? 1 : at < 0.85 ? 2 : at < 0.95 ? 3 : 4;
    pool.price = real(0.01, 0.02) * speed[pool.zone] / Hour;
    pool.memory = 2 * GiB * speed[pool.zone];
    p.pools.push_back(pool);
  }
  p.routes.assign(Zones, std::vector<std::vector<Route>>(Zones));
  for (uint32_t a = 0; a < Zones; ++a) {
    for (uint32_t b = 0; b < Zones; ++b) {
      if (a != b) p.routes[a][b] = {{0.01 * std::abs(int(a) - int(b)), 1e-8}};
    }
  }
  for (uint32_t c = 0; c < services; ++c) {
    Part part;
    part.rate = 1;
    part.memory = real(0.1, 0.5) * GiB;
    part.output = real(1e3, 1e5);
    const double demand = real(0.02, 0.08);
    for (uint32_t j = 0; j < nodes; ++j) {
      part.options.push_back({j, demand / speed[p.pools[j].zone], {}});
    }
    p.components.push_back({1, {{0.9, {part}}}});
    // Chains of five.
    if (c % 5 != 0) p.flows.push_back({c - 1, c});
  }
  for (uint32_t c = 0; c + 4 < services; c += 5) {
    Constraint rule;
    rule.metric = Metric::Response;
    for (uint32_t k = 0; k < 5; ++k) rule.path.push_back(c + k);
    rule.bound = 2;
    p.constraints.push_back(rule);
  }
  Constraint cost;
  cost.bound = 10 / Hour;
  p.constraints.push_back(cost);
  return p;
}

Constraint OnlyIn(const Problem& p, uint32_t component, uint32_t zone) {
  Constraint rule;
  rule.metric = Metric::Where;
  rule.path = {component};
  for (const Pool& pool : p.pools) rule.allowed.push_back(pool.zone == zone);
  return rule;
}

void Run(const std::string& name, const Problem& problem, const Core& planted) {
  const auto clock = [] { return std::chrono::steady_clock::now(); };
  const auto since = [&](auto start) {
    return std::chrono::duration<double>(clock() - start).count();
  };
  SearchOptions options;
  options.budget.seconds = 2;
  auto start = clock();
  const Outcome outcome = Search(problem, options);
  const double search = since(start);
  start = clock();
  const Explanation found = FindCores(problem, options.budget);
  const double core_seconds = since(start);
  start = clock();
  Explain(problem, options.budget);
  const double explain = since(start);
  std::string core;
  if (!found.cores.empty()) {
    for (const uint32_t i : found.cores.front()) core += " " + std::to_string(i);
  }
  const bool right = !found.cores.empty() && found.cores.front() == planted;
  std::printf("%-34s %-10s search %6.3f s   core %6.3f s   with relaxations %6.3f s   {%s } %s\n",
              name.c_str(),
              std::holds_alternative<Infeasible>(outcome) ? "infeasible"
              : std::holds_alternative<Solved>(outcome)   ? "solved"
                                                          : "exhausted",
              search, core_seconds, explain, core.c_str(),
              right ? "as planted" : "not the planted one");
}

void All(uint32_t services, uint32_t nodes) {
  std::printf("%u services on %u nodes\n", services, nodes);
  const Problem base = Tiers(services, nodes, 1);
  const auto last = static_cast<uint32_t>(base.constraints.size());
  {
    Problem p = base;
    p.constraints.push_back(OnlyIn(p, 7, 0));
    p.constraints.push_back(OnlyIn(p, 7, 4));
    Run("two pins against each other", p, {last, last + 1});
  }
  {
    Problem p = base;
    p.constraints[1].bound = 0.001;
    Run("one path too quick for any node", p, {1});
  }
  {
    Problem p = base;
    p.constraints.push_back(OnlyIn(p, 5, 0));
    p.constraints[1].bound = 0.08;
    Run("a pin and a quick path", p, {1, last});
  }
  {
    Problem p = base;
    p.constraints[last - 1].bound = 0.005 / Hour;
    Run("a cost below one node", p, {last - 1});
  }
  {
    Problem p = base;
    p.constraints[last - 1].bound = 0.05 / Hour;
    p.constraints.push_back(OnlyIn(p, 11, 4));
    Run("a cost", p, {last - 1});
  }
}

}  // namespace
}  // namespace sprint::solver

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const uint32_t services = argc > 1 ? static_cast<uint32_t>(std::atoi(argv[1])) : 60;
  const uint32_t nodes = argc > 2 ? static_cast<uint32_t>(std::atoi(argv[2])) : 512;
  sprint::solver::All(services, nodes);
}
