#include "providers/value/value.h"

#include <cmath>
#include <limits>

namespace sprint::value {

Value::Value(double n) : data(n) {
  // Both bounds are exact doubles; 2^63 itself does not fit.
  constexpr double kLimit = 9223372036854775808.0;
  if (n >= -kLimit && n < kLimit && std::trunc(n) == n) data = static_cast<int64_t>(n);
}

bool Value::HasUnknown() const {
  if (is_unknown()) return true;
  if (const List* list = As<List>()) {
    for (const Value& item : *list) {
      if (item.HasUnknown()) return true;
    }
  }
  if (const Object* object = As<Object>()) {
    for (const auto& [key, item] : *object) {
      if (item.HasUnknown()) return true;
    }
  }
  return false;
}

const Value* Value::Find(const std::string& key) const {
  const Object* object = As<Object>();
  if (object == nullptr) return nullptr;
  auto it = object->find(key);
  return it == object->end() ? nullptr : &it->second;
}

double Value::Number(const std::string& key, double otherwise) const {
  const Value* member = Find(key);
  if (member == nullptr) return otherwise;
  if (const int64_t* n = member->As<int64_t>()) return static_cast<double>(*n);
  if (const double* n = member->As<double>()) return *n;
  return otherwise;
}

int64_t Value::Whole(const std::string& key, int64_t otherwise) const {
  const Value* member = Find(key);
  if (member == nullptr) return otherwise;
  if (const int64_t* n = member->As<int64_t>()) return *n;
  const double* n = member->As<double>();
  if (n == nullptr || std::isnan(*n)) return otherwise;
  constexpr double Beyond = 0x1p63;
  if (*n >= Beyond) return std::numeric_limits<int64_t>::max();
  return *n <= -Beyond ? std::numeric_limits<int64_t>::min() : static_cast<int64_t>(*n);
}

std::string Value::Text(const std::string& key, const std::string& otherwise) const {
  const Value* member = Find(key);
  const std::string* text = member == nullptr ? nullptr : member->As<std::string>();
  return text == nullptr ? otherwise : *text;
}

Type Schema::ImpliedType() const {
  Type type;
  type.kind = Type::Kind::Object;
  for (const Attribute& attribute : attributes) type.fields.emplace(attribute.name, attribute.type);
  return type;
}

const Attribute* Schema::Find(const std::string& name) const {
  for (const Attribute& attribute : attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

}  // namespace sprint::value
