#pragma once

#include "engine/plan/plan.h"

namespace sprint::plan {

// A plan for programs: what it was made of, every step with `before` and `after`, and the
// counts. What is not known before it is there is left out of `after` and true in
// `after_unknown`; sensitive values and secrets are masked.
value::Value Document(const Plan& plan);
// {"phase", "provider", "after", "at_most": {"add", "change", "destroy"}}
value::Object Document(const Plan& plan, const Phase& phase);

}  // namespace sprint::plan
