#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/support/environment.h"
#include "compiler/support/result.h"
#include "engine/state/store.h"

namespace sprint::state {

// Keys to write with their bytes, or to delete.
using Change = std::map<std::string, std::optional<std::string>>;

// What a store needs of the place that keeps it: entries under text keys in one space,
// written in durable transactions, and one lease. Errors as in Store. Calls come from
// several threads.
class Backend {
 public:
  virtual ~Backend() = default;

  // Every entry, in any order, all of one moment. `see` may stop it with an error.
  using See = std::function<Status(std::string_view key, std::string_view bytes)>;
  virtual Status Read(const See& see) = 0;
  // One entry, or none.
  virtual Status ReadKey(const std::string& key, const See& see) = 0;
  // Writes `entries` if the space has none yet; otherwise does nothing. Needs no lease.
  virtual Status Create(const Change& entries) = 0;
  // All of it or nothing, and nothing unless the lease `token` lives at that moment.
  virtual Status Write(int64_t token, const Change& change) = 0;
  // How many keys one Write takes at most.
  virtual size_t max_keys() const { return SIZE_MAX; }

  // `claim.token` is given by the backend. Conflict, saying who, while a lease lives.
  virtual Result<Lease> Acquire(Lease claim, int64_t seconds) = 0;
  virtual Status Renew(int64_t token) = 0;
  // Ends the lease of this token. Conflict: it is not the live one.
  virtual Status End(int64_t token) = 0;
  virtual Result<std::optional<Lease>> Holder() = 0;

  // Spaces of the same place that hold entries, sorted; and the end of this one, entries
  // and lease.
  virtual Result<std::vector<std::string>> Spaces() = 0;
  virtual Status Drop(int64_t token) = 0;
};

// The file is made (0600, its folder 0700) when it is not there.
Result<std::unique_ptr<Backend>> OpenSqliteBackend(const std::string& path,
                                                   const std::string& space,
                                                   const Clock& clock = SystemClock());
// Holds nothing, lies in memory, and goes with its object.
Result<std::unique_ptr<Backend>> OpenMemoryBackend(const std::string& space,
                                                   const Clock& clock = SystemClock());

// Errors that every backend words the same way.
Error Locked(const Lease& by);
Error LeaseLost();

}  // namespace sprint::state
