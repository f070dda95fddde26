#include "engine/apply/ledger.h"

#include <utility>

#include "engine/lower/config.h"

namespace sprint::apply {

namespace {

// A state that is away for longer than all of these together is gone for this run.
constexpr double Pauses[] = {0.1, 0.5, 2, 5};

}  // namespace

Ledger::Ledger(state::Store& store, state::Snapshot snapshot, const Clock& clock,
               std::function<void(double)> pause)
    : store_(store),
      lineage_(std::move(snapshot.lineage)),
      serial_(snapshot.serial),
      clock_(clock),
      pause_(std::move(pause)),
      records_(std::move(snapshot.records)) {}

state::Snapshot Ledger::Now() const {
  const std::lock_guard lock(mutex_);
  return {lineage_, serial_, records_, {}};
}

std::optional<state::Record> Ledger::Find(const std::string& address) const {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(address);
  if (found == records_.end()) return std::nullopt;
  return found->second;
}

value::Value Ledger::Resolve(const value::Value& config) const {
  const std::lock_guard lock(mutex_);
  return lower::Resolve(config, [this](const std::string& address) -> const value::Value* {
    if (const auto known = known_.find(address); known != known_.end()) return &known->second;
    const auto found = records_.find(address);
    if (found == records_.end() || found->second.attributes.is_null()) return nullptr;
    return &found->second.attributes;
  });
}

Status Ledger::Written(const std::function<Status()>& write) {
  Status status = write();
  for (const double pause : Pauses) {
    if (status.ok() || status.error().code() != ErrorCode::Unavailable) break;
    pause_(pause);
    status = write();
  }
  if (!status.ok()) failed_ = true;
  return status;
}

Status Ledger::Begin(state::Intent& intent) {
  intent.begun =
      std::chrono::duration_cast<std::chrono::seconds>(clock_.Now().time_since_epoch()).count();
  return Written([&]() -> Status {
    SPRINT_ASSIGN_OR_RETURN(intent.id, store_.Begin(intent));
    return Ok();
  });
}

Status Ledger::Finish(const state::Intent& intent, const std::optional<state::Record>& record) {
  SPRINT_RETURN_IF_ERROR(Written([&] { return store_.Finish(intent, intent.id, record); }));
  const std::lock_guard lock(mutex_);
  known_.erase(intent.object.address);
  if (record) {
    records_[intent.object.address] = *record;
  } else {
    records_.erase(intent.object.address);
  }
  return Ok();
}

Status Ledger::Abandon(const state::Intent& intent) {
  return Written([&] { return store_.Abandon(intent.id); });
}

Status Ledger::Put(const state::Record& record) {
  SPRINT_RETURN_IF_ERROR(Written([&] { return store_.Put(record); }));
  const std::lock_guard lock(mutex_);
  known_.erase(record.address);
  records_[record.address] = record;
  return Ok();
}

Status Ledger::Remove(const std::string& address) {
  SPRINT_RETURN_IF_ERROR(Written([&] { return store_.Remove(address); }));
  const std::lock_guard lock(mutex_);
  records_.erase(address);
  return Ok();
}

void Ledger::Know(const std::string& address, const value::Value& attributes) {
  const std::lock_guard lock(mutex_);
  known_[address] = attributes;
}

std::string Ledger::NewTag(const std::string& address) {
  return lineage_ + "/" + address + "/" + std::to_string(serial_) + "." + std::to_string(++tags_);
}

}  // namespace sprint::apply
