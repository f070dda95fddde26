#include "engine/apply/run.h"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/support/thread.h"

namespace sprint::apply {

namespace {

// How long calls may take to end once they were asked to.
constexpr double CancelSeconds = 5;
// How soon a request from outside is seen.
constexpr auto Tick = std::chrono::milliseconds(50);

}  // namespace

Run::Run(const plan::Plan& plan, state::Store& store, plan::ProviderSet& providers,
         const Clock& clock, const ApplyOptions& options, state::Snapshot snapshot)
    : plan_(plan),
      providers_(providers),
      clock_(clock),
      options_(options),
      tasks_(MakeSchedule(plan)),
      ledger_(store, std::move(snapshot), clock, [this](double seconds) { Pause(seconds); }),
      phases_(tasks_.size(), Phase::Waiting),
      ended_(plan.steps.size()),
      because_(plan.steps.size()),
      waiting_(tasks_.size()),
      dependants_(tasks_.size()),
      started_(tasks_.size()),
      exact_(plan.steps.size()) {}

Result<Report> Run::Execute() {
  std::vector<std::jthread> workers;
  const size_t count = std::min(std::max<size_t>(options_.parallel, 1), tasks_.size());
  while (workers.size() < count) {
    auto worker = StartThread([this](const std::stop_token&) { Work(); });
    if (!worker.ok() && workers.empty()) return worker.TakeError();
    // Fewer do the same, later.
    if (!worker.ok()) break;
    workers.push_back(worker.TakeValue());
  }
  Schedule();
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_all();
  for (std::jthread& worker : workers) worker.join();
  return MakeReport();
}

bool Run::Stopping() const { return ledger_.failed() || (options_.stop && options_.stop->load()); }

void Run::Pause(double seconds) {
  if (options_.pause) return options_.pause(seconds);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end && !Stopping()) {
    std::this_thread::sleep_for(
        std::min<std::chrono::duration<double>>(Tick, end - std::chrono::steady_clock::now()));
  }
}

void Run::Tell(Event event, size_t task) {
  if (!options_.progress || !IsHalf(tasks_[task])) return;
  const plan::Step& step = StepAt(tasks_[task].step);
  if (!step.Changes()) return;
  event.address = step.address;
  event.action = step.action;
  event.destroying =
      tasks_[task].kind == Task::Kind::Destroy && step.action == plan::Action::Replace;
  if (event.kind != Event::Kind::Skipped) {
    event.elapsed = std::chrono::duration<double>(clock_.Steady() - started_[task]).count();
  }
  options_.progress(event);
}

bool Run::Needed(const Task& task) const {
  return task.kind == Task::Kind::Open || Has(StepAt(task.step).action, task.kind);
}

void Run::Schedule() {
  std::deque<size_t> ready;
  for (size_t i = 0; i < tasks_.size(); ++i) {
    waiting_[i] = tasks_[i].waits_for.size();
    if (waiting_[i] == 0) ready.push_back(i);
    for (const size_t need : tasks_[i].waits_for) dependants_[need].push_back(i);
  }
  size_t running = 0;
  while (true) {
    while (!ready.empty() && !Stopping() && running < std::max<size_t>(options_.parallel, 1)) {
      const size_t next = ready.front();
      ready.pop_front();
      const Task& task = tasks_[next];
      if (!Needed(task)) {
        Complete(next, ready);
        continue;
      }
      phases_[next] = Phase::Running;
      started_[next] = clock_.Steady();
      Tell({}, next);
      ++running;
      Job job{next};
      if (task.kind == Task::Kind::Open) job.beside = BesidePhase(plan_.phases[task.step]);
      {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(job));
      }
      wake_.notify_one();
    }
    if (running == 0) return;
    Finished finished = AwaitOne();
    --running;
    Settle(std::move(finished), ready);
  }
}

