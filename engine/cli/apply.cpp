#include "engine/apply/apply.h"

#include <cstdio>
#include <mutex>
#include <optional>
#include <random>
#include <set>

#include "compiler/support/environment.h"
#include "engine/cli/approve.h"
#include "engine/cli/carry.h"
#include "engine/cli/interrupt.h"
#include "engine/cli/options.h"
#include "engine/cli/running.h"
#include "engine/cli/sealed_plan.h"
#include "engine/cli/session.h"
#include "engine/lower/config.h"
#include "engine/placement/infeasible.h"

namespace sprint::cli {
namespace {

constexpr const char* StopText = "stopping: calls under way end first (again: end them now)";

void ShowEvent(const apply::Event& event, const Options& options) {
  const char* action = event.destroying ? "delete" : plan::Name(event.action);
  constexpr const char* Kinds[] = {"started", "retrying", "waiting", "finished"};
  if (options.json) {
    value::Object line{{"type", Kinds[static_cast<size_t>(event.kind)]},
                       {"address", event.address},
                       {"action", action},
                       {"elapsed_s", event.elapsed}};
    if (!event.error.empty()) line["error"] = event.error;
    std::puts(value::ToJson(value::Value(std::move(line))).c_str());
  } else if (event.kind == apply::Event::Kind::Retrying) {
    std::printf("  %-8s %s again in %.1f s (attempt %d): %s\n", action, event.address.c_str(),
                event.wait, event.attempt, event.error.c_str());
  } else if (event.kind == apply::Event::Kind::Waiting) {
    std::printf("  %-8s %s is there; waits for %s\n", action, event.address.c_str(),
                event.text.c_str());
  } else if (event.kind == apply::Event::Kind::Started) {
    std::printf("  %-8s %s ...\n", action, event.address.c_str());
  } else {
    std::printf("  %-8s %s %s (%.1f s)\n", action, event.address.c_str(),
                event.error.empty() ? "done" : ("failed: " + event.error).c_str(), event.elapsed);
  }
  std::fflush(stdout);
}

int Carry(const plan::Plan& plan, World& world, const Options& options,
          const Interrupt& interrupt) {
  apply::ApplyOptions apply_options;
  apply_options.parallel = options.parallel;
  apply_options.stop = &interrupt.flag();
  apply_options.cancel = &interrupt.cancel();
  std::mt19937_64 random(std::random_device{}());
  std::mutex random_mutex;
  apply_options.random = [&] {
    const std::lock_guard lock(random_mutex);
    return std::uniform_real_distribution<double>()(random);
  };
  apply_options.progress = [&](const apply::Event& event) { ShowEvent(event, options); };
  auto report = apply::Apply(plan, *world.store, *world.providers, SystemClock(), apply_options);
  if (!report.ok()) return Fail(report.error());
  if (!options.json && !report->items.empty()) {
    std::fputs(apply::Render(*report).c_str(), stdout);
  }
  return report->ExitCode();
}

int ApplySaved(const Compiled& compiled, const Options& options) {
  auto plan = LoadPlan(options.plan_file, compiled.path);
  if (!plan.ok()) return Fail(plan.error());
  auto world = OpenWorld(compiled, plan->providers, Access::Write);
  if (!world.ok()) return Fail(world.error());
  auto snapshot = Settled(**world, options);
  if (!snapshot.ok()) return Fail(snapshot.error());
  if (Status fresh = plan::CheckFresh(*plan, *snapshot, HashOf(compiled)); !fresh.ok()) {
    return Fail(fresh.error());
  }
  const Interrupt interrupt(StopText, Interrupt::Second::Cancels);
  return Carry(*plan, **world, options, interrupt);
}

// Plans, asks, and carries out; `placement` is shown above the plan. `only`: as PlanOptions.
int ApplyGraph(const Compiled& compiled, const lower::DesiredGraph& graph,
               const std::string& placement, const Options& options,
               std::optional<std::set<std::string>> only = {}) {
  auto world = OpenWorld(compiled, graph.providers, Access::Write);
  if (!world.ok()) return Fail(world.error());
  auto snapshot = Settled(**world, options);
  if (!snapshot.ok()) return Fail(snapshot.error());
  plan::PlanOptions plan_options = PlanOptionsOf(options, compiled);
  plan_options.only = std::move(only);
  auto plan = plan::MakePlan(graph, *snapshot, *(*world)->providers, plan_options);
  if (!plan.ok()) return Fail(plan.error());
  if (!options.json) {
    std::fputs(placement.c_str(), stdout);
    std::fputs(plan::Render(*plan, options.colour).c_str(), stdout);
  }
  if (plan->HasChanges() && !Approved(options, "Carry out these changes?")) return Failure;
  // Without changes too: what the refresh saw and what the program says of lives is kept.
  const Interrupt interrupt(StopText, Interrupt::Second::Cancels);
  return Carry(*plan, **world, options, interrupt);
}

}  // namespace

int Apply(const Options& options) {
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  Compiled& compiled = **loaded;
  Print(compiled);
  if (!compiled.program) return Failure;
  if (!options.plan_file.empty()) return ApplySaved(compiled, options);
  const ir::Program& program = *compiled.program;
  if (program.deploys.empty() && !program.resources.empty() && options.deploy.empty()) {
    auto graph = lower::Lower(program);
    return graph.ok() ? ApplyGraph(compiled, *graph, "", options) : Fail(graph.error());
  }
  auto chosen = ChooseDeploy(program, options);
  if (!chosen.ok()) return Fail(chosen.error());
  return ApplyPlacement(compiled, **chosen, {}, options);
}

int ApplyPlacement(Compiled& compiled, const ir::Deploy& deploy,
                   const placement::Options& placement_options, const Options& options,
                   placement::Answer* applied, Carried* carried) {
  const ir::Program& program = *compiled.program;
  auto answer = PlaceNow(program, deploy, placement_options);
  if (!answer.ok()) return Fail(answer.error());
  if (answer->parts.empty()) {
    if (answer->state == placement::State::Infeasible) {
      compiled.diagnostics = {placement::InfeasibleDiagnostic(*answer)};
      Print(compiled);
    }
    return Fail(Error(ErrorCode::Conflict, "there is no placement to apply"));
  }
  auto graph = LowerNow(program, deploy, *answer);
  if (!graph.ok()) return Fail(graph.error());
  const std::string shown = placement::Render(*answer, program, deploy) + "\n";
  std::optional<std::set<std::string>> only;
  const auto now = SystemClock().Steady();
  if (carried && carried->graph && now - carried->looked < Carried::Good) {
    only = plan::Changed(*carried->graph, *graph);
  } else if (carried) {
    carried->looked = now;
  }
  const int code = ApplyGraph(compiled, *graph, shown, options, std::move(only));
  if (carried) carried->graph.reset();
  if (code != Success) return code;
  if (carried) carried->graph = graph.TakeValue();
  if (Status saved = SaveRunning(compiled.path, *answer); !saved.ok()) return Fail(saved.error());
  if (applied) *applied = std::move(*answer);
  return Success;
}

int Destroy(const Options& options) {
  // The program is asked for its providers only: what exists is in the state, and a
  // program with mistakes must not keep anybody from taking things down.
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  const Compiled& compiled = **loaded;
  std::vector<lower::ProviderConfig> configs;
  if (compiled.program) {
    for (const ir::ProviderUse& use : compiled.program->providers) {
      auto config = lower::ToConfig(ir::Value(use.config));
      if (!config.ok()) return Fail(config.error());
      configs.push_back({use.name, config.TakeValue()});
    }
  }
  auto world = OpenWorld(compiled, configs, Access::Write);
  if (!world.ok()) return Fail(world.error());
  auto snapshot = Settled(**world, options);
  if (!snapshot.ok()) return Fail(snapshot.error());
  plan::PlanOptions plan_options = PlanOptionsOf(options, compiled);
  plan_options.destroy = true;
  plan_options.program_hash.clear();
  auto plan = plan::MakePlan({}, *snapshot, *(*world)->providers, plan_options);
  if (!plan.ok()) return Fail(plan.error());
  plan->providers = configs;
  if (!options.json) std::fputs(plan::Render(*plan, options.colour).c_str(), stdout);
  if (!plan->HasChanges()) {
    (void)ForgetRunning(compiled.path);
    return Success;
  }
  if (!Approved(options, "Take all of this away?")) return Failure;
  const Interrupt interrupt(StopText, Interrupt::Second::Cancels);
  const int code = Carry(*plan, **world, options, interrupt);
  if (code == Success) (void)ForgetRunning(compiled.path);
  return code;
}

}  // namespace sprint::cli
