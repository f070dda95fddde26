#pragma once

#include <string>

#include "compiler/support/result.h"
#include "engine/plan/plan.h"
#include "engine/state/store.h"

namespace sprint::cli {

// A plan of an encrypted state is encrypted with the state's keys: one line that says so,
// then base64. Written whole or not at all, mode 0600.
Status SavePlan(const plan::Plan& plan, const state::Store& store, const std::string& path);
// Protocol: no plan, or one in clear of a state that is encrypted. Opens the state of
// this program for its keys.
Result<plan::Plan> LoadPlan(const std::string& path, const std::string& program_path);

}  // namespace sprint::cli
