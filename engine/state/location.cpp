#include "engine/state/location.h"

#include <cstdlib>

namespace sprint::state {
namespace {

Error Refused(const std::string& why) {
  return Error(ErrorCode::InvalidArgument,
               why +
                   "; a state lies at sqlite:PATH, etcd://HOST/PREFIX or "
                   "postgres://HOST/DATABASE");
}

std::string Decoded(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    char* end = nullptr;
    const std::string digits = text.substr(i + 1, 2);
    const long byte = std::strtol(digits.c_str(), &end, 16);
    if (text[i] == '%' && digits.size() == 2 && *end == '\0') {
      plain += static_cast<char>(byte);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// What is before the first `mark`; `rest` keeps what is behind it.
std::string TakeUntil(std::string& rest, char mark) {
  const size_t at = rest.find(mark);
  std::string part = rest.substr(0, at);
  rest = at == std::string::npos ? "" : rest.substr(at + 1);
  return part;
}

}  // namespace

bool Location::local() const {
  return host.empty() || host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<Location> ParseLocation(const std::string& url) {
  Location location;
  const size_t colon = url.find("://");
  if (colon == std::string::npos) {
    location.path = url.starts_with("sqlite:") ? url.substr(7) : url;
    if (location.path.empty()) return Refused("a state needs a place");
    return location;
  }
  const std::string scheme = url.substr(0, colon);
  if (scheme == "etcd") {
    location.kind = Location::Kind::Etcd;
  } else if (scheme == "postgres" || scheme == "postgresql") {
    location.kind = Location::Kind::Postgres;
  } else {
    return Refused("`" + scheme + "` is no place for states");
  }
  std::string options = url.substr(colon + 3);
  std::string path = TakeUntil(options, '?');
  std::string authority = TakeUntil(path, '/');
  if (const size_t at = authority.rfind('@'); at != std::string::npos) {
    location.user = Decoded(authority.substr(0, at));
    if (location.user.find(':') != std::string::npos) {
      return Error(ErrorCode::InvalidArgument,
                   "a password has no place in a URL: put it into SPRINT_STATE_PASSWORD");
    }
    authority = authority.substr(at + 1);
  }
  if (authority.starts_with('[')) {
    location.host = TakeUntil(authority = authority.substr(1), ']');
    (void)TakeUntil(authority, ':');
  } else {
    location.host = TakeUntil(authority, ':');
  }
  location.port = authority;
  location.path = Decoded(path);
  while (!options.empty()) {
    std::string value = TakeUntil(options, '&');
    const std::string name = TakeUntil(value, '=');
    if (name == "password") {
      return Error(ErrorCode::InvalidArgument,
                   "a password has no place in a URL: put it into SPRINT_STATE_PASSWORD");
    }
    location.options[name] = Decoded(value);
  }
  if (location.path.empty()) {
    return Refused(location.kind == Location::Kind::Etcd ? "the URL names no prefix"
                                                         : "the URL names no database");
  }
  return location;
}

}  // namespace sprint::state
