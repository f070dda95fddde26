#pragma once

#include "compiler/support/result.h"
#include "engine/simulate/simulate.h"

namespace sprint::simulate {

// Whether a run has a size that can be simulated. InvalidArgument, with what is too much:
// more requests at once than there is memory for, or so few for their short times that the
// clock could not tell these apart.
Status CheckLimits(const solver::Problem& problem, const solver::Placement& placement,
                   const Settings& settings);

}  // namespace sprint::simulate
