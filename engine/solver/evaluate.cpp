#include "engine/solver/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/solver/traffic.h"

namespace sprint::solver {

double Value(const Response& response, std::optional<double> percentile) {
  if (!percentile) return response.mean();
  return response.fixed + performance::Quantile(response.stages, *percentile);
}

std::vector<double> Loads(const Problem& problem, const Placement& placement) {
  std::vector<double> load(problem.pools.size(), 0);
  for (size_t c = 0; c < problem.components.size(); ++c) {
    const Variant& variant = problem.components[c].variants[placement.variant[c]];
    for (size_t p = 0; p < variant.parts.size(); ++p) {
      for (const Option& option : variant.parts[p].options) {
        if (option.pool != placement.pool[c][p]) continue;
        load[option.pool] += option.demand * variant.parts[p].rate;
      }
    }
  }
  return load;
}

double Utilisation(const Pool& pool, double load, uint32_t count) {
  if (pool.form == Form::Functions) return pool.concurrency > 0 ? load / pool.concurrency : 0;
  if (load <= 0) return 0;
  if (count == 0) return std::numeric_limits<double>::infinity();
  return performance::NodeUtilisation(load / count, pool.cores, pool.per_core);
}

performance::Sojourn PartResponse(const Problem& problem, const Part& part, uint32_t pool,
                                  double load, uint32_t count) {
  for (const Option& option : part.options) {
    if (option.pool != pool) continue;
    const Pool& where = problem.pools[pool];
    if (where.form == Form::Functions) return option.response;
    if (count == 0) break;
    return performance::Node(option.demand, load / count, where.cores, where.per_core,
                             option.variation);
  }
  constexpr double Infinity = std::numeric_limits<double>::infinity();
  return {Infinity, Infinity};
}

Response PathResponse(const Problem& problem, const Placement& placement,
                      const std::vector<double>& loads, const std::vector<uint32_t>& path,
                      const std::vector<char>* placed, const std::vector<double>* floor) {
  const auto station = [&](uint32_t c, size_t p) {
    const uint32_t j = placement.pool[c][p];
    const Part& part = problem.components[c].variants[placement.variant[c]].parts[p];
    return PartResponse(problem, part, j, loads[j], placement.count[j]);
  };
  return PathResponse(problem, placement, station, path, placed, floor);
}

Response PathResponse(const Problem& problem, const Placement& placement, const Station& station,
                      const std::vector<uint32_t>& path, const std::vector<char>* placed,
                      const std::vector<double>* floor) {
  Response total;
  for (size_t step = 0; step < path.size(); ++step) {
    total += StepResponse(problem, placement, station, path, step, placed, floor);
  }
  return total;
}

Response StepResponse(const Problem& problem, const Placement& placement, const Station& station,
                      const std::vector<uint32_t>& path, size_t step,
                      const std::vector<char>* placed, const std::vector<double>* floor) {
  const auto known = [&](uint32_t c) { return !placed || (*placed)[c]; };
  const uint32_t c = path[step];
  Response rest;
  if (!known(c)) {
    rest.fixed = (*floor)[c];
    return rest;
  }
  const auto& parts = problem.components[c].variants[placement.variant[c]].parts;
  const auto& pools = placement.pool[c];
  const bool goes_on = step + 1 < path.size() && known(path[step + 1]);
  const double output = goes_on ? FlowBytes(problem, c, path[step + 1], parts.back().output) : 0;
  // From the last part back: what is still to come when a request enters part p.
  for (size_t p = parts.size(); p-- > 0;) {
    // From where nobody leaves there need not even be a way.
    const bool leaves = p + 1 == parts.size() || parts[p].exit > 0;
    const double leave =
        goes_on && leaves ? Hop(problem, pools[p], placement.pool[path[step + 1]][0], output) : 0;
    const auto here = station(c, p);
    if (p + 1 == parts.size()) {
      rest = {here, leave};
      continue;
    }
    const double stay = 1 - parts[p].exit;
    const double onward = Hop(problem, pools[p], pools[p + 1], parts[p].output) + rest.mean();
    if (stay <= 0) {
      rest = {here, leave};
      continue;
    }
    const double gap = onward - leave;
    const double mean = here.mean + stay * onward + (1 - stay) * leave;
    const double variance =
        here.variance + stay * rest.stages.variance + stay * (1 - stay) * gap * gap;
    const double sure = onward - rest.stages.mean;
    const double fixed = stay < 1 ? std::min(sure, leave) : sure;
    rest = {{mean - fixed, variance}, fixed};
  }
  return rest;
}

namespace {

void Once(std::vector<uint32_t>& all) {
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
}

// All of these pools, and the zones they are in, are up.
double AllUp(const Problem& problem, const Placement& placement, std::vector<uint32_t> pools) {
  std::vector<uint32_t> zones;
  Once(pools);
  zones.reserve(pools.size());
  for (uint32_t j : pools) zones.push_back(problem.pools[j].zone);
  Once(zones);
  double up = 1;
  for (uint32_t j : pools) {
    const Pool& pool = problem.pools[j];
    const double down = 1 - pool.availability;
    up *= 1 - (pool.form == Form::Functions ? down : std::pow(down, placement.count[j]));
  }
  for (uint32_t z : zones) {
    if (!problem.zone_availability.empty()) up *= problem.zone_availability[z];
  }
  return up;
}

}  // namespace

double PathAvailability(const Problem& problem, const Placement& placement,
                        const std::vector<uint32_t>& path, const std::vector<char>* placed) {
  const auto there = [&](uint32_t c) { return !placed || (*placed)[c]; };
  std::vector<uint32_t> always;
  std::vector<std::vector<uint32_t>> copied;  // components with copies, each copy of them
  for (uint32_t c : path) {
    const auto root = problem.components[c].copy_of;
    if (!root) {
      const auto& pools = placement.pool[c];
      if (there(c)) always.insert(always.end(), pools.begin(), pools.end());
    } else if (copied.empty() || problem.components[copied.back().front()].copy_of != root) {
      copied.push_back({c});
    } else {
      copied.back().push_back(c);
    }
  }
  std::erase_if(copied, [&](const auto& copies) {
    return !std::all_of(copies.begin(), copies.end(), there);
  });
  // Copies share zones and pools with others, so that what is up is not independent: inclusion
  // and exclusion over every choice of copies.
  const auto sum = [&](auto& self, size_t k, const std::vector<uint32_t>& pools) -> double {
    if (k == copied.size()) return AllUp(problem, placement, pools);
    double up = 0;
    for (uint32_t some = 1; some < 1U << copied[k].size(); ++some) {
      std::vector<uint32_t> more = pools;
      bool odd = false;
      for (size_t i = 0; i < copied[k].size(); ++i) {
        if (!(some >> i & 1)) continue;
        const auto& its = placement.pool[copied[k][i]];
        more.insert(more.end(), its.begin(), its.end());
        odd = !odd;
      }
      up += (odd ? 1 : -1) * self(self, k + 1, more);
    }
    return up;
  };
  return sum(sum, 0, always);
}

uint32_t Apart(const Problem& problem, const Placement& placement,
               const std::vector<uint32_t>& copies, const std::vector<char>* placed) {
  uint32_t apart = 0;
  std::vector<uint32_t> taken;
  std::optional<uint32_t> variant;
  for (uint32_t c : copies) {
    if (placed && !(*placed)[c]) {
      ++apart;
      continue;
    }
    std::vector<uint32_t> zones;
    for (uint32_t j : placement.pool[c]) zones.push_back(problem.pools[j].zone);
    const bool shared = std::any_of(zones.begin(), zones.end(), [&](uint32_t z) {
      return std::find(taken.begin(), taken.end(), z) != taken.end();
    });
    if (!variant) variant = placement.variant[c];
    if (!shared && placement.variant[c] == *variant) ++apart;
    taken.insert(taken.end(), zones.begin(), zones.end());
  }
  return apart;
}

bool Meets(const Constraint& constraint, double value) {
  const double slack = 1e-9 * std::max(1e-9, std::fabs(constraint.bound));
  return constraint.at_most ? value <= constraint.bound + slack : value >= constraint.bound - slack;
}

Evaluation Evaluate(const Problem& problem, const Placement& placement) {
  Evaluation out;
  out.load = Loads(problem, placement);
  const auto all = static_cast<uint32_t>(problem.components.size());
  std::vector<double> executions(problem.pools.size(), 0);
  for (uint32_t c = 0; c < all; ++c) {
    const auto& parts = problem.components[c].variants[placement.variant[c]].parts;
    out.response.emplace_back();
    for (size_t p = 0; p < parts.size(); ++p) {
      const uint32_t pool = placement.pool[c][p];
      out.response.back().push_back(
          PartResponse(problem, parts[p], pool, out.load[pool], placement.count[pool]).mean);
      if (problem.pools[pool].form != Form::Functions) continue;
      for (const Option& option : parts[p].options) {
        if (option.pool != pool) continue;
        executions[pool] += ExecutionCost(problem.pools[pool], parts[p], option);
      }
    }
  }
  for (size_t j = 0; j < problem.pools.size(); ++j) {
    const Pool& pool = problem.pools[j];
    const bool function = pool.form == Form::Functions;
    const double used = function ? out.load[j] : placement.count[j];
    out.utilisation.push_back(Utilisation(pool, out.load[j], placement.count[j]));
    out.pool_cost.push_back(function ? executions[j] : used * pool.price);
    out.cost += out.pool_cost.back();
    out.energy += used * pool.power;
    out.carbon += used * pool.carbon;
  }
  out.traffic = Traffic(problem).All(placement);
  out.cost += out.traffic;
  const auto sum = [&](Metric metric) {
    return metric == Metric::Cost ? out.cost : metric == Metric::Energy ? out.energy : out.carbon;
  };
  out.goal = out.burden = sum(MetricOf(problem.goal));
  for (const Constraint& constraint : problem.constraints) {
    double value = 0;
    switch (constraint.metric) {
      case Metric::Response:
        value = Value(PathResponse(problem, placement, out.load, constraint.path),
                      constraint.percentile);
        break;
      case Metric::Accuracy: {
        const uint32_t c = constraint.path[0];
        value = problem.components[c].variants[placement.variant[c]].accuracy.value_or(0);
        break;
      }
      case Metric::Cost:
      case Metric::Energy:
      case Metric::Carbon:
        value = sum(constraint.metric);
        break;
      case Metric::Availability:
        value = PathAvailability(problem, placement, constraint.path);
        break;
      case Metric::Utilisation:
        value = out.utilisation[constraint.pool];
        break;
      case Metric::Rate:
        value = problem.components[constraint.path[0]].rate;
        break;
      case Metric::Apart:
        value = Apart(problem, placement, constraint.path);
        break;
      case Metric::Where:
        value = 1;
        for (uint32_t pool : placement.pool[constraint.path[0]]) {
          if (!constraint.allowed[pool]) value = 0;
        }
        break;
    }
    const bool met = constraint.metric == Metric::Where ? value > 0 : Meets(constraint, value);
    out.value.push_back(value);
    out.met.push_back(met);
    if (!met && constraint.weight) out.burden += *constraint.weight;
  }
  return out;
}

}  // namespace sprint::solver
