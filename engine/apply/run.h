#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/apply/apply.h"
#include "engine/apply/operation.h"
#include "engine/apply/phase.h"
#include "engine/apply/schedule.h"

namespace sprint::apply {

// One execution of a plan. The caller's thread owns the schedule; workers perform one
// operation at a time and hand the outcome back.
class Run {
 public:
  Run(const plan::Plan& plan, state::Store& store, plan::ProviderSet& providers, const Clock& clock,
      const ApplyOptions& options, state::Snapshot snapshot);
  // Unavailable when there is no thread to do anything with: then nothing was done.
  Result<Report> Execute();

 private:
  enum class Phase { Waiting, Running, Done, Failed, Skipped };
  struct Job {
    size_t task = 0;
    std::map<std::string, plan::Step> beside{};  // of the beginning of a phase
  };
  struct Finished {
    size_t task = 0;
    Operations::Ended ended;
    Exact exact{};  // of the beginning of a phase
  };

  void Schedule();
  void Work();
  Finished Perform(Job job);
  void Settle(Finished finished, std::deque<size_t>& ready);
  void Complete(size_t task, std::deque<size_t>& ready);
  void BeginPhase(size_t task, Exact&& exact);
  void StopPhase(size_t task, const std::string& error);
  // What waits for `failed` is not done, because of `cause`.
  void Skip(size_t failed, const std::string& cause);
  // The step as planned, or, once its phase has begun, as its provider planned it.
  const plan::Step& StepAt(size_t index) const {
    return exact_[index] ? *exact_[index] : plan_.steps[index];
  }
  // False for the half of a bounded step that turned out not to be needed.
  bool Needed(const Task& task) const;
  std::map<std::string, plan::Step> BesidePhase(const plan::Phase& phase) const;
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
  std::vector<std::string> stopped_;  // phases, see Report
  // By step; written before the tasks that read it are queued.
  std::vector<std::unique_ptr<const plan::Step>> exact_;
  bool stop_sent_ = false, killed_ = false;

  std::mutex mutex_;  // of the four below
  std::condition_variable wake_, done_;
  std::deque<Job> queue_;
  std::deque<Finished> finished_;
  std::deque<std::pair<Event, size_t>> told_;
  bool closed_ = false;
};

}  // namespace sprint::apply
