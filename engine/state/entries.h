#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/state/backend.h"
#include "engine/state/envelope.h"

// How a state lies in a backend's entries:
//   meta              {"format", "lineage", "keyring", "adopting", "sealing"}, in clear
//   sum               {"serial", "next", "entries", "digest"}
//   record/ADDRESS    a Record (record.h)
//   intent/NUMBER     an Intent, 16 hexadecimal digits
//   refused           Refusals, if there are any
// All bytes are in envelopes (envelope.h). `next` is the next intent's number. `entries`
// counts all but meta and sum, `digest` is the sum modulo 2^64 of their hashes, so that a
// lost, doubled or outdated entry shows when reading.
namespace sprint::state {

inline constexpr int64_t Format = 3;  // 1 and 2 were SQLite layouts, see sqlite_version2.h
inline constexpr const char* MetaKey = "meta";
inline constexpr const char* SumKey = "sum";
inline constexpr const char* RefusedKey = "refused";
inline constexpr std::string_view RecordPrefix = "record/", IntentPrefix = "intent/";
std::string RecordKey(const std::string& address);
std::string IntentKey(int64_t id);
// The number in such a key; nothing when it is another key.
std::optional<int64_t> IntentOfKey(std::string_view key);

struct Meta {
  int64_t format = Format;
  std::string lineage;
  value::Value keyring;   // null: not encrypted
  bool adopting = false;  // another state is being copied into this one
  bool sealing = false;   // all is being sealed with new keys
};
struct Sum {
  int64_t serial = 0, next = 1, entries = 0;
  uint64_t digest = 0;
  friend bool operator==(const Sum&, const Sum&) = default;
};
std::string ToBytes(const Meta& meta);
// Protocol: damaged, or of a newer format.
Result<Meta> ToMeta(std::string_view bytes);
std::string ToBody(const Sum& sum);
Result<Sum> ToSum(const std::string& body);

// A random UUID (RFC 9562, version 4).
std::string NewUuid();

// A whole state but for its head, as Read would give it back: bodies by key.
std::map<std::string, std::string> ToBodies(const Snapshot& snapshot);
// All of it with the head of a new state, in clear.
Change ToEntries(const Snapshot& snapshot);

Error Damaged(const std::string& what);

}  // namespace sprint::state
