#include "engine/apply/operation.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/apply/contradiction.h"
#include "engine/apply/ready.h"
#include "engine/lower/config.h"
#include "engine/plan/differences.h"

namespace sprint::apply {

namespace {

using Ended = Operations::Ended;

Ended Failed(const Error& error, host::ErrorClass error_class = host::ErrorClass::None) {
  return {Outcome::Failed, error.ToString(), error_class};
}

// The world has changed and the state could not be told; the intent stays open.
Ended Unrecorded(const Error& error) {
  return {Outcome::Unknown, "it was done and could not be recorded: " + error.ToString(),
          host::ErrorClass::None};
}

state::Lifecycle Kept(const lower::Lifecycle& lifecycle) {
  return {lifecycle.protect, lifecycle.retain, lifecycle.create_before_destroy};
}

state::Record RecordOf(const plan::Step& step, const host::Provider& provider,
                       const std::string& wire) {
  state::Record record;
  record.address = step.address;
  record.type = step.type;
  record.provider = step.provider;
  record.private_bytes = step.private_bytes;
  record.schema_version = provider.resources().at(wire).version;
  record.dependencies = step.dependencies;
  record.sensitive = step.sensitive;
  record.lifecycle = Kept(step.lifecycle);
  return record;
}

// A key that no deposed object of `record` has.
std::string NewKey(const state::Record& record) {
  int64_t last = 0;
  for (const state::Deposed& old : record.deposed) {
    last = std::max<int64_t>(last, std::atoll(old.key.c_str()));
  }
  return std::to_string(last + 1);
}

state::Deposed Depose(const state::Record& record, const std::string& key) {
  return {key, record.attributes, record.private_bytes, record.schema_version, record.tag};
}

bool IsEmpty(const state::Record& record) {
  return record.attributes.is_null() && record.deposed.empty();
}
std::optional<state::Record> UnlessEmpty(state::Record record) {
  if (IsEmpty(record)) return std::nullopt;
  return record;
}

}  // namespace

// How a provider call came out, all attempts taken together.
struct Operations::Called {
  Result<host::ApplyAnswer> answer;
  std::string objections;  // "" when all is well
  host::ErrorClass error_class = host::ErrorClass::None;
};

bool Operations::Stopping() const {
  return ledger_.failed() || (options_.stop && options_.stop->load());
}

Operations::Called Operations::Call(host::Provider& provider, const plan::Step& step,
                                    const std::string& wire, const value::Value& prior,
                                    const plan::Planned& planned, const std::string& tag) {
  host::CallOptions call;
  call.tag = tag;
  // A century is for ever; clocks count no more than three in nanoseconds.
  constexpr double LongestTimeout = 3e9;
  call.timeout = std::chrono::milliseconds(
      static_cast<int64_t>(std::min(step.lifecycle.timeout, LongestTimeout) * 1000));
  for (int attempt = 1;; ++attempt) {
    Called called{provider.ApplyWith(wire, prior, planned.planned, planned.config,
                                     planned.private_bytes, call),
                  "", host::ErrorClass::None};
    // The boundary broke: what happened is unknown.
    if (!called.answer.ok()) return called;
    called.objections = plan::Objections(called.answer->messages);
    if (called.objections.empty()) return called;
    called.error_class = host::ClassOf(called.answer->messages);
    const bool untouched = called.answer->new_state == prior;
    if (!untouched || !host::IsRetryable(called.error_class) || attempt > options_.retries ||
        Stopping()) {
      return called;
    }
    double wait = std::min(options_.first_wait * std::pow(2, attempt - 1), options_.longest_wait);
    if (options_.random) wait *= 1 - 0.5 * options_.random();
    Event event;
    event.kind = Event::Kind::Retrying;
    event.error = called.objections;
    event.error_class = called.error_class;
    event.wait = wait;
    event.attempt = attempt + 1;
    tell_(std::move(event));
    pause_(wait);
    if (Stopping()) return called;
  }
}

Ended Operations::Perform(const plan::Step& step, bool destroy) {
  switch (step.action) {
    case plan::Action::Forget:
      return Forget(step);
    case plan::Action::NoOp:
    case plan::Action::Refresh:
      return Keep(step);
    case plan::Action::Create:
    case plan::Action::Update:
    case plan::Action::Replace:
    case plan::Action::Delete:
      return destroy ? Destroy(step) : MakeOrChange(step);
  }
  return {};
}

Ended Operations::Forget(const plan::Step& step) {
  const auto record = ledger_.Find(step.address);
  if (!record) return {};
  Status status = Ok();
  if (record->deposed.empty() || step.why == plan::Why::Given) {
    status = ledger_.Remove(step.address);
  } else {
    state::Record left = *record;
    left.attributes = {};
    status = ledger_.Put(left);
  }
  return status.ok() ? Ended{} : Failed(status.error());
}

// The record at a new address is written before the old one goes: cut off in between,
// the same object is at both, which the next plan tells from two objects.
Ended Operations::LeaveOldAddress(const plan::Step& step) {
  if (step.moved_from.empty()) return {};
  Status status = ledger_.Remove(step.moved_from);
  return status.ok() ? Ended{} : Failed(status.error());
}

// What the refresh saw of an object that needs no change, and what the program says of its
// life.
Ended Operations::Keep(const plan::Step& step) {
  if (step.before.is_null()) return {};
  ledger_.Know(step.address, step.before);
  const std::string& old_address = step.moved_from.empty() ? step.address : step.moved_from;
  const auto found = ledger_.Find(old_address);
  if (!found && step.adopt.empty()) return {};
  state::Record record;
  if (found) {
    record = *found;
  } else {
    auto provider = providers_.Get(step.provider);
    if (!provider.ok()) return Failed(provider.error());
    auto wire = plan::WireType(**provider, step.type);
    if (!wire.ok()) return Failed(wire.error());
    record = RecordOf(step, **provider, *wire);
  }
  record.address = step.address;
  record.attributes = step.before;
  record.private_bytes = step.private_bytes;
  if (!step.config.is_null()) {
    record.dependencies = step.dependencies;
    record.sensitive = step.sensitive;
    record.let_be = plan::LetBeBy(ledger_.Resolve(step.config), step.drift);
    record.lifecycle = Kept(step.lifecycle);
  }
  if (!found || !(state::ToValue(record) == state::ToValue(*found))) {
    if (Status status = ledger_.Put(record); !status.ok()) return Failed(status.error());
  }
  if (Ended left = LeaveOldAddress(step); left.outcome != Outcome::Done) return left;
  if (!record.unready || step.config.is_null()) return {};
  auto provider = providers_.Get(step.provider);
  if (!provider.ok()) return Failed(provider.error());
  auto wire = plan::WireType(**provider, step.type);
  if (!wire.ok()) return Failed(wire.error());
  return AwaitReady(step, **provider, *wire, std::move(record));
}

Ended Operations::Destroy(const plan::Step& step) {
  auto provider = providers_.Get(step.provider);
  if (!provider.ok()) return Failed(provider.error());
  auto wire = plan::WireType(**provider, step.type);
  if (!wire.ok()) return Failed(wire.error());
  auto found = ledger_.Find(step.address);
  if (!found && !step.moved_from.empty()) found = ledger_.Find(step.moved_from);
  if (!found) return {};
  state::Record record = *found;

  // Which of the address' objects: a deposed one of the plan, the one that this very step
  // deposed, or the current one.
  std::string key = step.deposed;
  if (step.action == plan::Action::Replace && step.lifecycle.create_before_destroy &&
      !record.deposed.empty()) {
    key = record.deposed.back().key;
  }
  const auto old = std::find_if(record.deposed.begin(), record.deposed.end(),
                                [&](const state::Deposed& it) { return it.key == key; });
  if (!key.empty() && old == record.deposed.end()) return {};
  const value::Value prior = key.empty() ? step.before : old->attributes;
  const std::string bytes = key.empty() ? step.private_bytes : old->private_bytes;

  state::Intent intent;
  intent.action = "delete";
  intent.deposed = key;
  intent.object = record;
  if (Status begun = ledger_.Begin(intent); !begun.ok()) return Failed(begun.error());
  plan::Planned nothing;
  nothing.private_bytes = bytes;
  Called called = Call(**provider, step, *wire, prior, nothing, "");
  if (!called.answer.ok()) return {Outcome::Unknown, called.answer.error().ToString(), {}};
  const bool gone = called.objections.empty() || called.error_class == host::ErrorClass::NotFound;
  if (gone) {
    if (key.empty()) {
      record.attributes = {};
      record.tainted = record.unready = false;
    } else {
      record.deposed.erase(old);
    }
  } else if (!called.answer->new_state.is_null()) {
    // Half deleted may be half changed.
    if (key.empty()) {
      record.attributes = called.answer->new_state;
    } else {
      old->attributes = called.answer->new_state;
    }
  }
  if (Status saved = ledger_.Finish(intent, UnlessEmpty(record)); !saved.ok()) {
    return Unrecorded(saved.error());
  }
  if (gone) return {};
  return {Outcome::Failed, called.objections, called.error_class};
}

// A second planning call, now that everything it depends on is known: it may only fill in
// what was unknown.
Result<plan::Planned> Operations::PlanAgain(host::Provider& provider, const plan::Step& step,
                                            const value::Value& prior) {
  // As it was planned: a new object too takes over what of the old one is let be.
  const value::Value config =
      plan::LetBe(ledger_.Resolve(step.config), step.before, step.lifecycle, step.drift);
  if (config.HasUnknown()) {
    return Error(ErrorCode::Internal, "its configuration is still not known");
  }
  SPRINT_ASSIGN_OR_RETURN(
      plan::Planned planned,
      plan::AskPlan(provider, step.type, prior, config, prior.is_null() ? "" : step.private_bytes));
  if (const std::string at = Contradiction(step.after, planned.planned); !at.empty()) {
    return Error(ErrorCode::Conflict, "the provider `" + step.provider +
                                          "` now plans something else than was approved: `" + at +
                                          "`");
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

Ended Operations::MakeOrChange(const plan::Step& step) {
  const bool update = step.action == plan::Action::Update;
  const value::Value prior = update ? step.before : value::Value();
  auto provider = providers_.Get(step.provider);
  if (!provider.ok()) return Failed(provider.error());
  auto planned = PlanAgain(**provider, step, prior);
  if (!planned.ok()) return Failed(planned.error());

  const std::string& old_address = step.moved_from.empty() ? step.address : step.moved_from;
  const auto found = ledger_.Find(old_address);
  state::Intent intent;
  intent.action = update ? "update" : "create";
  intent.object = RecordOf(step, **provider, planned->wire);
  intent.object.attributes = planned->planned;
  intent.object.let_be = plan::LetBeBy(ledger_.Resolve(step.config), step.drift);
  intent.object.private_bytes = planned->private_bytes;
  intent.config = planned->config;
  if (found) {
    intent.object.deposed = found->deposed;
    intent.object.tag = found->tag;
  }
  if (!update) {
    intent.object.tag = ledger_.NewTag(step.address);
    // An object that somebody else deleted is not there to be deposed.
    const bool beside = step.action == plan::Action::Replace && found;
    if (beside && !found->attributes.is_null()) intent.deposed = NewKey(*found);
  }
  if (Status begun = ledger_.Begin(intent); !begun.ok()) return Failed(begun.error());
  Called called = Call(**provider, step, planned->wire, prior, *planned, intent.object.tag);
  if (!called.answer.ok()) return {Outcome::Unknown, called.answer.error().ToString(), {}};

  // What is there now, whatever was said about it.
  state::Record record = intent.object;
  record.attributes = called.answer->new_state;
  record.private_bytes = called.answer->private_bytes;
  record.tainted = !update && !called.objections.empty();
  if (update && !called.objections.empty() && record.attributes.is_null()) {
    record.attributes = prior;
    record.private_bytes = step.private_bytes;
  }
  if (record.attributes.is_null()) {
    // Nothing was made: the address has what it had.
    Status saved = found ? ledger_.Finish(intent, *found) : ledger_.Finish(intent, std::nullopt);
    if (!saved.ok()) return Unrecorded(saved.error());
    if (called.objections.empty()) {
      return Failed(Error(ErrorCode::Protocol, "the provider gave back no object"));
    }
    return {Outcome::Failed, called.objections, called.error_class};
  }
  if (!intent.deposed.empty()) record.deposed.push_back(Depose(*found, intent.deposed));
  const bool looked_at = update && !(found && found->unready);
  record.unready = !looked_at && called.objections.empty() && !step.lifecycle.ready.empty();
  if (Status saved = ledger_.Finish(intent, record); !saved.ok()) return Unrecorded(saved.error());
  if (Ended left = LeaveOldAddress(step); left.outcome != Outcome::Done) return left;
  if (!called.objections.empty()) return {Outcome::Failed, called.objections, called.error_class};
  const std::string at = Contradiction(planned->planned, record.attributes);
  if (!at.empty()) {
    return Failed(Error(
        ErrorCode::Protocol,
        "the provider `" + step.provider + "` made something else than it planned: `" + at + "`"));
  }
  return AwaitReady(step, **provider, planned->wire, std::move(record));
}

// Why `ready` does not hold yet; "" when it does. May refresh `record`.
std::string Operations::Look(const lower::Ready& ready, const plan::Step& step,
                             host::Provider& provider, const std::string& wire,
                             state::Record& record) {
  Prober& prober = options_.prober ? *options_.prober : NetworkProber();
  if (ready.kind == lower::Ready::Kind::Attribute) {
    auto answer = provider.Read(wire, record.attributes, record.private_bytes);
    if (!answer.ok()) return answer.error().ToString();
    if (std::string text = plan::Objections(answer->messages); !text.empty()) return text;
    if (answer->new_state.is_null()) return "it is gone";
    record.attributes = answer->new_state;
    record.private_bytes = answer->private_bytes;
    ledger_.Know(step.address, record.attributes);
    const auto* name = ready.subject.As<std::string>();
    const value::Value* is = name ? record.attributes.Find(*name) : nullptr;
    const value::Value expected = ledger_.Resolve(ready.expected);
    if (is && *is == expected) return "";
    return "it is " + (is ? value::ToJson(*is) : "not there");
  }
  const value::Value subject = ledger_.Resolve(ready.subject);
  const auto* text = subject.As<std::string>();
  if (!text) return "where to look is not known";
  if (ready.kind == lower::Ready::Kind::Http) return prober.Http(*text);
  const value::Value port = ledger_.Resolve(ready.expected);
  const auto* number = port.As<int64_t>();
  if (!number) return "the port is not known";
  if (*number < 1 || *number > 65535) return "there is no port " + std::to_string(*number);
  return prober.Port(*text, static_cast<int>(*number));
}

Ended Operations::AwaitReady(const plan::Step& step, host::Provider& provider,
                             const std::string& wire, state::Record record) {
  constexpr double FirstLook = 0.1, LongestPause = 5;
  if (step.lifecycle.ready.empty()) {
    if (!record.unready) return {};
    record.unready = false;
    Status saved = ledger_.Put(record);
    return saved.ok() ? Ended{} : Failed(saved.error());
  }
  for (const lower::Ready& ready : step.lifecycle.ready) {
    const auto begin = clock_.Steady();
    double pause = FirstLook;
    bool told = false;
    while (true) {
      const std::string why = Look(ready, step, provider, wire, record);
      if (why.empty()) break;
      const std::string what =
          Describe(ready.kind, ledger_.Resolve(ready.subject), ledger_.Resolve(ready.expected));
      const double waited = std::chrono::duration<double>(clock_.Steady() - begin).count();
      if (waited >= ready.within || Stopping()) {
        return Failed(Error(ErrorCode::Timeout, "it is there and not ready: waited " +
                                                    std::to_string(static_cast<int64_t>(waited)) +
                                                    " s for " + what + ": " + why +
                                                    "; the next apply looks again"));
      }
      if (!told) {
        Event event;
        event.kind = Event::Kind::Waiting;
        event.text = what;
        tell_(std::move(event));
        told = true;
      }
      pause_(std::min(pause, std::max(0.01, ready.within - waited)));
      pause = std::min(pause * 1.5, LongestPause);
    }
  }
  record.unready = false;
  Status saved = ledger_.Put(record);
  return saved.ok() ? Ended{} : Failed(saved.error());
}

}  // namespace sprint::apply
