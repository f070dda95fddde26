#include "engine/apply/schedule.h"

#include <map>
#include <string>

namespace sprint::apply {

namespace {

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

std::vector<Task> Build(const plan::Plan& plan, bool after_updates) {
  std::vector<Task> tasks;
  std::map<std::string, size_t> makes, destroys;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const plan::Step& step = plan.steps[i];
    const plan::Action action = step.action;
    const bool goes = action == plan::Action::Delete || action == plan::Action::Forget;
    if (goes || action == plan::Action::Replace) {
      destroys[step.address] = tasks.size();
      tasks.push_back({i, true, {}});
    }
    if (!goes) {
      makes[step.address] = tasks.size();
      tasks.push_back({i, false, {}});
    }
  }
  for (const auto& [address, index] : makes) {
    Task& task = tasks[index];
    if (const auto own = destroys.find(address); own != destroys.end()) {
      task.waits_for.push_back(own->second);
    }
    for (const std::string& need : plan.steps[task.step].dependencies) {
      if (const auto found = makes.find(need); found != makes.end()) {
        task.waits_for.push_back(found->second);
      }
    }
  }
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const plan::Step& step = plan.steps[i];
    for (const std::string& need : step.old_dependencies) {
      const auto target = destroys.find(need);
      if (target == destroys.end()) continue;
      if (const auto own = destroys.find(step.address); own != destroys.end()) {
        tasks[target->second].waits_for.push_back(own->second);
      } else if (after_updates && !makes.count(need)) {
        tasks[target->second].waits_for.push_back(makes.at(step.address));
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
