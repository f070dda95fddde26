#include "engine/state/entries.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>

#include "engine/secrets/crypto.h"

namespace sprint::state {
namespace {

std::optional<int64_t> Integer(const value::Value& document, const char* name) {
  const value::Value* member = document.Find(name);
  const auto* number = member ? member->As<int64_t>() : nullptr;
  return number ? std::optional<int64_t>(*number) : std::nullopt;
}

}  // namespace

std::string RecordKey(const std::string& address) { return std::string(RecordPrefix) + address; }

std::optional<int64_t> IntentOfKey(std::string_view key) {
  if (!key.starts_with(IntentPrefix)) return std::nullopt;
  const std::string digits(key.substr(IntentPrefix.size()));
  char* end = nullptr;
  const auto id = static_cast<int64_t>(std::strtoull(digits.c_str(), &end, 16));
  if (digits.size() != 16 || *end != '\0') return std::nullopt;
  return id;
}

std::string IntentKey(int64_t id) {
  char text[32];
  std::snprintf(text, sizeof text, "%016" PRIx64, static_cast<uint64_t>(id));
  return std::string(IntentPrefix) + text;
}

Error Damaged(const std::string& what) {
  return Error(ErrorCode::Protocol, "the state is damaged: " + what);
}

std::string ToBytes(const Meta& meta) {
  value::Object object{{"format", meta.format}, {"lineage", meta.lineage}};
  if (!meta.keyring.is_null()) object["keyring"] = meta.keyring;
  if (meta.adopting) object["adopting"] = true;
  if (meta.sealing) object["sealing"] = true;
  return Envelope().Wrap(MetaKey, value::ToJson(object));
}

Result<Meta> ToMeta(std::string_view bytes) {
  SPRINT_ASSIGN_OR_RETURN(const std::string body, Envelope().Unwrap(MetaKey, bytes));
  const auto document = value::FromJson(body);
  if (!document.ok()) return Damaged("its head is none");
  Meta meta;
  meta.format = Integer(*document, "format").value_or(0);
  if (meta.format > Format) {
    return Error(ErrorCode::Protocol, "the state was written by a newer sprint (format " +
                                          std::to_string(meta.format) + "; this one knows " +
                                          std::to_string(Format) + "): use that one");
  }
  meta.lineage = document->Text("lineage");
  if (meta.format != Format || meta.lineage.empty()) return Damaged("its head says nothing");
  if (const value::Value* keyring = document->Find("keyring")) meta.keyring = *keyring;
  meta.adopting = document->Find("adopting") != nullptr;
  meta.sealing = document->Find("sealing") != nullptr;
  return meta;
}

std::string ToBody(const Sum& sum) {
  return value::ToJson(value::Object{{"serial", sum.serial},
                                     {"next", sum.next},
                                     {"entries", sum.entries},
                                     {"digest", static_cast<int64_t>(sum.digest)}});
}

Result<Sum> ToSum(const std::string& body) {
  const auto document = value::FromJson(body);
  if (!document.ok()) return Damaged("its sum is none");
  const auto serial = Integer(*document, "serial"), next = Integer(*document, "next"),
             entries = Integer(*document, "entries"), digest = Integer(*document, "digest");
  if (!serial || !next || !entries || !digest) return Damaged("its sum says nothing");
  return Sum{*serial, *next, *entries, static_cast<uint64_t>(*digest)};
}

std::string NewUuid() {
  std::string bytes = secrets::RandomBytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = secrets::ToHex(bytes);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

Change ToEntries(const Snapshot& snapshot) {
  Meta meta;
  meta.lineage = snapshot.lineage;
  Change entries{{MetaKey, ToBytes(meta)}};
  for (const auto& [key, body] : ToBodies(snapshot)) entries[key] = Envelope().Wrap(key, body);
  return entries;
}

std::map<std::string, std::string> ToBodies(const Snapshot& snapshot) {
  Sum sum;
  sum.serial = snapshot.serial;
  std::map<std::string, std::string> bodies;
  const auto add = [&](const std::string& key, const value::Value& document) {
    std::string body = value::ToJson(document);
    ++sum.entries;
    sum.digest += HashOf(key, body);
    bodies[key] = std::move(body);
  };
  for (const auto& [address, record] : snapshot.records) add(RecordKey(address), ToValue(record));
  for (const Intent& intent : snapshot.open) {
    sum.next = std::max(sum.next, intent.id + 1);
    add(IntentKey(intent.id), ToValue(intent));
  }
  bodies[SumKey] = ToBody(sum);
  return bodies;
}

}  // namespace sprint::state
