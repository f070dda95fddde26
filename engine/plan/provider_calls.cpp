#include "engine/plan/provider_calls.h"

#include <map>
#include <optional>
#include <utility>

#include "providers/host/propose.h"

namespace sprint::plan {

namespace {

// The provider's view of a configuration: every attribute of the schema, null if unset.
Result<value::Value> Complete(const value::Schema& schema, value::Value config,
                              const std::string& type) {
  auto* fields = config.As<value::Object>();
  if (!fields) return config;
  value::Object complete;
  for (const value::Attribute& attribute : schema.attributes) complete[attribute.name] = {};
  for (auto& [name, field] : *fields) {
    const auto place = complete.find(name);
    if (place == complete.end()) {
      return Error(ErrorCode::InvalidArgument, "`" + type + "` has no attribute `" + name + "`");
    }
    place->second = std::move(field);
  }
  return value::Value(std::move(complete));
}

// True when the existing object `prior` has every value that `config` sets.
bool SaysNothingNew(const value::Value& config, const value::Value& prior) {
  const auto* fields = config.As<value::Object>();
  if (!fields || prior.is_null()) return false;
  for (const auto& [name, field] : *fields) {
    if (field.is_null()) continue;
    const value::Value* is = prior.Find(name);
    if (!is || !(*is == field)) return false;
  }
  return true;
}

// A question on its way: `result` is set once it has failed or been answered.
struct Pending {
  const Question* question;
  std::string wire;
  value::Value config;
  std::optional<Result<Planned>> result;
};

// Questions by the provider they go to.
struct Batch {
  explicit Batch(std::vector<Question> given) : questions(std::move(given)), all(questions.size()) {
    std::map<host::Provider*, size_t> group_of;
    for (size_t i = 0; i < questions.size(); ++i) {
      Question& question = questions[i];
      Pending& pending = all[i];
      pending.question = &question;
      auto wire = WireType(*question.provider, *question.type);
      if (!wire.ok()) {
        pending.result = wire.TakeError();
        continue;
      }
      pending.wire = wire.TakeValue();
      auto complete = Complete(question.provider->resources().at(pending.wire),
                               std::move(question.config), *question.type);
      if (!complete.ok()) {
        pending.result = complete.TakeError();
        continue;
      }
      pending.config = complete.TakeValue();
      const auto [place, fresh] = group_of.try_emplace(question.provider, groups.size());
      if (fresh) groups.push_back({question.provider, {}});
      groups[place->second].second.push_back(&pending);
    }
  }

  std::vector<Question> questions;
  std::vector<Pending> all;  // in the order of the questions
  // Few providers; the order of first use, so that calls do not depend on addresses.
  std::vector<std::pair<host::Provider*, std::vector<Pending*>>> groups;
};

void Validate(host::Provider& provider, const std::vector<Pending*>& group) {
  std::vector<host::ValidateCall> calls;
  std::vector<Pending*> asked;
  for (Pending* pending : group) {
    if (pending->config.is_null() || SaysNothingNew(pending->config, *pending->question->prior)) {
      continue;
    }
    asked.push_back(pending);
    calls.push_back({pending->wire, pending->config});
  }
  if (calls.empty()) return;
  auto answers = provider.ValidateMany(calls);
  for (size_t i = 0; i < asked.size(); ++i) {
    if (!answers[i].ok()) {
      asked[i]->result = answers[i].TakeError();
    } else if (std::string text = Objections(*answers[i]); !text.empty()) {
      asked[i]->result = Error(ErrorCode::InvalidArgument, std::move(text));
    }
  }
}

void Plan(host::Provider& provider, const std::vector<Pending*>& group) {
  std::vector<host::PlanCall> calls;
  std::vector<Pending*> asked;
  for (Pending* pending : group) {
    if (pending->result) continue;
    const value::Value& prior = *pending->question->prior;
    const value::Schema& schema = provider.resources().at(pending->wire);
    asked.push_back(pending);
    calls.push_back({pending->wire, prior, host::ProposedNew(schema, prior, pending->config),
                     pending->config, *pending->question->private_bytes});
  }
  if (calls.empty()) return;
  auto answers = provider.PlanMany(calls);
  for (size_t i = 0; i < asked.size(); ++i) {
    Pending& pending = *asked[i];
    if (!answers[i].ok()) {
      pending.result = answers[i].TakeError();
    } else if (std::string text = Objections(answers[i]->messages); !text.empty()) {
      pending.result = Error(ErrorCode::InvalidArgument, std::move(text));
    } else {
      host::PlanAnswer& answer = *answers[i];
      pending.result =
          Planned{std::move(pending.wire), std::move(pending.config), std::move(answer.planned),
                  std::move(answer.requires_replace), std::move(answer.private_bytes)};
    }
  }
}

}  // namespace

Result<host::Provider*> GivenProviders::Get(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = providers_.find(name);
  if (found == providers_.end()) {
    return Error(ErrorCode::NotFound, "provider `" + name + "` is not installed");
  }
  Given& given = found->second;
  if (given.wanted == given.configured) return given.provider;
  given.configured = {};  // what a failure leaves is not known
  SPRINT_ASSIGN_OR_RETURN(const std::vector<host::Message> messages,
                          given.provider->Configure(given.wanted));
  if (std::string text = Objections(messages); !text.empty()) {
    return Error(ErrorCode::InvalidArgument, "provider `" + name + "`: " + text);
  }
  given.configured = given.wanted;
  return given.provider;
}

Result<host::Provider*> GivenProviders::Unconfigured(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = providers_.find(name);
  if (found != providers_.end()) return found->second.provider;
  return Error(ErrorCode::NotFound, "provider `" + name + "` is not installed");
}

Status GivenProviders::Configure(const std::string& name, const value::Value& config) {
  const std::lock_guard lock(mutex_);
  const auto found = providers_.find(name);
  if (found != providers_.end()) found->second.wanted = config;
  return Ok();
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

std::vector<Result<Planned>> AskPlans(std::vector<Question> questions) {
  Batch batch(std::move(questions));
  for (auto& [provider, group] : batch.groups) {
    Validate(*provider, group);
    Plan(*provider, group);
  }
  std::vector<Result<Planned>> answers;
  answers.reserve(batch.all.size());
  for (Pending& pending : batch.all) answers.push_back(std::move(*pending.result));
  return answers;
}

std::vector<Status> AskChecks(std::vector<Question> questions) {
  Batch batch(std::move(questions));
  for (auto& [provider, group] : batch.groups) Validate(*provider, group);
  std::vector<Status> answers;
  for (Pending& pending : batch.all) {
    answers.push_back(pending.result ? Status(pending.result->TakeError()) : Ok());
  }
  return answers;
}

Result<Planned> AskPlan(host::Provider& provider, const std::string& type,
                        const value::Value& prior, const value::Value& config,
                        const std::string& private_bytes) {
  std::vector<Question> one;
  one.push_back({&provider, &type, &prior, config, &private_bytes});
  return std::move(AskPlans(std::move(one)).front());
}

}  // namespace sprint::plan
