#include <utility>

#include "engine/state/keyed_store.h"

// What is done to a whole state at once.
namespace sprint::state {

// `entries` in as many transactions as they need. The head `during` says that something is
// under way; `after` is written with the last, and alone when one is enough.
Status KeyedStore::WriteInParts(const Meta& during, const Meta& after, Change&& entries) {
  tally_.reset();
  Change part{{MetaKey, ToBytes(during)}};
  for (auto& [key, bytes] : entries) {
    if (part.size() == backend_->max_keys()) {
      SPRINT_RETURN_IF_ERROR(backend_->Write(*token_, part));
      part.clear();
    }
    part[key] = std::move(bytes);
  }
  if (!part.contains(MetaKey) && part.size() == backend_->max_keys()) {
    SPRINT_RETURN_IF_ERROR(backend_->Write(*token_, part));
    part.clear();
  }
  part[MetaKey] = ToBytes(after);
  return backend_->Write(*token_, part);
}

Result<Meta> KeyedStore::Head() {
  if (!token_) return Loaded().TakeError();
  SPRINT_ASSIGN_OR_RETURN(std::optional<Meta> meta, ReadMeta());
  if (!meta) return Damaged("its head is gone");
  return *meta;
}

// Only what differs from what is there.
Status KeyedStore::Fill(const Snapshot& snapshot, Meta meta) {
  const secrets::Keyring* keys = keyring();
  Envelope envelope = keys ? Envelope(*keys, snapshot.lineage) : Envelope();
  const bool same_lineage = meta.lineage == snapshot.lineage;
  std::map<std::string, std::string> bodies = ToBodies(snapshot);
  Change entries;
  SPRINT_RETURN_IF_ERROR(
      backend_->Read([&](std::string_view key, std::string_view bytes) -> Status {
        if (key == MetaKey) return Ok();
        const auto wanted = bodies.find(std::string(key));
        if (wanted == bodies.end()) {
          entries[std::string(key)] = std::nullopt;
        } else if (const auto body = envelope.Unwrap(key, bytes);
                   same_lineage && body.ok() && *body == wanted->second) {
          bodies.erase(wanted);
        }
        return Ok();
      }));
  for (const auto& [key, body] : bodies) entries[key] = envelope.Wrap(key, body);
  meta.lineage = snapshot.lineage;
  meta.sealing = false;
  Meta during = meta;
  during.adopting = true;
  meta.adopting = false;
  SPRINT_RETURN_IF_ERROR(WriteInParts(during, meta, std::move(entries)));
  envelope_ = std::move(envelope);
  return Ok();
}

Status KeyedStore::Adopt(const Snapshot& snapshot) {
  const auto lock = Alone();
  SPRINT_ASSIGN_OR_RETURN(Meta meta, Head());
  size_t count = 0;
  SPRINT_RETURN_IF_ERROR(backend_->Read([&](std::string_view key, std::string_view) -> Status {
    if (key != MetaKey && key != SumKey) ++count;
    return Ok();
  }));
  // What a copy that was cut off left is in nobody's way.
  if (count > 0 && !meta.adopting) {
    return Error(ErrorCode::Conflict,
                 "the state is not empty: it holds " + std::to_string(count) + " entries");
  }
  return Fill(snapshot, std::move(meta));
}

Status KeyedStore::Replace(const Snapshot& snapshot) {
  const auto lock = Alone();
  SPRINT_ASSIGN_OR_RETURN(Meta meta, Head());
  return Fill(snapshot, std::move(meta));
}

Status KeyedStore::Drop() {
  const auto lock = Alone();
  if (!token_) return Loaded();
  SPRINT_RETURN_IF_ERROR(backend_->Drop(*token_));
  token_.reset();
  tally_.reset();
  return Ok();
}

// Everything in the envelopes `by`; the heads say with which keys it opens meanwhile and
// then.
Status KeyedStore::Reseal(const Envelope& by, const Meta& during, const Meta& after) {
  // Whole before it is touched: damage is not sealed in.
  Tally tally;
  SPRINT_ASSIGN_OR_RETURN(const Snapshot snapshot, ReadAll(tally));
  Change entries;
  SPRINT_RETURN_IF_ERROR(
      backend_->Read([&](std::string_view key, std::string_view bytes) -> Status {
        if (key == MetaKey) return Ok();
        SPRINT_ASSIGN_OR_RETURN(const std::string body, envelope_.Unwrap(key, bytes));
        entries[std::string(key)] = by.Wrap(key, body);
        return Ok();
      }));
  SPRINT_RETURN_IF_ERROR(WriteInParts(during, after, std::move(entries)));
  envelope_ = by;
  locked_ = after.keyring;
  return Ok();
}

Status KeyedStore::Encrypt(const std::string& key) {
  const auto lock = Alone();
  SPRINT_ASSIGN_OR_RETURN(Meta during, Head());
  // The fingerprints stay what they were: secrets must not look changed.
  secrets::Keyring keys = keyring() ? *keyring() : secrets::Keyring::Make();
  if (keyring()) keys.AddKey();
  // Until all is sealed anew the old keys are needed as well.
  Meta after = during;
  during.sealing = true;
  SPRINT_ASSIGN_OR_RETURN(during.keyring, keys.Lock(key));
  keys.DropOldKeys();
  after.sealing = false;
  SPRINT_ASSIGN_OR_RETURN(after.keyring, keys.Lock(key));
  return Reseal(Envelope(std::move(keys), after.lineage), during, after);
}

Status KeyedStore::EncryptWith(const secrets::Keyring& keyring, const value::Value& locked) {
  const auto lock = Alone();
  if (this->keyring()) return Error(ErrorCode::Conflict, "the state has keys of its own");
  SPRINT_ASSIGN_OR_RETURN(Meta during, Head());
  during.keyring = locked;
  Meta after = during;
  during.sealing = true;
  after.sealing = false;
  return Reseal(Envelope(keyring, after.lineage), during, after);
}

Status KeyedStore::Decrypt() {
  const auto lock = Alone();
  SPRINT_ASSIGN_OR_RETURN(Meta during, Head());
  if (!keyring()) return Ok();
  Meta after = during;
  during.sealing = true;
  after.sealing = false;
  after.keyring = {};
  return Reseal(Envelope(), during, after);
}

}  // namespace sprint::state
