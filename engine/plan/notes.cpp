#include "engine/plan/notes.h"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "engine/lower/config.h"

namespace sprint::plan {

void NoteDrift(Plan& plan) {
  for (const Step& step : plan.steps) {
    for (const Drifted& drifted : step.drift) {
      const std::string what = "`" + drifted.attribute + "` of `" + step.address + "`";
      if (drifted.policy == lower::Drift::Accept) {
        plan.notes.push_back(what + " was changed by somebody else, which is accepted");
      } else if (drifted.policy == lower::Drift::Alert) {
        plan.notes.push_back("alert: " + what + " was changed by somebody else");
      }
    }
  }
}

namespace {

// The fields of `object` that `names` lists, as a text; "" when one is not there or unknown.
std::string Part(const value::Value& object, const std::set<std::string>& names) {
  value::Object part;
  for (const std::string& name : names) {
    const value::Value* field = object.Find(name);
    if (!field || field->HasUnknown()) return "";
    part[name] = *field;
  }
  return value::ToJson(value::Value(std::move(part)));
}

// New steps of one type whose programs set the same attributes, by what they set them to.
using ByValues = std::unordered_map<std::string, std::deque<const Step*>>;

}  // namespace

void NoteRenames(Plan& plan) {
  if (plan.Count(Action::Delete) == 0 || plan.Count(Action::Create) == 0) return;
  std::unordered_map<std::string, const value::Value*> after;
  for (const Step& step : plan.steps) after.emplace(step.address, &step.after);
  const auto known = [&after](const std::string& address) {
    const auto found = after.find(address);
    return found == after.end() ? nullptr : found->second;
  };
  std::map<std::string, std::map<std::set<std::string>, ByValues>> made;  // by type
  for (const Step& step : plan.steps) {
    if (step.action != Action::Create) continue;
    const value::Value config = lower::Resolve(step.config, known);
    const auto* fields = config.As<value::Object>();
    if (!fields || fields->empty()) continue;
    std::set<std::string> names;
    for (const auto& [name, field] : *fields) names.insert(name);
    if (const std::string part = Part(config, names); !part.empty()) {
      made[step.type][std::move(names)][part].push_back(&step);
    }
  }
  for (const Step& gone : plan.steps) {
    if (gone.action != Action::Delete || !gone.deposed.empty()) continue;
    const auto of_type = made.find(gone.type);
    if (of_type == made.end()) continue;
    for (auto& [names, by_values] : of_type->second) {
      const auto alike = by_values.find(Part(gone.before, names));
      if (alike == by_values.end() || alike->second.empty()) continue;
      const std::string& address = alike->second.front()->address;
      plan.notes.push_back("`" + gone.address + "` and `" + address +
                           "` are configured alike: `moved " + gone.address + " -> " + address +
                           "` keeps the object");
      alike->second.pop_front();
      break;
    }
  }
}

}  // namespace sprint::plan
