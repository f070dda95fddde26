#include "providers/host/provider.h"

namespace sprint::host {

std::vector<Result<ReadAnswer>> Provider::ReadMany(const std::vector<ReadCall>& calls) {
  std::vector<Result<ReadAnswer>> answers;
  answers.reserve(calls.size());
  for (const ReadCall& call : calls) {
    answers.push_back(Read(call.type, call.current, call.private_bytes));
  }
  return answers;
}

std::vector<Result<std::vector<Message>>> Provider::ValidateMany(
    const std::vector<ValidateCall>& calls) {
  std::vector<Result<std::vector<Message>>> answers;
  answers.reserve(calls.size());
  for (const ValidateCall& call : calls) answers.push_back(Validate(call.type, call.config));
  return answers;
}

std::vector<Result<PlanAnswer>> Provider::PlanMany(const std::vector<PlanCall>& calls) {
  std::vector<Result<PlanAnswer>> answers;
  answers.reserve(calls.size());
  for (const PlanCall& call : calls) {
    answers.push_back(Plan(call.type, call.prior, call.proposed, call.config, call.private_bytes));
  }
  return answers;
}

}  // namespace sprint::host
