#pragma once

#include "engine/placement/placement.h"
#include "engine/solver/problem.h"

// The join between the program's words and the solver's numbers.
namespace sprint::placement {

struct Model {
  solver::Problem problem;
  // What each pool, component and constraint of the problem is in the program.
  struct PoolOrigin {
    ir::Index zone = 0, pool = 0;
  };
  std::vector<PoolOrigin> pools;
  std::vector<ir::Index> components;  // those that are spread once for each copy, in a row
  std::vector<uint32_t> copy;         // per component: which of its copies
  struct ConstraintOrigin {
    const ir::Constraint* written = nullptr;  // null: follows from data, arch or a pin
    Loc loc;
    std::string text;
    bool pin = false;  // a pin or forbid of the deploy
  };
  std::vector<ConstraintOrigin> constraints;
};

// Is its bound a sum over the deploy's horizon: EUR, kWh or kg, not EUR/h, W or g/h?
bool OverHorizon(const ir::Constraint& constraint);

Result<Model> Build(const ir::Program& program, const ir::Deploy& deploy, const Options& options);

// An answer in the numbers of a model; nothing when parts of what it uses are gone. It is
// matched by names, so it may stem from another version of the program.
std::optional<solver::Placement> Recall(const ir::Program& program, const ir::Deploy& deploy,
                                        const Model& model, const Answer& answer);

}  // namespace sprint::placement
