#pragma once

#include <cstddef>
#include <vector>

#include "engine/plan/plan.h"

// In which order the provider calls of a plan may be made.
namespace sprint::apply {

// One half of a step: a replacement has both, destroy first unless the new object is to be
// there before. Or the beginning of a phase: its provider is configured, and plans its steps.
// Or a gate, at which nothing is done: what many wait for that wait for many.
struct Task {
  enum class Kind { Make, Destroy, Open, Gate };
  Kind kind = Kind::Make;
  size_t step = 0;                // into Plan::steps; of Open: into Plan::phases
  std::vector<size_t> waits_for;  // into the schedule, each smaller set done first
};

// True for half a step.
bool IsHalf(const Task& task);
// True when a step with this action has this half.
bool Has(plan::Action action, Task::Kind half);

// Makes wait for what they depend on; destructions wait for the destructions of what
// depended on them, and for the updates that stop depending on them where that leaves
// no circle. The old object of a late replacement waits for the new one and for everything
// that is to move over to it. What goes because it is placed in another zone waits for all that
// is made of it there. A phase waits for what configures its provider, and its steps
// for the phase: they have the halves of the most that may be done.
std::vector<Task> MakeSchedule(const plan::Plan& plan);

}  // namespace sprint::apply
