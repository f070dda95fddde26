#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "compiler/support/environment.h"
#include "engine/apply/ready.h"
#include "engine/plan/plan.h"
#include "engine/state/store.h"
#include "providers/host/error_class.h"

// Carries a plan out, crash-safe.
namespace sprint::apply {

// Unknown: the call was cut off; what became of the object is found out by the next run.
enum class Outcome { Done, Failed, Skipped, NotStarted, Unknown };
const char* Name(Outcome outcome);

struct Event {
  // Retrying: a call failed and is made again after `wait`. Waiting: the object is there and
  // `text` is the condition it waits for. Skipped: nothing is done about the object, because
  // of the one at the address `text`; told once for an object. Begun: `phase` begins, and
  // `steps` are what becomes of its steps, within what was approved. Stopped: nothing of
  // `phase` is done, because of `error`; its objects are skipped because of "phase n".
  enum class Kind { Started, Retrying, Waiting, Finished, Skipped, Begun, Stopped };
  Kind kind = Kind::Started;
  std::string address;
  plan::Action action = plan::Action::NoOp;
  bool destroying = false;          // of a replacement: the old object goes
  double elapsed = 0;               // s since it started
  Outcome outcome = Outcome::Done;  // of a finished one: Done, Failed or Unknown
  std::string error;                // of a finished one that failed, or of what is retried
  host::ErrorClass error_class = host::ErrorClass::None;
  double wait = 0;  // s until the next attempt
  int attempt = 1;
  std::string text;
  const plan::Phase* phase = nullptr;  // with Begun and Stopped, until the call returns
  std::vector<const plan::Step*> steps{};
};

struct ApplyOptions {
  size_t parallel = 10;
  // Set from outside (first SIGINT): nothing new starts, running calls end.
  const std::atomic<bool>* stop = nullptr;
  // Set from outside (second SIGINT): running calls are asked to end, and after five seconds
  // their providers are ended.
  const std::atomic<bool>* cancel = nullptr;
  // Called one at a time, from the caller's thread.
  std::function<void(const Event&)> progress;
  // Called many times a second while calls run, from the caller's thread.
  std::function<void()> tick{};
  // How often a call that failed for a passing reason is made again, and after how long:
  // min(first * 2^n, longest) seconds, of which a random share of a half is left out.
  int retries = 5;
  double first_wait = 1, longest_wait = 30;
  std::function<double()> random{};     // 0..1; empty: no jitter
  std::function<void(double)> pause{};  // waits so many seconds; empty: really
  Prober* prober = nullptr;             // null: the network
};

struct Item {
  std::string address;
  plan::Action action = plan::Action::NoOp;
  Outcome outcome = Outcome::NotStarted;
  std::string error;
  Loc loc;
  host::ErrorClass error_class = host::ErrorClass::None;
  std::string because{};   // of a skipped one: the address that failed, or "phase n"
  std::string where{};     // "mask.sprint:12", or ""
  std::string instance{};  // lower::Resource::instance
};
struct Report {
  std::vector<Item> items;  // steps that change something, in the plan's order
  // Phases of which nothing was done: "phase 1 (provider `k3s`): …".
  std::vector<std::string> stopped{};
  bool interrupted = false;
  size_t Count(Outcome outcome) const;
  // 0 all done, 1 something failed, 130 stopped from outside.
  int ExitCode() const;
};

// Executes `plan`, which must be of this very state. Errors (nothing has been changed):
// Conflict when the plan is stale, NotFound when a provider is not installed; what goes
// wrong later is in the report. A failing state stops the run: its items say so. A phase
// begins once what configures its provider is there: the provider plans the steps, and they
// are carried out if all of them are within what the plan says; else none of them is.
Result<Report> Apply(const plan::Plan& plan, state::Store& store, plan::ProviderSet& providers,
                     const Clock& clock, const ApplyOptions& options);

// What became of a call that was cut off.
struct Settled {
  std::string address;
  std::string text;   // "was made", "was not made", "is gone", …
  bool known = true;  // false: it could not be found out; its intent stays open
};
// Finds out what became of the calls that were cut off (intents without a result). An
// object that should be there is read. One that may have been made is looked for by its
// ownership tag, for as long as the provider may hide it; without tags its creation is
// asked for again where the provider's contract makes that safe. Where neither can be
// done the intent stays open, unless its address is in `not_made`: somebody looked. The same
// where the provider cannot be asked any more. When
// everything is to be destroyed anyway, what may have been made and would be asked for again
// is deleted instead: nothing waits for it to get ready.
Result<std::vector<Settled>> Recover(state::Store& store, plan::ProviderSet& providers,
                                     const Clock& clock, const ApplyOptions& options = {},
                                     const std::vector<std::string>& not_made = {},
                                     bool destroying = false);

// "3 done, 1 failed, 2 skipped, 0 not started." after a line for each that is not done.
std::string Render(const Report& report);

}  // namespace sprint::apply
