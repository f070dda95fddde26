#pragma once

#include <string>
#include <vector>

#include "providers/value/value.h"

// What the serving side decides for every provider, from the schema alone.
namespace sprint::sdk {

struct Objection {
  std::string attribute;  // "" for the whole resource
  std::string text;
};

// Required attributes have a value, computed ones that are not optional have none, and
// every known value has its attribute's type. Unknown passes everywhere.
std::vector<Objection> CheckConfig(const value::Schema& schema, const value::Value& config);

struct PlannedChange {
  value::Value planned;                       // null when the object is to go
  std::vector<std::string> requires_replace;  // in the schema's order
};
// `proposed` is the engine's merge of config and prior; null asks for deletion. A
// computed attribute without a configured value is unknown on create and when the
// object is replaced, and keeps its prior value on update.
PlannedChange PlanChange(const value::Schema& schema, const value::Value& prior,
                         const value::Value& proposed, const value::Value& config);

}  // namespace sprint::sdk
