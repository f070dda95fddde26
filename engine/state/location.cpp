#include "engine/state/location.h"

namespace sprint::state {

Result<Location> ParseLocation(const std::string& url) {
  Location location;
  const size_t colon = url.find(':');
  const std::string scheme = colon == std::string::npos ? "" : url.substr(0, colon);
  location.path = scheme == "sqlite" ? url.substr(colon + 1) : url;
  if (location.path.empty()) {
    return Error(ErrorCode::InvalidArgument, "a state needs a place: sqlite:PATH");
  }
  return location;
}

}  // namespace sprint::state