void Run::Settle(Finished finished, std::deque<size_t>& ready) {
  const Task& task = tasks_[finished.task];
  const bool done = finished.ended.outcome == Outcome::Done;
  if (task.kind == Task::Kind::Open && !done) return StopPhase(finished.task, finished.ended.error);
  if (task.kind == Task::Kind::Open) BeginPhase(finished.task, std::move(finished.exact));
  Event event;
  event.kind = Event::Kind::Finished;
  event.outcome = finished.ended.outcome;
  event.error = finished.ended.error;
  event.error_class = finished.ended.error_class;
  Tell(std::move(event), finished.task);
  if (done) return Complete(finished.task, ready);
  phases_[finished.task] = Phase::Failed;
  ended_[task.step] = finished.ended;
  Skip(finished.task, plan_.steps[task.step].address);
}

void Run::Complete(size_t task, std::deque<size_t>& ready) {
  phases_[task] = Phase::Done;
  for (const size_t next : dependants_[task]) {
    if (--waiting_[next] == 0 && phases_[next] == Phase::Waiting) ready.push_back(next);
  }
}

void Run::BeginPhase(size_t task, Exact&& exact) {
  Event event;
  event.kind = Event::Kind::Begun;
  event.phase = &plan_.phases[tasks_[task].step];
  for (auto& [index, step] : exact) {
    exact_[index] = std::make_unique<const plan::Step>(std::move(step));
    event.steps.push_back(exact_[index].get());
  }
  if (options_.progress) options_.progress(event);
}

void Run::StopPhase(size_t task, const std::string& error) {
  const plan::Phase& phase = plan_.phases[tasks_[task].step];
  phases_[task] = Phase::Failed;
  const std::string name = "phase " + std::to_string(phase.number);
  stopped_.push_back(name + " (provider `" + phase.provider + "`): " + error);
  Event event;
  event.kind = Event::Kind::Stopped;
  event.phase = &phase;
  event.error = error;
  if (options_.progress) options_.progress(event);
  Skip(task, name);
}

// What the steps of `phase` depend on: what is done as it is now, the rest as planned.
std::map<std::string, plan::Step> Run::BesidePhase(const plan::Phase& phase) const {
  std::set<std::string> needs, own;
  for (const plan::Step& step : plan_.steps) {
    if (!step.bounded || step.provider != phase.provider) continue;
    own.insert(step.address);
    needs.insert(step.dependencies.begin(), step.dependencies.end());
  }
  std::map<std::string, plan::Step> beside;
  for (size_t i = 0; i < tasks_.size(); ++i) {
    if (tasks_[i].kind != Task::Kind::Make) continue;
    const plan::Step& step = StepAt(tasks_[i].step);
    if (!needs.contains(step.address) || own.contains(step.address)) continue;
    plan::Step& known = beside[step.address] = step;
    if (phases_[i] != Phase::Done) continue;
    if (const auto record = ledger_.Find(step.address)) known.after = record->attributes;
  }
  return beside;
}

Run::Finished Run::AwaitOne() {
  std::optional<std::chrono::steady_clock::time_point> cancelled;
  while (true) {
    std::deque<std::pair<Event, size_t>> told;
    std::optional<Finished> finished;
    {
      std::unique_lock lock(mutex_);
      done_.wait_for(lock, Tick, [this] { return !finished_.empty() || !told_.empty(); });
      told.swap(told_);
      if (!finished_.empty()) {
        finished = std::move(finished_.front());
        finished_.pop_front();
      }
    }
    for (auto& [event, task] : told) Tell(std::move(event), task);
    if (options_.tick) options_.tick();
    if (finished) return std::move(*finished);
    if (!options_.cancel || !options_.cancel->load()) continue;
    if (!cancelled) cancelled = std::chrono::steady_clock::now();
    Cancel(std::chrono::duration<double>(std::chrono::steady_clock::now() - *cancelled).count());
  }
}

