#pragma once

#include <string>

#include "engine/cli/options.h"
#include "engine/cli/session.h"

namespace sprint::cli {

// Why `component` of the deploy is where it is, and what it would cost or break elsewhere:
// on the pool `not_on` ("plant.rpi"), or "" on each. Prints; gives an exit code.
int WhyComponent(const Options& options, const Compiled& compiled, const ir::Deploy& deploy,
                 ir::Index component, const std::string& not_on);

}  // namespace sprint::cli
