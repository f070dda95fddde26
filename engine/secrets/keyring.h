#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/support/result.h"
#include "engine/secrets/crypto.h"
#include "providers/value/value.h"

namespace sprint::secrets {

// The keys of one state: what encrypts it, and what makes fingerprints of secrets. They
// are random and lie beside the state, sealed by a key that people keep elsewhere: so
// that can change without writing everything anew.
class Keyring {
 public:
  // New keys.
  static Keyring Make();

  // {"kdf": {"name": "argon2id", "salt", "passes", "memory_kib", "lanes"}, "sealed": base64},
  // or {"name": "none"} for a key of MakeKeyFile, which needs no stretching.
  Result<value::Value> Lock(const std::string& passphrase) const;
  // Denied: another passphrase. Protocol: damaged.
  static Result<Keyring> Unlock(const value::Value& document, const std::string& passphrase);

  // The key's number in 4 bytes, then crypto.h's Seal with the newest key.
  std::string Seal(std::string_view plain, std::string_view bound_to) const;
  Result<std::string> Unseal(std::string_view sealed, std::string_view bound_to) const;

  // 32 hexadecimal digits that are the same for the same secret of the same name and tell
  // nothing to who has not this keyring.
  std::string Fingerprint(const std::string& name, std::string_view text) const;

  // A new key for what is sealed from now on; the old ones still open.
  void AddKey();
  void DropOldKeys();

 private:
  struct Numbered {
    uint32_t number;
    Key key;
  };
  std::vector<Numbered> keys_;  // the newest last
  Key fingerprints_;
};

// The text of a key file with 256 random bits: "sprint-key-1:" and base64.
std::string MakeKeyText();

}  // namespace sprint::secrets
