#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/support/loc.h"
#include "compiler/support/quantity.h"

namespace sprint::ir {

class Value;

struct Null {};
// Known only after apply: `address` is the resource instance, `path` the attribute.
struct Later {
  std::string address;
  std::string path;
};
// Where a secret comes from; its text is never here.
struct SecretRef {
  std::string name;
};
// Already reported: accepted in silence everywhere.
struct Poison {};
using List = std::vector<Value>;
// In the order written.
using Record = std::vector<std::pair<std::string, Value>>;
// A text with pieces that are not known yet: joined once they are.
struct Join {
  std::vector<Value> pieces;
};
// A declaration by its full name: `edge.RaspberryPi4`, `plant`, `Blur`.
struct Ref {
  std::string kind;  // "node", "zone", "component", "host", "data", "enum"…
  std::string name;
};

// A value of the language. Numbers are quantities without a dimension.
class Value {
 public:
  using Data = std::variant<Null, bool, Quantity, std::string, List, Record, Ref, Later, SecretRef,
                            Join, Poison>;
  Value() = default;
  Value(bool b) : data(b) {}
  Value(double n) : data(Quantity{n, {}, "", ""}) {}
  Value(Quantity q) : data(std::move(q)) {}
  Value(std::string t) : data(std::move(t)) {}
  Value(const char* t) : data(std::string(t)) {}
  Value(List l) : data(std::move(l)) {}
  Value(Record r) : data(std::move(r)) {}
  Value(Ref r) : data(std::move(r)) {}
  Value(Later l) : data(std::move(l)) {}
  Value(SecretRef s) : data(std::move(s)) {}
  Value(Join j) : data(std::move(j)) {}
  Value(Poison p) : data(p) {}

  template <typename T>
  const T* As() const {
    return std::get_if<T>(&data);
  }
  bool is_null() const { return std::holds_alternative<Null>(data); }
  // Field of a record; null when it has none or this is no record.
  const Value* Find(const std::string& name) const {
    const auto* record = As<Record>();
    if (!record) return nullptr;
    for (const auto& [key, value] : *record) {
      if (key == name) return &value;
    }
    return nullptr;
  }

  Data data;
};

// Readable one-line text, as the user would write it.
std::string Show(const Value& value);

}  // namespace sprint::ir
