#include "providers/host/propose.h"

namespace sprint::host {

value::Value ProposedNew(const value::Schema& schema, const value::Value& prior,
                         const value::Value& config) {
  if (config.is_null()) return value::Value();
  value::Object proposed;
  for (const value::Attribute& attribute : schema.attributes) {
    const value::Value* member = config.Find(attribute.name);
    if (member == nullptr || member->is_null()) {
      member = attribute.computed ? prior.Find(attribute.name) : nullptr;
    }
    proposed.emplace(attribute.name, member == nullptr ? value::Value() : *member);
  }
  return proposed;
}

}  // namespace sprint::host
