#include "engine/plan/decide.h"

#include <algorithm>
#include <utility>

#include "engine/plan/differences.h"

namespace sprint::plan {

void Decide(const Asked& asked, const std::vector<std::string>& requires_replace) {
  Step& step = *asked.step;
  const auto set = [&step](Action action, Why why, std::string reason) {
    step.action = action;
    step.why = why;
    step.reason = std::move(reason);
  };
  if (step.before.is_null()) {
    return asked.recorded ? set(Action::Create, Why::Gone, "is gone and made again")
                          : set(Action::Create, Why::New, "is new");
  }
  if (asked.tainted) return set(Action::Replace, Why::Tainted, "its creation failed half way");
  if (asked.replace) {
    return set(Action::Replace, Why::Asked, "a new one was asked for");
  }
  const std::vector<std::string> changed = Differing(step.before, step.after);
  if (changed.empty()) {
    if (asked.unready && !step.lifecycle.ready.empty()) {
      set(Action::Refresh, Why::Unready, "was not ready when it was made; is looked at again");
    }
    return;
  }
  // What the program sets says more than what the provider derives from it.
  for (const std::string& name : requires_replace) {
    if (std::find(changed.begin(), changed.end(), name) == changed.end()) continue;
    step.replace_paths.push_back(name);
  }
  if (!step.replace_paths.empty()) {
    const auto set_by_program =
        std::find_if(step.replace_paths.begin(), step.replace_paths.end(),
                     [&](const std::string& name) { return step.config.Find(name) != nullptr; });
    step.forcing =
        set_by_program == step.replace_paths.end() ? step.replace_paths.front() : *set_by_program;
  }
  if (step.forcing.empty()) return set(Action::Update, Why::Changed, Changing(changed));
  set(Action::Replace, Why::Forced, "`" + step.forcing + "` cannot change on the existing object");
}

void PlanAlone(Step& step, const value::Value& config) {
  if (step.before.is_null()) {
    step.action = Action::Create;
    step.why = Why::New;
    step.reason = "is new";
    step.after = config;
    if (auto* fields = step.after.As<value::Object>()) {
      fields->try_emplace("id", value::Unknown{});
      fields->try_emplace("address", value::Unknown{});
    }
    return;
  }
  step.after = step.before;
  if (const auto* fields = config.As<value::Object>()) {
    for (const auto& [name, field] : *fields) (*step.after.As<value::Object>())[name] = field;
  }
  const std::vector<std::string> changed = Differing(step.before, step.after);
  if (changed.empty()) return;
  step.action = Action::Update;
  step.why = Why::Changed;
  step.reason = Changing(changed);
}

Status CheckProtected(const Step& step, bool stored) {
  if (step.action != Action::Replace && step.action != Action::Delete) return Ok();
  if (!stored && !step.lifecycle.protect) return Ok();
  Error error(ErrorCode::Denied, "`" + step.address + "` is protected and would be " +
                                     (step.action == Action::Replace ? "replaced: " : "deleted: ") +
                                     step.reason);
  return std::move(error)
      .While(step.config.is_null()
                 ? "planning; the state keeps the protection: to go ahead, first apply the "
                   "program with the resource and `protect = false`"
                 : "planning; to go ahead, first apply the program with `protect = false` there")
      .At(step.loc);
}

}  // namespace sprint::plan
