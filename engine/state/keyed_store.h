#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "engine/state/backend.h"
#include "engine/state/entries.h"

namespace sprint::state {

// A Store over any backend; entries.h says how it lies there. Callers that come while
// another writes wait and are then written together: one transaction, one flush.
class KeyedStore final : public Store {
 public:
  // Makes a new state in an empty space. Protocol: of a newer format, or damaged.
  static Result<std::unique_ptr<KeyedStore>> Open(std::unique_ptr<Backend> backend,
                                                  const AskKey& ask = {});

  Result<Snapshot> Read() override;
  Result<std::shared_ptr<const Snapshot>> Latest() override;
  Result<int64_t> Begin(const Intent& intent) override;
  Status Finish(const Intent& intent, int64_t id, const std::optional<Record>& record) override;
  Status Abandon(int64_t id) override;
  Status Put(const Record& record) override;
  Status Remove(const std::string& address) override;
  Result<std::string> Lineage() override;
  Result<std::vector<Refusal>> Refused() override;
  Status SetRefused(const std::vector<Refusal>& refusals) override;
  Status Adopt(const Snapshot& snapshot) override;
  Status Replace(const Snapshot& snapshot) override;
  Status Drop() override;
  const secrets::Keyring* keyring() const override { return envelope_.keyring(); }
  value::Value locked_keyring() const override { return locked_; }
  Status Encrypt(const std::string& key) override;
  Status EncryptWith(const secrets::Keyring& keyring, const value::Value& locked) override;
  Status Decrypt() override;
  Result<Lease> Acquire(const std::string& purpose, int64_t seconds) override;
  Status Heartbeat() override;
  Status Release() override;
  Result<std::optional<Lease>> Holder() override;
  Status Break(int64_t token) override;

  Backend& backend() { return *backend_; }

 private:
  // What is known of the stored state, to go on counting.
  struct Tally {
    std::string head;  // its bytes
    Sum sum;
    std::unordered_map<std::string, uint64_t> hashes;  // by key
  };
  // One caller's edits: keys with bodies, or to delete.
  struct Waiting {
    Change edits;
    bool done = false;
    Status status = Ok();
  };

  explicit KeyedStore(std::unique_ptr<Backend> backend) : backend_(std::move(backend)) {}
  Result<std::optional<Meta>> ReadMeta();
  Result<Snapshot> ReadAll(Tally& tally);
  std::unique_lock<std::mutex> Alone();
  Status Loaded();
  Result<bool> Unchanged();
  void TakeIn();
  Status Submit(Change edits);
  void Lead(std::unique_lock<std::mutex>& lock);
  Status Commit(const std::vector<Waiting*>& batch);
  // Of the whole state, in keyed_store_whole.cpp; to be called Alone.
  Result<Meta> Head();
  Status Fill(const Snapshot& snapshot, Meta meta);
  Status Reseal(const Envelope& by, const Meta& during, const Meta& after);
  Status WriteInParts(const Meta& during, const Meta& after, Change&& entries);

  std::unique_ptr<Backend> backend_;
  Envelope envelope_;
  value::Value locked_;  // the keys of the envelope, as they lie in the head

  std::mutex mutex_;
  std::condition_variable turn_;
  std::deque<Waiting*> queue_;
  bool leading_ = false;  // somebody writes; token_ and tally_ are theirs
  std::optional<int64_t> token_;
  std::optional<Tally> tally_;      // none: to be read before the next write
  bool mine_ = false;               // nobody else can have written since tally_ was true
  std::shared_ptr<Snapshot> kept_;  // of Latest: as in tally_ but for written_
  Change written_;                  // by this store since
  int64_t next_ = 1;                // intent: never given twice, also not after a failed write
};

}  // namespace sprint::state
