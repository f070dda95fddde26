#include "providers/value/value.h"

namespace sprint::value {
namespace {

Value ToValue(const Type& type) {
  switch (type.kind) {
    case Type::Kind::String:
      return "string";
    case Type::Kind::Number:
      return "number";
    case Type::Kind::Bool:
      return "bool";
    case Type::Kind::Dynamic:
      return "dynamic";
    case Type::Kind::List:
      return List{"list", ToValue(*type.element)};
    case Type::Kind::Set:
      return List{"set", ToValue(*type.element)};
    case Type::Kind::Map:
      return List{"map", ToValue(*type.element)};
    case Type::Kind::Object: {
      Object fields;
      for (const auto& [name, field] : type.fields) fields.emplace(name, ToValue(field));
      return List{"object", std::move(fields)};
    }
    case Type::Kind::Tuple: {
      List items;
      for (const Type& item : type.items) items.push_back(ToValue(item));
      return List{"tuple", std::move(items)};
    }
  }
  SPRINT_UNREACHABLE("kind of type");
}

Error NoType(const Value& value) {
  return Error(ErrorCode::InvalidArgument, "no type constraint: " + ToJson(value));
}

Result<Type> FromValue(const Value& value) {
  Type type;
  if (const std::string* name = value.As<std::string>()) {
    if (*name == "string") {
      type.kind = Type::Kind::String;
    } else if (*name == "number") {
      type.kind = Type::Kind::Number;
    } else if (*name == "bool") {
      type.kind = Type::Kind::Bool;
    } else if (*name == "dynamic") {
      type.kind = Type::Kind::Dynamic;
    } else {
      return NoType(value);
    }
    return type;
  }
  const List* parts = value.As<List>();
  if (parts == nullptr || parts->size() < 2 || !(*parts)[0].As<std::string>()) return NoType(value);
  const std::string& name = *(*parts)[0].As<std::string>();
  const Value& argument = (*parts)[1];
  // An object may have a third part, the names that may be left out.
  if (parts->size() > (name == "object" ? 3u : 2u)) return NoType(value);
  if (name == "list" || name == "set" || name == "map") {
    type.kind = name == "list"  ? Type::Kind::List
                : name == "set" ? Type::Kind::Set
                                : Type::Kind::Map;
    SPRINT_ASSIGN_OR_RETURN(Type element, FromValue(argument));
    type.element = std::make_shared<const Type>(std::move(element));
  } else if (name == "object" && argument.As<Object>()) {
    type.kind = Type::Kind::Object;
    for (const auto& [key, field] : *argument.As<Object>()) {
      SPRINT_ASSIGN_OR_RETURN(type.fields[key], FromValue(field));
    }
  } else if (name == "tuple" && argument.As<List>()) {
    type.kind = Type::Kind::Tuple;
    for (const Value& item : *argument.As<List>()) {
      SPRINT_ASSIGN_OR_RETURN(Type element, FromValue(item));
      type.items.push_back(std::move(element));
    }
  } else {
    return NoType(value);
  }
  return type;
}

}  // namespace

std::string TypeToJson(const Type& type) { return ToJson(ToValue(type)); }

Result<Type> TypeFromJson(const std::string& text) {
  SPRINT_ASSIGN_OR_RETURN(Value value, FromJson(text));
  return FromValue(value);
}

}  // namespace sprint::value
