#include "engine/apply/apply.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "engine/apply/schedule.h"
#include "engine/lower/config.h"

namespace sprint::apply {

namespace {

// Where the final value contradicts what was known when the plan was approved; "" if
// nowhere.
std::string Contradiction(const value::Value& planned, const value::Value& final,
                          const std::string& path) {
  if (planned.is_unknown() || planned == final) return "";
  const auto* fields = planned.As<value::Object>();
  if (fields && final.As<value::Object>()) {
    const value::Value null;
    for (const auto& [name, field] : *fields) {
      const value::Value* other = final.Find(name);
      const std::string inner = path.empty() ? name : path + "." + name;
      if (std::string at = Contradiction(field, other ? *other : null, inner); !at.empty()) {
        return at;
      }
    }
    return "";
  }
  const auto* items = planned.As<value::List>();
  const auto* others = final.As<value::List>();
  if (items && others && items->size() == others->size()) {
    for (size_t i = 0; i < items->size(); ++i) {
      const std::string inner = path + "[" + std::to_string(i) + "]";
      if (std::string at = Contradiction((*items)[i], (*others)[i], inner); !at.empty()) return at;
    }
    return "";
  }
  return path.empty() ? "the whole object" : path;
}

enum class Phase { Waiting, Running, Done, Failed, Skipped };

// The caller's thread owns the schedule; workers make one call at a time and hand the
// outcome back.
class Run {
 public:
  Run(const plan::Plan& plan, state::Store& store, plan::ProviderSet& providers, const Clock& clock,
      const ApplyOptions& options)
      : plan_(plan),
        store_(store),
        providers_(providers),
        clock_(clock),
        options_(options),
        tasks_(MakeSchedule(plan)),
        phases_(tasks_.size(), Phase::Waiting),
        errors_(plan.steps.size()) {}

  Result<Report> Execute(state::Snapshot snapshot) {
    for (const auto& [address, record] : snapshot.records) known_[address] = record.attributes;
    records_ = std::move(snapshot.records);
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

 private:
  struct Finished {
    size_t task;
    double elapsed;
    std::string error;
    bool state_failed;
  };

  bool Stopping() const { return state_failed_ || (options_.stop && options_.stop->load()); }

  void Tell(Event::Kind kind, size_t index, double elapsed, const std::string& error) {
    const plan::Step& step = plan_.steps[tasks_[index].step];
    if (!options_.progress || step.action == plan::Action::NoOp) return;
    Event event;
    event.kind = kind;
    event.address = step.address;
    event.action = step.action;
    event.destroying = tasks_[index].destroy && step.action == plan::Action::Replace;
    event.elapsed = elapsed;
    event.error = error;
    options_.progress(event);
  }

  void Schedule() {
    std::vector<size_t> waiting(tasks_.size());
    std::vector<std::vector<size_t>> dependants(tasks_.size());
    std::deque<size_t> ready;
    for (size_t i = 0; i < tasks_.size(); ++i) {
      waiting[i] = tasks_[i].waits_for.size();
      if (waiting[i] == 0) ready.push_back(i);
      for (const size_t need : tasks_[i].waits_for) dependants[need].push_back(i);
    }
    size_t running = 0;
    while (true) {
      while (!ready.empty() && !Stopping() && running < std::max<size_t>(options_.parallel, 1)) {
        const size_t next = ready.front();
        ready.pop_front();
        phases_[next] = Phase::Running;
        Tell(Event::Kind::Started, next, 0, "");
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
      state_failed_ = state_failed_ || finished.state_failed;
      Tell(Event::Kind::Finished, finished.task, finished.elapsed, finished.error);
      if (!finished.error.empty()) {
        phases_[finished.task] = Phase::Failed;
        errors_[tasks_[finished.task].step] = finished.error;
        Skip(finished.task, dependants);
        continue;
      }
      phases_[finished.task] = Phase::Done;
      for (const size_t next : dependants[finished.task]) {
        if (--waiting[next] == 0 && phases_[next] == Phase::Waiting) ready.push_back(next);
      }
    }
  }

  Finished AwaitOne() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return !finished_.empty(); });
    Finished finished = std::move(finished_.front());
    finished_.pop_front();
    return finished;
  }

