#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/support/result.h"

namespace sprint::state {

// xxHash64 of the key and the body.
uint64_t HashOf(std::string_view key, std::string_view body);

// Wraps the bytes of an entry so that damage shows:
//   'P' hash[8] body          in clear, with its hash (little endian)
// The entry's key is part of what is checked: bytes moved to another key are refused.
class Envelope {
 public:
  std::string Wrap(std::string_view key, std::string_view body) const;
  // Protocol: damaged.
  Result<std::string> Unwrap(std::string_view key, std::string_view bytes) const;
};

}  // namespace sprint::state
