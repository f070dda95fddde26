#include "engine/lower/config.h"

#include <utility>

namespace sprint::lower {

namespace {

value::Value Tagged(const char* tag, value::Value inside) {
  value::Object object;
  object[tag] = std::move(inside);
  return object;
}

// The inside of {"tag": inside}, or null.
const value::Value* Inside(const value::Value& config, const char* tag) {
  const auto* object = config.As<value::Object>();
  return object && object->size() == 1 ? config.Find(tag) : nullptr;
}

std::string AsText(const value::Value& value) {
  if (const auto* text = value.As<std::string>()) return *text;
  if (const auto* number = value.As<double>()) return FormatNumber(*number, 15);
  return value::ToJson(value);
}

Result<value::List> ToConfigs(const std::vector<ir::Value>& values) {
  value::List list;
  for (const ir::Value& item : values) {
    SPRINT_ASSIGN_OR_RETURN(value::Value converted, ToConfig(item));
    list.push_back(std::move(converted));
  }
  return list;
}

value::Value Joined(const value::List& pieces) {
  std::string text;
  bool secret = false;
  for (const value::Value& piece : pieces) {
    if (piece.HasUnknown()) return value::Unknown{};
    secret = secret || HasSecret(piece);
    text += AsText(piece);
  }
  // It is put together where the secret is known.
  return secret ? Tagged("$join", value::Value(pieces)) : value::Value(std::move(text));
}

value::Value Follow(const value::Value* value, const std::string& path) {
  size_t begin = 0;
  while (value && begin < path.size()) {
    if (value->is_unknown()) return value::Unknown{};
    const size_t dot = std::min(path.find('.', begin), path.size());
    value = value->Find(path.substr(begin, dot - begin));
    begin = dot + 1;
  }
  return value ? *value : value::Value();
}

}  // namespace

Result<value::Value> ToConfig(const ir::Value& value) {
  if (const auto* flag = value.As<bool>()) return value::Value(*flag);
  if (const auto* quantity = value.As<Quantity>()) return value::Value(quantity->value);
  if (const auto* text = value.As<std::string>()) return value::Value(*text);
  if (const auto* ref = value.As<ir::Ref>()) return value::Value(ref->name);
  if (const auto* secret = value.As<ir::SecretRef>()) {
    return Tagged("$secret", value::Value(secret->name));
  }
  if (const auto* later = value.As<ir::Later>()) {
    value::Object inside;
    inside["address"] = value::Value(later->address);
    inside["path"] = value::Value(later->path);
    return Tagged("$ref", std::move(inside));
  }
  if (const auto* list = value.As<ir::List>()) {
    SPRINT_ASSIGN_OR_RETURN(value::List items, ToConfigs(*list));
    return value::Value(std::move(items));
  }
  if (const auto* join = value.As<ir::Join>()) {
    SPRINT_ASSIGN_OR_RETURN(value::List pieces, ToConfigs(join->pieces));
    value::Value tagged = Tagged("$join", value::Value(std::move(pieces)));
    std::set<std::string> addresses;
    CollectReferences(tagged, addresses);
    if (addresses.empty() && !HasSecret(tagged)) return Resolve(tagged, {});
    return tagged;
  }
  if (const auto* record = value.As<ir::Record>()) return ToConfig(*record);
  return value::Value();
}

Result<value::Value> ToConfig(const ir::Record& record) {
  value::Object object;
  for (const auto& [key, field] : record) {
    if (record.size() == 1 && (key == "$ref" || key == "$join" || key == "$secret")) {
      return Error(ErrorCode::InvalidArgument, "`" + key + "` is a reserved name of a field");
    }
    SPRINT_ASSIGN_OR_RETURN(object[key], ToConfig(field));
  }
  return value::Value(std::move(object));
}

value::Value Resolve(const value::Value& config, const Lookup& lookup) {
  if (Inside(config, "$secret")) return config;
  if (const value::Value* ref = Inside(config, "$ref")) {
    const value::Value* known = lookup ? lookup(ref->Text("address")) : nullptr;
    if (!known || known->is_unknown()) return value::Unknown{};
    return Follow(known, ref->Text("path"));
  }
  const value::Value* join = Inside(config, "$join");
  const value::Value& subject = join ? *join : config;
  if (const auto* list = subject.As<value::List>()) {
    value::List items;
    for (const value::Value& item : *list) items.push_back(Resolve(item, lookup));
    return join ? Joined(items) : value::Value(std::move(items));
  }
  if (const auto* object = config.As<value::Object>()) {
    value::Object fields;
    for (const auto& [key, field] : *object) fields[key] = Resolve(field, lookup);
    return fields;
  }
  return config;
}

void VisitReferences(const value::Value& config, const SeeReference& see) {
  if (const value::Value* ref = Inside(config, "$ref")) {
    see(ref->Text("address"), ref->Text("path"));
    return;
  }
  if (const auto* list = config.As<value::List>()) {
    for (const value::Value& item : *list) VisitReferences(item, see);
  }
  if (const auto* object = config.As<value::Object>()) {
    for (const auto& [key, field] : *object) VisitReferences(field, see);
  }
}

void CollectReferences(const value::Value& config, std::set<std::string>& addresses) {
  VisitReferences(config, [&addresses](const std::string& address, const std::string&) {
    addresses.insert(address);
  });
}

bool HasSecret(const value::Value& config) {
  if (Inside(config, "$secret")) return true;
  if (const auto* list = config.As<value::List>()) {
    for (const value::Value& item : *list) {
      if (HasSecret(item)) return true;
    }
  }
  if (const auto* object = config.As<value::Object>()) {
    for (const auto& [key, field] : *object) {
      if (HasSecret(field)) return true;
    }
  }
  return false;
}

}  // namespace sprint::lower
