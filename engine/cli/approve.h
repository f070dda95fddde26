#pragma once

#include <string>

#include "engine/cli/options.h"

namespace sprint::cli {

// Asks on the terminal, by stderr; `yes` alone goes ahead, and --yes without being asked.
// Says so and is false where nobody can be asked.
bool Approved(const Options& options, const std::string& question);

}  // namespace sprint::cli
