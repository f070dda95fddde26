#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/apply/apply.h"
#include "engine/apply/operation.h"
#include "engine/apply/schedule.h"

namespace sprint::apply {

// One execution of a plan. The caller's thread owns the schedule; workers perform one
// operation at a time and hand the outcome back.
class Run {
 public:
  Run(const plan::Plan& plan, state::Store& store, plan::ProviderSet& providers, const Clock& clock,
      const ApplyOptions& options, state::Snapshot snapshot);
  Report Execute();

 private:
  enum class Phase { Waiting, Running, Done, Failed, Skipped };
  struct Finished {
    size_t task = 0;
    double elapsed = 0;
    Operations::Ended ended;
  };

  void Schedule();
  void Work();
  void Settle(const Finished& finished, std::deque<size_t>& ready);
  void Skip(size_t failed);
  // The next outcome; tells what happened meanwhile, and cancels when asked to.
  Finished AwaitOne();
  void Cancel(double asked_for);
  void Tell(Event event, size_t task);
  // Waits, or less when the run is to end.
  void Pause(double seconds);
  bool Stopping() const;
  Report MakeReport() const;

  const plan::Plan& plan_;
  plan::ProviderSet& providers_;
  const Clock& clock_;
  const ApplyOptions& options_;
  const std::vector<Task> tasks_;
  Ledger ledger_;

  // Of the scheduling thread alone.
  std::vector<Phase> phases_;
  std::vector<Operations::Ended> ended_;  // by step
  std::vector<std::string> because_;      // by step: the address of what failed
  std::vector<size_t> waiting_;           // by task: how many it still waits for
  std::vector<std::vector<size_t>> dependants_;
  std::vector<std::chrono::steady_clock::time_point> started_;
  bool stop_sent_ = false, killed_ = false;

  std::mutex mutex_;  // of the four below
  std::condition_variable wake_, done_;
  std::deque<size_t> queue_;
  std::deque<Finished> finished_;
  std::deque<std::pair<Event, size_t>> told_;
  bool closed_ = false;
};

}  // namespace sprint::apply
