#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "compiler/support/result.h"
#include "engine/state/record.h"

// What exists, and what was about to be done.
namespace sprint::state {

struct Lease {
  std::string holder, host;
  int64_t pid = 0, heartbeat = 0;  // heartbeat: seconds since 1970
  int64_t token = 0;               // grows with every new holder
};

// Safe to call from several threads. Errors: Unavailable (disk full, I/O),
// Denied (read-only), Protocol (no valid state file), Conflict (lease lost).
class Store {
 public:
  virtual ~Store() = default;
  virtual Result<Snapshot> Read() = 0;
  // Durable when this returns; the answer is the intent's id.
  virtual Result<int64_t> Begin(const Intent& intent) = 0;
  // Closes the intent and writes what became of its address, both or neither: a record,
  // or nothing when no object is left there.
  virtual Status Finish(const Intent& intent, int64_t id, const std::optional<Record>& record) = 0;
  // Closes an intent whose call changed nothing.
  virtual Status Abandon(int64_t id) = 0;
  virtual Status Put(const Record& record) = 0;
  virtual Status Remove(const std::string& address) = 0;
  // Conflict while another holder's heartbeat is younger than `timeout` seconds. From
  // then on every write of this store checks that the lease is still its own.
  virtual Result<Lease> Acquire(const std::string& holder, int64_t timeout) = 0;
  virtual Status Heartbeat() = 0;
  virtual Status Release() = 0;
  virtual Result<std::optional<Lease>> Holder() = 0;
};

// Opens or creates the SQLite file `path` (mode 0600, its folder 0700).
Result<std::unique_ptr<Store>> OpenSqlite(const std::string& path);

}  // namespace sprint::state
