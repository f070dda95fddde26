#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sprint::measure {

// The program's text with the time of its line
//   measured COMPONENT on KIND = ... ms
// replaced by `milliseconds`; everything else, spaces and comments too, stays.
// Nothing if there is no such line.
std::optional<std::string> SetMeasured(std::string_view program, std::string_view component,
                                       std::string_view kind, long milliseconds);

}  // namespace sprint::measure
