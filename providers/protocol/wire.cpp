#include "providers/protocol/wire.h"

#include <utility>

namespace sprint::protocol {
namespace {

Error BadWire(const std::string& text) { return Error(ErrorCode::Protocol, text); }

value::Type Nested(value::Type object, value::Type::Kind kind) {
  if (kind == value::Type::Kind::Object) return object;
  value::Type type;
  type.kind = kind;
  type.element = std::make_shared<const value::Type>(std::move(object));
  return type;
}

Result<value::Type::Kind> Nesting(int mode) {
  // One numbering serves blocks and nested attributes; only blocks know GROUP.
  switch (mode) {
    case tfplugin6::Schema::NestedBlock::SINGLE:
    case tfplugin6::Schema::NestedBlock::GROUP:
      return value::Type::Kind::Object;
    case tfplugin6::Schema::NestedBlock::LIST:
      return value::Type::Kind::List;
    case tfplugin6::Schema::NestedBlock::SET:
      return value::Type::Kind::Set;
    case tfplugin6::Schema::NestedBlock::MAP:
      return value::Type::Kind::Map;
    default:
      return BadWire("unknown nesting " + std::to_string(mode));
  }
}

Result<value::Type> AttributeType(const tfplugin6::Schema::Attribute& wire) {
  if (!wire.has_nested_type()) {
    Result<value::Type> type = value::TypeFromJson(wire.type());
    if (!type.ok()) return BadWire(wire.name() + ": " + type.error().message());
    return type;
  }
  SPRINT_ASSIGN_OR_RETURN(value::Type::Kind kind, Nesting(wire.nested_type().nesting()));
  value::Type object;
  object.kind = value::Type::Kind::Object;
  for (const auto& attribute : wire.nested_type().attributes()) {
    SPRINT_ASSIGN_OR_RETURN(object.fields[attribute.name()], AttributeType(attribute));
  }
  return Nested(std::move(object), kind);
}

Result<std::vector<value::Attribute>> Attributes(const tfplugin6::Schema::Block& block) {
  std::vector<value::Attribute> attributes;
  for (const auto& wire : block.attributes()) {
    value::Attribute attribute;
    attribute.name = wire.name();
    attribute.description = wire.description();
    attribute.required = wire.required();
    attribute.optional = wire.optional();
    attribute.computed = wire.computed();
    attribute.sensitive = wire.sensitive();
    SPRINT_ASSIGN_OR_RETURN(attribute.type, AttributeType(wire));
    attributes.push_back(std::move(attribute));
  }
  for (const auto& wire : block.block_types()) {
    SPRINT_ASSIGN_OR_RETURN(value::Type::Kind kind, Nesting(wire.nesting()));
    SPRINT_ASSIGN_OR_RETURN(std::vector<value::Attribute> inner, Attributes(wire.block()));
    value::Type object;
    object.kind = value::Type::Kind::Object;
    for (value::Attribute& attribute : inner) {
      object.fields.emplace(attribute.name, std::move(attribute.type));
    }
    value::Attribute attribute;
    attribute.name = wire.type_name();
    attribute.description = wire.block().description();
    attribute.required = wire.min_items() > 0;
    attribute.optional = !attribute.required;
    attribute.type = Nested(std::move(object), kind);
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

}  // namespace

tfplugin6::DynamicValue ToWire(const value::Value& value, const value::Type& type) {
  tfplugin6::DynamicValue wire;
  wire.set_msgpack(value::ToMsgpack(value, type));
  return wire;
}

Result<value::Value> FromWire(const tfplugin6::DynamicValue& wire) {
  if (wire.msgpack().empty() && wire.json().empty()) return value::Value();
  Result<value::Value> value =
      wire.msgpack().empty() ? value::FromJson(wire.json()) : value::FromMsgpack(wire.msgpack());
  if (!value.ok()) return BadWire(value.error().message());
  return value;
}

tfplugin6::Schema ToWire(const value::Schema& schema) {
  tfplugin6::Schema wire;
  wire.set_version(schema.version);
  wire.mutable_block()->set_version(schema.version);
  for (const value::Attribute& attribute : schema.attributes) {
    auto* out = wire.mutable_block()->add_attributes();
    out->set_name(attribute.name);
    out->set_type(value::TypeToJson(attribute.type));
    out->set_description(attribute.description);
    out->set_required(attribute.required);
    // The protocol wants one of required, optional, computed.
    out->set_optional(attribute.optional || (!attribute.required && !attribute.computed));
    out->set_computed(attribute.computed);
    out->set_sensitive(attribute.sensitive);
  }
  return wire;
}

Result<value::Schema> FromWire(const tfplugin6::Schema& wire) {
  value::Schema schema;
  schema.version = wire.version();
  SPRINT_ASSIGN_OR_RETURN(schema.attributes, Attributes(wire.block()));
  return schema;
}

std::string FromWire(const tfplugin6::AttributePath& path) {
  std::string text;
  for (const auto& step : path.steps()) {
    if (step.has_attribute_name()) {
      if (!text.empty()) text += '.';
      text += step.attribute_name();
    } else if (step.has_element_key_string()) {
      text += '[' + value::ToJson(step.element_key_string()) + ']';
    } else if (step.has_element_key_int()) {
      text += '[' + std::to_string(step.element_key_int()) + ']';
    }
  }
  return text;
}

tfplugin6::AttributePath AttributePath(const std::string& name) {
  tfplugin6::AttributePath path;
  if (!name.empty()) path.add_steps()->set_attribute_name(name);
  return path;
}

}  // namespace sprint::protocol
