#include "engine/plan/phases.h"

#include <algorithm>
#include <utility>

#include "engine/lower/config.h"
#include "engine/plan/differences.h"

namespace sprint::plan {

Result<When> Configurable(const lower::ProviderConfig& config, const StepAt& steps,
                          const RecordedAt& recorded) {
  std::set<std::string> after;
  lower::CollectReferences(config.config, after);
  bool later = false;
  Phase phase;
  for (const std::string& address : after) {
    const Step* step = steps(address);
    if (!step && !recorded(address)) {
      return Error(ErrorCode::Conflict, "its provider is configured by `" + address +
                                            "`, which is not there, and not made by this plan");
    }
    if (!step) continue;
    phase.number = std::max(phase.number, step->phase + 1);
    later =
        later || step->bounded || step->action == Action::Create || step->action == Action::Replace;
  }
  const auto before = lower::Resolve(config.config, [&](const std::string& address) {
    const Step* step = steps(address);
    if (!step) return recorded(address);
    return step->before.is_null() ? nullptr : &step->before;
  });
  When when;
  when.config = lower::Resolve(config.config, [&](const std::string& address) {
    const Step* step = steps(address);
    return step ? &step->after : recorded(address);
  });
  if (!later && !when.config.HasUnknown() && before == when.config) return when;
  phase.provider = config.name;
  phase.after.assign(after.begin(), after.end());
  when.later = std::move(phase);
  return when;
}

namespace {

// As configured, computed attributes not known. A field of the schema that is neither is null.
value::Value Expected(const Bounding& bounding) {
  value::Value after = bounding.config;
  auto* fields = after.As<value::Object>();
  if (!fields) return after;
  if (!bounding.schema) {
    fields->try_emplace("id", value::Unknown{});
    fields->try_emplace("address", value::Unknown{});
    return after;
  }
  for (const value::Attribute& attribute : bounding.schema->attributes) {
    value::Value& field = (*fields)[attribute.name];
    if (field.is_null() && attribute.computed) field = value::Unknown{};
  }
  return after;
}

}  // namespace

void Bound(const Bounding& bounding, Step& step) {
  const auto set = [&step](Action action, Why why, std::string reason) {
    step.action = action;
    step.why = why;
    step.reason = std::move(reason);
  };
  step.bounded = true;
  step.after = Expected(bounding);
  if (!step.adopt.empty()) return set(Action::Update, Why::None, "is adopted");
  if (step.before.is_null()) return set(Action::Create, Why::New, "is new");
  if (bounding.record->tainted) {
    return set(Action::Replace, Why::Tainted, "its creation failed half way");
  }
  if (bounding.anew != Why::None) {
    return set(Action::Replace, bounding.anew, bounding.anew_reason);
  }
  std::vector<std::string> changed;
  if (const auto* fields = bounding.config.As<value::Object>()) {
    for (const auto& [name, field] : *fields) {
      const value::Value* is = step.before.Find(name);
      if (!((is ? *is : value::Value()) == field)) changed.push_back(name);
    }
  }
  if (!changed.empty()) {
    const bool kept = step.lifecycle.protect || bounding.record->lifecycle.protect;
    return set(kept ? Action::Update : Action::Replace, Why::Changed,
               Changing(changed) + (kept ? "" : ", perhaps by a new object"));
  }
  if (bounding.host_remade) {
    return set(Action::Create, Why::Gone, "is made again if it has gone with the old one");
  }
  step.after = step.before;
  if (bounding.record->unready && !step.lifecycle.ready.empty()) {
    set(Action::Refresh, Why::Unready, "was not ready when it was made; is looked at again");
  }
}

Status ConfigureByState(const std::vector<lower::ProviderConfig>& configs,
                        const state::Snapshot& snapshot, ProviderSet& providers) {
  const auto recorded = [&snapshot](const std::string& address) -> const value::Value* {
    const auto found = snapshot.records.find(address);
    const bool there = found != snapshot.records.end() && !found->second.attributes.is_null();
    return there ? &found->second.attributes : nullptr;
  };
  for (const lower::ProviderConfig& config : configs) {
    std::set<std::string> references;
    lower::CollectReferences(config.config, references);
    if (references.empty()) continue;
    const value::Value known = lower::Resolve(config.config, recorded);
    if (!known.HasUnknown()) SPRINT_RETURN_IF_ERROR(providers.Configure(config.name, known));
  }
  return Ok();
}

bool Within(const Step& approved, const Step& now) {
  const auto one_of = [&now](std::initializer_list<Action> actions) {
    return std::find(actions.begin(), actions.end(), now.action) != actions.end();
  };
  if (one_of({Action::NoOp, Action::Refresh})) return true;
  switch (approved.action) {
    case Action::NoOp:
    case Action::Refresh:
      return false;
    case Action::Create:
      return now.action == Action::Create;
    case Action::Update:
      return now.action == Action::Update;
    case Action::Replace:
      return one_of({Action::Update, Action::Create, Action::Replace});
    case Action::Delete:
    case Action::Forget:
      return one_of({Action::Delete, Action::Forget});
  }
  return false;
}

}  // namespace sprint::plan
