#pragma once

#include <chrono>
#include <optional>

#include "engine/cli/session.h"

namespace sprint::cli {

// What the agent knows to be carried out, so that a change need not look at all the rest
// again: reading the objects is most of the time that a plan takes.
struct Carried {
  std::optional<lower::DesiredGraph> graph;  // none: everything is to be looked at
  std::chrono::steady_clock::time_point looked;
  // What somebody else changed is found so much later at most.
  static constexpr std::chrono::minutes Good{5};
};

// Places, plans, asks, and carries out; the exit code of `apply`. The agent does the
// same with another workload and the running placement. `applied` gets the placement
// that runs afterwards; `carried` is used and brought up to date.
int ApplyPlacement(Compiled& compiled, const ir::Deploy& deploy,
                   const placement::Options& placement_options, const Options& options,
                   placement::Answer* applied = nullptr, Carried* carried = nullptr);

}  // namespace sprint::cli
