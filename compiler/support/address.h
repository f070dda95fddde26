#pragma once

#include <string_view>

// Addresses of resources: names joined with dots, instances in brackets, `plant.rpi[0].space`.
namespace sprint {

// True when `address` is `prefix` or lies below it: `plant` covers `plant.rpi[0]` and not
// `plants`.
bool Covers(std::string_view prefix, std::string_view address);

// Names of letters, digits, `-` and `_`, none of them empty, and brackets that close; what
// is between brackets or quotes is anything but a line end.
bool IsAddress(std::string_view text);

}  // namespace sprint
