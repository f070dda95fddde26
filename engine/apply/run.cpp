#include "engine/apply/run.h"

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

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
      started_(tasks_.size()) {}

Report Run::Execute() {
  std::vector<std::thread> workers;
  const size_t count = std::min(std::max<size_t>(options_.parallel, 1), tasks_.size());
  for (size_t i = 0; i < count; ++i) workers.emplace_back([this] { Work(); });
  Schedule();
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers) worker.join();
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
  const plan::Step& step = plan_.steps[tasks_[task].step];
  if (!options_.progress || !step.Changes()) return;
  event.address = step.address;
  event.action = step.action;
  event.destroying = tasks_[task].destroy && step.action == plan::Action::Replace;
  if (event.kind != Event::Kind::Skipped) {
    event.elapsed = std::chrono::duration<double>(clock_.Steady() - started_[task]).count();
  }
  options_.progress(event);
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
      phases_[next] = Phase::Running;
      started_[next] = clock_.Steady();
      Tell({}, next);
      ++running;
      {
        const std::lock_guard lock(mutex_);
        queue_.push_back(next);
      }
      wake_.notify_one();
    }
    if (running == 0) return;
    const Finished finished = AwaitOne();
    --running;
    Settle(finished, ready);
  }
}

void Run::Settle(const Finished& finished, std::deque<size_t>& ready) {
  Event event;
  event.kind = Event::Kind::Finished;
  event.outcome = finished.ended.outcome;
  event.error = finished.ended.error;
  event.error_class = finished.ended.error_class;
  Tell(std::move(event), finished.task);
  if (finished.ended.outcome != Outcome::Done) {
    phases_[finished.task] = Phase::Failed;
    ended_[tasks_[finished.task].step] = finished.ended;
    Skip(finished.task);
    return;
  }
  phases_[finished.task] = Phase::Done;
  for (const size_t next : dependants_[finished.task]) {
    if (--waiting_[next] == 0 && phases_[next] == Phase::Waiting) ready.push_back(next);
  }
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
    if (phases_[i] == Phase::Running) names.insert(plan_.steps[tasks_[i].step].provider);
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

void Run::Skip(size_t failed) {
  const std::string& cause = plan_.steps[tasks_[failed].step].address;
  std::vector<size_t> open{failed};
  while (!open.empty()) {
    const size_t at = open.back();
    open.pop_back();
    for (const size_t next : dependants_[at]) {
      if (phases_[next] != Phase::Waiting) continue;
      phases_[next] = Phase::Skipped;
      open.push_back(next);
      // The other half of the step that failed is no object of its own.
      std::string& because = because_[tasks_[next].step];
      if (!because.empty() || tasks_[next].step == tasks_[failed].step) continue;
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
    const size_t task = queue_.front();
    queue_.pop_front();
    lock.unlock();
    Operations operations(
        ledger_, providers_, clock_, options_,
        [this, task](Event event) {
          const std::lock_guard guard(mutex_);
          told_.emplace_back(std::move(event), task);
          done_.notify_one();
        },
        [this](double seconds) { Pause(seconds); });
    Finished finished;
    finished.task = task;
    finished.ended = operations.Perform(plan_.steps[tasks_[task].step], tasks_[task].destroy);
    lock.lock();
    finished_.push_back(std::move(finished));
    done_.notify_one();
  }
}

Report Run::MakeReport() const {
  Report report;
  std::map<size_t, std::vector<Phase>> by_step;
  for (size_t i = 0; i < tasks_.size(); ++i) by_step[tasks_[i].step].push_back(phases_[i]);
  for (const auto& [index, phases] : by_step) {
    const plan::Step& step = plan_.steps[index];
    const auto any = [&phases](Phase phase) {
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
    if (!step.Changes() && item.outcome != Outcome::Failed && item.outcome != Outcome::Unknown) {
      continue;
    }
    report.items.push_back(std::move(item));
  }
  report.interrupted = options_.stop && options_.stop->load();
  return report;
}

}  // namespace sprint::apply
