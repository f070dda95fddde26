#pragma once

#include "engine/exchange/space4ai.h"
#include "engine/placement/placement.h"

namespace sprint::exchange::space4ai {

// The two shapes of solution files.
enum class Shape {
  Deployments,  // component, deployment, partition (SPACE4AI-D in Python)
  Flat,         // component, partition (SPACE4AI-D in C++)
};

// A placement of the imported system as a solution file. Times and costs are those of
// the family's rules, computed from the placement. Conflict: the placement holds
// something the system has not, or not all of it.
Result<std::string> Solution(const System& system, const placement::Answer& answer, Shape shape);

}  // namespace sprint::exchange::space4ai
