#include <algorithm>
#include <map>
#include <utility>

#include "engine/plan/plan.h"
#include "engine/plan/show.h"
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

// What an attribute is before and after; null where it is not there.
struct Pair {
  const value::Value* before;
  const value::Value* after;
};
std::map<std::string, Pair> Attributes(const Step& step) {
  static const value::Value Null;
  std::map<std::string, Pair> pairs;
  if (const auto* object = step.before.As<value::Object>()) {
    for (const auto& [name, field] : *object) pairs[name] = {&field, &Null};
  }
  if (const auto* object = step.after.As<value::Object>()) {
    for (const auto& [name, field] : *object) {
      pairs.try_emplace(name, Pair{&Null, &Null}).first->second.after = &field;
    }
  }
  std::erase_if(pairs, [](const auto& item) { return *item.second.before == *item.second.after; });
  return pairs;
}

Showing HowToShow(const Step& step, const std::string& name) {
  Showing how;
  const auto unit = step.units.find(name);
  if (unit != step.units.end()) how.unit = unit->second;
  how.sensitive =
      std::find(step.sensitive.begin(), step.sensitive.end(), name) != step.sensitive.end();
  how.forcing = std::find(step.replace_paths.begin(), step.replace_paths.end(), name) !=
                step.replace_paths.end();
  return how;
}

// What changes, an attribute a line. What the provider will only decide and the program
// does not set is one line for all of it: a reader can do nothing about it.
std::string Lines(const Step& step) {
  constexpr size_t Indent = 8;
  std::string text, later;
  size_t count = 0;
  for (const auto& [name, pair] : Attributes(step)) {
    const Showing how = HowToShow(step, name);
    const value::Value* set = step.config.Find(name);
    if (pair.after->is_unknown() && (!set || set->is_null()) && !how.forcing) {
      if (++count <= 4) later += (later.empty() ? "" : ", ") + name;
      continue;
    }
    const value::Value before = secrets::Masked(*pair.before), after = secrets::Masked(*pair.after);
    if (step.before.is_null()) {
      text += ShowNew(name, after, how, Indent);
    } else if (before == after) {
      text += std::string(Indent, ' ') + name + " = " + ShowValue(after) + " -> (another one)\n";
    } else {
      text += ShowChange(name, before, after, how, Indent);
    }
  }
  if (count == 0) return text;
  if (count > 4) later += " and " + std::to_string(count - 4) + " more";
  return text + std::string(Indent, ' ') + "# known after apply: " + later + "\n";
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
    if (step.action != Action::Delete && step.action != Action::Forget) text += Lines(step);
  }
  for (const std::string& note : plan.notes) text += "note: " + note + "\n";
  for (const std::string& error : plan.errors) text += "error: " + error + "\n";
  if (!plan.errors.empty()) return text + "This plan has errors and cannot be carried out.\n";
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
    if (!step.Changes()) continue;
    value::Object change{{"address", step.address},
                         {"type", step.type},
                         {"action", Name(step.action)},
                         {"reason", step.reason}};
    if (!step.forcing.empty()) {
      change["forcing"] = step.forcing;
      change["replace_paths"] = value::List(step.replace_paths.begin(), step.replace_paths.end());
    }
    if (!step.where.empty()) change["where"] = step.where;
    changes.push_back(change);
  }
  return changes;
}

}  // namespace sprint::plan
