#include "engine/apply/schedule.h"

#include <map>
#include <string>
#include <string_view>

namespace sprint::apply {

namespace {

using plan::Action;

// `task` waits for `need`. Firm: it makes no sense otherwise. The others are given up, in this
// order, where they would leave a circle: what goes then may have to be tried again.
struct Wait {
  enum class Kind { AfterArrival, AfterUpdate, AfterMovingOver, AfterWhatLeansOnIt, Firm };
  Kind kind = Kind::Firm;
  size_t task = 0, need = 0;
};

// Tasks that wait for themselves in a circle, or for such ones.
std::vector<bool> Stuck(size_t count, const std::vector<Wait>& waits) {
  std::vector<size_t> waiting(count), ready;
  std::vector<std::vector<size_t>> dependants(count);
  for (const Wait& wait : waits) {
    ++waiting[wait.task];
    dependants[wait.need].push_back(wait.task);
  }
  for (size_t i = 0; i < count; ++i) {
    if (waiting[i] == 0) ready.push_back(i);
  }
  for (size_t at = 0; at < ready.size(); ++at) {
    for (const size_t next : dependants[ready[at]]) {
      if (--waiting[next] == 0) ready.push_back(next);
    }
  }
  std::vector<bool> stuck(count);
  for (size_t i = 0; i < count; ++i) stuck[i] = waiting[i] > 0;
  return stuck;
}

// Of "east.Work[0].service": "east" and "Work"; of what is in no zone: "" (lower/lower.h).
std::string_view ZoneOf(std::string_view address) {
  const size_t dot = address.find('.');
  return dot == std::string_view::npos ? std::string_view() : address.substr(0, dot);
}
std::string_view NameInZone(std::string_view address) {
  const size_t dot = address.find('.');
  if (dot == std::string_view::npos) return {};
  address.remove_prefix(dot + 1);
  return address.substr(0, address.find_first_of(".["));
}

// The old object outlives the making of the new one.
bool IsLate(const plan::Step& step) {
  return !step.deposed.empty() ||
         (step.action == Action::Replace && step.lifecycle.create_before_destroy);
}

}  // namespace

bool Has(Action action, Task::Kind half) {
  const bool goes = action == Action::Delete || action == Action::Forget;
  switch (half) {
    case Task::Kind::Make:
      return !goes;
    case Task::Kind::Destroy:
      return goes || action == Action::Replace;
    case Task::Kind::Open:
    case Task::Kind::Gate:
      break;
  }
  return false;
}

bool IsHalf(const Task& task) {
  return task.kind == Task::Kind::Make || task.kind == Task::Kind::Destroy;
}

std::vector<Task> MakeSchedule(const plan::Plan& plan) {
  std::vector<Task> tasks;
  std::vector<Wait> waits;
  const auto wait = [&waits](Wait::Kind kind, size_t task, size_t need) {
    waits.push_back({kind, task, need});
  };
  std::map<std::string, size_t> makes;
  std::map<std::string, std::vector<size_t>> destroys;  // an address may have deposed objects
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const plan::Step& step = plan.steps[i];
    if (Has(step.action, Task::Kind::Destroy)) {
      destroys[step.address].push_back(tasks.size());
      tasks.push_back({Task::Kind::Destroy, i, {}});
    }
    if (Has(step.action, Task::Kind::Make)) {
      makes[step.address] = tasks.size();
      tasks.push_back({Task::Kind::Make, i, {}});
    }
  }
  for (size_t i = 0; i < plan.phases.size(); ++i) {
    const size_t open = tasks.size();
    tasks.push_back({Task::Kind::Open, i, {}});
    for (const std::string& address : plan.phases[i].after) {
      if (const auto made = makes.find(address); made != makes.end()) {
        wait(Wait::Kind::Firm, open, made->second);
      }
    }
    for (size_t task = 0; task < open; ++task) {
      if (!IsHalf(tasks[task])) continue;
      const plan::Step& step = plan.steps[tasks[task].step];
      if (step.bounded && step.provider == plan.phases[i].provider) {
        wait(Wait::Kind::Firm, task, open);
      }
    }
  }
  for (const auto& [address, index] : makes) {
    for (const std::string& need : plan.steps[tasks[index].step].dependencies) {
      if (const auto found = makes.find(need); found != makes.end()) {
        wait(Wait::Kind::Firm, index, found->second);
      }
    }
  }
  // One operation at a time has an address.
  for (const auto& [address, indices] : destroys) {
    const auto make = makes.find(address);
    for (size_t i = 0; i < indices.size(); ++i) {
      if (i > 0) wait(Wait::Kind::Firm, indices[i], indices[i - 1]);
      if (make == makes.end()) continue;
      if (IsLate(plan.steps[tasks[indices[i]].step])) {
        wait(Wait::Kind::Firm, indices[i], make->second);
      } else {
        wait(Wait::Kind::Firm, make->second, indices[i]);
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
          for (const size_t goes : own->second) {
            wait(Wait::Kind::AfterWhatLeansOnIt, target, goes);
          }
        }
        if (make == makes.end()) continue;
        if (IsLate(plan.steps[tasks[target].step])) {
          wait(Wait::Kind::AfterMovingOver, target, make->second);
        } else if (own == destroys.end() && !makes.count(need)) {
          wait(Wait::Kind::AfterUpdate, target, make->second);
        }
      }
    }
  }
  // What is placed in another zone from now on is there before it goes here, and stays where that
  // cannot be had.
  std::map<std::string_view, std::vector<size_t>> arrivals;
  for (const auto& [address, index] : makes) {
    const std::string_view name = NameInZone(address);
    if (name.empty() || plan.steps[tasks[index].step].action != Action::Create) continue;
    arrivals[name].push_back(index);
  }
  std::map<std::pair<std::string_view, std::string_view>, size_t> gates;  // by zone and name
  for (const auto& [address, indices] : destroys) {
    const std::string_view zone = ZoneOf(address), name = NameInZone(address);
    const auto coming = arrivals.find(name);
    if (coming == arrivals.end() || makes.contains(address)) continue;
    const auto [gate, fresh] = gates.try_emplace({zone, name}, tasks.size());
    if (fresh) {
      tasks.push_back({Task::Kind::Gate, 0, {}});
      for (const size_t arrival : coming->second) {
        if (ZoneOf(plan.steps[tasks[arrival].step].address) == zone) continue;
        wait(Wait::Kind::AfterArrival, gate->second, arrival);
      }
    }
    for (const size_t index : indices) wait(Wait::Kind::AfterArrival, index, gate->second);
  }
  for (const Wait::Kind kind : {Wait::Kind::AfterArrival, Wait::Kind::AfterUpdate,
                                Wait::Kind::AfterMovingOver, Wait::Kind::AfterWhatLeansOnIt}) {
    const std::vector<bool> stuck = Stuck(tasks.size(), waits);
    std::erase_if(
        waits, [&](const Wait& it) { return it.kind == kind && stuck[it.task] && stuck[it.need]; });
  }
  for (const Wait& it : waits) tasks[it.task].waits_for.push_back(it.need);
  return tasks;
}

}  // namespace sprint::apply
