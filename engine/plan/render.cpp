#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>

#include "engine/lower/config.h"
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
      return {"-", "\033[31m"};
    case Action::Forget:
      return {".", "\033[36m"};
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
  static const value::Value nothing;
  std::map<std::string, Pair> pairs;
  if (const auto* object = step.before.As<value::Object>()) {
    for (const auto& [name, field] : *object) pairs[name] = {&field, &nothing};
  }
  if (const auto* object = step.after.As<value::Object>()) {
    for (const auto& [name, field] : *object) {
      pairs.try_emplace(name, Pair{&nothing, &nothing}).first->second.after = &field;
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

// The phase after which attribute `name` of a step is known, by what it refers to.
using PhaseOf = std::function<int(const Step& step, const std::string& name)>;

// What changes, an attribute a line. What the provider will only decide and the program
// does not set is one line for all of it: a reader can do nothing about it.
std::string Lines(const Step& step, const PhaseOf& phase_of) {
  constexpr size_t Indent = 8;
  std::string text, later;
  size_t count = 0;
  for (const auto& [name, pair] : Attributes(step)) {
    Showing how = HowToShow(step, name);
    if (phase_of && pair.after->is_unknown()) how.phase = phase_of(step, name);
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
  const std::string when = phase_of ? "phase " + std::to_string(step.phase) : "apply";
  return text + std::string(Indent, ' ') + "# known after " + when + ": " + later + "\n";
}

std::string StepText(const Step& step, const PhaseOf& phase_of, bool colour) {
  const Mark mark = MarkOf(step.action);
  const std::string sign = mark.text;
  std::string text(sign.size() < 3 ? 4 - sign.size() : 1, ' ');
  text += colour ? mark.colour + sign + "\033[0m" : sign;
  text += " " + step.type + "  " + step.address + "  (" + step.reason;
  if (!step.where.empty()) text += ", " + step.where;
  text += ")\n";
  const bool goes = step.action == Action::Delete || step.action == Action::Forget;
  return goes ? text : text + Lines(step, phase_of);
}

// "2 to add, 0 to change, 1 to destroy" and what is forgotten; of the steps of `phase`, or of
// all.
std::string Counts(const Plan& plan, const Phase* phase) {
  const size_t replaced = plan.Count(Action::Replace, phase);
  const size_t forgotten = plan.Count(Action::Forget, phase);
  return std::to_string(plan.Count(Action::Create, phase) + replaced) + " to add, " +
         std::to_string(plan.Count(Action::Update, phase)) + " to change, " +
         std::to_string(plan.Count(Action::Delete, phase) + replaced) + " to destroy" +
         (forgotten > 0 ? ", " + std::to_string(forgotten) + " to forget" : "");
}

std::string Heading(const Plan& plan, const Phase& phase) {
  std::string after;
  for (const std::string& address : phase.after) after += (after.empty() ? "" : ", ") + address;
  return "\nPhase " + std::to_string(phase.number) + ", after " + after + ": provider `" +
         phase.provider + "` can be asked; at most " + Counts(plan, &phase) + "\n";
}

// Phase after phase. What its provider has not planned yet is the most it may come to.
std::string PhasesText(const Plan& plan, bool colour) {
  std::unordered_map<std::string, int> phases;
  int last = 0;
  for (const Step& step : plan.steps) {
    phases.emplace(step.address, step.phase);
    last = std::max(last, step.phase);
  }
  const PhaseOf phase_of = [&phases](const Step& step, const std::string& name) {
    const value::Value* field = step.config.Find(name);
    if (!field || field->is_null()) return step.phase;
    int phase = 0;
    lower::VisitReferences(*field, [&](const std::string& address, const std::string&) {
      const auto found = phases.find(address);
      if (found != phases.end()) phase = std::max(phase, found->second);
    });
    return phase;
  };
  std::string text;
  for (int number = 0; number <= last; ++number) {
    for (const Phase& phase : plan.phases) {
      if (phase.number == number) text += Heading(plan, phase);
    }
    for (const Step& step : plan.steps) {
      if (step.action == Action::NoOp || step.phase != number) continue;
      text += StepText(step, phase_of, colour);
    }
  }
  return text + "\n";
}

}  // namespace

std::string Render(const Plan& plan, bool colour) {
  std::string text;
  if (!plan.phases.empty()) {
    text += PhasesText(plan, colour);
  } else {
    for (const Step& step : plan.steps) {
      if (step.action != Action::NoOp) text += StepText(step, {}, colour);
    }
  }
  for (const std::string& note : plan.notes) text += "note: " + note + "\n";
  for (const std::string& error : plan.errors) text += "error: " + error + "\n";
  if (!plan.errors.empty()) return text + "This plan has errors and cannot be carried out.\n";
  if (!plan.HasChanges()) return text + "No changes.\n";
  return text + "Plan: " + (plan.phases.empty() ? "" : "at most ") + Counts(plan, nullptr) + ".\n";
}

value::Object Change(const Step& step) {
  value::Object change{{"address", step.address},
                       {"type", step.type},
                       {"action", Name(step.action)},
                       {"reason", step.reason}};
  if (!step.forcing.empty()) {
    change["forcing"] = step.forcing;
    change["replace_paths"] = value::List(step.replace_paths.begin(), step.replace_paths.end());
  }
  if (step.phase > 0) change["phase"] = static_cast<int64_t>(step.phase);
  if (step.bounded) change["bounded"] = true;
  if (!step.where.empty()) change["where"] = step.where;
  return change;
}

value::Value Changes(const Plan& plan) {
  value::List changes;
  for (const Step& step : plan.steps) {
    if (step.Changes()) changes.push_back(Change(step));
  }
  return changes;
}

}  // namespace sprint::plan
