#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "compiler/support/environment.h"
#include "engine/apply/apply.h"
#include "engine/apply/ledger.h"
#include "engine/apply/schedule.h"
#include "engine/plan/plan.h"

namespace sprint::apply {

// What one task of a schedule does: the provider calls for one object, each between its
// intent and its result. Called from several threads.
class Operations {
 public:
  // `tell` takes events that happen within an operation; `pause` waits so many seconds, or
  // less when the run is to end.
  Operations(Ledger& ledger, plan::ProviderSet& providers, const Clock& clock,
             const ApplyOptions& options, std::function<void(Event)> tell,
             std::function<void(double)> pause)
      : ledger_(ledger),
        providers_(providers),
        clock_(clock),
        options_(options),
        tell_(std::move(tell)),
        pause_(std::move(pause)) {}

  struct Ended {
    Outcome outcome = Outcome::Done;  // Done, Failed or Unknown
    std::string error;
    host::ErrorClass error_class = host::ErrorClass::None;
  };
  Ended Perform(const plan::Step& step, bool destroy);

 private:
  struct Called;
  Ended Destroy(const plan::Step& step);
  Ended MakeOrChange(const plan::Step& step);
  Ended Keep(const plan::Step& step);
  Ended Forget(const plan::Step& step);
  Ended LeaveOldAddress(const plan::Step& step);
  Ended AwaitReady(const plan::Step& step, host::Provider& provider, const std::string& wire,
                   state::Record record);
  std::string Look(const lower::Ready& ready, const plan::Step& step, host::Provider& provider,
                   const std::string& wire, state::Record& record);
  Result<plan::Planned> PlanAgain(host::Provider& provider, const plan::Step& step,
                                  const value::Value& prior);
  Called Call(host::Provider& provider, const plan::Step& step, const std::string& wire,
              const value::Value& prior, const plan::Planned& planned, const std::string& tag);
  bool Stopping() const;

  Ledger& ledger_;
  plan::ProviderSet& providers_;
  const Clock& clock_;
  const ApplyOptions& options_;
  const std::function<void(Event)> tell_;
  const std::function<void(double)> pause_;
};

}  // namespace sprint::apply
