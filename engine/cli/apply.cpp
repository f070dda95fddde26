#include <cstdio>
#include <utility>

#include "engine/cli/carry.h"
#include "engine/cli/options.h"
#include "engine/cli/patience.h"
#include "engine/cli/running.h"
#include "engine/cli/sealed_plan.h"
#include "engine/cli/session.h"
#include "engine/cli/teller.h"
#include "engine/lower/config.h"

namespace sprint::cli {
namespace {

// A saved plan is carried out as it was saved: nothing may be said about it once more.
Status CheckFixed(const Options& options) {
  const std::pair<bool, const char*> given[] = {
      {!options.params.empty(), "--param"},    {!options.deploy.empty(), "--deploy"},
      {!options.targets.empty(), "--target"},  {!options.excludes.empty(), "--exclude"},
      {!options.replace.empty(), "--replace"}, {options.refresh_only, "--refresh-only"},
      {!options.refresh, "--no-refresh"}};
  for (const auto& [is_given, name] : given) {
    if (!is_given) continue;
    return Error(ErrorCode::InvalidArgument,
                 std::string("a saved plan fixes what is done: leave ") + name +
                     " out, or plan again with it");
  }
  return Ok();
}

int ApplySaved(const Options& given, const Teller& teller) {
  if (Status fixed = CheckFixed(given); !fixed.ok()) return teller.Fail(fixed.error());
  auto plan = LoadPlan(given.plan_file, given.file);
  if (!plan.ok()) return teller.Fail(plan.error());
  Options options = given;
  options.params = plan->params;
  if (options.file.empty()) options.file = plan->program;
  auto loaded = Load(options);
  if (!loaded.ok()) return teller.Fail(loaded.error());
  const Compiled& compiled = **loaded;
  // Before its mistakes: a program that is another one by now may have some.
  if (Status same = plan::CheckProgram(*plan, HashOf(compiled), SourcesOf(compiled)); !same.ok()) {
    return teller.Fail(same.error());
  }
  teller.Show(compiled);
  if (!compiled.program) return Failure;
  auto world = OpenWorld(compiled);
  if (!world.ok()) return teller.Fail(world.error());
  if (Status locked = Lock(**world, "apply"); !locked.ok()) return teller.Fail(locked.error());
  if (Status told = UseProviders(**world, plan->providers); !told.ok()) {
    return teller.Fail(told.error());
  }
  auto snapshot = teller.Settle(**world, options);
  if (!snapshot.ok()) return teller.Fail(snapshot.error());
  if (Status fresh = plan::CheckFresh(*plan, **snapshot); !fresh.ok()) {
    return teller.Fail(fresh.error());
  }
  const int code = CarryOut(*plan, &*compiled.program, **world, options, teller).code;
  const value::Value* running = plan->placement.Find("running");
  if (code != Success || !running || plan->partial) return code;
  if (Status saved = SaveRunning(compiled.path, *running); !saved.ok()) {
    return teller.Fail(saved.error());
  }
  return code;
}

}  // namespace

int Apply(const Options& given) {
  const Teller teller(given);
  Options options = given;
  if (options.plan_file.empty() && IsPlanFile(options.file))
    std::swap(options.plan_file, options.file);
  if (!options.plan_file.empty()) return ApplySaved(options, teller);
  auto loaded = Load(options);
  if (!loaded.ok()) return teller.Fail(loaded.error());
  Compiled& compiled = **loaded;
  teller.Show(compiled);
  if (!compiled.program) return Failure;
  const ir::Program& program = *compiled.program;
  const bool places =
      !program.deploys.empty() || program.resources.empty() || !options.deploy.empty();
  auto graph = places ? lower::DesiredGraph() : lower::Lower(program);
  if (!graph.ok()) return teller.Fail(graph.error(), compiled);
  auto chosen = places ? ChooseDeploy(program, options) : nullptr;
  if (!chosen.ok()) return teller.Fail(chosen.error());
  auto world = OpenWorld(compiled);
  if (!world.ok()) return teller.Fail(world.error());
  if (places) return ApplyPlacement(compiled, **chosen, {}, **world, options, teller);
  return ApplyGraph(compiled, graph.TakeValue(), "", **world, options, teller).code;
}

int Destroy(const Options& options) {
  // The program is asked for its providers only: what exists is in the state, and a
  // program with mistakes must not keep anybody from taking things down.
  const Teller teller(options);
  auto loaded = Load(options);
  if (!loaded.ok()) return teller.Fail(loaded.error());
  const Compiled& compiled = **loaded;
  lower::DesiredGraph nothing;
  std::vector<lower::ProviderConfig>& configs = nothing.providers;
  if (compiled.program) {
    for (const ir::ProviderUse& use : compiled.program->providers) {
      auto config = lower::ToConfig(use.config);
      if (!config.ok()) return teller.Fail(config.error(), compiled);
      configs.push_back({use.name, config.TakeValue()});
    }
  }
  auto world = OpenWorld(compiled);
  if (!world.ok()) return teller.Fail(world.error());
  if (Status locked = Lock(**world, "destroy"); !locked.ok()) return teller.Fail(locked.error());
  if (Status told = UseProviders(**world, configs); !told.ok()) return teller.Fail(told.error());
  const bool all = options.targets.empty() && options.excludes.empty();
  auto snapshot = teller.Settle(**world, options, /*destroying=*/all);
  if (!snapshot.ok()) return teller.Fail(snapshot.error());
  plan::PlanOptions plan_options = PlanOptionsOf(options, compiled);
  plan_options.destroy = true;
  plan_options.program_hash.clear();
  std::optional<Patience> patience(std::in_place, "planning");
  auto plan = plan::MakePlan(nothing, **snapshot, *(*world)->providers, plan_options);
  patience.reset();
  if (!plan.ok()) return teller.Fail(plan.error(), compiled);
  if (!options.json) std::fputs(plan::Render(*plan, options.colour).c_str(), stdout);
  if (!plan->errors.empty()) return teller.Refuse(*plan);
  if (plan->HasChanges() && !MayCarryOut(options, teller, "Take all of this away?")) return Failure;
  const int code = CarryOut(*plan, nullptr, **world, options, teller).code;
  if (code == Success && !plan->partial) (void)ForgetRunning(compiled.path);
  return code;
}

}  // namespace sprint::cli
