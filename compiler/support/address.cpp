#include "compiler/support/address.h"

#include <cctype>

namespace sprint {

bool Covers(std::string_view prefix, std::string_view address) {
  if (!address.starts_with(prefix)) return false;
  if (address.size() == prefix.size()) return true;
  return address[prefix.size()] == '.' || address[prefix.size()] == '[';
}

bool IsAddress(std::string_view text) {
  size_t at = 0;
  const auto skip_name = [&] {
    const size_t begin = at;
    while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 ||
                                text[at] == '-' || text[at] == '_')) {
      ++at;
    }
    return at > begin;
  };
  const auto skip_index = [&] {
    bool quoted = false;
    const size_t begin = ++at;
    for (; at < text.size() && (quoted || text[at] != ']'); ++at) {
      if (static_cast<unsigned char>(text[at]) < ' ') return false;
      if (quoted && text[at] == '\\')
        ++at;
      else if (text[at] == '"')
        quoted = !quoted;
    }
    const bool closed = at < text.size() && at > begin;
    ++at;
    return closed;
  };
  while (true) {
    if (!skip_name()) return false;
    while (at < text.size() && text[at] == '[') {
      if (!skip_index()) return false;
    }
    if (at == text.size()) return true;
    if (text[at++] != '.') return false;
  }
}

}  // namespace sprint
