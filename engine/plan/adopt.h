#pragma once

#include "compiler/support/result.h"
#include "engine/lower/lower.h"
#include "engine/plan/moves.h"
#include "engine/plan/plan.h"

namespace sprint::plan {

// Looks up the object that the program says exists already, and puts it into `step`;
// nothing if the address has it already. `held` and `provider` may be null. InvalidArgument:
// the address, or another, has an object; NotFound: there is none, or no provider to ask.
Status Adopt(const lower::Adoption& adoption, const Inventory& inventory, const Held* held,
             host::Provider* provider, Step& step);

}  // namespace sprint::plan
