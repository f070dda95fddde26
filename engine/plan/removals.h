#pragma once

#include <functional>
#include <string>

#include "compiler/support/result.h"
#include "engine/plan/plan.h"
#include "engine/plan/refresh.h"
#include "engine/plan/selection.h"
#include "engine/plan/troubles.h"

namespace sprint::plan {

// The phase in which a provider can be configured, null: now. See phases.h.
using LaterPhase = std::function<Result<const Phase*>(const std::string& provider)>;

// Appends what the state has and `graph` has not: deleted, forgotten, or retained; and the
// old objects whose replacement is there already. With `options.destroy` nothing of the
// graph counts. Providers have been asked for what they see now, those of `later` will be: of
// them what goes is bounded. What is protected, or could not be read, is in `troubles`.
Status PlanRemovals(const lower::DesiredGraph& graph, const Inventory& inventory,
                    const Selection& selection, const PlanOptions& options, Refreshed& refreshed,
                    const LaterPhase& later, Troubles& troubles, Plan& plan);

}  // namespace sprint::plan
