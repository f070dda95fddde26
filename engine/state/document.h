#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/secrets/keyring.h"
#include "engine/state/record.h"
#include "engine/state/store.h"

// A state as one JSON document, for `state export` and `import` and for backups. What it
// holds is in compiler/docs/state.schema.json:
//   {"format": "sprint-state", "version": 1, "lineage", "serial", "resources", "open"}
// with records and intents as in record.h. Same state, same bytes.
// A sealed one is opened by the key that opened the state it was made of:
//   {"format": "sprint-state", "version": 1, "keyring", "sealed": base64}
namespace sprint::state {

// Attributes, as people may see them: secrets by name, sensitive ones as "(sensitive)".
value::Value Shown(const value::Value& attributes, const std::vector<std::string>& sensitive);

struct Document {
  Snapshot snapshot;
  // What is not in it as it is in the state, "ADDRESS.attribute"; it cannot be imported
  // then.
  std::vector<std::string> masked;
  // Of a sealed one that was read: its keys, and what they were made of.
  std::optional<secrets::Keyring> keyring{};
  value::Value locked{};
};
// Leaves out what must not be seen, private bytes of providers too.
Document Mask(const Snapshot& snapshot);
// They hold the same, to the last byte.
bool Same(const Snapshot& a, const Snapshot& b);
// Something in it is a secret, or a fingerprint of one, or sensitive.
bool HoldsSecrets(const Snapshot& snapshot);

std::string ToText(const Document& document);
// InvalidArgument: no such document, or of a newer version, or with anything in it that
// would get lost. Denied: sealed, and `ask` gives none or another key.
Result<Document> DocumentFromText(const std::string& text, const AskKey& ask = {});

std::string Seal(const Document& document, const secrets::Keyring& keyring,
                 const value::Value& locked);

}  // namespace sprint::state
