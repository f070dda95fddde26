#pragma once

#include "compiler/support/result.h"
#include "engine/plan/installed.h"
#include "engine/plan/plan.h"
#include "engine/plan/refresh.h"
#include "engine/plan/selection.h"
#include "engine/plan/troubles.h"

namespace sprint::plan {

// Appends what the state has and `graph` has not: deleted, forgotten, or retained; and the
// old objects whose replacement is there already. With `options.destroy` nothing of the
// graph counts. What is protected, or could not be read, is in `troubles`.
Status PlanRemovals(const lower::DesiredGraph& graph, const Inventory& inventory,
                    const Selection& selection, const PlanOptions& options, Refreshed& refreshed,
                    Installed& installed, Troubles& troubles, Plan& plan);

}  // namespace sprint::plan
