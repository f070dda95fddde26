#include "providers/sdk/plan.h"

namespace sprint::sdk {
namespace {

const value::Value& Member(const value::Value& object, const std::string& name) {
  static const value::Value kNull;
  const value::Value* member = object.Find(name);
  return member == nullptr ? kNull : *member;
}

// What is wrong with `value` as a `type`; empty when nothing is.
std::string Mismatch(const value::Value& value, const value::Type& type) {
  using Kind = value::Type::Kind;
  if (value.is_null() || value.is_unknown()) return "";
  switch (type.kind) {
    case Kind::Dynamic:
      return "";
    case Kind::String:
      return value.As<std::string>() ? "" : "must be text";
    case Kind::Number:
      return value.As<int64_t>() || value.As<double>() ? "" : "must be a number";
    case Kind::Bool:
      return value.As<bool>() ? "" : "must be true or false";
    case Kind::List:
    case Kind::Set: {
      const value::List* list = value.As<value::List>();
      if (list == nullptr) return "must be a list";
      for (const value::Value& item : *list) {
        if (std::string what = Mismatch(item, *type.element); !what.empty()) {
          return "each element " + what;
        }
      }
      return "";
    }
    case Kind::Tuple: {
      const value::List* list = value.As<value::List>();
      if (list == nullptr || list->size() != type.items.size()) {
        return "must be a list of " + std::to_string(type.items.size());
      }
      for (size_t i = 0; i < list->size(); ++i) {
        if (std::string what = Mismatch((*list)[i], type.items[i]); !what.empty()) {
          return "element " + std::to_string(i) + " " + what;
        }
      }
      return "";
    }
    case Kind::Map: {
      const value::Object* object = value.As<value::Object>();
      if (object == nullptr) return "must be a map";
      for (const auto& [key, item] : *object) {
        if (std::string what = Mismatch(item, *type.element); !what.empty()) {
          return "each element " + what;
        }
      }
      return "";
    }
    case Kind::Object: {
      if (!value.As<value::Object>()) return "must be an object";
      for (const auto& [name, field] : type.fields) {
        if (std::string what = Mismatch(Member(value, name), field); !what.empty()) {
          return name + " " + what;
        }
      }
      return "";
    }
  }
  return "";
}

}  // namespace

std::vector<Objection> CheckConfig(const value::Schema& schema, const value::Value& config) {
  std::vector<Objection> objections;
  for (const value::Attribute& attribute : schema.attributes) {
    const value::Value& member = Member(config, attribute.name);
    if (attribute.required && member.is_null()) {
      objections.push_back({attribute.name, "must have a value"});
    } else if (attribute.computed && !attribute.optional && !attribute.required &&
               !member.is_null()) {
      objections.push_back({attribute.name, "is decided by the provider and cannot be set"});
    } else if (std::string what = Mismatch(member, attribute.type); !what.empty()) {
      objections.push_back({attribute.name, what});
    }
  }
  return objections;
}

PlannedChange PlanChange(const value::Schema& schema, const value::Value& prior,
                         const value::Value& proposed, const value::Value& config) {
  PlannedChange change;
  if (proposed.is_null()) return change;
  value::Object planned;
  for (const value::Attribute& attribute : schema.attributes) {
    const value::Value& old = Member(prior, attribute.name);
    value::Value wanted = Member(proposed, attribute.name);
    if (attribute.computed && Member(config, attribute.name).is_null()) {
      if (prior.is_null() && wanted.is_null()) wanted = value::Unknown{};
      if (!prior.is_null()) wanted = old;
    }
    if (!prior.is_null() && attribute.forces_new && wanted != old) {
      change.requires_replace.push_back(attribute.name);
    }
    planned.emplace(attribute.name, std::move(wanted));
  }
  if (!change.requires_replace.empty()) {
    for (const value::Attribute& attribute : schema.attributes) {
      if (attribute.computed && Member(config, attribute.name).is_null()) {
        planned[attribute.name] = value::Unknown{};
      }
    }
  }
  change.planned = value::Value(std::move(planned));
  return change;
}

}  // namespace sprint::sdk
