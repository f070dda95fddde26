#include "engine/apply/schedule.h"

#include <map>
#include <string>

namespace sprint::apply {

namespace {

using plan::Action;

bool HasCircle(const std::vector<Task>& tasks) {
  std::vector<size_t> waiting(tasks.size()), ready;
  std::vector<std::vector<size_t>> dependants(tasks.size());
  for (size_t i = 0; i < tasks.size(); ++i) {
    waiting[i] = tasks[i].waits_for.size();
    if (waiting[i] == 0) ready.push_back(i);
    for (const size_t need : tasks[i].waits_for) dependants[need].push_back(i);
  }
  for (size_t at = 0; at < ready.size(); ++at) {
    for (const size_t next : dependants[ready[at]]) {
      if (--waiting[next] == 0) ready.push_back(next);
    }
  }
  return ready.size() != tasks.size();
}

bool Goes(const plan::Step& step) {
  return step.action == Action::Delete || step.action == Action::Forget;
}
// The old object outlives the making of the new one.
bool IsLate(const plan::Step& step) {
  return !step.deposed.empty() ||
         (step.action == Action::Replace && step.lifecycle.create_before_destroy);
}

std::vector<Task> Build(const plan::Plan& plan, bool after_updates) {
  std::vector<Task> tasks;
  std::map<std::string, size_t> makes;
  std::map<std::string, std::vector<size_t>> destroys;  // an address may have deposed objects
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const plan::Step& step = plan.steps[i];
    if (Goes(step) || step.action == Action::Replace) {
      destroys[step.address].push_back(tasks.size());
      tasks.push_back({i, true, {}});
    }
    if (!Goes(step)) {
      makes[step.address] = tasks.size();
      tasks.push_back({i, false, {}});
    }
  }
  for (const auto& [address, index] : makes) {
    for (const std::string& need : plan.steps[tasks[index].step].dependencies) {
      if (const auto found = makes.find(need); found != makes.end()) {
        tasks[index].waits_for.push_back(found->second);
      }
    }
  }
  // One operation at a time has an address.
  for (const auto& [address, indices] : destroys) {
    const auto make = makes.find(address);
    for (size_t i = 0; i < indices.size(); ++i) {
      if (i > 0) tasks[indices[i]].waits_for.push_back(indices[i - 1]);
      if (make == makes.end()) continue;
      if (IsLate(plan.steps[tasks[indices[i]].step])) {
        tasks[indices[i]].waits_for.push_back(make->second);
      } else {
        tasks[make->second].waits_for.push_back(indices[i]);
      }
    }
  }
  // What is leant on goes after what leans on it has gone, or leans elsewhere.
  for (const plan::Step& step : plan.steps) {
    for (const std::string& need : step.old_dependencies) {
      const auto targets = destroys.find(need);
      if (targets == destroys.end()) continue;
      const auto own = destroys.find(step.address);
      const auto make = makes.find(step.address);
      for (const size_t target : targets->second) {
        if (need == step.address) continue;
        if (own != destroys.end()) {
          for (const size_t goes : own->second) tasks[target].waits_for.push_back(goes);
        }
        const bool late = IsLate(plan.steps[tasks[target].step]);
        if (make != makes.end() &&
            (late || (after_updates && own == destroys.end() && !makes.count(need)))) {
          tasks[target].waits_for.push_back(make->second);
        }
      }
    }
  }
  return tasks;
}

}  // namespace

std::vector<Task> MakeSchedule(const plan::Plan& plan) {
  std::vector<Task> tasks = Build(plan, true);
  return HasCircle(tasks) ? Build(plan, false) : tasks;
}

}  // namespace sprint::apply
