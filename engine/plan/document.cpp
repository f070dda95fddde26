#include "engine/plan/document.h"

#include <algorithm>
#include <utility>

#include "engine/secrets/guard.h"

namespace sprint::plan {

namespace {

using value::List;
using value::Object;
using value::Value;

constexpr int64_t Format = 1;

List Texts(const std::vector<std::string>& texts) { return List(texts.begin(), texts.end()); }

// `value` without what is unknown in it; `unknown` gets true in its places.
Value Known(const Value& value, Value& unknown) {
  if (value.is_unknown()) {
    unknown = true;
    return {};
  }
  if (const auto* object = value.As<Object>()) {
    Object known, places;
    for (const auto& [name, field] : *object) {
      Value place;
      Value inner = Known(field, place);
      if (!place.is_null()) places[name] = std::move(place);
      if (!field.is_unknown()) known[name] = std::move(inner);
    }
    if (!places.empty()) unknown = std::move(places);
    return known;
  }
  if (const auto* list = value.As<List>()) {
    List known, places;
    bool any = false;
    for (const Value& item : *list) {
      Value place;
      known.push_back(Known(item, place));
      any = any || !place.is_null();
      places.push_back(place.is_null() ? Value(false) : std::move(place));
    }
    if (any) unknown = std::move(places);
    return known;
  }
  return value;
}

Value Masked(const Value& value, const Step& step) {
  Value masked = secrets::Masked(value);
  if (auto* fields = masked.As<Object>()) {
    for (const std::string& name : step.sensitive) {
      const auto field = fields->find(name);
      if (field == fields->end() || field->second.is_null() || field->second.is_unknown()) continue;
      field->second = "(sensitive)";
    }
  }
  return masked;
}

Object StepDocument(const Step& step) {
  Value unknown;
  Value after = Known(Masked(step.after, step), unknown);
  Object object{{"address", step.address},
                {"type", step.type},
                {"provider", step.provider},
                {"action", Name(step.action)},
                {"why", Name(step.why)},
                {"reason", step.reason},
                {"before", Masked(step.before, step)},
                {"after", std::move(after)},
                {"after_unknown", unknown.is_null() ? Value(Object{}) : std::move(unknown)},
                {"sensitive", Texts(step.sensitive)},
                {"replace_paths", Texts(step.replace_paths)},
                {"dependencies", Texts(step.dependencies)},
                {"phase", static_cast<int64_t>(step.phase)}};
  if (step.bounded) object["bounded"] = true;
  if (!step.where.empty()) object["where"] = step.where;
  if (!step.deposed.empty()) object["deposed"] = step.deposed;
  if (!step.moved_from.empty()) object["moved_from"] = step.moved_from;
  if (!step.adopt.empty()) object["adopts"] = step.adopt;
  if (step.lifecycle.create_before_destroy) object["create_before_destroy"] = true;
  if (!step.drift.empty()) {
    List drift;
    for (const Drifted& drifted : step.drift) {
      const bool hidden = std::find(step.sensitive.begin(), step.sensitive.end(),
                                    drifted.attribute) != step.sensitive.end();
      Object one{{"attribute", drifted.attribute}, {"policy", lower::Name(drifted.policy)}};
      one["recorded"] = hidden ? Value("(sensitive)") : secrets::Masked(drifted.recorded);
      one["found"] = hidden ? Value("(sensitive)") : secrets::Masked(drifted.found);
      drift.emplace_back(std::move(one));
    }
    object["drift"] = std::move(drift);
  }
  return object;
}

Object Counts(const Plan& plan, const Phase* phase) {
  const auto count = [&](Action action) { return static_cast<int64_t>(plan.Count(action, phase)); };
  const int64_t replaced = count(Action::Replace);
  return {{"add", count(Action::Create) + replaced},
          {"change", count(Action::Update)},
          {"destroy", count(Action::Delete) + replaced}};
}

}  // namespace

Object Document(const Plan& plan, const Phase& phase) {
  return {{"phase", static_cast<int64_t>(phase.number)},
          {"provider", phase.provider},
          {"after", Texts(phase.after)},
          {"at_most", Counts(plan, &phase)}};
}

Value Document(const Plan& plan) {
  List steps, phases;
  for (const Phase& phase : plan.phases) phases.emplace_back(Document(plan, phase));
  for (const Step& step : plan.steps) steps.emplace_back(StepDocument(step));
  Object sources, params, hashes;
  for (const auto& [name, hash] : plan.sources) sources[name] = hash;
  for (const auto& [name, text] : plan.params) params[name] = text;
  for (const auto& [name, hash] : plan.provider_hashes) hashes[name] = hash;
  const Value* placement = plan.placement.Find("document");
  return Object{{"format", Format},
                {"program", plan.program},
                {"sources", std::move(sources)},
                {"params", std::move(params)},
                {"state", Object{{"lineage", plan.lineage}, {"serial", plan.serial}}},
                {"providers", std::move(hashes)},
                {"partial", plan.partial},
                {"refresh_only", plan.refresh_only},
                {"errors", Texts(plan.errors)},
                {"notes", Texts(plan.notes)},
                {"placement", placement ? *placement : Value()},
                {"phases", std::move(phases)},
                {"steps", std::move(steps)},
                {"counts", Counts(plan, nullptr)}};
}

}  // namespace sprint::plan
