#pragma once

#include <functional>
#include <stop_token>

#include "compiler/support/environment.h"
#include "compiler/support/result.h"
#include "engine/agent/history.h"
#include "engine/agent/step.h"

// The process around Step, as thin as it can be: look, decide, write it down, act.
namespace sprint::agent {

struct Hooks {
  std::function<Observation(Seconds now)> observe;
  Model model;
  // Places for that workload, plans and applies; the running placement that `model`
  // speaks of is the new one afterwards.
  std::function<Outcome(const Replan&)> act;
  // Asks whoever may say yes; absent means no. Only with `approve = ask`.
  std::function<bool(const Replan&)> approve;
  // To show what goes on; each may be absent.
  std::function<void(const Decided&)> decided;
  std::function<void(const Finished&)> finished;
  std::function<void(const Error&)> trouble;
  // Waits that long or until told to stop; absent: really waits.
  std::function<void(Seconds)> wait;
};

struct Limits {
  Seconds seconds = 0;               // run that long; 0: until told to stop
  int64_t history_bytes = 16 << 20;  // then a new file begins
};

// One observation every Settings::sample; those that an apply has made late are left
// out. Nothing is done that could not be written down first. Ends when told to stop,
// after the apply under way. The Error is that of writing the first entry.
Status Run(const Settings& settings, AgentState& state, const Hooks& hooks, History& history,
           const Clock& clock, const std::stop_token& stop, const Limits& limits = {});

// Seconds since 1970 on that clock.
Seconds WallSeconds(const Clock& clock);

}  // namespace sprint::agent
