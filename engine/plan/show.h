#pragma once

#include <string>

#include "providers/value/value.h"

// Values and what becomes of them, as people read them in a plan.
namespace sprint::plan {

// How one attribute is shown.
struct Showing {
  std::string unit{};      // the number is a quantity in base units; shown in this one
  bool sensitive = false;  // never shown
  bool forcing = false;    // marked as what forces a replacement
  int phase = -1;          // after which it is known, if it is not; below 0: not said
};

// One line as the language writes it, at most about `width` characters: what is longer
// is folded, and says how much there is. Linear in `width`, not in the value.
std::string ShowValue(const value::Value& value, size_t width = 72);

// The lines `name = value` of an attribute that is new, each with `indent` spaces.
std::string ShowNew(const std::string& name, const value::Value& value, const Showing& how,
                    size_t indent);
// `name = before -> after`; of maps, lists and texts only what differs. Linear in the
// size of both: of lists, what they have in common at both ends is passed over and the
// rest counts as changed.
std::string ShowChange(const std::string& name, const value::Value& before,
                       const value::Value& after, const Showing& how, size_t indent);

}  // namespace sprint::plan
