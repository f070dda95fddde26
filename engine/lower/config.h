#pragma once

#include <functional>
#include <set>
#include <string>

#include "compiler/ir/value.h"
#include "compiler/support/result.h"
#include "providers/value/value.h"

// A configuration whose references are not resolved yet, as plain data, so that a
// saved plan can hold it. Three objects with one member have a meaning of their own:
//   {"$ref": {"address": A, "path": P}}   attribute P ("a.b" goes inside) of resource A
//   {"$join": [pieces]}                   a text put together from its pieces
//   {"$secret": NAME}                     a secret; its text never enters a configuration,
//                                         see engine/secrets/guard.h
namespace sprint::lower {

// Quantities become numbers in base units. InvalidArgument for a user's record that
// looks like one of the three objects above.
Result<value::Value> ToConfig(const ir::Value& value);
Result<value::Value> ToConfig(const ir::Record& record);

// Attributes of a resource, or null when nothing is known of it yet.
using Lookup = std::function<const value::Value*(const std::string& address)>;
// References replaced by what `lookup` knows, Unknown where it knows nothing; secrets
// stay what they are.
value::Value Resolve(const value::Value& config, const Lookup& lookup);

// Every reference in `config`, in order.
using SeeReference = std::function<void(const std::string& address, const std::string& path)>;
void VisitReferences(const value::Value& config, const SeeReference& see);
// Every address that `config` refers to.
void CollectReferences(const value::Value& config, std::set<std::string>& addresses);
// True when `config` holds a secret.
bool HasSecret(const value::Value& config);

}  // namespace sprint::lower
