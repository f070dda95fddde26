#include "providers/host/error_class.h"

#include <array>
#include <cctype>

#include "providers/host/provider.h"

namespace sprint::host {

namespace {

struct Words {
  ErrorClass error_class;
  const char* text;  // lower case
};

// The first that occurs counts: quota before capacity, since "exceeded" is said of both,
// and both before what sounds passing.
constexpr std::array Known = {
    Words{ErrorClass::Quota, "quota"},
    Words{ErrorClass::Quota, "limitexceeded"},
    Words{ErrorClass::Quota, "limit exceeded"},
    Words{ErrorClass::Capacity, "insufficientinstancecapacity"},
    Words{ErrorClass::Capacity, "insufficient capacity"},
    Words{ErrorClass::Capacity, "no valid host"},
    Words{ErrorClass::Capacity, "zone_resource_pool_exhausted"},
    Words{ErrorClass::Capacity, "does not have enough resources"},
    Words{ErrorClass::Capacity, "allocationfailed"},
    Words{ErrorClass::Capacity, "skunotavailable"},
    Words{ErrorClass::Capacity, "out of capacity"},
    Words{ErrorClass::Capacity, "no capacity"},
    Words{ErrorClass::Auth, "unauthorized"},
    Words{ErrorClass::Auth, "unauthorised"},
    Words{ErrorClass::Auth, "authfailure"},
    Words{ErrorClass::Auth, "expiredtoken"},
    Words{ErrorClass::Auth, "token expired"},
    Words{ErrorClass::Auth, "accessdenied"},
    Words{ErrorClass::Auth, "access denied"},
    Words{ErrorClass::Auth, "permission denied"},
    Words{ErrorClass::Auth, "forbidden"},
    Words{ErrorClass::Auth, "invalid credentials"},
    Words{ErrorClass::Transient, "throttl"},
    Words{ErrorClass::Transient, "too many requests"},
    Words{ErrorClass::Transient, "service unavailable"},
    Words{ErrorClass::Transient, "temporarily unavailable"},
    Words{ErrorClass::Transient, "bad gateway"},
    Words{ErrorClass::Transient, "gateway timeout"},
    Words{ErrorClass::Transient, "connection refused"},
    Words{ErrorClass::Transient, "connection reset"},
    Words{ErrorClass::Transient, "timed out"},
    Words{ErrorClass::Transient, "try again"},
    Words{ErrorClass::Conflict, "dependencyviolation"},
    Words{ErrorClass::Conflict, "in use"},
    Words{ErrorClass::Conflict, "conflict"},
    Words{ErrorClass::NotFound, "not found"},
    Words{ErrorClass::NotFound, "notfound"},
    Words{ErrorClass::NotFound, "does not exist"},
    Words{ErrorClass::Invalid, "invalid"},
    Words{ErrorClass::Invalid, "malformed"},
    Words{ErrorClass::Invalid, "validation"},
    Words{ErrorClass::Invalid, "bad request"},
};

}  // namespace

const char* Name(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::None:
      return "other";
    case ErrorClass::Capacity:
      return "capacity";
    case ErrorClass::Quota:
      return "quota";
    case ErrorClass::Auth:
      return "auth";
    case ErrorClass::Invalid:
      return "invalid";
    case ErrorClass::Transient:
      return "transient";
    case ErrorClass::Conflict:
      return "conflict";
    case ErrorClass::NotFound:
      return "not-found";
  }
  return "other";
}

bool IsRetryable(ErrorClass error_class) {
  return error_class == ErrorClass::Transient || error_class == ErrorClass::Conflict;
}

ErrorClass ClassOf(const std::string& text) {
  std::string lower;
  for (const char c : text) {
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  // EC2 says of throttling what others say of quotas.
  if (lower.find("requestlimitexceeded") != std::string::npos) return ErrorClass::Transient;
  for (const Words& words : Known) {
    if (lower.find(words.text) != std::string::npos) return words.error_class;
  }
  return ErrorClass::None;
}

ErrorClass ClassOf(ErrorCode code, const std::string& text) {
  const ErrorClass said = ClassOf(text);
  if (said == ErrorClass::Capacity || said == ErrorClass::Quota) return said;
  switch (code) {
    case ErrorCode::InvalidArgument:
      return ErrorClass::Invalid;
    case ErrorCode::NotFound:
      return ErrorClass::NotFound;
    case ErrorCode::Conflict:
      return ErrorClass::Conflict;
    case ErrorCode::Unavailable:
    case ErrorCode::Timeout:
      return ErrorClass::Transient;
    case ErrorCode::Denied:
      return ErrorClass::Auth;
    case ErrorCode::Cancelled:
    case ErrorCode::Protocol:
    case ErrorCode::Internal:
      return ErrorClass::None;
  }
  return ErrorClass::None;
}

ErrorClass ClassOf(const std::vector<Message>& messages) {
  for (const Message& message : messages) {
    if (!message.error) continue;
    const ErrorClass said = message.error_class != ErrorClass::None
                                ? message.error_class
                                : ClassOf(message.summary + " " + message.detail);
    if (said != ErrorClass::None) return said;
  }
  return ErrorClass::None;
}

}  // namespace sprint::host
