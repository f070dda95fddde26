#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "compiler/support/environment.h"
#include "engine/state/store.h"

namespace sprint::apply {

// What a run knows of the world, kept in step with the store: written there first, known
// here afterwards. Called from several threads; one operation at a time has an address.
// A write that fails for a passing reason is made again before it counts as failed; after
// a failure `failed` is true and nothing new should start.
class Ledger {
 public:
  // `pause` waits so many seconds.
  Ledger(state::Store& store, state::Snapshot snapshot, const Clock& clock,
         std::function<void(double)> pause);

  // All that there is by now, without what the refresh saw. Nothing of it is open.
  state::Snapshot Now() const;
  // The record at `address`; none when there is none.
  std::optional<state::Record> Find(const std::string& address) const;
  // References of a configuration replaced by what the objects are now.
  value::Value Resolve(const value::Value& config) const;

  // Gives `intent` an id and its time, durably. Then the provider may be called.
  Status Begin(state::Intent& intent);
  Status Finish(const state::Intent& intent, const std::optional<state::Record>& record);
  Status Abandon(const state::Intent& intent);
  Status Put(const state::Record& record);
  Status Remove(const std::string& address);
  // What the refresh saw, for references; it is not written.
  void Know(const std::string& address, const value::Value& attributes);

  // A tag that no other object has.
  std::string NewTag(const std::string& address);
  bool failed() const { return failed_; }

 private:
  Status Written(const std::function<Status()>& write);

  state::Store& store_;
  const std::string lineage_;
  const int64_t serial_;
  const Clock& clock_;
  const std::function<void(double)> pause_;
  std::atomic<bool> failed_ = false;
  std::atomic<int64_t> tags_ = 0;
  mutable std::mutex mutex_;  // of the two below
  std::map<std::string, state::Record> records_;
  std::map<std::string, value::Value> known_;  // attributes that differ from the record's
};

}  // namespace sprint::apply
