#include <set>

#include "engine/plan/plan.h"
#include "engine/secrets/guard.h"

namespace sprint::plan {

namespace {

struct Mark {
  const char* text;
  const char* colour;
};
Mark MarkOf(Action action) {
  switch (action) {
    case Action::Create:
      return {"+", "\033[32m"};
    case Action::Update:
      return {"~", "\033[33m"};
    case Action::Replace:
      return {"-/+", "\033[35m"};
    case Action::Delete:
    case Action::Forget:
      return {"-", "\033[31m"};
    case Action::Refresh:
      return {"=", "\033[36m"};
    case Action::NoOp:
      break;
  }
  return {" ", ""};
}

std::string Shown(const value::Value* value) {
  if (!value || value->is_null()) return "(none)";
  if (value->is_unknown()) return "(known after apply)";
  std::string text = value::ToJson(secrets::Masked(*value));
  const std::string unknown = "{\"$unknown\":true}";
  for (size_t at = text.find(unknown); at != std::string::npos; at = text.find(unknown, at)) {
    text.replace(at, unknown.size(), "(known after apply)");
  }
  return text;
}

// One line an attribute that is set or changes.
std::string Attributes(const Step& step) {
  std::set<std::string> names;
  for (const value::Value* side : {&step.before, &step.after}) {
    if (const auto* object = side->As<value::Object>()) {
      for (const auto& [name, field] : *object) names.insert(name);
    }
  }
  std::string text;
  const value::Value null;
  for (const std::string& name : names) {
    const value::Value* before = step.before.Find(name);
    const value::Value* after = step.after.Find(name);
    if ((before ? *before : null) == (after ? *after : null)) continue;
    text += "        " + name + " = ";
    if (!step.before.is_null()) text += Shown(before) + " -> ";
    text += Shown(after);
    if (before && after && Shown(before) == Shown(after)) text += " (another one)";
    if (name == step.forcing) text += "  # forces a new object";
    text += "\n";
  }
  return text;
}

}  // namespace

std::string Render(const Plan& plan, bool colour) {
  std::string text;
  for (const Step& step : plan.steps) {
    if (step.action == Action::NoOp) continue;
    const Mark mark = MarkOf(step.action);
    const std::string sign = mark.text;
    text += std::string(sign.size() < 3 ? 4 - sign.size() : 1, ' ');
    text += colour ? mark.colour + sign + "\033[0m" : sign;
    text += " " + step.type + "  " + step.address + "  (" + step.reason;
    if (!step.where.empty()) text += ", " + step.where;
    text += ")\n";
    if (step.action != Action::Delete && step.action != Action::Forget) text += Attributes(step);
  }
  for (const std::string& note : plan.notes) text += "note: " + note + "\n";
  if (!plan.HasChanges()) return text + "No changes.\n";
  const size_t replaced = plan.Count(Action::Replace);
  const size_t added = plan.Count(Action::Create) + replaced;
  const size_t removed = plan.Count(Action::Delete) + replaced;
  return text + "Plan: " + std::to_string(added) + " to add, " +
         std::to_string(plan.Count(Action::Update)) + " to change, " + std::to_string(removed) +
         " to destroy.\n";
}

value::Value Changes(const Plan& plan) {
  value::List changes;
  for (const Step& step : plan.steps) {
    if (step.action == Action::NoOp || step.action == Action::Forget) continue;
    value::Object change{{"address", step.address},
                         {"type", step.type},
                         {"action", Name(step.action)},
                         {"reason", step.reason}};
    if (!step.forcing.empty()) change["forcing"] = step.forcing;
    if (!step.where.empty()) change["where"] = step.where;
    changes.push_back(change);
  }
  return changes;
}

}  // namespace sprint::plan
