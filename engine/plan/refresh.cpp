#include "engine/plan/refresh.h"

#include <map>
#include <utility>
#include <vector>

#include "engine/plan/differences.h"

namespace sprint::plan {

Status Refreshed::Read(const Inventory& inventory, const Selection& selection,
                       const std::function<bool(const std::string& provider)>& which,
                       Installed& installed, Troubles& troubles) {
  struct Group {
    std::vector<const std::string*> addresses;
    std::vector<const state::Record*> records;
  };
  std::map<std::string, Group> groups;  // by provider
  for (const auto& [address, held] : inventory.held) {
    if (held.record->attributes.is_null() || !selection.Has(address)) continue;
    if (!which(held.record->provider)) continue;
    Group& group = groups[held.record->provider];
    group.addresses.push_back(&address);
    group.records.push_back(held.record);
  }
  for (auto& [name, group] : groups) {
    SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, installed.Get(name));
    if (!provider) continue;
    std::vector<size_t> asked;  // indices of the group
    std::vector<std::string> wires;
    for (size_t i = 0; i < group.records.size(); ++i) {
      const state::Record* record = group.records[i];
      auto wire = WireType(*provider, record->type);
      if (!wire.ok()) {
        troubles.Fail(record->address, wire.TakeError(), "");
        continue;
      }
      asked.push_back(i);
      wires.push_back(wire.TakeValue());
    }
    std::vector<host::ReadCall> calls;
    for (size_t i = 0; i < asked.size(); ++i) {
      const state::Record& record = *group.records[asked[i]];
      calls.push_back({wires[i], record.attributes, record.private_bytes});
    }
    auto answers = provider->ReadMany(calls);
    for (size_t i = 0; i < answers.size(); ++i) {
      const std::string& address = *group.addresses[asked[i]];
      if (!answers[i].ok()) {
        troubles.Fail(address, answers[i].TakeError().While("reading it"), "");
      } else if (std::string text = Objections(answers[i]->messages); !text.empty()) {
        troubles.Fail(address, Error(ErrorCode::Unavailable, std::move(text)).While("reading it"),
                      "");
      } else {
        if (answers[i]->new_state.is_null()) gone_.insert(address);
        answers_.emplace(address, answers[i].TakeValue());
      }
    }
  }
  return Ok();
}

void Refreshed::Take(const Held& held, Step& step) {
  const auto found = answers_.find(step.address);
  if (found == answers_.end()) {
    step.before = held.record->attributes;
    step.private_bytes = held.record->private_bytes;
  } else {
    step.before = std::move(found->second.new_state);
    step.private_bytes = std::move(found->second.private_bytes);
  }
  step.old_dependencies = held.dependencies;
  step.moved_from = held.moved_from;
}

void PlanRefreshOnly(Step& step, const Held* held) {
  step.after = step.before;
  if (!held || held->record->attributes.is_null()) {
    // Not made yet, and not now.
    if (step.after.is_null()) step.after = value::Unknown{};
    return;
  }
  if (step.before.is_null()) {
    step.action = Action::Forget;
    step.why = Why::Gone;
    step.reason = "is gone";
    return;
  }
  const std::vector<std::string> changed = Differing(held->record->attributes, step.before);
  if (changed.empty()) return;
  step.action = Action::Refresh;
  step.why = Why::Drifted;
  step.reason = Changing(changed) + " in the state";
}

}  // namespace sprint::plan
