#include <memory>
#include <utility>

#include "providers/local/site.h"

namespace sprint::local {
namespace {

using value::Attribute;
using value::Type;

enum class Use { Required, Fixed, Optional, FixedOptional, Computed };

Type Text() { return {Type::Kind::String}; }
Type Number() { return {Type::Kind::Number}; }
Type ListOf(Type element) {
  return {Type::Kind::List, std::make_shared<const Type>(std::move(element))};
}

Attribute Make(std::string name, Type type, Use use, std::string description) {
  Attribute attribute{std::move(name), std::move(type), std::move(description)};
  attribute.required = use == Use::Required || use == Use::Fixed;
  attribute.optional = use == Use::Optional || use == Use::FixedOptional;
  attribute.computed = use == Use::Computed;
  attribute.forces_new = use == Use::Fixed || use == Use::FixedOptional;
  return attribute;
}

value::Schema Process() {
  Type environment{Type::Kind::Map, std::make_shared<const Type>(Text())};
  value::Schema schema{
      0,
      {Make("name", Text(), Use::Fixed, ""),
       Make("component", Text(), Use::Required, "what it is an instance of"),
       Make("node", Text(), Use::Fixed, "name of the local.node it runs on"),
       Make("image", Text(), Use::FixedOptional,
            "looked up in images.yaml when there is no command"),
       Make("command", ListOf(Text()), Use::FixedOptional, ""),
       Make("memory", Number(), Use::Optional, "bytes, 0 or none: the node's"),
       Make("env", environment, Use::FixedOptional, ""), Make("id", Text(), Use::Computed, ""),
       Make("address", Text(), Use::Computed, "ip:port"),
       Make("pid", Number(), Use::Computed, "of the program, changes on restart")}};
  return schema;
}

value::Schema Proxy() {
  Type next{Type::Kind::Object};
  next.fields = {{"component", Text()}, {"address", Text()}, {"probability", Number()}};
  return {0,
          {Make("name", Text(), Use::Fixed, ""),
           Make("component", Text(), Use::Required, "whose requests it takes"),
           Make("zone", Text(), Use::Fixed, "name of the local.zone it runs in"),
           Make("backends", ListOf(Text()), Use::Optional, "ip:port of each instance"),
           Make("next", ListOf(next), Use::Optional, "proxies that answers go on to"),
           Make("id", Text(), Use::Computed, ""), Make("address", Text(), Use::Computed, "ip:port"),
           Make("url", Text(), Use::Computed, "")}};
}

}  // namespace

const value::Schema& ConfigSchema() {
  static const value::Schema schema{
      0,
      {Make("directory", Text(), Use::Required, "where records and logs are kept"),
       Make("program_directory", Text(), Use::Required, "where the program and images.yaml are"),
       Make("owner", Text(), Use::Required, "short name of this deployment")}};
  return schema;
}

const std::map<std::string, value::Schema>& ResourceSchemas() {
  static const std::map<std::string, value::Schema> schemas{
      {"local_zone",
       {0,
        {Make("name", Text(), Use::Fixed, ""), Make("id", Text(), Use::Computed, ""),
         Make("address", Text(), Use::Computed, "where its proxies listen"),
         Make("emulation", Text(), Use::Computed, "what is real here and what is not")}}},
      {"local_link",
       {0,
        {Make("a", Text(), Use::Fixed, "name of a local.zone"),
         Make("b", Text(), Use::Fixed, "name of a local.zone"),
         Make("bandwidth", Number(), Use::Optional, "bytes/s, 0: unlimited"),
         Make("delay", Number(), Use::Optional, "s, one way"),
         Make("jitter", Number(), Use::Optional, "s"),
         Make("loss", Number(), Use::Optional, "0 to 1"), Make("id", Text(), Use::Computed, "")}}},
      {"local_node",
       {0,
        {Make("zone", Text(), Use::Fixed, "name of a local.zone"),
         Make("name", Text(), Use::Fixed, ""),
         Make("cores", Number(), Use::Required, "share of CPU time in cores"),
         Make("memory", Number(), Use::Optional, "bytes, 0 or none: unlimited"),
         Make("id", Text(), Use::Computed, ""), Make("address", Text(), Use::Computed, "ip")}}},
      {"local_process", Process()},
      {"local_proxy", Proxy()}};
  return schemas;
}

}  // namespace sprint::local
