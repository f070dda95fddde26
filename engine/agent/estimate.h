#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/agent/step.h"

// From samples to a load.
namespace sprint::agent {

struct Load {
  double level = 0, peak = 0;
  bool complete = true;  // every entry has a new sample
};

// The newest usable sample of each component; takes note of their times. Dropped: not
// fresh, no finite rate >= 0, older than the newest seen or than three windows, from the
// future.
std::map<std::string, Sample> Accept(const Settings& settings, AgentState& state,
                                     const Observation& observation, int64_t& dropped);

// Exponential smoothing over two windows. A count over a window w of a Poisson stream of
// rate r has standard deviation sqrt(r w): a sample further than three of them from the
// level (and 10 %) is held to be noise the first time and a step of the load the second
// time. The load is that of the busiest entry; none when no entry has a new sample.
std::optional<Load> Estimate(const Settings& settings, AgentState& state,
                             const std::map<std::string, Sample>& samples,
                             const std::map<std::string, Seconds>& before);

}  // namespace sprint::agent
