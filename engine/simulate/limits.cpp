#include "engine/simulate/limits.h"

#include <algorithm>
#include <limits>

#include "compiler/support/quantity.h"

namespace sprint::simulate {
namespace {

constexpr double MostAtOnce = 1e7;  // some hundred bytes each
constexpr double LeastTicks = 1e3;  // of the clock, in the shortest time

std::string Shown(double seconds) { return Format({seconds, dimension::Time, "", ""}); }

}  // namespace

Status CheckLimits(const solver::Problem& problem, const solver::Placement& placement,
                   const Settings& settings) {
  double at_once = 0;
  double shortest = std::numeric_limits<double>::infinity();
  for (size_t c = 0; c < problem.components.size(); ++c) {
    const auto& parts = problem.components[c].variants[placement.variant[c]].parts;
    for (size_t p = 0; p < parts.size(); ++p) {
      for (const solver::Option& option : parts[p].options) {
        if (option.pool != placement.pool[c][p]) continue;
        shortest = std::min(shortest, option.demand);
        if (problem.pools[option.pool].form == solver::Form::Functions) {
          at_once += parts[p].rate * option.demand;
        }
      }
    }
  }
  if (at_once > MostAtOnce) {
    return Error(ErrorCode::InvalidArgument,
                 FormatNumber(at_once, 3) + " executions of functions at once are more than " +
                     "can be simulated: at most " + FormatNumber(MostAtOnce));
  }
  const double run = settings.warmup + settings.seconds;
  if (shortest < run * std::numeric_limits<double>::epsilon() * LeastTicks) {
    return Error(ErrorCode::InvalidArgument, "times of " + Shown(shortest) +
                                                 " are lost in a run of " + Shown(run) +
                                                 ": simulate fewer requests, or a higher rate");
  }
  return Ok();
}

}  // namespace sprint::simulate
