#include "engine/state/envelope.h"

#include <llvm/Support/xxhash.h>

namespace sprint::state {
namespace {

constexpr char Plain = 'P', Sealed = 'S';
constexpr size_t HashSize = 8;

std::string Bytes(uint64_t number) {
  std::string bytes;
  for (size_t i = 0; i < HashSize; ++i) bytes += static_cast<char>((number >> (8 * i)) & 0xff);
  return bytes;
}

}  // namespace

uint64_t HashOf(std::string_view key, std::string_view body) {
  std::string both;
  both.reserve(key.size() + 1 + body.size());
  both.append(key).append(1, '\0').append(body);
  return llvm::xxHash64(both);
}

std::string Envelope::Wrap(std::string_view key, std::string_view body) const {
  if (keyring_) return Sealed + keyring_->Seal(body, lineage_ + '\0' + std::string(key));
  std::string bytes(1, Plain);
  bytes += Bytes(HashOf(key, body));
  bytes += body;
  return bytes;
}

Result<std::string> Envelope::Unwrap(std::string_view key, std::string_view bytes) const {
  if (keyring_ && !bytes.empty() && bytes[0] == Sealed) {
    auto body = keyring_->Unseal(bytes.substr(1), lineage_ + '\0' + std::string(key));
    if (body.ok()) return body;
    return Error(ErrorCode::Protocol,
                 "the state is damaged: `" + std::string(key) + "`: " + body.error().message());
  }
  if (!keyring_ && !bytes.empty() && bytes[0] == Sealed) {
    return Error(ErrorCode::Conflict, "the state was encrypted since it was opened: try again");
  }
  if (keyring_ && !allow_clear_) {
    return Error(ErrorCode::Protocol, "the state is damaged: `" + std::string(key) +
                                          "` is in clear where all is encrypted");
  }
  if (bytes.size() > HashSize && bytes[0] == Plain) {
    const std::string_view body = bytes.substr(1 + HashSize);
    if (bytes.substr(1, HashSize) == Bytes(HashOf(key, body))) return std::string(body);
  }
  return Error(ErrorCode::Protocol,
               "the state is damaged: `" + std::string(key) + "` is not what was written there");
}

}  // namespace sprint::state
