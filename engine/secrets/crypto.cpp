#include "engine/secrets/crypto.h"

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstring>
#include <memory>

namespace sprint::secrets {
namespace {

constexpr int NonceSize = 12, TagSize = 16;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

}  // namespace

Key::Key(std::string_view bytes) {
  SPRINT_CHECK(bytes.size() == Size, "a key of another length");
  std::memcpy(bytes_.data(), bytes.data(), Size);
}

Key::~Key() { OPENSSL_cleanse(bytes_.data(), Size); }

Key Key::Random() {
  Key key;
  SPRINT_CHECK(RAND_bytes(key.bytes_.data(), Size) == 1, "no random numbers");
  return key;
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  SPRINT_CHECK(RAND_bytes(Bytes(bytes), static_cast<int>(count)) == 1, "no random numbers");
  return bytes;
}

std::string Seal(const Key& key, std::string_view plain, std::string_view bound_to) {
  std::string sealed = RandomBytes(NonceSize);
  sealed.resize(NonceSize + plain.size() + TagSize);
  unsigned char* out = Bytes(sealed);
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int count = 0;
  const bool good =
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), out) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &count, Bytes(bound_to),
                        static_cast<int>(bound_to.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), out + NonceSize, &count, Bytes(plain),
                        static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), out + NonceSize + count, &count) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, TagSize,
                          out + NonceSize + plain.size()) == 1;
  SPRINT_CHECK(good, "AES-256-GCM does not work");
  return sealed;
}

Result<std::string> Unseal(const Key& key, std::string_view sealed, std::string_view bound_to) {
  const Error wrong(ErrorCode::Protocol, "it was sealed with another key, or is damaged");
  if (sealed.size() < NonceSize + TagSize) return wrong;
  const size_t size = sealed.size() - NonceSize - TagSize;
  std::string plain(size, '\0');
  std::string tag(sealed.substr(NonceSize + size));
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int count = 0;
  const bool good =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), Bytes(sealed)) ==
          1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &count, Bytes(bound_to),
                        static_cast<int>(bound_to.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), Bytes(plain), &count, Bytes(sealed) + NonceSize,
                        static_cast<int>(size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, TagSize, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), Bytes(plain) + count, &count) == 1;
  if (good) return plain;
  Wipe(plain);
  return wrong;
}

std::string Hmac(const Key& key, std::string_view text) {
  std::string digest(32, '\0');
  unsigned int size = 0;
  SPRINT_CHECK(HMAC(EVP_sha256(), key.data(), Key::Size, Bytes(text), text.size(), Bytes(digest),
                    &size) != nullptr &&
                   size == digest.size(),
               "HMAC-SHA256 does not work");
  return digest;
}

Result<Key> Stretch(std::string_view passphrase, std::string_view salt, const Cost& cost) {
  std::string bytes(Key::Size, '\0');
  const int code =
      argon2id_hash_raw(cost.passes, cost.memory_kib, cost.lanes, passphrase.data(),
                        passphrase.size(), salt.data(), salt.size(), bytes.data(), bytes.size());
  if (code != ARGON2_OK) {
    return Error(code == ARGON2_MEMORY_ALLOCATION_ERROR || code == ARGON2_THREAD_FAIL
                     ? ErrorCode::Unavailable
                     : ErrorCode::InvalidArgument,
                 std::string("the passphrase cannot be stretched: ") + argon2_error_message(code));
  }
  const Key key(bytes);
  Wipe(bytes);
  return key;
}

std::string ToBase64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(Bytes(text), Bytes(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

Result<std::string> FromBase64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int size = text.size() % 4 != 0
                       ? -1
                       : EVP_DecodeBlock(Bytes(bytes), Bytes(text), static_cast<int>(text.size()));
  if (size < 0) return Error(ErrorCode::Protocol, "no base64 text");
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<size_t>(size) - padding);
  return bytes;
}

std::string ToHex(std::string_view bytes) {
  constexpr const char* Digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += Digits[static_cast<unsigned char>(c) >> 4];
    text += Digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

void Wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace sprint::secrets
