#pragma once

#include <cstddef>
#include <vector>

#include "engine/plan/plan.h"

// In which order the provider calls of a plan may be made.
namespace sprint::apply {

// One half of a step: a replacement has both, destroy first unless the new object is to be
// there before.
struct Task {
  size_t step = 0;  // into Plan::steps
  bool destroy = false;
  std::vector<size_t> waits_for;  // into the schedule, each smaller set done first
};

// Makes wait for what they depend on; destructions wait for the destructions of what
// depended on them, and for the updates that stop depending on them where that leaves
// no circle. The old object of a late replacement waits for the new one and for everything
// that is to move over to it.
std::vector<Task> MakeSchedule(const plan::Plan& plan);

}  // namespace sprint::apply
