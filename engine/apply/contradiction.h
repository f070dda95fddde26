#pragma once

#include <string>

#include "providers/value/value.h"

namespace sprint::apply {

// Where `final` contradicts what was known of `planned`; "" if nowhere. What was unknown
// may have become anything.
std::string Contradiction(const value::Value& planned, const value::Value& final,
                          const std::string& path = "");

}  // namespace sprint::apply
