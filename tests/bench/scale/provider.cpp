#include "tests/bench/scale/provider.h"

#include <memory>

namespace sprint::bench {

ThingProvider::ThingProvider() {
  value::Type text, number, flag, map;
  text.kind = value::Type::Kind::String;
  number.kind = value::Type::Kind::Number;
  flag.kind = value::Type::Kind::Bool;
  map.kind = value::Type::Kind::Map;
  map.element = std::make_shared<const value::Type>(text);
  resources_["bench_thing"].attributes = {
      {.name = "name", .type = text, .required = true, .forces_new = true},
      {.name = "zone", .type = text, .optional = true, .forces_new = true},
      {.name = "size", .type = number, .optional = true},
      {.name = "memory", .type = number, .optional = true},
      {.name = "enabled", .type = flag, .optional = true},
      {.name = "labels", .type = map, .optional = true},
      {.name = "up", .type = text, .optional = true},
      {.name = "id", .type = text, .computed = true},
      {.name = "address", .type = text, .computed = true},
  };
  resources_["bench_proxy"].attributes = {
      {.name = "name", .type = text, .required = true},
      {.name = "component", .type = text, .required = true},
      {.name = "url", .type = text, .required = true},
      {.name = "id", .type = text, .computed = true},
      {.name = "address", .type = text, .computed = true},
  };
}

Result<value::Value> ThingProvider::Read(const std::string&, const value::Value& current) {
  return current;
}

Result<value::Value> ThingProvider::Apply(const std::string&, const value::Value& prior,
                                          const value::Value& wanted) {
  if (wanted.is_null()) return value::Value();
  value::Value made = wanted;
  value::Object& fields = *made.As<value::Object>();
  const std::string id = "thing-" + wanted.Text("name");
  fields["id"] = prior.is_null() ? id : prior.Text("id", id);
  fields["address"] = id + ".example";
  return made;
}

}  // namespace sprint::bench
