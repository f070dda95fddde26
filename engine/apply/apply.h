#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "compiler/support/environment.h"
#include "engine/plan/plan.h"
#include "engine/state/store.h"

// Carries a plan out, crash-safe.
namespace sprint::apply {

enum class Outcome { Done, Failed, Skipped, NotStarted };
const char* Name(Outcome outcome);

struct Event {
  enum class Kind { Started, Finished };
  Kind kind = Kind::Started;
  std::string address;
  plan::Action action = plan::Action::NoOp;
  bool destroying = false;  // the first half of a replacement
  double elapsed = 0;       // s, of a finished one
  std::string error;        // of a finished one that failed
};

struct ApplyOptions {
  size_t parallel = 10;
  // Set from outside (first SIGINT): nothing new starts, running calls end.
  const std::atomic<bool>* stop = nullptr;
  // Called one at a time, from the caller's thread.
  std::function<void(const Event&)> progress;
};

struct Item {
  std::string address;
  plan::Action action = plan::Action::NoOp;
  Outcome outcome = Outcome::NotStarted;
  std::string error;
  Loc loc;
};
struct Report {
  std::vector<Item> items;  // steps that change something, in the plan's order
  bool interrupted = false;
  size_t Count(Outcome outcome) const;
  // 0 all done, 1 something failed, 130 stopped from outside.
  int ExitCode() const;
};

// Executes `plan`, which must be of this very state. Errors (nothing has been changed):
// Conflict when the plan is stale, NotFound when a provider is not installed; what goes
// wrong later is in the report. A failing state stops the run: its items say so.
Result<Report> Apply(const plan::Plan& plan, state::Store& store, plan::ProviderSet& providers,
                     const Clock& clock, const ApplyOptions& options);

// Finds out what became of calls that were cut off (intents without a result): an
// existing object is read, a creation is asked for again, which by the provider's
// contract finds the object that is already there. Gives the addresses concerned.
Result<std::vector<std::string>> Recover(state::Store& store, plan::ProviderSet& providers);

// "3 done, 1 failed, 2 skipped, 0 not started." after a line for each that is not done.
std::string Render(const Report& report);

}  // namespace sprint::apply
