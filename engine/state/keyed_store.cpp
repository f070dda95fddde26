#include "engine/state/keyed_store.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "compiler/support/check.h"

namespace sprint::state {
namespace {

std::string UserName() {
  if (const passwd* user = getpwuid(geteuid())) return user->pw_name;
  return "user " + std::to_string(geteuid());
}

bool ByAge(const Intent& a, const Intent& b) { return a.id < b.id; }

}  // namespace

std::string Describe(const Lease& lease) {
  return lease.holder + " on " + lease.host + " (process " + std::to_string(lease.pid) + ", " +
         lease.purpose + ")";
}
Error Locked(const Lease& by) {
  return Error(ErrorCode::Conflict, "the state is locked by " + Describe(by));
}
Error LeaseLost() {
  return Error(ErrorCode::Conflict,
               "the lock on the state is lost: it ended without a heartbeat, or was broken");
}

Result<std::unique_ptr<KeyedStore>> KeyedStore::Open(std::unique_ptr<Backend> backend,
                                                     const AskKey& ask) {
  std::unique_ptr<KeyedStore> store(new KeyedStore(std::move(backend)));
  SPRINT_ASSIGN_OR_RETURN(std::optional<Meta> meta, store->ReadMeta());
  if (!meta) {
    Snapshot empty;
    empty.lineage = NewUuid();
    // Of two that do this at once one wins, and both read what it wrote.
    SPRINT_RETURN_IF_ERROR(store->backend_->Create(ToEntries(empty)));
    SPRINT_ASSIGN_OR_RETURN(meta, store->ReadMeta());
    if (!meta) return Damaged("it holds entries but no head");
  }
  if (meta->keyring.is_null()) return store;
  if (!ask) return Error(ErrorCode::Denied, "the state is encrypted, and no key was given");
  SPRINT_ASSIGN_OR_RETURN(std::string key, ask());
  auto keyring = secrets::Keyring::Unlock(meta->keyring, key);
  secrets::Wipe(key);
  if (!keyring.ok()) return keyring.TakeError();
  store->envelope_ = Envelope(keyring.TakeValue(), meta->lineage);
  store->locked_ = std::move(meta->keyring);
  store->envelope_.set_allow_clear(meta->sealing);
  return store;
}

Result<std::optional<Meta>> KeyedStore::ReadMeta() {
  std::optional<Meta> meta;
  SPRINT_RETURN_IF_ERROR(
      backend_->ReadKey(MetaKey, [&](std::string_view, std::string_view bytes) -> Status {
        SPRINT_ASSIGN_OR_RETURN(meta, ToMeta(bytes));
        return Ok();
      }));
  return meta;
}

Result<Snapshot> KeyedStore::Read() {
  if (auto lock = Alone(); kept_) {
    lock.unlock();
    SPRINT_ASSIGN_OR_RETURN(const auto latest, Latest());
    return *latest;
  }
  Tally tally;
  return ReadAll(tally);
}

Result<std::shared_ptr<const Snapshot>> KeyedStore::Latest() {
  const auto lock = Alone();
  SPRINT_ASSIGN_OR_RETURN(const bool unchanged, Unchanged());
  if (kept_ && unchanged) {
    TakeIn();
    return std::shared_ptr<const Snapshot>(kept_);
  }
  kept_.reset();
  written_.clear();
  Tally tally;
  SPRINT_ASSIGN_OR_RETURN(Snapshot snapshot, ReadAll(tally));
  next_ = std::max(next_, tally.sum.next);
  tally_ = std::move(tally);
  kept_ = std::make_shared<Snapshot>(std::move(snapshot));
  return std::shared_ptr<const Snapshot>(kept_);
}

// Whether what is stored is what tally_ says. To be called Alone, or by who leads.
Result<bool> KeyedStore::Unchanged() {
  if (!tally_) return false;
  bool same = false;
  const auto head = [&](std::string_view, std::string_view bytes) {
    same = bytes == tally_->head;
    return Ok();
  };
  SPRINT_RETURN_IF_ERROR(backend_->ReadKey(MetaKey, head));
  if (!same) return false;
  same = false;
  const auto sum = [&](std::string_view key, std::string_view bytes) -> Status {
    SPRINT_ASSIGN_OR_RETURN(const std::string body, envelope_.Unwrap(key, bytes));
    SPRINT_ASSIGN_OR_RETURN(const Sum stored, ToSum(body));
    same = stored == tally_->sum;
    return Ok();
  };
  SPRINT_RETURN_IF_ERROR(backend_->ReadKey(SumKey, sum));
  return same;
}

// Brings kept_ up to what this store has written; what others hold of it stays as it was.
void KeyedStore::TakeIn() {
  if (written_.empty()) return;
  if (kept_.use_count() > 1) kept_ = std::make_shared<Snapshot>(*kept_);
  kept_->serial = tally_->sum.serial;
  const auto document = [](const std::string& body) {
    auto read = value::FromJson(body);
    SPRINT_CHECK(read.ok(), "what was written is no document");
    return read.TakeValue();
  };
  for (const auto& [key, body] : written_) {
    if (key.starts_with(RecordPrefix)) {
      const std::string address = key.substr(RecordPrefix.size());
      auto record = body ? RecordFromValue(document(*body)) : Record();
      SPRINT_CHECK(record.ok(), "what was written is no record");
      kept_->records.erase(address);
      if (body) kept_->records.emplace(address, record.TakeValue());
    } else if (const auto id = IntentOfKey(key)) {
      auto intent = body ? IntentFromValue(document(*body)) : Intent();
      SPRINT_CHECK(intent.ok(), "what was written is no intent");
      intent->id = *id;
      std::erase_if(kept_->open, [&](const Intent& open) { return open.id == *id; });
      if (body) kept_->open.push_back(intent.TakeValue());
    }
  }
  std::sort(kept_->open.begin(), kept_->open.end(), ByAge);
  written_.clear();
}

Result<Snapshot> KeyedStore::ReadAll(Tally& tally) {
  Snapshot snapshot;
  std::optional<Sum> sum;
  uint64_t digest = 0;
  bool adopting = false;
  const auto see = [&](std::string_view key, std::string_view bytes) -> Status {
    if (key == MetaKey) {
      SPRINT_ASSIGN_OR_RETURN(const Meta meta, ToMeta(bytes));
      snapshot.lineage = meta.lineage;
      tally.head = bytes;
      adopting = meta.adopting;
      return Ok();
    }
    SPRINT_ASSIGN_OR_RETURN(const std::string body, envelope_.Unwrap(key, bytes));
    if (key == SumKey) {
      SPRINT_ASSIGN_OR_RETURN(sum, ToSum(body));
      return Ok();
    }
    const uint64_t hash = HashOf(key, body);
    digest += hash;
    tally.hashes.emplace(key, hash);
    auto document = value::FromJson(body);
    if (!document.ok()) return Damaged("`" + std::string(key) + "` holds no document");
    if (key.starts_with(RecordPrefix)) {
      auto record = RecordFromValue(*document);
      if (!record.ok()) return Damaged("`" + std::string(key) + "`: " + record.error().message());
      std::string address = record->address;
      snapshot.records.insert_or_assign(std::move(address), record.TakeValue());
    } else if (const auto id = IntentOfKey(key)) {
      auto intent = IntentFromValue(*document);
      if (!intent.ok()) return Damaged("`" + std::string(key) + "`: " + intent.error().message());
      intent->id = *id;
      snapshot.open.push_back(intent.TakeValue());
    } else if (key == RefusedKey) {
      if (auto refusals = RefusalsFromValue(*document); !refusals.ok()) {
        return Damaged("`" + std::string(key) + "`: " + refusals.error().message());
      }
    } else {
      return Damaged("`" + std::string(key) + "` is nothing that belongs there");
    }
    return Ok();
  };
  SPRINT_RETURN_IF_ERROR(backend_->Read(see));
  if (!sum) return Damaged("its sum is gone");
  if (adopting) {
    return Error(ErrorCode::Protocol,
                 "copying another state into this one was cut off: do it again");
  }
  if (sum->entries != static_cast<int64_t>(tally.hashes.size()) || sum->digest != digest) {
    return Damaged("it holds " + std::to_string(tally.hashes.size()) + " entries where " +
                   std::to_string(sum->entries) + " were written, or older ones than those");
  }
  snapshot.serial = sum->serial;
  tally.sum = *sum;
  std::sort(snapshot.open.begin(), snapshot.open.end(), ByAge);
  return snapshot;
}

Result<int64_t> KeyedStore::Begin(const Intent& intent) {
  int64_t id = 0;
  {
    const auto lock = Alone();
    SPRINT_RETURN_IF_ERROR(Loaded());
    id = next_++;
  }
  SPRINT_RETURN_IF_ERROR(Submit({{IntentKey(id), value::ToJson(ToValue(intent))}}));
  return id;
}

Status KeyedStore::Finish(const Intent& intent, int64_t id, const std::optional<Record>& record) {
  Change edits{{IntentKey(id), std::nullopt}, {RecordKey(intent.object.address), std::nullopt}};
  if (record) edits[RecordKey(record->address)] = value::ToJson(ToValue(*record));
  return Submit(std::move(edits));
}

Status KeyedStore::Abandon(int64_t id) { return Submit({{IntentKey(id), std::nullopt}}); }

Status KeyedStore::Put(const Record& record) {
  return Submit({{RecordKey(record.address), value::ToJson(ToValue(record))}});
}

Status KeyedStore::Remove(const std::string& address) {
  return Submit({{RecordKey(address), std::nullopt}});
}

Result<std::string> KeyedStore::Lineage() {
  SPRINT_ASSIGN_OR_RETURN(std::optional<Meta> meta, ReadMeta());
  if (!meta) return Damaged("its head is gone");
  return std::move(meta->lineage);
}

Result<std::vector<Refusal>> KeyedStore::Refused() {
  std::vector<Refusal> refusals;
  SPRINT_RETURN_IF_ERROR(
      backend_->ReadKey(RefusedKey, [&](std::string_view key, std::string_view bytes) -> Status {
        SPRINT_ASSIGN_OR_RETURN(const std::string body, envelope_.Unwrap(key, bytes));
        SPRINT_ASSIGN_OR_RETURN(const value::Value document, value::FromJson(body));
        SPRINT_ASSIGN_OR_RETURN(refusals, RefusalsFromValue(document));
        return Ok();
      }));
  return refusals;
}

Status KeyedStore::SetRefused(const std::vector<Refusal>& refusals) {
  if (refusals.empty()) return Submit({{RefusedKey, std::nullopt}});
  return Submit({{RefusedKey, value::ToJson(ToValue(refusals))}});
}

Result<Lease> KeyedStore::Acquire(const std::string& purpose, int64_t seconds) {
  Lease claim;
  claim.purpose = purpose;
  claim.holder = UserName();
  claim.pid = getpid();
  claim.since = std::time(nullptr);
  char host[256] = {};
  if (gethostname(host, sizeof host - 1) == 0) claim.host = host;
  SPRINT_ASSIGN_OR_RETURN(Lease lease, backend_->Acquire(std::move(claim), seconds));
  const auto lock = Alone();
  token_ = lease.token;
  mine_ = false;
  return lease;
}

Status KeyedStore::Heartbeat() {
  std::optional<int64_t> token;
  {
    const std::lock_guard lock(mutex_);
    token = token_;
  }
  return token ? backend_->Renew(*token) : Status(LeaseLost());
}

Status KeyedStore::Release() {
  std::optional<int64_t> token;
  {
    const auto lock = Alone();
    std::swap(token, token_);
  }
  return token ? backend_->End(*token) : Ok();
}

Result<std::optional<Lease>> KeyedStore::Holder() { return backend_->Holder(); }

Status KeyedStore::Break(int64_t token) { return backend_->End(token); }

// The lock while nobody writes.
std::unique_lock<std::mutex> KeyedStore::Alone() {
  std::unique_lock lock(mutex_);
  turn_.wait(lock, [this] { return !leading_; });
  return lock;
}

// To be called Alone, or by who leads.
Status KeyedStore::Loaded() {
  if (!token_) {
    return Error(ErrorCode::Conflict, "the state is written only by who holds its lock");
  }
  if (tally_ && !mine_) {
    SPRINT_ASSIGN_OR_RETURN(mine_, Unchanged());
  }
  if (tally_ && mine_) return Ok();
  kept_.reset();
  written_.clear();
  Tally tally;
  SPRINT_ASSIGN_OR_RETURN(const Snapshot snapshot, ReadAll(tally));
  next_ = std::max(next_, tally.sum.next);
  tally_ = std::move(tally);
  mine_ = true;
  return Ok();
}

Status KeyedStore::Submit(Change edits) {
  Waiting mine;
  mine.edits = std::move(edits);
  std::unique_lock lock(mutex_);
  queue_.push_back(&mine);
  while (!mine.done) {
    if (leading_)
      turn_.wait(lock);
    else
      Lead(lock);
  }
  return mine.status;
}

// Writes what waits, the oldest first, as much as fits.
void KeyedStore::Lead(std::unique_lock<std::mutex>& lock) {
  std::vector<Waiting*> batch;
  size_t keys = 1;  // the sum
  while (!queue_.empty() &&
         (batch.empty() || keys + queue_.front()->edits.size() <= backend_->max_keys())) {
    keys += queue_.front()->edits.size();
    batch.push_back(queue_.front());
    queue_.pop_front();
  }
  leading_ = true;
  lock.unlock();
  const Status status = Commit(batch);
  for (Waiting* waiting : batch) waiting->status = status;
  // One entry that the backend does not take must not hold back the others.
  if (!status.ok() && status.error().code() == ErrorCode::InvalidArgument && batch.size() > 1) {
    for (Waiting* waiting : batch) waiting->status = Commit({waiting});
  }
  lock.lock();
  leading_ = false;
  for (Waiting* waiting : batch) waiting->done = true;
  turn_.notify_all();
}

// To be called by who leads.
Status KeyedStore::Commit(const std::vector<Waiting*>& batch) {
  SPRINT_RETURN_IF_ERROR(Loaded());
  Change change;
  Tally& tally = *tally_;
  for (const Waiting* waiting : batch) {
    for (const auto& [key, body] : waiting->edits) {
      if (const auto old = tally.hashes.find(key); old != tally.hashes.end()) {
        tally.sum.digest -= old->second;
        tally.hashes.erase(old);
      }
      change[key] = std::nullopt;
      if (!body) continue;
      const uint64_t hash = HashOf(key, *body);
      tally.sum.digest += hash;
      tally.hashes.emplace(key, hash);
      change[key] = envelope_.Wrap(key, *body);
    }
    const auto record = waiting->edits.lower_bound(std::string(RecordPrefix));
    if (record != waiting->edits.end() && record->first.starts_with(RecordPrefix)) {
      ++tally.sum.serial;
    }
  }
  tally.sum.next = next_;
  tally.sum.entries = static_cast<int64_t>(tally.hashes.size());
  change[SumKey] = envelope_.Wrap(SumKey, ToBody(tally.sum));
  Status status = backend_->Write(*token_, change);
  // Whether it was written may be unknown then: it is read before the next write.
  if (!status.ok()) {
    tally_.reset();
  } else if (kept_) {
    for (Waiting* waiting : batch) {
      for (auto& [key, body] : waiting->edits) written_.insert_or_assign(key, std::move(body));
    }
    // Where most is new, reading it costs no more and meanwhile less memory.
    constexpr size_t Few = 64;
    if (written_.size() > Few + kept_->records.size() / 2) {
      kept_.reset();
      written_.clear();
    }
  }
  return status;
}

}  // namespace sprint::state
