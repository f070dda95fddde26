#pragma once

#include <string>
#include <vector>

#include "engine/plan/plan.h"

// From what is and what will be to an action, its reason, and what forces it.
namespace sprint::plan {

// A step that waits for its provider's plan.
struct Asked {
  Step* step;
  host::Provider* provider;
  bool tainted;
  bool recorded;  // the state has the object, even if it is gone
  bool unready;
  bool replace;  // a new object was asked for
};

// `before` and `after` of the step are set. Of `requires_replace`, attributes in the
// provider's order, only those that change count.
void Decide(const Asked& asked, const std::vector<std::string>& requires_replace);

// The whole step without its provider: as configured, and an id that is not known.
void PlanAlone(Step& step, const value::Value& config);

// Protection holds whatever the program says today: it is released in a step of its own,
// by an apply of the program without it. Denied; `stored`: the state has the protection.
Status CheckProtected(const Step& step, bool stored);

}  // namespace sprint::plan