  void Skip(size_t failed, const std::vector<std::vector<size_t>>& dependants) {
    const std::string& cause = plan_.steps[tasks_[failed].step].address;
    std::vector<size_t> open{failed};
    while (!open.empty()) {
      const size_t at = open.back();
      open.pop_back();
      for (const size_t next : dependants[at]) {
        if (phases_[next] != Phase::Waiting) continue;
        phases_[next] = Phase::Skipped;
        std::string& error = errors_[tasks_[next].step];
        if (error.empty()) error = "because of `" + cause + "`";
        open.push_back(next);
      }
    }
  }

  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return closed_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const size_t task = queue_.front();
      queue_.pop_front();
      lock.unlock();
      Finished finished{task, 0, "", false};
      const auto begin = clock_.Steady();
      Status status = Perform(tasks_[task], finished.state_failed);
      finished.elapsed = std::chrono::duration<double>(clock_.Steady() - begin).count();
      if (!status.ok()) finished.error = status.error().ToString();
      lock.lock();
      finished_.push_back(std::move(finished));
      done_.notify_one();
    }
  }

  Status Perform(const Task& task, bool& state_failed) {
    const plan::Step& step = plan_.steps[task.step];
    if (step.action == plan::Action::NoOp) return KeepRefreshed(step, state_failed);
    if (step.action == plan::Action::Forget)
      return Saved(store_.Remove(step.address), state_failed);
    return task.destroy ? Destroy(step, state_failed) : MakeOrChange(step, state_failed);
  }

  static Status Saved(Status status, bool& state_failed) {
    if (!status.ok()) state_failed = true;
    return status;
  }

  void Know(const std::string& address, const value::Value& attributes) {
    const std::lock_guard lock(known_mutex_);
    known_[address] = attributes;
  }

  // What the refresh saw of an object that needs no change.
  Status KeepRefreshed(const plan::Step& step, bool& state_failed) {
    Know(step.address, step.before);
    const auto found = records_.find(step.address);
    if (found == records_.end()) return Ok();
    state::Record record = found->second;
    if (record.attributes == step.before && record.dependencies == step.dependencies) return Ok();
    record.attributes = step.before;
    record.private_bytes = step.private_bytes;
    record.dependencies = step.dependencies;
    return Saved(store_.Put(record), state_failed);
  }

  static state::Record RecordOf(const plan::Step& step) {
    state::Record record;
    record.address = step.address;
    record.type = step.type;
    record.provider = step.provider;
    record.private_bytes = step.private_bytes;
    record.dependencies = step.dependencies;
    return record;
  }

  static state::Intent IntentOf(const plan::Step& step, const char* action) {
    state::Intent intent;
    intent.action = action;
    intent.object = RecordOf(step);
    return intent;
  }

  Status Destroy(const plan::Step& step, bool& state_failed) {
    SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, providers_.Get(step.provider));
    SPRINT_ASSIGN_OR_RETURN(std::string wire, plan::WireType(*provider, step.type));
    const state::Intent intent = IntentOf(step, "delete");
    auto id = store_.Begin(intent);
    if (!id.ok()) return Saved(id.TakeError(), state_failed);
    auto answer = provider->Apply(wire, step.before, {}, {}, step.private_bytes);
    // The boundary broke: what happened is unknown, so the intent stays open.
    if (!answer.ok()) return answer.TakeError();
    std::optional<state::Record> left;
    const std::string objections = plan::Objections(answer->messages);
    if (!objections.empty()) {
      left = records_.count(step.address) ? records_.at(step.address) : RecordOf(step);
      if (!answer->new_state.is_null()) left->attributes = answer->new_state;
    }
    SPRINT_RETURN_IF_ERROR(Saved(store_.Finish(intent, *id, left), state_failed));
    if (!objections.empty()) return Error(ErrorCode::Unavailable, objections);
    return Ok();
  }

  value::Value Configuration(const plan::Step& step) {
    const std::lock_guard lock(known_mutex_);
    return lower::Resolve(step.config, [this](const std::string& address) {
      const auto found = known_.find(address);
      return found == known_.end() ? nullptr : &found->second;
    });
  }

  // A second planning call, now that everything it depends on is known: it may only
  // fill in what was unknown.
  Result<plan::Planned> PlanAgain(host::Provider& provider, const plan::Step& step,
                                  const value::Value& prior) {
    if (lower::HasSecret(step.config)) {
      return Error(ErrorCode::InvalidArgument, "secrets cannot be handed to providers yet");
    }
    const value::Value config = Configuration(step);
    if (config.HasUnknown()) {
      return Error(ErrorCode::Internal, "its configuration is still not known");
    }
    SPRINT_ASSIGN_OR_RETURN(plan::Planned planned,
                            plan::AskPlan(provider, step.type, prior, config,
                                          prior.is_null() ? "" : step.private_bytes));
    if (const std::string at = Contradiction(step.after, planned.planned, ""); !at.empty()) {
      return Error(ErrorCode::Conflict,
                   "the provider now plans something else than was approved: " + at);
    }
    for (const std::string& name : planned.requires_replace) {
      const value::Value* before = prior.Find(name);
      const value::Value* after = planned.planned.Find(name);
      if (before && after && !(*before == *after)) {
        return Error(ErrorCode::Conflict,
                     "`" + name + "`, known only now, forces a new object; " + "plan again");
      }
    }
    return planned;
  }

  Status MakeOrChange(const plan::Step& step, bool& state_failed) {
    const bool update = step.action == plan::Action::Update;
    const value::Value prior = update ? step.before : value::Value();
    SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, providers_.Get(step.provider));
    SPRINT_ASSIGN_OR_RETURN(plan::Planned planned, PlanAgain(*provider, step, prior));
    state::Intent intent = IntentOf(step, update ? "update" : "create");
    intent.object.attributes = planned.planned;
    intent.object.private_bytes = planned.private_bytes;
    intent.config = planned.config;
    auto id = store_.Begin(intent);
    if (!id.ok()) return Saved(id.TakeError(), state_failed);
    auto answer = provider->Apply(planned.wire, prior, planned.planned, planned.config,
                                  planned.private_bytes);
    // The boundary broke: what happened is unknown, so the intent stays open.
    if (!answer.ok()) return answer.TakeError();
    const std::string objections = plan::Objections(answer->messages);
    std::optional<state::Record> made;
    if (!answer->new_state.is_null()) {
      made = RecordOf(step);
      made->attributes = answer->new_state;
      made->private_bytes = answer->private_bytes;
      made->tainted = !update && !objections.empty();
    } else if (update && !objections.empty()) {
      made = RecordOf(step);
      made->attributes = prior;
    }
    SPRINT_RETURN_IF_ERROR(Saved(store_.Finish(intent, *id, made), state_failed));
    if (!objections.empty()) return Error(ErrorCode::Unavailable, objections);
    if (!made) return Error(ErrorCode::Protocol, "the provider gave back no object");
    Know(step.address, made->attributes);
    const std::string at = Contradiction(planned.planned, made->attributes, "");
    if (!at.empty()) {
      return Error(ErrorCode::Protocol, "the provider made something else than it planned: " + at);
    }
    return Ok();
  }

  Report MakeReport() const {
    Report report;
    std::map<size_t, std::vector<Phase>> by_step;
    for (size_t i = 0; i < tasks_.size(); ++i) by_step[tasks_[i].step].push_back(phases_[i]);
    for (const auto& [index, phases] : by_step) {
      const plan::Step& step = plan_.steps[index];
      const auto any = [&phases](Phase phase) {
        return std::find(phases.begin(), phases.end(), phase) != phases.end();
      };
      Item item{step.address, step.action, Outcome::Done, errors_[index], step.loc, {}};
      if (any(Phase::Failed)) {
        item.outcome = Outcome::Failed;
      } else if (any(Phase::Skipped)) {
        item.outcome = Outcome::Skipped;
      } else if (any(Phase::Waiting)) {
        item.outcome = Outcome::NotStarted;
      }
      if (step.action == plan::Action::NoOp && item.outcome != Outcome::Failed) continue;
      report.items.push_back(std::move(item));
    }
    report.interrupted = options_.stop && options_.stop->load();
    return report;
  }

  const plan::Plan& plan_;
  state::Store& store_;
  plan::ProviderSet& providers_;
  const Clock& clock_;
  const ApplyOptions& options_;
  const std::vector<Task> tasks_;
  // Of the scheduling thread alone.
  std::vector<Phase> phases_;
  std::vector<std::string> errors_;  // by step
  bool state_failed_ = false;
  // Read only while workers run.
  std::map<std::string, state::Record> records_;

  std::mutex mutex_;  // of the four below
  std::condition_variable wake_, done_;
  std::deque<size_t> queue_;
  std::deque<Finished> finished_;
  bool closed_ = false;

  std::mutex known_mutex_;
  std::map<std::string, value::Value> known_;  // attributes by address
};

}  // namespace

