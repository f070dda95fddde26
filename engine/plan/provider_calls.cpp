#include "engine/plan/provider_calls.h"

#include <utility>

#include "providers/host/propose.h"

namespace sprint::plan {

namespace {

// The provider's view of a configuration: every attribute of the schema, null if unset.
Result<value::Value> Complete(const value::Schema& schema, const value::Value& config,
                              const std::string& type) {
  const auto* fields = config.As<value::Object>();
  if (!fields) return config;
  value::Object complete;
  for (const value::Attribute& attribute : schema.attributes) complete[attribute.name] = {};
  for (const auto& [name, field] : *fields) {
    if (!complete.count(name)) {
      return Error(ErrorCode::InvalidArgument, "`" + type + "` has no attribute `" + name + "`");
    }
    complete[name] = field;
  }
  return value::Value(std::move(complete));
}

}  // namespace

Result<host::Provider*> GivenProviders::Get(const std::string& name) {
  const auto found = providers_.find(name);
  if (found != providers_.end()) return found->second;
  return Error(ErrorCode::NotFound, "provider `" + name + "` is not installed");
}

Result<std::string> WireType(const host::Provider& provider, const std::string& type) {
  const size_t dot = type.find('.');
  std::string joined = type;
  if (dot != std::string::npos) joined[dot] = '_';
  const std::string last = dot == std::string::npos ? type : type.substr(dot + 1);
  if (provider.resources().count(joined)) return joined;
  if (provider.resources().count(last)) return last;
  return Error(ErrorCode::NotFound, "its provider has no resource type `" + type + "`");
}

std::string Objections(const std::vector<host::Message>& messages) {
  std::string text;
  for (const host::Message& message : messages) {
    if (!message.error) continue;
    if (!text.empty()) text += "; ";
    if (!message.attribute.empty()) text += message.attribute + ": ";
    text += message.summary;
    if (!message.detail.empty()) text += " (" + message.detail + ")";
  }
  return text;
}

Result<Planned> AskPlan(host::Provider& provider, const std::string& type,
                        const value::Value& prior, const value::Value& config,
                        const std::string& private_bytes) {
  SPRINT_ASSIGN_OR_RETURN(std::string wire, WireType(provider, type));
  const value::Schema& schema = provider.resources().at(wire);
  SPRINT_ASSIGN_OR_RETURN(value::Value complete, Complete(schema, config, type));
  if (!complete.is_null()) {
    SPRINT_ASSIGN_OR_RETURN(std::vector<host::Message> messages, provider.Validate(wire, complete));
    if (std::string text = Objections(messages); !text.empty()) {
      return Error(ErrorCode::InvalidArgument, std::move(text));
    }
  }
  SPRINT_ASSIGN_OR_RETURN(host::PlanAnswer answer,
                          provider.Plan(wire, prior, host::ProposedNew(schema, prior, complete),
                                        complete, private_bytes));
  if (std::string text = Objections(answer.messages); !text.empty()) {
    return Error(ErrorCode::InvalidArgument, std::move(text));
  }
  return Planned{std::move(wire), std::move(complete), std::move(answer.planned),
                 std::move(answer.requires_replace), std::move(answer.private_bytes)};
}

}  // namespace sprint::plan
