#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <thread>
#include <utility>

#include "compiler/support/environment.h"
#include "compiler/support/thread.h"
#include "engine/agent/loop.h"
#include "engine/agent/observe.h"
#include "engine/agent/replay.h"
#include "engine/cli/carry.h"
#include "engine/cli/house.h"
#include "engine/cli/interrupt.h"
#include "engine/cli/options.h"
#include "engine/cli/refusals.h"
#include "engine/cli/running.h"
#include "engine/cli/session.h"
#include "engine/cli/world.h"

namespace sprint::cli {
namespace {

agent::Approve ApproveOf(ir::Approve approve) {
  switch (approve) {
    case ir::Approve::Automatic:
      return agent::Approve::Automatic;
    case ir::Approve::Ask:
      return agent::Approve::Ask;
    case ir::Approve::Never:
      return agent::Approve::Never;
  }
  return agent::Approve::Never;
}

agent::Settings SettingsOf(const ir::Program& program, const ir::Deploy& deploy) {
  const ir::Application& application = program.applications[deploy.application];
  agent::Settings settings;
  settings.sample = deploy.monitor_every;
  settings.every = deploy.replan_every;
  // Long enough to hold some requests also where they are rare.
  constexpr double ShortestWindow = 10;
  settings.window = std::max(2 * deploy.monitor_every, ShortestWindow);
  settings.hold = deploy.hold;
  settings.budget = deploy.move_budget;
  settings.floor = application.workload;
  settings.horizon = deploy.horizon;
  settings.approve = ApproveOf(deploy.approve);
  const auto receives = [&](ir::Index component) {
    return std::any_of(application.flows.begin(), application.flows.end(),
                       [&](const ir::Flow& flow) { return flow.to == component; });
  };
  const auto sends = [&](ir::Index component) {
    return std::any_of(application.flows.begin(), application.flows.end(),
                       [&](const ir::Flow& flow) { return flow.from == component; });
  };
  for (const ir::Index component : application.components) {
    if (!receives(component)) settings.entries.push_back(program.components[component].name);
  }
  for (const ir::Constraint& constraint : application.constraints) {
    if (constraint.weight) continue;
    agent::Requirement requirement;
    requirement.name = constraint.name;
    requirement.text = constraint.text;
    requirement.response = constraint.metric == ir::Metric::Response;
    for (const ir::Index component : constraint.path) {
      requirement.path.push_back(program.components[component].name);
    }
    requirement.to_end = !constraint.path.empty() && !sends(constraint.path.back());
    requirement.percentile = constraint.percentile;
    requirement.bound = constraint.bound;
    requirement.unit = constraint.unit;
    requirement.at_most = constraint.relation == ir::Relation::AtMost;
    settings.requirements.push_back(std::move(requirement));
  }
  return settings;
}

// Of one question: what was lost is placed again in the first few thousand, what is small is
// proven, and seconds have passed where there are a thousand nodes.
constexpr uint64_t Steps = 100'000;

// The running placement and the questions that the agent asks of it.
class Runner {
 public:
  Runner(Compiled& compiled, const ir::Deploy& deploy, Options options, placement::Answer running)
      : compiled_(compiled),
        deploy_(deploy),
        options_(std::move(options)),
        running_(std::move(running)),
        opened_(compiled) {
    options_.auto_approve = true;
    // Who may act without asking may also take another placement when machines are refused.
    options_.replan = deploy.approve == ir::Approve::Automatic;
  }

  std::vector<double> Predict(double workload) const {
    std::vector<double> values;
    const auto predicted = placement::Predict(*compiled_.program, deploy_, running_, workload);
    if (!predicted.ok()) return values;
    for (const placement::Requirement& requirement : predicted->requirements) {
      if (!requirement.weight) values.push_back(requirement.value);
    }
    return values;
  }

  agent::Candidate Propose(double workload) {
    agent::Candidate candidate;
    placement::Options wanted = For(workload);
    const auto world = opened_.Get();
    const auto refused = world.ok() ? RefusedNow(**world) : world.error();
    if (!refused.ok()) {
      candidate.problem = refused.error().ToString();
      return candidate;
    }
    wanted.available = AvailableWith(*refused, *compiled_.program, deploy_);
    const auto answer = placement::Place(*compiled_.program, deploy_, wanted);
    if (!answer.ok()) {
      candidate.problem = answer.error().ToString();
      return candidate;
    }
    const auto now = placement::Predict(*compiled_.program, deploy_, running_, workload);
    candidate.feasible = !answer->parts.empty();
    candidate.cost = answer->cost;
    candidate.running_cost = now.ok() ? now->cost : running_.cost;
    candidate.moves = Moves(running_, *answer);
    candidate.same_as_current = candidate.feasible && candidate.moves == 0;
    return candidate;
  }

