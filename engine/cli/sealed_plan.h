#pragma once

#include "engine/cli/session.h"

namespace sprint::cli {

// A saved plan; of an encrypted state it is encrypted too, with the state's key, all but the
// path of its program.
Status SavePlan(const plan::Plan& plan, const state::Store& store, const std::string& path);
// `program_path` is that of its program; "": the one that the plan names. Protocol: no plan
// file, or in clear while the state is encrypted.
Result<plan::Plan> LoadPlan(const std::string& path, const std::string& program_path);
// One in clear without its state, which may be elsewhere.
Result<plan::Plan> LoadPlanToShow(const std::string& path);

// Plans are told from programs by their names.
bool IsPlanFile(const std::string& path);

}  // namespace sprint::cli
