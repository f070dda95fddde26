#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "engine/state/store.h"

namespace sprint::testing {

// A state in memory, for tests that are about what is in it and not about how it lies on a
// disk. `failing` makes every write fail as an unreachable server does.
class MemoryStore final : public state::Store {
 public:
  state::Snapshot snapshot{"0000", 0, {}, {}};
  std::vector<state::Refusal> refused;
  std::atomic<bool> failing = false;  // also set while others write

  Result<state::Snapshot> Read() override {
    const std::lock_guard lock(mutex_);
    return snapshot;
  }
  Result<int64_t> Begin(const state::Intent& intent) override {
    const std::lock_guard lock(mutex_);
    if (failing) return Away();
    state::Intent open = intent;
    open.id = ++last_;
    snapshot.open.push_back(open);
    return last_;
  }
  Status Finish(const state::Intent& intent, int64_t id,
                const std::optional<state::Record>& record) override {
    const std::lock_guard lock(mutex_);
    if (failing) return Away();
    Close(id);
    ++snapshot.serial;
    snapshot.records.erase(intent.object.address);
    if (record) snapshot.records[record->address] = *record;
    return Ok();
  }
  Status Abandon(int64_t id) override {
    const std::lock_guard lock(mutex_);
    if (failing) return Away();
    Close(id);
    return Ok();
  }
  Status Put(const state::Record& record) override {
    const std::lock_guard lock(mutex_);
    if (failing) return Away();
    ++snapshot.serial;
    snapshot.records[record.address] = record;
    return Ok();
  }
  Status Remove(const std::string& address) override {
    const std::lock_guard lock(mutex_);
    if (failing) return Away();
    ++snapshot.serial;
    snapshot.records.erase(address);
    return Ok();
  }
  Result<std::vector<state::Refusal>> Refused() override { return refused; }
  Status SetRefused(const std::vector<state::Refusal>& refusals) override {
    refused = refusals;
    return Ok();
  }
  Status Adopt(const state::Snapshot& other) override {
    snapshot = other;
    return Ok();
  }
  Status Replace(const state::Snapshot& other) override { return Adopt(other); }
  Status Drop() override { return Adopt({}); }
  const secrets::Keyring* keyring() const override { return nullptr; }
  value::Value locked_keyring() const override { return {}; }
  Status Encrypt(const std::string&) override { return NothingToEncrypt(); }
  Status EncryptWith(const secrets::Keyring&, const value::Value&) override {
    return NothingToEncrypt();
  }
  Status Decrypt() override { return Ok(); }
  Result<state::Lease> Acquire(const std::string&, int64_t) override { return state::Lease{}; }
  Status Heartbeat() override { return Ok(); }
  Status Release() override { return Ok(); }
  Result<std::optional<state::Lease>> Holder() override { return std::optional<state::Lease>(); }
  Status Break(int64_t) override { return Ok(); }

 private:
  static Error NothingToEncrypt() {
    return Error(ErrorCode::Denied, "a state in memory has nothing to encrypt");
  }
  static Error Away() { return Error(ErrorCode::Unavailable, "the state's server is away"); }
  void Close(int64_t id) {
    std::erase_if(snapshot.open, [id](const state::Intent& intent) { return intent.id == id; });
  }
  std::mutex mutex_;
  int64_t last_ = 0;
};

}  // namespace sprint::testing
