#include "engine/cli/carry.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

#include "compiler/support/quantity.h"
#include "engine/cli/approve.h"
#include "engine/cli/interrupt.h"
#include "engine/cli/patience.h"
#include "engine/cli/plan_json.h"
#include "engine/cli/refusals.h"
#include "engine/cli/running.h"
#include "engine/placement/infeasible.h"

namespace sprint::cli {
namespace {

// Writes down what was refused, and says so; true when it is news.
Result<bool> NoteRefusals(const apply::Report& report, const plan::Plan& plan,
                          const ir::Program& program, World& world, const Teller& teller) {
  const int64_t now = NowSeconds();
  SPRINT_ASSIGN_OR_RETURN(const StateNow snapshot, world.store->Latest());
  const auto refusals = RefusalsOf(report, plan, *snapshot, program, world.house.refused, now);
  if (refusals.empty()) return false;
  SPRINT_ASSIGN_OR_RETURN(std::vector<state::Refusal> before, world.store->Refused());
  before = Live(std::move(before), now);
  bool news = false;
  SPRINT_RETURN_IF_ERROR(world.store->SetRefused(Merged(before, refusals, news)));
  for (const state::Refusal& one : refusals) {
    if (teller.stream()) {
      teller.stream()->Say("refused", {{"zone", one.zone},
                                       {"pool", one.pool},
                                       {"count", one.count},
                                       {"class", one.reason},
                                       {"until_s", one.until},
                                       {"error", one.text}});
    } else {
      std::printf("left out of the placement: %s\n", Describe(one).c_str());
    }
  }
  return news;
}

// The world may stay open; its lock is given back at the end of each act.
struct Unlocking {
  World& world;
  ~Unlocking() { world.lock.reset(); }
};

std::string Money(double per_hour) { return FormatNumber(per_hour, 4) + " EUR/h"; }

}  // namespace

bool MayCarryOut(const Options& options, const Teller& teller, const char* question) {
  if (!options.json || options.auto_approve) return Approved(options, question);
  (void)teller.Fail(
      Error(ErrorCode::Denied, "with --json nobody is asked; pass --yes to go ahead"));
  return false;
}

Ran CarryOut(const plan::Plan& plan, const ir::Program* program, World& world,
             const Options& options, const Teller& teller) {
  const Interrupt interrupt(nullptr, Interrupt::Second::Cancels);
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
  teller.Follow(apply_options, interrupt);
  teller.progress().Begin(plan);
  auto report = apply::Apply(plan, *world.store, *world.providers, SystemClock(), apply_options);
  if (!report.ok()) return {teller.Fail(report.error()), false};
  teller.progress().End(*report);
  Ran ran{report->ExitCode(), false};
  if (!program || ran.code != Failure) return ran;
  auto refused = NoteRefusals(*report, plan, *program, world, teller);
  if (!refused.ok()) return {teller.Fail(refused.error()), false};
  ran.refused = *refused;
  return ran;
}

Ran ApplyGraph(const Compiled& compiled, lower::DesiredGraph graph, const std::string& placement,
               World& world, const Options& options, const Teller& teller, Carried* carried) {
  const auto failed = [&teller, &compiled](const Error& error) {
    return Ran{teller.Fail(error, compiled), false};
  };
  // Whatever happens now: only a change that was carried out in full is known to be there.
  std::optional<lower::DesiredGraph> before;
  if (carried) before.swap(carried->graph);
  if (Status locked = Lock(world, "apply"); !locked.ok()) return failed(locked.error());
  const Unlocking unlocking{world};
  if (Status told = UseProviders(world, graph.providers); !told.ok()) return failed(told.error());
  plan::PlanOptions plan_options = PlanOptionsOf(options, compiled);
  plan::Plan plan;
  {
    auto snapshot = teller.Settle(world, options);
    if (!snapshot.ok()) return failed(snapshot.error());
    const state::Snapshot& now = **snapshot;
    const auto time = SystemClock().Steady();
    if (before && carried->lineage == now.lineage && carried->serial == now.serial &&
        time - carried->looked < Carried::Good) {
      plan_options.only = plan::Changed(*before, graph);
    } else if (carried) {
      carried->looked = time;
    }
    std::optional<Patience> patience(std::in_place, "planning");
    auto made = plan::MakePlan(graph, now, *world.providers, plan_options);
    patience.reset();
    if (!made.ok()) return failed(made.error());
    plan = made.TakeValue();
    if (carried) carried->planned = SystemClock().Steady();
  }
  if (!options.json) {
    std::fputs(placement.c_str(), stdout);
    std::fputs(plan::Render(plan, options.colour).c_str(), stdout);
  }
  if (!plan.errors.empty()) return {teller.Refuse(plan), false};
  if (plan.HasChanges() && !MayCarryOut(options, teller, "Carry out these changes?")) {
    return {Failure, false};
  }
  // Without changes too: what the refresh saw and what the program says of lives is kept.
  const Ran ran = CarryOut(plan, &*compiled.program, world, options, teller);
  if (!carried || ran.code != Success) return ran;
  if (const auto after = world.store->Latest(); after.ok()) {
    carried->graph = std::move(graph);
    carried->lineage = (*after)->lineage;
    carried->serial = (*after)->serial;
  }
  return ran;
}

int ApplyPlacement(Compiled& compiled, const ir::Deploy& deploy,
                   const placement::Options& placement_options, World& world, const Options& given,
                   const Teller& teller, placement::Answer* applied, Carried* carried) {
  const ir::Program& program = *compiled.program;
  Options options = given;
  std::optional<double> approved;  // EUR/h, of the placement that the user has seen
  while (true) {
    auto refused = RefusedNow(world);
    if (!refused.ok()) return teller.Fail(refused.error());
    placement::Options wanted = placement_options;
    wanted.available = AvailableWith(*refused, program, deploy);
    auto answer = PlaceNow(program, deploy, wanted);
    if (!answer.ok()) return teller.Fail(answer.error(), compiled);
    if (answer->parts.empty()) {
      if (answer->state == placement::State::Infeasible && !approved) {
        compiled.diagnostics = {placement::InfeasibleDiagnostic(*answer, deploy)};
        teller.Show(compiled);
      }
      std::string without;
      for (const state::Refusal& one : *refused) without += "; left out: " + Describe(one);
      return teller.Fail(Error(ErrorCode::Conflict, "there is no placement to apply" + without));
    }
    if (teller.stream()) teller.stream()->Say("placement", PlacementJson(compiled, *answer));
    std::string shown = placement::Render(*answer, program, deploy) + "\n";
    const double more = approved ? answer->cost - *approved : 0;
    if (more > 1e-9 * std::max(1.0, answer->cost) && !options.replan) {
      shown += "This costs " + Money(more) + " more than what was approved.\n";
      if (given.auto_approve || !isatty(STDIN_FILENO)) {
        if (!options.json) std::fputs(shown.c_str(), stdout);
        return teller.Fail(Error(ErrorCode::Denied,
                                 "the next best placement costs " + Money(answer->cost) + ", " +
                                     Money(more) +
                                     " more than what was approved; to accept it: sprint apply " +
                                     ForShell(compiled.path) + " --replan"));
      }
      options.auto_approve = false;
    } else if (approved) {
      options.auto_approve = true;  // within what was approved
    }
    if (!approved || !options.auto_approve) approved = std::max(approved.value_or(0), answer->cost);
    const bool known = carried && carried->graph;
    auto graph = LowerNow(program, deploy, *answer, known ? &*carried->graph : nullptr);
    if (!graph.ok()) {
      if (carried) carried->graph.reset();
      return teller.Fail(graph.error(), compiled);
    }
    const Ran ran = ApplyGraph(compiled, graph.TakeValue(), shown, world, options, teller, carried);
    if (ran.code != Success && !ran.refused) return ran.code;
    if (ran.code != Success) continue;
    if (Status saved = SaveRunning(compiled.path, RunningValue(*answer)); !saved.ok()) {
      return teller.Fail(saved.error());
    }
    if (applied) *applied = std::move(*answer);
    return Success;
  }
}

}  // namespace sprint::cli
