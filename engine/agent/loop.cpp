#include "engine/agent/loop.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>

namespace sprint::agent {
namespace {

using Duration = std::chrono::duration<double>;

class Loop {
 public:
  Loop(const Settings& settings, AgentState& state, const Hooks& hooks, History& history,
       const Clock& clock, const std::stop_token& stop)
      : settings_(settings),
        state_(state),
        hooks_(hooks),
        history_(history),
        clock_(clock),
        stop_(stop),
        began_(WallSeconds(clock)),
        began_steady_(clock.Steady()) {}

  Status Run(const Limits& limits) {
    SPRINT_RETURN_IF_ERROR(history_.Append(Started{Now(), settings_, state_}));
    const Seconds sample = std::max(settings_.sample, 0.05);
    for (Seconds next = began_; !stop_.stop_requested();) {
      if (limits.seconds > 0 && next - began_ > limits.seconds) break;
      Wait(next - Now());
      if (stop_.stop_requested()) break;
      Once();
      if (history_.size() > limits.history_bytes) NewFile();
      // From tick to tick, not from end to end, and without those that were missed.
      next += sample * std::max(1.0, std::ceil((Now() - next) / sample));
    }
    return Ok();
  }

 private:
  // Wall time at the start, and what has passed since: never goes back.
  Seconds Now() const {
    const Seconds now = began_ + Duration(clock_.Steady() - began_steady_).count();
    // Milliseconds are enough, and shorter in the file.
    return std::round(now * 1000) / 1000;
  }

  void Wait(Seconds seconds) {
    if (seconds <= 0) return;
    if (hooks_.wait) return hooks_.wait(seconds);
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    // Clocks count three centuries; one is for ever.
    never.wait_for(lock, stop_, Duration(std::min(seconds, 3e9)), [] { return false; });
  }

  void Once() {
    Decided decided;
    // After a gap the file can only be decided again from what is known now.
    if (gap_ && Write(Started{Now(), settings_, state_}, true)) gap_ = false;
    decided.observation = hooks_.observe(Now());
    decided.decision = Step(settings_, state_, Now(), decided.observation, hooks_.model);
    const bool written = Write(decided);
    if (hooks_.decided) hooks_.decided(decided);
    const Replan* replan = decided.decision.replan();
    if (replan == nullptr) return;
    Finished finished;
    if (!written) {
      finished.outcome = {End::Failed, 0, "the decision could not be written down"};
    } else if (stop_.stop_requested()) {
      finished.outcome = {End::Declined, 0, "told to stop"};
    } else if (replan->ask && !(hooks_.approve && hooks_.approve(*replan))) {
      finished.outcome = {End::Declined, 0, "not approved"};
    } else {
      finished.outcome = hooks_.act(*replan);
    }
    finished.at = Now();
    Finish(settings_, state_, finished.at, finished.outcome);
    Write(finished);
    if (hooks_.finished) hooks_.finished(finished);
  }

  void NewFile() {
    if (const Status status = history_.Rotate(); !status) return Trouble(status.error());
    gap_ = true;
  }

  // Nothing more is written after a failure until a new start could be.
  bool Write(const Entry& entry, bool start = false) {
    if (gap_ && !start) return false;
    const Status status = history_.Append(entry);
    if (status) return true;
    gap_ = true;
    Trouble(status.error());
    return false;
  }

  void Trouble(const Error& error) {
    if (hooks_.trouble) hooks_.trouble(error);
  }

  const Settings& settings_;
  AgentState& state_;
  const Hooks& hooks_;
  History& history_;
  const Clock& clock_;
  const std::stop_token& stop_;
  Seconds began_;
  bool gap_ = false;
  std::chrono::steady_clock::time_point began_steady_;
};

}  // namespace

Status Run(const Settings& settings, AgentState& state, const Hooks& hooks, History& history,
           const Clock& clock, const std::stop_token& stop, const Limits& limits) {
  return Loop(settings, state, hooks, history, clock, stop).Run(limits);
}

Seconds WallSeconds(const Clock& clock) {
  const double now = Duration(clock.Now().time_since_epoch()).count();
  return std::round(now * 1000) / 1000;
}

}  // namespace sprint::agent
