#include "engine/secrets/keyring.h"

#include <utility>

namespace sprint::secrets {
namespace {

constexpr std::string_view KeyTextPrefix = "sprint-key-1:";
constexpr std::string_view Bound = "sprint keyring";
constexpr size_t NumberSize = 4;
// Bounds of what a damaged or hostile document may ask of us.
constexpr double MaxPasses = 64, MaxMemoryKib = 4 * 1024 * 1024, MaxLanes = 64;

std::string Bytes(uint32_t number) {
  std::string bytes;
  for (size_t i = 0; i < NumberSize; ++i) bytes += static_cast<char>((number >> (8 * i)) & 0xff);
  return bytes;
}

Error Damaged() { return Error(ErrorCode::Protocol, "the state's keyring is damaged"); }

// The key that seals the keyring.
Result<Key> Outer(const value::Value& kdf, const std::string& passphrase) {
  if (kdf.Text("name") == "none") {
    if (!passphrase.starts_with(KeyTextPrefix)) {
      return Error(ErrorCode::Denied, "the state is encrypted with a key file, not a passphrase");
    }
    SPRINT_ASSIGN_OR_RETURN(std::string bytes,
                            FromBase64(std::string_view(passphrase).substr(KeyTextPrefix.size())));
    if (bytes.size() != Key::Size) return Error(ErrorCode::Denied, "this is no key of sprint");
    const Key key(bytes);
    Wipe(bytes);
    return key;
  }
  const double passes = kdf.Number("passes"), memory = kdf.Number("memory_kib"),
               lanes = kdf.Number("lanes");
  if (kdf.Text("name") != "argon2id" || !(passes >= 1 && passes <= MaxPasses) ||
      !(memory >= 8 && memory <= MaxMemoryKib) || !(lanes >= 1 && lanes <= MaxLanes)) {
    return Damaged();
  }
  SPRINT_ASSIGN_OR_RETURN(const std::string salt, FromBase64(kdf.Text("salt")));
  return Stretch(
      passphrase, salt,
      {static_cast<uint32_t>(passes), static_cast<uint32_t>(memory), static_cast<uint32_t>(lanes)});
}

}  // namespace

std::string MakeKeyText() {
  std::string bytes = RandomBytes(Key::Size);
  std::string text = std::string(KeyTextPrefix) + ToBase64(bytes);
  Wipe(bytes);
  return text;
}

Keyring Keyring::Make() {
  Keyring ring;
  ring.AddKey();
  ring.fingerprints_ = Key::Random();
  return ring;
}

void Keyring::AddKey() {
  keys_.push_back({keys_.empty() ? 1 : keys_.back().number + 1, Key::Random()});
}

void Keyring::DropOldKeys() { keys_.erase(keys_.begin(), keys_.end() - 1); }

Result<value::Value> Keyring::Lock(const std::string& passphrase) const {
  value::Object kdf{{"name", "none"}};
  if (!passphrase.starts_with(KeyTextPrefix)) {
    const Cost cost;
    kdf = {{"name", "argon2id"},
           {"salt", ToBase64(RandomBytes(16))},
           {"passes", static_cast<int64_t>(cost.passes)},
           {"memory_kib", static_cast<int64_t>(cost.memory_kib)},
           {"lanes", static_cast<int64_t>(cost.lanes)}};
  }
  const value::Value asked = kdf;
  SPRINT_ASSIGN_OR_RETURN(const Key outer, Outer(asked, passphrase));
  // 32 bytes of fingerprint key, then number and key of each.
  std::string plain(fingerprints_.view());
  for (const Numbered& numbered : keys_)
    plain.append(Bytes(numbered.number)).append(numbered.key.view());
  value::Value document = value::Object{{"kdf", std::move(kdf)},
                                        {"sealed", ToBase64(secrets::Seal(outer, plain, Bound))}};
  Wipe(plain);
  return document;
}

Result<Keyring> Keyring::Unlock(const value::Value& document, const std::string& passphrase) {
  const value::Value* kdf = document.Find("kdf");
  if (!kdf) return Damaged();
  SPRINT_ASSIGN_OR_RETURN(const Key outer, Outer(*kdf, passphrase));
  SPRINT_ASSIGN_OR_RETURN(const std::string sealed, FromBase64(document.Text("sealed")));
  auto plain = secrets::Unseal(outer, sealed, Bound);
  if (!plain.ok()) {
    return Error(ErrorCode::Denied, "this key does not open the state (or its keyring is damaged)");
  }
  constexpr size_t Each = NumberSize + Key::Size;
  if (plain->size() < Key::Size + Each || (plain->size() - Key::Size) % Each != 0) return Damaged();
  Keyring ring;
  ring.fingerprints_ = Key(std::string_view(*plain).substr(0, Key::Size));
  for (size_t at = Key::Size; at < plain->size(); at += Each) {
    uint32_t number = 0;
    for (size_t i = 0; i < NumberSize; ++i) {
      number |= static_cast<uint32_t>(static_cast<unsigned char>((*plain)[at + i])) << (8 * i);
    }
    ring.keys_.push_back(
        {number, Key(std::string_view(*plain).substr(at + NumberSize, Key::Size))});
  }
  Wipe(*plain);
  return ring;
}

std::string Keyring::Seal(std::string_view plain, std::string_view bound_to) const {
  const Numbered& newest = keys_.back();
  return Bytes(newest.number) + secrets::Seal(newest.key, plain, bound_to);
}

Result<std::string> Keyring::Unseal(std::string_view sealed, std::string_view bound_to) const {
  for (const Numbered& numbered : keys_) {
    if (sealed.substr(0, NumberSize) != Bytes(numbered.number)) continue;
    return secrets::Unseal(numbered.key, sealed.substr(NumberSize), bound_to);
  }
  return Error(ErrorCode::Protocol, "it was sealed with a key that is no longer there");
}

std::string Keyring::Fingerprint(const std::string& name, std::string_view text) const {
  // 128 bits: far more than there are secrets, and short to read.
  return ToHex(Hmac(fingerprints_, name + '\0' + std::string(text)).substr(0, 16));
}

}  // namespace sprint::secrets
