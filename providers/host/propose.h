#pragma once

#include "providers/value/value.h"

namespace sprint::host {

// What a provider is asked to plan: per attribute the configured value if there is
// one, else the prior value if the attribute is computed, else null. Null when
// `config` is null: the object is to go. `prior` is null on create.
value::Value ProposedNew(const value::Schema& schema, const value::Value& prior,
                         const value::Value& config);

}  // namespace sprint::host
