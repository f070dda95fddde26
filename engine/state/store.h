#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/support/result.h"
#include "engine/secrets/keyring.h"
#include "engine/state/record.h"

// What exists, and what was about to be done.
namespace sprint::state {

// Who may write. All but the token is for people to read.
struct Lease {
  std::string purpose;       // "apply"
  std::string holder, host;  // user and machine
  int64_t pid = 0;
  int64_t since = 0;  // seconds since 1970, by the holder's clock
  int64_t token = 0;  // the fencing token: grows with every new holder
};

// "ada on host-1 (process 4711, apply)"
std::string Describe(const Lease& lease);

// One state. Safe to call from several threads; what several threads write at once is
// made durable together. Readers need no lease; every write needs a live one and fails
// with Conflict otherwise, so that a writer that was paused beyond the end of its lease
// changes nothing any more.
// Errors: Unavailable (disk full, I/O, server away), Denied (read-only, no right),
// Protocol (damaged, or of a newer version), Conflict (no lease, or lost).
class Store {
 public:
  virtual ~Store() = default;

  // Of one moment. Protocol names what is damaged; nothing is read over silently.
  virtual Result<Snapshot> Read() = 0;
  // The same for who asks again and again: kept, and given again for as long as what is stored
  // is what was read then; what this store has written meanwhile is taken in.
  virtual Result<std::shared_ptr<const Snapshot>> Latest() {
    SPRINT_ASSIGN_OR_RETURN(Snapshot snapshot, Read());
    return std::make_shared<const Snapshot>(std::move(snapshot));
  }

  // Durable when this returns; the answer is the intent's id.
  virtual Result<int64_t> Begin(const Intent& intent) = 0;
  // Closes the intent and writes what became of its address, both or neither: a record,
  // or nothing when no object is left there.
  virtual Status Finish(const Intent& intent, int64_t id, const std::optional<Record>& record) = 0;
  // Closes an intent whose call changed nothing.
  virtual Status Abandon(int64_t id) = 0;
  virtual Status Put(const Record& record) = 0;
  virtual Status Remove(const std::string& address) = 0;
  // Snapshot::lineage alone.
  virtual Result<std::string> Lineage() {
    SPRINT_ASSIGN_OR_RETURN(Snapshot snapshot, Read());
    return std::move(snapshot.lineage);
  }
  // What could not be had lately, old ones too; read by itself, and no part of a snapshot.
  virtual Result<std::vector<Refusal>> Refused() = 0;
  // Instead of those before; does not count as a change of the state.
  virtual Status SetRefused(const std::vector<Refusal>& refusals) = 0;
  // Takes over everything of `snapshot`, lineage and serial too. Conflict unless this
  // state holds nothing.
  virtual Status Adopt(const Snapshot& snapshot) = 0;
  // The same whatever it holds, damaged entries too: only what differs is written, in one
  // transaction where the place takes that much in one. What was cut off is said by Read,
  // and put right by calling this again.
  virtual Status Replace(const Snapshot& snapshot) = 0;
  // The end of this state and of the lease. Nothing may be asked of this object any more.
  virtual Status Drop() = 0;

  // The keys of this state; null while it is not encrypted.
  virtual const secrets::Keyring* keyring() const = 0;
  // What secrets::Keyring::Unlock makes them of; null while it is not encrypted.
  virtual value::Value locked_keyring() const = 0;
  // Encrypts everything with new keys, which `key` opens from then on: a passphrase or
  // the text of a key file. What was cut off is gone on with by calling it again.
  virtual Status Encrypt(const std::string& key) = 0;
  // With the keys of another state, so that fingerprints stay what they were there.
  virtual Status EncryptWith(const secrets::Keyring& keyring, const value::Value& locked) = 0;
  // Puts everything in clear again, and forgets the keys.
  virtual Status Decrypt() = 0;

  // Conflict, saying who, while another holder's lease lives. The lease ends `seconds`
  // after the last heartbeat, by a clock that setting the time does not move.
  virtual Result<Lease> Acquire(const std::string& purpose, int64_t seconds) = 0;
  virtual Status Heartbeat() = 0;
  virtual Status Release() = 0;
  // The live lease, anybody's.
  virtual Result<std::optional<Lease>> Holder() = 0;
  // Ends the lease with this token; its holder cannot write from then on. Conflict when
  // somebody else holds it by now.
  virtual Status Break(int64_t token) = 0;
};

// Gives what opens an encrypted state; asked for only when there is one.
using AskKey = std::function<Result<std::string>()>;

// Opens or makes the state `space` at `url` (location.h); several states may lie in one
// place. A file gets mode 0600, its folder 0700. Denied: encrypted, and not with the key
// that `ask` gives.
Result<std::unique_ptr<Store>> Open(const std::string& url, const std::string& space,
                                    const AskKey& ask = {});
// False: no file is there. Of other places nobody knows before they are asked.
bool MayBeThere(const std::string& url);
// Open for who only reads: where there is no file yet, none is made, and the state is empty.
Result<std::unique_ptr<Store>> OpenToLook(const std::string& url, const std::string& space,
                                          const AskKey& ask = {});
// The states that lie there, by name.
Result<std::vector<std::string>> Spaces(const std::string& url);
// Store::Holder and Store::Break where no key is needed to open the state.
Result<std::optional<Lease>> HolderOf(const std::string& url, const std::string& space);
Status BreakLease(const std::string& url, const std::string& space, int64_t token);

// The state of a SQLite file that holds one.
Result<std::unique_ptr<Store>> OpenSqlite(const std::string& path);

}  // namespace sprint::state
