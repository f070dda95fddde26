#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/support/result.h"
#include "engine/secrets/keyring.h"

namespace sprint::state {

// xxHash64 of the key and the body.
uint64_t HashOf(std::string_view key, std::string_view body);

// Wraps the bytes of an entry so that damage shows:
//   'P' hash[8] body          in clear, with its hash (little endian)
//   'S' sealed                encrypted, see Keyring
// The entry's key and, when sealed, the state's lineage are part of what is checked:
// bytes moved to another key or state are refused. Where there is a keyring, entries in
// clear are refused too: nobody can make an encrypted state one in clear unseen.
class Envelope {
 public:
  Envelope() = default;
  Envelope(secrets::Keyring keyring, std::string lineage)
      : keyring_(std::move(keyring)), lineage_(std::move(lineage)) {}

  const secrets::Keyring* keyring() const { return keyring_ ? &*keyring_ : nullptr; }
  // While a state is being encrypted some entries are not yet.
  void set_allow_clear(bool allow) { allow_clear_ = allow; }

  std::string Wrap(std::string_view key, std::string_view body) const;
  // Protocol: damaged.
  Result<std::string> Unwrap(std::string_view key, std::string_view bytes) const;

 private:
  std::optional<secrets::Keyring> keyring_;
  std::string lineage_;
  bool allow_clear_ = false;
};

}  // namespace sprint::state
