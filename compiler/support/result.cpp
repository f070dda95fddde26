#include "compiler/support/result.h"

namespace sprint {

const char* Name(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return "invalid-argument";
    case ErrorCode::NotFound:
      return "not-found";
    case ErrorCode::Conflict:
      return "conflict";
    case ErrorCode::Unavailable:
      return "unavailable";
    case ErrorCode::Timeout:
      return "timeout";
    case ErrorCode::Cancelled:
      return "cancelled";
    case ErrorCode::Denied:
      return "denied";
    case ErrorCode::Protocol:
      return "protocol";
    case ErrorCode::Internal:
      return "internal";
  }
  SPRINT_UNREACHABLE("error code out of range");
}

std::string Error::ToString() const {
  std::string text = message_;
  for (const std::string& frame : frames_) text += "; while " + frame;
  return text;
}

}  // namespace sprint
