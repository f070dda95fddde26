#include "engine/plan/plan.h"

#include <algorithm>
#include <set>

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

size_t Plan::Count(Action action, const Phase* phase) const {
  return static_cast<size_t>(std::count_if(steps.begin(), steps.end(), [&](const Step& step) {
    if (phase && (!step.bounded || step.provider != phase->provider)) return false;
    return step.action == action;
  }));
}

bool Plan::HasChanges() const {
  return std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.Changes(); });
}

namespace {

// "`a`, `b`", at most five names.
std::string Few(const std::vector<std::string>& names) {
  constexpr size_t MostNamed = 5;
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), MostNamed); ++i) {
    text += (i == 0 ? "`" : ", `") + names[i] + "`";
  }
  if (names.size() > MostNamed) {
    text += " and " + std::to_string(names.size() - MostNamed) + " more";
  }
  return text;
}

// Addresses of the state that are not as the plan saw them, in words; "" when it cannot be
// told from the records.
std::string WhatMoved(const Plan& plan, const state::Snapshot& snapshot) {
  std::set<std::string> seen;
  std::vector<std::string> made, gone, changed;
  for (const Step& step : plan.steps) {
    const std::string& address = step.moved_from.empty() ? step.address : step.moved_from;
    if (!step.deposed.empty() || !seen.insert(address).second) continue;
    const auto found = snapshot.records.find(address);
    const bool there = found != snapshot.records.end() && !found->second.attributes.is_null();
    const bool was = !step.before.is_null() && step.adopt.empty();
    if (there && !was) {
      // Recorded, and gone from the world: planned again as it is.
      if (step.why != Why::Gone) made.push_back(address);
    } else if (was && !there) {
      gone.push_back(address);
    } else if (there && step.drift.empty() && step.why != Why::Drifted &&
               !(found->second.attributes == step.before)) {
      changed.push_back(address);
    }
  }
  if (!plan.partial) {
    for (const auto& [address, record] : snapshot.records) {
      if (!seen.contains(address) && !record.attributes.is_null()) made.push_back(address);
    }
  }
  std::string text;
  const auto say = [&text](const std::vector<std::string>& names, const char* what) {
    if (names.empty()) return;
    text +=
        (text.empty() ? "" : "; ") + Few(names) + (names.size() == 1 ? " was " : " were ") + what;
  };
  say(made, "made");
  say(changed, "changed");
  say(gone, "taken away");
  return text;
}

// The files that are not what they were, in words.
std::string WhatChanged(const std::map<std::string, std::string>& before,
                        const std::map<std::string, std::string>& now) {
  std::vector<std::string> names;
  for (const auto& [name, hash] : before) {
    const auto found = now.find(name);
    if (found == now.end() || found->second != hash) names.push_back(name);
  }
  for (const auto& [name, hash] : now) {
    if (!before.contains(name)) names.push_back(name);
  }
  return names.empty() ? "the program" : Few(names);
}

}  // namespace

Status CheckFresh(const Plan& plan, const state::Snapshot& snapshot) {
  if (!plan.errors.empty()) {
    return Error(ErrorCode::Denied,
                 "the plan has errors and cannot be carried out: " + plan.errors.front());
  }
  if (plan.lineage != snapshot.lineage) {
    return Error(ErrorCode::Conflict, "the plan was made for another state (" + plan.lineage +
                                          "; this is " + snapshot.lineage + ")");
  }
  if (plan.serial != snapshot.serial) {
    const std::string moved = WhatMoved(plan, snapshot);
    return Error(ErrorCode::Conflict, "the state moved since the plan was made, from serial " +
                                          std::to_string(plan.serial) + " to " +
                                          std::to_string(snapshot.serial) +
                                          (moved.empty() ? "" : ": " + moved) + "; plan again");
  }
  return Ok();
}

Status CheckProgram(const Plan& plan, const std::string& program_hash,
                    const std::map<std::string, std::string>& sources) {
  if (plan.program_hash == program_hash) return Ok();
  return Error(ErrorCode::Conflict,
               WhatChanged(plan.sources, sources) + " changed since the plan was made; plan again");
}

}  // namespace sprint::plan
