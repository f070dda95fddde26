#include "tests/bench/scale/in_process.h"

#include "providers/sdk/plan.h"

namespace sprint::bench {

Result<std::vector<host::Message>> InProcess::Configure(const value::Value& config) {
  SPRINT_RETURN_IF_ERROR(provider_.Configure(config));
  return std::vector<host::Message>();
}

Result<std::vector<host::Message>> InProcess::Validate(const std::string& type,
                                                       const value::Value& config) {
  std::vector<host::Message> messages;
  for (const sdk::Objection& objection : sdk::CheckConfig(resources().at(type), config)) {
    messages.push_back({true, objection.text, "", objection.attribute});
  }
  return messages;
}

Result<host::PlanAnswer> InProcess::Plan(const std::string& type, const value::Value& prior,
                                         const value::Value& proposed, const value::Value& config,
                                         const std::string& private_bytes) {
  sdk::PlannedChange change = sdk::PlanChange(resources().at(type), prior, proposed, config);
  return host::PlanAnswer{
      std::move(change.planned), std::move(change.requires_replace), private_bytes, {}};
}

Result<host::ApplyAnswer> InProcess::Apply(const std::string& type, const value::Value& prior,
                                           const value::Value& planned, const value::Value&,
                                           const std::string& private_bytes) {
  SPRINT_ASSIGN_OR_RETURN(value::Value reached, provider_.Apply(type, prior, planned));
  return host::ApplyAnswer{std::move(reached), private_bytes, {}};
}

Result<host::ReadAnswer> InProcess::Read(const std::string& type, const value::Value& current,
                                         const std::string& private_bytes) {
  SPRINT_ASSIGN_OR_RETURN(value::Value found, provider_.Read(type, current));
  return host::ReadAnswer{std::move(found), private_bytes, {}};
}

}  // namespace sprint::bench
