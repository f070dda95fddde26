#pragma once

#include "engine/cli/session.h"

namespace sprint::cli {

// Places, plans, asks, and carries out; the exit code of `apply`. The agent does the
// same with another workload and the running placement. `applied` gets the placement
// that runs afterwards.
int ApplyPlacement(Compiled& compiled, const ir::Deploy& deploy,
                   const placement::Options& placement_options, const Options& options,
                   placement::Answer* applied = nullptr);

}  // namespace sprint::cli
