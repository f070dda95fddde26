#pragma once

#include <string>

#include "engine/cli/session.h"
#include "engine/placement/sensitivity.h"

namespace sprint::cli {

// What a program reads: one object with `placement`, `changes`, `diagnostics`. Null
// arguments leave their keys empty. Times in s, prices in EUR/h, utilisation 0..1.
std::string PlanJson(const Compiled& compiled, const placement::Answer* answer,
                     const plan::Plan* plan, const placement::Sensitivity* sensitivity = nullptr);

// The value of its key `placement`.
value::Object PlacementJson(const Compiled& compiled, const placement::Answer& answer);
// The diagnostics alone, as in compiler/diag/render.h.
value::Value DiagnosticsJson(const Compiled& compiled);

}  // namespace sprint::cli
