// accuracy [APPLICATIONS] [REQUESTS] [several]
// The formulas of performance/ against the simulation, on random placed applications used
// below 0.8: how often and how far apart they are, the worst of them, and the simulator's
// speed. With `several` a request may leave by several flows at once. Places are shown as
// components/pool of each part: s one server, c cores, f functions. Exit code 1 when a mean is off
// by more than 2 %, or a p95 by more than 10 %, beyond what the simulation itself is unsure of.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "engine/simulate/simulate.h"
#include "tests/unit/engine/simulate/random_application.h"

namespace sprint::simulate {
namespace {

struct Tally {
  const char* name;
  double limit;
  std::vector<double> off;  // relative, signed
  double worst = 0;
  std::string at;
  int beyond = 0;

  void Add(double predicted, const Estimate& simulated, const std::string& where) {
    const double difference = (predicted - simulated.value) / simulated.value;
    off.push_back(std::fabs(difference));
    if (std::fabs(difference) > std::fabs(worst)) {
      worst = difference;
      at = where;
    }
    const double unsure = std::max(simulated.half_width, 0.0) / simulated.value;
    if (std::fabs(difference) > limit + unsure) {
      ++beyond;
      std::printf("  %s of %s: foretold %.5g, simulated %.5g +- %.2g (%+.1f %%)\n", name,
                  where.c_str(), predicted, simulated.value, simulated.half_width,
                  difference * 100);
    }
  }
  void Print() {
    std::sort(off.begin(), off.end());
    const auto at_share = [&](double p) {
      return off.empty() ? 0 : off[std::min(off.size() - 1, static_cast<size_t>(p * off.size()))];
    };
    std::printf(
        "%-18s %6zu compared   off by: median %.2f %%, p95 %.2f %%, worst %+.2f %% (%s)   "
        "beyond %.0f %%: %d\n",
        name, off.size(), at_share(0.5) * 100, at_share(0.95) * 100, worst * 100, at.c_str(),
        limit * 100, beyond);
  }
};

int Compare(uint32_t applications, double requests, bool several_ways) {
  Tally means{"mean, components", 0.02, {}, 0, "", 0},
      path_means{"mean, paths", 0.02, {}, 0, "", 0};
  Tally tails{"p95, components", 0.1, {}, 0, "", 0}, path_tails{"p95, paths", 0.1, {}, 0, "", 0};
  uint64_t events = 0;
  const auto start = std::chrono::steady_clock::now();
  for (uint32_t seed = 1; seed <= applications; ++seed) {
    const PlacedApplication made = RandomApplication(seed, 0.1, 0.8, several_ways);
    double rate = 0;
    for (const auto& component : made.problem.components) rate = std::max(rate, component.rate);
    Settings settings;
    settings.seed = seed;
    settings.seconds = requests / rate;
    settings.warmup = settings.seconds / 10;
    const Report report = Simulate(made.problem, made.placement, made.paths, {0.95}, settings);
    events += report.events;
    const std::vector<double> loads = solver::Loads(made.problem, made.placement);
    for (const Response& response : report.responses) {
      // Fewer requests than these say nothing about tails.
      if (response.requests < 5000) continue;
      const auto predicted =
          solver::PathResponse(made.problem, made.placement, loads, response.path);
      std::string where = "application " + std::to_string(seed) + ",";
      for (const uint32_t c : response.path) where += " " + std::to_string(c);
      for (const uint32_t c : response.path) {
        std::string before = "/";
        for (const uint32_t j : made.placement.pool[c]) {
          const auto& site = made.problem.pools[j];
          where += before + "p" + std::to_string(j) +
                   (site.form == solver::Form::Functions ? "f"
                    : site.per_core                      ? "c"
                                                         : "s");
          before = "-";
        }
      }
      const bool single = response.path.size() == 1;
      (single ? means : path_means).Add(predicted.mean(), response.mean, where);
      (single ? tails : path_tails)
          .Add(solver::Value(predicted, 0.95), response.quantiles[0], where);
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  for (Tally* tally : {&means, &path_means, &tails, &path_tails}) tally->Print();
  std::printf("%u applications, %.3g events in %.1f s: %.2f M events/s\n", applications,
              static_cast<double>(events), took.count(),
              static_cast<double>(events) / took.count() / 1e6);
  return means.beyond + path_means.beyond + tails.beyond + path_tails.beyond == 0 ? 0 : 1;
}

}  // namespace
}  // namespace sprint::simulate

int main(int argc, char** argv) {
  const uint32_t applications = argc > 1 ? static_cast<uint32_t>(std::atoi(argv[1])) : 200;
  const double requests = argc > 2 ? std::atof(argv[2]) : 1e6;
  return sprint::simulate::Compare(applications, requests, argc > 3);
}
