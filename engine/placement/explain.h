#pragma once

#include "engine/placement/model.h"
#include "engine/solver/search.h"

namespace sprint::placement {

// Fills in why nothing holds, and what would: other bounds, without a pin, fewer copies, more
// instances. `model` is what Build makes of `options`. Internal: as of Place.
Status ExplainTo(const ir::Program& program, const ir::Deploy& deploy, const Options& options,
                 const Model& model, const solver::Budget& budget, Answer& answer);

// The condition of a requirement with another bound: "cost <= 0.124 EUR/h", three digits,
// rounded to the side that holds. `bound` as in solver::Constraint.
std::string WithBound(const ir::Constraint& written, double horizon, double bound);
// The bound it shows, as in solver::Constraint.
double Rounded(const ir::Constraint& written, double horizon, double bound);

// The program with so many copies where `written` asks for more; 1: without that line.
ir::Program WithCopies(ir::Program program, const ir::Deploy& deploy, const ir::Constraint& written,
                       double copies);

// "upv.large"
std::string PoolName(const ir::Program& program, const ir::Deploy& deploy, const Model& model,
                     uint32_t pool);

}  // namespace sprint::placement
