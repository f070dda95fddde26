#pragma once

#include <string>

#include "compiler/ir/program.h"

namespace sprint::testing {

// A checked program as text, one fact a line, in base units.
std::string Dump(const ir::Program& program);

}  // namespace sprint::testing
