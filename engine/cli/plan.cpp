#include <cstdio>

#include "compiler/support/environment.h"
#include "engine/cli/options.h"
#include "engine/cli/patience.h"
#include "engine/cli/plan_json.h"
#include "engine/cli/refusals.h"
#include "engine/cli/running.h"
#include "engine/cli/sealed_plan.h"
#include "engine/cli/session.h"
#include "engine/cli/world.h"
#include "engine/placement/infeasible.h"
#include "engine/placement/sensitivity.h"

namespace sprint::cli {
namespace {

// The proof to the file that was asked for. NotFound: there is none to write.
Status WriteProof(const Options& options, const placement::Answer& answer) {
  if (answer.certificate.empty()) {
    return Error(ErrorCode::NotFound, "no certificate: the placement is not proven");
  }
  return RealFileSystem().Write(options.certificate, answer.certificate + "\n");
}

void TellProof(const Options& options, const placement::Answer& answer) {
  const bool none = answer.state == placement::State::Infeasible;
  std::printf("\nProof that %s, in %llu cases: %s\n",
              none ? "there is no placement" : "no placement is cheaper",
              static_cast<unsigned long long>(answer.certificate_cases),
              options.certificate.c_str());
}

}  // namespace

// check -> place -> lower -> diff, and nothing is changed.
int Plan(const Options& options) {
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  Compiled& compiled = **loaded;
  if (!compiled.program) {
    if (options.json) {
      std::puts(PlanJson(compiled, nullptr, nullptr).c_str());
    } else {
      Print(compiled);
    }
    return Failure;
  }
  const ir::Program& program = *compiled.program;
  auto world = options.out.empty() ? OpenToLook(compiled) : OpenWorld(compiled);
  if (!world.ok()) return Fail(world.error());
  auto refused = RefusedNow(**world);
  if (!refused.ok()) return Fail(refused.error());
  auto desire = Desire(program, options, *refused);
  if (!desire.ok()) return Fail(desire.error(), compiled);
  const Desired& desired = *desire;
  const placement::Answer* answer = desired.deploy ? &desired.answer : nullptr;
  const bool prove = answer && !options.certificate.empty();
  if (prove) {
    if (Status written = WriteProof(options, *answer); !written.ok()) return Fail(written.error());
  }
  if (!desired.Placed()) {
    for (const state::Refusal& one : *refused) {
      std::fprintf(stderr, "sprint: left out of the placement: %s\n", Describe(one).c_str());
    }
    if (answer->state == placement::State::Infeasible) {
      compiled.diagnostics.push_back(placement::InfeasibleDiagnostic(*answer, *desired.deploy));
    }
    if (options.json) {
      std::puts(PlanJson(compiled, answer, nullptr).c_str());
    } else {
      Print(compiled);
      // The lines that cannot hold together say it all; a search cut short has more to say.
      if (answer->state != placement::State::Infeasible) {
        std::fputs(placement::Render(*answer, program, *desired.deploy).c_str(), stdout);
      }
      if (prove) TellProof(options, *answer);
    }
    return Failure;
  }

  // What is saved tells no secrets, and apply must know them by the same fingerprints.
  if (!options.out.empty() && (*world)->secrets) {
    const Status sealed = EnsureEncrypted((*world)->house, *(*world)->store);
    if (!sealed.ok()) return Fail(sealed.error());
  }
  if (Status told = UseProviders(**world, desired.graph.providers); !told.ok()) {
    return Fail(told.error());
  }
  auto snapshot = Settled(**world, options);
  if (!snapshot.ok()) return Fail(snapshot.error());
  const plan::PlanOptions plan_options = PlanOptionsOf(options, compiled);
  std::optional<Patience> patience(std::in_place, "planning");
  auto made = plan::MakePlan(desired.graph, **snapshot, *(*world)->providers, plan_options);
  patience.reset();
  if (!made.ok()) return Fail(made.error(), compiled);

  for (const state::Refusal& one : *refused) {
    made->notes.push_back("left out of the placement: " + Describe(one));
  }
  made->program = AbsolutePath(compiled.path);
  made->sources = SourcesOf(compiled);
  made->params = options.params;
  if (answer) {
    made->placement = value::Object{{"text", placement::Render(*answer, program, *desired.deploy)},
                                    {"running", RunningValue(*answer)},
                                    {"document", PlacementJson(compiled, *answer)}};
  }
  if (!options.out.empty()) {
    if (Status saved = SavePlan(*made, *(*world)->store, options.out); !saved.ok()) {
      return Fail(saved.error());
    }
  }
  std::optional<placement::Sensitivity> sensitivity;
  if (options.sensitivity && answer) {
    placement::Options now;
    now.available = AvailableWith(*refused, program, *desired.deploy);
    auto found = placement::FindSensitivity(program, *desired.deploy, *answer, now);
    if (!found.ok()) return Fail(found.error(), compiled);
    sensitivity = found.TakeValue();
  }
  if (options.json) {
    std::puts(PlanJson(compiled, answer, &*made, sensitivity ? &*sensitivity : nullptr).c_str());
  } else {
    Print(compiled);
    if (answer) {
      std::fputs(placement::Render(*answer, program, *desired.deploy).c_str(), stdout);
      if (prove) TellProof(options, *answer);
      std::puts("");
    }
    if (options.peer_rules && answer) {
      auto peers = placement::RenderAsPeers(*answer, program, *desired.deploy);
      if (!peers.ok()) return Fail(peers.error(), compiled);
      std::puts(peers->c_str());
    }
    if (sensitivity) {
      std::fputs(placement::Render(*sensitivity, *desired.deploy).c_str(), stdout);
      std::puts("");
    }
    std::fputs(plan::Render(*made, options.colour).c_str(), stdout);
    if (!options.out.empty()) {
      std::printf(made->errors.empty() ? "\nSaved. To carry out exactly this: sprint apply %s\n"
                                       : "\nSaved, to be looked at: sprint show %s\n",
                  ForShell(options.out).c_str());
    }
  }
  if (!made->errors.empty()) return Failure;
  return made->HasChanges() ? Pending : Success;
}

}  // namespace sprint::cli