  agent::Outcome Act(const agent::Replan& replan) {
    const auto began = SystemClock().Steady();
    agent::Outcome outcome;
    const auto failed = [&](std::string problem) {
      opened_.Close();
      return agent::Outcome{agent::End::Failed, {}, std::move(problem)};
    };
    const auto world = opened_.Get();
    if (!world.ok()) return failed(world.error().ToString());
    placement::Answer applied;
    if (ApplyPlacement(compiled_, deploy_, For(replan.workload), **world, options_,
                       Teller(options_), &applied, &carried_) != Success) {
      return failed("the change was not carried out in full");
    }
    outcome.planned = std::chrono::duration<double>(carried_.planned - began).count();
    outcome.moves = Moves(running_, applied);
    running_ = std::move(applied);
    return outcome;
  }

  agent::Observation Observe(double window, double now) {
    const auto world = opened_.Get();
    if (!world.ok()) return {};
    const auto snapshot = (*world)->store->Latest();
    if (!snapshot.ok()) return {};
    agent::Observation seen = agent::Observe(agent::ProxiesOf(**snapshot), window, now);
    if (const auto refused = RefusedNow(**world); refused.ok()) {
      seen.refused = static_cast<int64_t>(refused->size());
    }
    return seen;
  }

 private:
  placement::Options For(double workload) const {
    placement::Options wanted;
    wanted.steps = Steps;
    wanted.workload = workload;
    wanted.running = running_;
    return wanted;
  }

  Compiled& compiled_;
  const ir::Deploy& deploy_;
  Options options_;
  placement::Answer running_;
  OpenedWorld opened_;
  Carried carried_;
};

}  // namespace

int Agent(const Options& options) {
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  Compiled& compiled = **loaded;
  Print(compiled);
  if (!compiled.program) return Failure;
  auto deploy = ChooseDeploy(*compiled.program, options);
  if (!deploy.ok()) return Fail(deploy.error());
  auto running = LoadRunning(compiled.path);
  if (!running.ok()) return Fail(running.error());
  if (!*running) return Fail(Error(ErrorCode::NotFound, "nothing runs: `sprint apply` first"));

  const agent::Settings settings = SettingsOf(*compiled.program, **deploy);
  const std::string history_path = HistoryPath(compiled.path);
  auto entries = agent::ReadHistory(history_path);
  if (!entries.ok()) return Fail(entries.error());
  auto history = agent::History::Open(history_path);
  if (!history.ok()) return Fail(history.error());
  const Clock& clock = SystemClock();
  agent::AgentState state;
  const double placed_for = (*running)->workload;
  if (!entries->empty()) {
    state = agent::Resume(*entries, settings, placed_for, agent::WallSeconds(clock));
  } else {
    state.placed_for = placed_for;
  }

  Runner runner(compiled, **deploy, options, **running);
  agent::Hooks hooks;
  hooks.observe = [&](double now) { return runner.Observe(settings.window, now); };
  hooks.model.predict = [&](double workload) { return runner.Predict(workload); };
  hooks.model.propose = [&](double workload) { return runner.Propose(workload); };
  hooks.act = [&](const agent::Replan& replan) { return runner.Act(replan); };
  hooks.approve = [&options](const agent::Replan& replan) {
    if (options.json || !isatty(STDIN_FILENO)) return false;
    std::printf("%s\nOnly `yes` goes ahead: ", replan.reason.c_str());
    std::fflush(stdout);
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "yes";
  };
  // As `agent history` tells it later.
  const auto tell = [&options](const agent::Entry& entry) {
    std::puts(options.json ? value::ToJson(agent::ToValue(entry)).c_str()
                           : agent::Describe(entry).c_str());
    std::fflush(stdout);
  };
  hooks.decided = [&tell](const agent::Decided& decided) { tell(decided); };
  hooks.finished = [&tell](const agent::Finished& finished) { tell(finished); };
  hooks.trouble = [](const Error& error) { (void)Fail(error); };

  const Interrupt interrupt;
  std::stop_source stop;
  const auto watch = StartThread([&](const std::stop_token& done) {
    while (!done.stop_requested() && !interrupt.flag()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    stop.request_stop();
  });
  if (!watch.ok()) return Fail(watch.error());
  agent::Limits limits;
  limits.seconds = options.seconds;
  const Status ran = agent::Run(settings, state, hooks, *history, clock, stop.get_token(), limits);
  return ran.ok() ? Success : Fail(ran.error());
}

}  // namespace sprint::cli
