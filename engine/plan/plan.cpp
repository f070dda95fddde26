#include "engine/plan/plan.h"

#include <algorithm>

namespace sprint::plan {

const char* Name(Action action) {
  switch (action) {
    case Action::NoOp:
      return "no-op";
    case Action::Create:
      return "create";
    case Action::Update:
      return "update";
    case Action::Replace:
      return "replace";
    case Action::Delete:
      return "delete";
    case Action::Forget:
      return "forget";
    case Action::Refresh:
      return "refresh";
  }
  return "no-op";
}

const char* Name(Why why) {
  constexpr const char* Names[] = {"none",    "new",   "gone",      "changed", "forced",
                                   "tainted", "asked", "triggered", "removed", "destroyed",
                                   "deposed", "given", "drifted",   "unready"};
  return Names[static_cast<size_t>(why)];
}

size_t Plan::Count(Action action) const {
  return static_cast<size_t>(std::count_if(
      steps.begin(), steps.end(), [action](const Step& step) { return step.action == action; }));
}

bool Plan::HasChanges() const {
  return std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.Changes(); });
}

Status CheckFresh(const Plan& plan, const state::Snapshot& snapshot,
                  const std::string& program_hash) {
  if (plan.lineage != snapshot.lineage) {
    return Error(ErrorCode::Conflict, "the plan was made for another state");
  }
  if (plan.serial != snapshot.serial) {
    return Error(ErrorCode::Conflict, "the state moved since the plan was made, from serial " +
                                          std::to_string(plan.serial) + " to " +
                                          std::to_string(snapshot.serial));
  }
  if (!program_hash.empty() && plan.program_hash != program_hash) {
    return Error(ErrorCode::Conflict, "the program changed since the plan was made");
  }
  return Ok();
}

}  // namespace sprint::plan