const char* Name(Outcome outcome) {
  switch (outcome) {
    case Outcome::Done:
      return "done";
    case Outcome::Failed:
      return "failed";
    case Outcome::Skipped:
      return "skipped";
    case Outcome::NotStarted:
      return "not started";
    case Outcome::Unknown:
      return "unknown";
  }
  return "not started";
}

size_t Report::Count(Outcome outcome) const {
  return static_cast<size_t>(std::count_if(
      items.begin(), items.end(), [outcome](const Item& item) { return item.outcome == outcome; }));
}

int Report::ExitCode() const {
  if (interrupted) return 130;
  return Count(Outcome::Done) == items.size() ? 0 : 1;
}

Result<Report> Apply(const plan::Plan& plan, state::Store& store, plan::ProviderSet& providers,
                     const Clock& clock, const ApplyOptions& options) {
  SPRINT_ASSIGN_OR_RETURN(state::Snapshot snapshot, store.Read());
  SPRINT_RETURN_IF_ERROR(plan::CheckFresh(plan, snapshot, ""));
  if (!snapshot.open.empty()) {
    return Error(ErrorCode::Conflict, "a call for `" + snapshot.open.front().object.address +
                                          "` was cut off since the plan was made; plan again");
  }
  for (const plan::Step& step : plan.steps) {
    if (step.action == plan::Action::NoOp || step.action == plan::Action::Forget) continue;
    if (auto provider = providers.Get(step.provider); !provider.ok()) return provider.TakeError();
  }
  return Run(plan, store, providers, clock, options).Execute(std::move(snapshot));
}

std::string Render(const Report& report) {
  std::string text;
  for (const Item& item : report.items) {
    if (item.outcome == Outcome::Done) continue;
    text += std::string("  ") + Name(item.outcome) + "  " + item.address;
    if (!item.error.empty()) text += ": " + item.error;
    text += "\n";
  }
  const auto count = [&report](Outcome outcome) { return std::to_string(report.Count(outcome)); };
  return text + count(Outcome::Done) + " done, " + count(Outcome::Failed) + " failed, " +
         count(Outcome::Skipped) + " skipped, " + count(Outcome::NotStarted) + " not started.\n";
}

}  // namespace sprint::apply