// First the providers are asked to end their calls; then they are ended.
void Run::Cancel(double asked_for) {
  const bool kill = asked_for > CancelSeconds;
  if (kill ? killed_ : stop_sent_) return;
  (kill ? killed_ : stop_sent_) = true;
  std::set<std::string> names;
  for (size_t i = 0; i < tasks_.size(); ++i) {
    if (phases_[i] != Phase::Running || !IsHalf(tasks_[i])) continue;
    names.insert(plan_.steps[tasks_[i].step].provider);
  }
  for (const std::string& name : names) {
    auto provider = providers_.Get(name);
    if (!provider.ok()) continue;
    if (kill) {
      (*provider)->Kill();
    } else {
      (*provider)->Stop();
    }
  }
}

void Run::Skip(size_t failed, const std::string& cause) {
  const Task& first = tasks_[failed];
  std::vector<size_t> open{failed};
  while (!open.empty()) {
    const size_t at = open.back();
    open.pop_back();
    for (const size_t next : dependants_[at]) {
      if (phases_[next] != Phase::Waiting) continue;
      phases_[next] = Phase::Skipped;
      open.push_back(next);
      if (!IsHalf(tasks_[next])) continue;
      // The other half of the step that failed is no object of its own.
      std::string& because = because_[tasks_[next].step];
      const bool other_half = first.kind != Task::Kind::Open && tasks_[next].step == first.step;
      if (!because.empty() || other_half) continue;
      because = cause;
      Event event;
      event.kind = Event::Kind::Skipped;
      event.text = cause;
      Tell(std::move(event), next);
    }
  }
}

void Run::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    Finished finished = Perform(std::move(job));
    lock.lock();
    finished_.push_back(std::move(finished));
    done_.notify_one();
  }
}

Run::Finished Run::Perform(Job job) {
  Finished finished;
  finished.task = job.task;
  const Task& task = tasks_[job.task];
  if (task.kind == Task::Kind::Open) {
    auto exact =
        OpenPhase(plan_, plan_.phases[task.step], ledger_, providers_, std::move(job.beside));
    if (exact.ok()) {
      finished.exact = exact.TakeValue();
    } else {
      finished.ended = {Outcome::Failed, exact.error().ToString(), host::ErrorClass::None};
    }
    return finished;
  }
  Operations operations(
      ledger_, providers_, clock_, options_,
      [this, index = job.task](Event event) {
        const std::lock_guard guard(mutex_);
        told_.emplace_back(std::move(event), index);
        done_.notify_one();
      },
      [this](double seconds) { Pause(seconds); });
  finished.ended = operations.Perform(StepAt(task.step), task.kind == Task::Kind::Destroy);
  return finished;
}

Report Run::MakeReport() const {
  Report report;
  std::map<size_t, std::vector<Phase>> by_step;
  for (size_t i = 0; i < tasks_.size(); ++i) {
    if (IsHalf(tasks_[i])) by_step[tasks_[i].step].push_back(phases_[i]);
  }
  for (const auto& of_step : by_step) {
    const size_t index = of_step.first;
    const plan::Step& step = StepAt(index);
    const auto any = [&phases = of_step.second](Phase phase) {
      return std::find(phases.begin(), phases.end(), phase) != phases.end();
    };
    const Operations::Ended& ended = ended_[index];
    Item item{step.address,      step.action,     Outcome::Done, ended.error,  step.loc,
              ended.error_class, because_[index], step.where,    step.instance};
    if (any(Phase::Failed)) {
      item.outcome = ended.outcome;
    } else if (any(Phase::Skipped)) {
      item.outcome = Outcome::Skipped;
    } else if (any(Phase::Waiting)) {
      item.outcome = Outcome::NotStarted;
      item.error = ledger_.failed() ? "the state cannot be written" : "the run was stopped";
    }
    // What was to change and needs nothing after all is told, too.
    const bool told = step.Changes() || plan_.steps[index].Changes();
    if (!told && item.outcome != Outcome::Failed && item.outcome != Outcome::Unknown) {
      continue;
    }
    report.items.push_back(std::move(item));
  }
  report.stopped = stopped_;
  report.interrupted = options_.stop && options_.stop->load();
  return report;
}

}  // namespace sprint::apply
