#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/support/result.h"

// Values as providers see them: what crosses the plugin wire, what the state keeps.
// One JSON-like model; objects and maps are one thing here, since the schema of the
// resource says which it is on the wire.
namespace sprint::value {

class Value;
using List = std::vector<Value>;
// Ordered by key, so that two equal objects have equal bytes.
using Object = std::map<std::string, Value>;

struct Null {
  friend bool operator==(const Null&, const Null&) = default;
};
// Known only after apply (extension type 0 on the wire).
struct Unknown {
  friend bool operator==(const Unknown&, const Unknown&) = default;
};

class Value {
 public:
  using Data = std::variant<Null, Unknown, bool, int64_t, double, std::string, List, Object>;

  Value() = default;
  Value(bool b) : data(b) {}
  Value(int64_t n) : data(n) {}
  Value(int n) : data(static_cast<int64_t>(n)) {}
  // Integral doubles become integers, so that 2 and 2.0 are equal.
  Value(double n);
  Value(std::string t) : data(std::move(t)) {}
  Value(const char* t) : data(std::string(t)) {}
  Value(List l) : data(std::move(l)) {}
  Value(Object o) : data(std::move(o)) {}
  Value(Unknown u) : data(u) {}

  template <typename T>
  const T* As() const {
    return std::get_if<T>(&data);
  }
  template <typename T>
  T* As() {
    return std::get_if<T>(&data);
  }
  bool is_null() const { return data.index() == 0; }
  bool is_unknown() const { return data.index() == 1; }
  // True when this or anything inside is unknown.
  bool HasUnknown() const;
  // Member of an object; null when it has none or this is no object.
  const Value* Find(const std::string& key) const;

  // Convenience for readers: the member as a number / text, or the default.
  double Number(const std::string& key, double otherwise = 0) const;
  // Without its fraction; the nearest that there is where it is too large, and `otherwise` where
  // it is NaN: whoever has written it, no conversion is undefined.
  int64_t Whole(const std::string& key, int64_t otherwise = 0) const;
  std::string Text(const std::string& key, const std::string& otherwise = "") const;

  friend bool operator==(const Value& a, const Value& b) { return a.data == b.data; }

  Data data;
};

// Deterministic JSON (keys sorted, shortest numbers). Unknown is {"$unknown":true}.
std::string ToJson(const Value& value, bool pretty = false);
// InvalidArgument with the byte offset when `text` is no JSON, or deeper than 200.
Result<Value> FromJson(const std::string& text);

// A type constraint of the plugin protocol, JSON form: "string" "number" "bool"
// "dynamic" ["list",T] ["set",T] ["map",T] ["object",{name:T}] ["tuple",[T]].
struct Type {
  enum class Kind { String, Number, Bool, Dynamic, List, Set, Map, Object, Tuple };
  Kind kind = Kind::Dynamic;
  std::shared_ptr<const Type> element{};  // List, Set, Map
  std::map<std::string, Type> fields{};   // Object
  std::vector<Type> items{};              // Tuple
};
std::string TypeToJson(const Type& type);
Result<Type> TypeFromJson(const std::string& text);

// MessagePack as the plugin protocol wants it: integers that fit int64 as int, other
// numbers as float64; unknown as extension 0 (d4 00 00); an object carries exactly
// the attributes of its type, null when `value` lacks one. Any extension reads as
// unknown. Source: object wire format of the plugin protocol.
std::string ToMsgpack(const Value& value, const Type& type);
Result<Value> FromMsgpack(const std::string& bytes);

// One attribute of a resource, or of a provider's configuration.
struct Attribute {
  std::string name;
  Type type;
  std::string description{};
  bool required = false, optional = false, computed = false, sensitive = false;
  // A change makes a new object. (On the wire the provider says so per plan.)
  bool forces_new = false;
};
struct Schema {
  int64_t version = 0;
  std::vector<Attribute> attributes;
  // The object type implied by the attributes.
  Type ImpliedType() const;
  const Attribute* Find(const std::string& name) const;
};

}  // namespace sprint::value
