#pragma once

#include <array>
#include <string>
#include <string_view>

#include "compiler/support/result.h"

// The few cryptographic operations of the engine, over OpenSSL and libargon2.
namespace sprint::secrets {

// 256 bits, wiped when they go.
class Key {
 public:
  static constexpr size_t Size = 32;
  Key() = default;
  // `bytes` must be Size long.
  explicit Key(std::string_view bytes);
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key();

  static Key Random();
  const unsigned char* data() const { return bytes_.data(); }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), Size}; }

 private:
  std::array<unsigned char, Size> bytes_{};
};

// From the operating system's generator; never fails (SPRINT_CHECK).
std::string RandomBytes(size_t count);

// AES-256-GCM with a random 96-bit nonce: nonce, ciphertext, 128-bit tag. One key is good
// for 2^32 messages (NIST SP 800-38D, 8.3). `bound_to` is authenticated with it and must
// be the same when opening: a sealed text cannot be moved to another place.
std::string Seal(const Key& key, std::string_view plain, std::string_view bound_to);
// Protocol: another key, or not one bit as it was.
Result<std::string> Unseal(const Key& key, std::string_view sealed, std::string_view bound_to);

// HMAC-SHA256, 32 bytes.
std::string Hmac(const Key& key, std::string_view text);

// Work that a guess costs. The default is the second recommended option of RFC 9106 (4).
struct Cost {
  uint32_t passes = 3, memory_kib = 64 * 1024, lanes = 4;
};
// Argon2id. Unavailable: not enough memory. InvalidArgument: a cost out of bounds.
Result<Key> Stretch(std::string_view passphrase, std::string_view salt, const Cost& cost);

std::string ToBase64(std::string_view bytes);
Result<std::string> FromBase64(std::string_view text);
std::string ToHex(std::string_view bytes);

// Overwrites the bytes of `text`, then empties it.
void Wipe(std::string& text);

}  // namespace sprint::secrets
