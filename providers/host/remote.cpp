#include "providers/host/remote.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/support/thread.h"
#include "providers/protocol/batch.pb.h"
#include "providers/protocol/ownership.pb.h"
#include "providers/protocol/wire.h"

namespace sprint::host {
namespace {

namespace protocol_batch = sprint::provider;
using protocol::FromWire;
using protocol::ToWire;
using Diagnostics = google::protobuf::RepeatedPtrField<tfplugin6::Diagnostic>;

// Reading a schema is quick; a program that cannot say it within this is broken.
constexpr std::chrono::seconds kSchemaTimeout{60};
// Between asking a program to end and killing it.
constexpr std::chrono::milliseconds kShutdownTimeout{2000};
// Providers check that they are driven by an engine new enough for them.
constexpr char kTerraformVersion[] = "1.9.0";
// Enough underway to keep both sides busy, few enough to be kind to what is behind.
constexpr size_t kCallsAtOnce = 32;
// Large enough that a message costs little beside its calls; two keep both sides busy.
constexpr size_t kBatchSize = 256;
constexpr size_t kBatchesAtOnce = 2;

std::vector<Message> Messages(const Diagnostics& diagnostics) {
  std::vector<Message> messages;
  for (const tfplugin6::Diagnostic& diagnostic : diagnostics) {
    messages.push_back({diagnostic.severity() != tfplugin6::Diagnostic::WARNING,
                        diagnostic.summary(), diagnostic.detail(), FromWire(diagnostic.attribute()),
                        ErrorClass::None});
  }
  return messages;
}

// The class of an error whose code a provider of ours names; None when it names none.
ErrorClass ClassOfCode(const std::string& name, const std::string& text) {
  for (const ErrorCode code : {ErrorCode::InvalidArgument, ErrorCode::NotFound, ErrorCode::Conflict,
                               ErrorCode::Unavailable, ErrorCode::Timeout, ErrorCode::Denied}) {
    if (name == Name(code)) return ClassOf(code, text);
  }
  return ErrorClass::None;
}

bool HasError(const std::vector<Message>& messages) {
  return std::any_of(messages.begin(), messages.end(), [](const Message& m) { return m.error; });
}

// Replaces each unknown by null and says where it was.
value::Value Settle(const value::Value& value, const std::string& path,
                    std::vector<std::string>& unknown) {
  if (value.is_unknown()) {
    unknown.push_back(path);
    return value::Value();
  }
  if (const value::List* list = value.As<value::List>()) {
    value::List out;
    for (size_t i = 0; i < list->size(); ++i) {
      out.push_back(Settle((*list)[i], path + "[" + std::to_string(i) + "]", unknown));
    }
    return out;
  }
  if (const value::Object* object = value.As<value::Object>()) {
    value::Object out;
    for (const auto& [key, item] : *object) {
      out.emplace(key, Settle(item, path.empty() ? key : path + "." + key, unknown));
    }
    return out;
  }
  return value;
}

Result<ReadAnswer> ToAnswer(const tfplugin6::ReadResource::Response& response,
                            const value::Value& current) {
  ReadAnswer answer;
  answer.private_bytes = response.private_();
  answer.messages = Messages(response.diagnostics());
  if (!response.has_new_state() && HasError(answer.messages)) {
    // Not found out is not gone.
    answer.new_state = current;
    return answer;
  }
  SPRINT_ASSIGN_OR_RETURN(answer.new_state, FromWire(response.new_state()));
  return answer;
}

Result<PlanAnswer> ToAnswer(const tfplugin6::PlanResourceChange::Response& response,
                            const value::Value& prior) {
  PlanAnswer answer;
  SPRINT_ASSIGN_OR_RETURN(answer.planned, FromWire(response.planned_state()));
  answer.private_bytes = response.planned_private();
  answer.messages = Messages(response.diagnostics());
  std::vector<std::string>& names = answer.requires_replace;
  for (const tfplugin6::AttributePath& path : response.requires_replace()) {
    if (path.steps().empty() || !path.steps(0).has_attribute_name()) continue;
    const std::string& name = path.steps(0).attribute_name();
    // Providers name attributes that did not change, too.
    const value::Value* before = prior.Find(name);
    const value::Value* after = answer.planned.Find(name);
    if (before == nullptr || after == nullptr || *before == *after) continue;
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return answer;
}

}  // namespace

Remote::Remote(std::unique_ptr<PrivateFolder> folder, std::unique_ptr<Process> process,
               const std::shared_ptr<grpc::Channel>& channel, int version)
    : folder_(std::move(folder)),
      process_(std::move(process)),
      connection_(std::make_unique<Connection>(channel, version)),
      controller_(plugin::GRPCController::NewStub(channel)) {}

Remote::~Remote() {
  if (stopper_.joinable()) stopper_.join();
  if (!process_->WaitFor(std::chrono::milliseconds(0))) {
    SendStop(std::chrono::milliseconds(500));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kShutdownTimeout);
    plugin::Empty request, response;
    // It may be gone before it answers: only its end counts.
    controller_->Shutdown(&context, request, &response);
    // An open connection would keep its server waiting.
    connection_.reset();
    controller_.reset();
    if (!process_->WaitFor(kShutdownTimeout)) process_->Kill();
  }
}

Status Remote::ReadSchema() {
  tfplugin6::GetProviderSchema::Request request;
  tfplugin6::GetProviderSchema::Response response;
  SPRINT_RETURN_IF_ERROR(Check(
      connection_->Call(connection_->Name(Method::Schema), request, &response, kSchemaTimeout),
      "reading the schema"));
  for (const Message& message : Messages(response.diagnostics())) {
    if (message.error)
      return Error(ErrorCode::Protocol, message.summary).While("reading the schema");
  }
  SPRINT_ASSIGN_OR_RETURN(config_schema_, FromWire(response.provider()));
  for (const auto& [type, wire] : response.resource_schemas()) {
    Result<value::Schema> schema = FromWire(wire);
    if (!schema.ok()) return schema.TakeError().While("reading the schema of " + type);
    types_[type] = schema->ImpliedType();
    resources_[type] = schema.TakeValue();
  }
  plans_destroy_ = response.server_capabilities().plan_destroy();
  AskAbilities();
  return Ok();
}

Result<std::vector<Message>> Remote::Configure(const value::Value& config) {
  tfplugin6::ValidateProviderConfig::Request check;
  tfplugin6::ValidateProviderConfig::Response checked;
  // Absent settings are an object of nulls to the provider, not null itself.
  const value::Value settings = config.is_null() ? value::Value(value::Object{}) : config;
  *check.mutable_config() = ToWire(settings, config_schema_.ImpliedType());
  SPRINT_RETURN_IF_ERROR(
      Check(connection_->Call(connection_->Name(Method::CheckSettings), check, &checked),
            "checking the provider's settings"));
  std::vector<Message> messages = Messages(checked.diagnostics());
  if (HasError(messages)) return messages;
  tfplugin6::ConfigureProvider::Request request;
  tfplugin6::ConfigureProvider::Response response;
  request.set_terraform_version(kTerraformVersion);
  *request.mutable_config() = check.config();
  SPRINT_RETURN_IF_ERROR(
      Check(connection_->Call(connection_->Name(Method::Configure), request, &response),
            "configuring the provider"));
  for (Message& message : Messages(response.diagnostics())) messages.push_back(std::move(message));
  return messages;
}

Result<std::vector<Message>> Remote::Validate(const std::string& type, const value::Value& config) {
  return std::move(ValidateMany({{type, config}}).front());
}

Result<PlanAnswer> Remote::Plan(const std::string& type, const value::Value& prior,
                                const value::Value& proposed, const value::Value& config,
                                const std::string& private_bytes) {
  return std::move(PlanMany({{type, prior, proposed, config, private_bytes}}).front());
}

Result<ReadAnswer> Remote::Read(const std::string& type, const value::Value& current,
                                const std::string& private_bytes) {
  return std::move(ReadMany({{type, current, private_bytes}}).front());
}

// Asked once, by a batch of nothing.
bool Remote::TakesBatches() {
  const std::lock_guard lock(batches_mutex_);
  if (!takes_batches_) {
    protocol_batch::ReadBatch::Request request;
    protocol_batch::ReadBatch::Response response;
    takes_batches_ =
        connection_->Call("/sprint.provider.Batch/Read", request, &response, kSchemaTimeout).ok();
  }
  return *takes_batches_;
}

template <typename Batch, typename Kind, typename Answer, typename Make, typename Take>
std::vector<Result<Answer>> Remote::AskMany(Method method, const char* batch, const char* doing,
                                            size_t count, const Make& make, const Take& take) {
  std::vector<std::optional<Result<Answer>>> answers(count);
  const auto fail = [&](size_t index, const grpc::Status& status) {
    answers[index] = Check(status, doing).TakeError();
  };
  // A batch of one has nothing to win.
  if (count > 1 && TakesBatches()) {
    const auto begin = [&](size_t index) { return index * kBatchSize; };
    const auto end = [&](size_t index) { return std::min(count, (index + 1) * kBatchSize); };
    connection_->Many<typename Batch::Request, typename Batch::Response>(
        std::string("/sprint.provider.Batch/") + batch, (count + kBatchSize - 1) / kBatchSize,
        kBatchesAtOnce,
        [&](size_t index) {
          typename Batch::Request request;
          for (size_t i = begin(index); i < end(index); ++i) make(i, *request.add_calls());
          return request;
        },
        [&](size_t index, const grpc::Status& status, typename Batch::Response& response) {
          const size_t size = end(index) - begin(index);
          const bool whole = static_cast<size_t>(response.answers_size()) == size;
          for (size_t i = 0; i < size; ++i) {
            if (!status.ok()) {
              fail(begin(index) + i, status);
            } else if (whole) {
              answers[begin(index) + i] =
                  take(begin(index) + i, response.answers(static_cast<int>(i)));
            } else {
              answers[begin(index) + i] =
                  Error(ErrorCode::Protocol, "a batch came back with another size").While(doing);
            }
          }
        });
  } else {
    connection_->Many<typename Kind::Request, typename Kind::Response>(
        connection_->Name(method), count, kCallsAtOnce,
        [&](size_t index) {
          typename Kind::Request request;
          make(index, request);
          return request;
        },
        [&](size_t index, const grpc::Status& status, typename Kind::Response& response) {
          if (!status.ok()) return fail(index, status);
          answers[index] = take(index, response);
        });
  }
  std::vector<Result<Answer>> all;
  all.reserve(count);
  for (std::optional<Result<Answer>>& answer : answers) all.push_back(std::move(*answer));
  return all;
}

template <typename Call>
std::optional<Error> Remote::UnknownType(const std::vector<Call>& calls) const {
  for (const Call& call : calls) {
    if (!types_.contains(call.type)) {
      return Error(ErrorCode::InvalidArgument, "the provider has no resource type " + call.type);
    }
  }
  return std::nullopt;
}

std::vector<Result<ReadAnswer>> Remote::ReadMany(const std::vector<ReadCall>& calls) {
  if (auto unknown = UnknownType(calls)) return {calls.size(), Result<ReadAnswer>(*unknown)};
  return AskMany<protocol_batch::ReadBatch, tfplugin6::ReadResource, ReadAnswer>(
      Method::Read, "Read", "reading", calls.size(),
      [&](size_t index, tfplugin6::ReadResource::Request& request) {
        const ReadCall& call = calls[index];
        request.set_type_name(call.type);
        *request.mutable_current_state() = ToWire(call.current, types_.at(call.type));
        request.set_private_(call.private_bytes);
      },
      [&](size_t index, const tfplugin6::ReadResource::Response& response) {
        return ToAnswer(response, calls[index].current);
      });
}

std::vector<Result<std::vector<Message>>> Remote::ValidateMany(
    const std::vector<ValidateCall>& calls) {
  using Answer = std::vector<Message>;
  if (auto unknown = UnknownType(calls)) return {calls.size(), Result<Answer>(*unknown)};
  return AskMany<protocol_batch::ValidateBatch, tfplugin6::ValidateResourceConfig, Answer>(
      Method::Check, "Validate", "checking", calls.size(),
      [&](size_t index, tfplugin6::ValidateResourceConfig::Request& request) {
        const ValidateCall& call = calls[index];
        request.set_type_name(call.type);
        *request.mutable_config() = ToWire(call.config, types_.at(call.type));
      },
      [](size_t, const tfplugin6::ValidateResourceConfig::Response& response) {
        return Result<Answer>(Messages(response.diagnostics()));
      });
}

std::vector<Result<PlanAnswer>> Remote::PlanMany(const std::vector<PlanCall>& calls) {
  if (auto unknown = UnknownType(calls)) return {calls.size(), Result<PlanAnswer>(*unknown)};
  if (!plans_destroy_ && calls.size() == 1 && calls.front().proposed.is_null()) {
    // Not every provider can be asked about a deletion; there is one answer anyway.
    return {1, PlanAnswer{{}, {}, calls.front().private_bytes, {}}};
  }
  return AskMany<protocol_batch::PlanBatch, tfplugin6::PlanResourceChange, PlanAnswer>(
      Method::Plan, "Plan", "planning", calls.size(),
      [&](size_t index, tfplugin6::PlanResourceChange::Request& request) {
        const PlanCall& call = calls[index];
        const value::Type& type = types_.at(call.type);
        request.set_type_name(call.type);
        *request.mutable_prior_state() = ToWire(call.prior, type);
        *request.mutable_proposed_new_state() = ToWire(call.proposed, type);
        *request.mutable_config() = ToWire(call.config, type);
        request.set_prior_private(call.private_bytes);
      },
      [&](size_t index, const tfplugin6::PlanResourceChange::Response& response) {
        return ToAnswer(response, calls[index].prior);
      });
}

void Remote::AskAbilities() {
  sprint::provider::Abilities::Request request;
  sprint::provider::Abilities::Response response;
  has_ownership_ =
      connection_->Call("/sprint.provider.Ownership/Ask", request, &response, kSchemaTimeout).ok();
  if (!has_ownership_) return;
  abilities_ = {response.repeats_creates(), response.finds_owned(), response.consistency()};
}

Result<ApplyAnswer> Remote::Apply(const std::string& type, const value::Value& prior,
                                  const value::Value& planned, const value::Value& config,
                                  const std::string& private_bytes) {
  return ApplyWith(type, prior, planned, config, private_bytes, {});
}

Result<ApplyAnswer> Remote::ApplyWith(const std::string& type, const value::Value& prior,
                                      const value::Value& planned, const value::Value& config,
                                      const std::string& private_bytes,
                                      const CallOptions& options) {
  SPRINT_ASSIGN_OR_RETURN(const value::Type* wire, WireType(type));
  tfplugin6::ApplyResourceChange::Request request;
  tfplugin6::ApplyResourceChange::Response response;
  std::optional<std::chrono::milliseconds> timeout;
  if (options.timeout.count() > 0) timeout = options.timeout;
  request.set_type_name(type);
  *request.mutable_prior_state() = ToWire(prior, *wire);
  *request.mutable_planned_state() = ToWire(planned, *wire);
  *request.mutable_config() = ToWire(config, *wire);
  request.set_planned_private(private_bytes);
  std::string said;  // the code of its error
  if (has_ownership_) {
    sprint::provider::ApplyOwned::Request owned;
    sprint::provider::ApplyOwned::Response answered;
    *owned.mutable_call() = std::move(request);
    owned.set_tag(options.tag);
    SPRINT_RETURN_IF_ERROR(
        Check(connection_->Call("/sprint.provider.Ownership/Apply", owned, &answered, timeout),
              "applying a " + type));
    response = std::move(*answered.mutable_answer());
    said = answered.error_code();
  } else {
    SPRINT_RETURN_IF_ERROR(
        Check(connection_->Call(connection_->Name(Method::Apply), request, &response, timeout),
              "applying a " + type));
  }
  ApplyAnswer answer;
  answer.private_bytes = response.private_();
  answer.messages = Messages(response.diagnostics());
  for (Message& message : answer.messages) {
    if (message.error) message.error_class = ClassOfCode(said, message.summary);
  }
  if (!response.has_new_state()) {
    // Nothing said about the object: it is as it was, unless it was to go and did.
    if (!planned.is_null() || HasError(answer.messages)) answer.new_state = prior;
    return answer;
  }
  SPRINT_ASSIGN_OR_RETURN(value::Value state, FromWire(response.new_state()));
  std::vector<std::string> unknown;
  answer.new_state = Settle(state, "", unknown);
  for (const std::string& path : unknown) {
    answer.messages.push_back(
        {true, "the provider left a value unknown after apply", "", path, ErrorClass::None});
  }
  return answer;
}

Result<ReadAnswer> Remote::Import(const std::string& type, const std::string& id) {
  SPRINT_ASSIGN_OR_RETURN(const value::Type* wire, WireType(type));
  (void)wire;
  tfplugin6::ImportResourceState::Request request;
  tfplugin6::ImportResourceState::Response response;
  request.set_type_name(type);
  request.set_id(id);
  SPRINT_RETURN_IF_ERROR(
      Check(connection_->Call(connection_->Name(Method::Import), request, &response),
            "importing a " + type));
  ReadAnswer answer;
  answer.messages = Messages(response.diagnostics());
  if (HasError(answer.messages)) return answer;
  for (const auto& imported : response.imported_resources()) {
    if (imported.type_name() != type) continue;
    // What an import gives is only enough to read the object by.
    SPRINT_ASSIGN_OR_RETURN(const value::Value state, FromWire(imported.state()));
    return Read(type, state, imported.private_());
  }
  return answer;
}

Result<std::vector<value::Value>> Remote::FindOwned(const std::string& type,
                                                    const std::string& tag) {
  sprint::provider::FindOwned::Request request;
  sprint::provider::FindOwned::Response response;
  request.set_type_name(type);
  request.set_tag(tag);
  SPRINT_RETURN_IF_ERROR(
      Check(connection_->Call("/sprint.provider.Ownership/Find", request, &response),
            "looking for a " + type));
  for (const Message& message : Messages(response.diagnostics())) {
    if (message.error) {
      return Error(ErrorCode::Unavailable, message.summary).While("looking for a " + type);
    }
  }
  std::vector<value::Value> found;
  for (const auto& state : response.states()) {
    SPRINT_ASSIGN_OR_RETURN(value::Value object, FromWire(state));
    found.push_back(std::move(object));
  }
  return found;
}

void Remote::Stop() {
  if (stopping_.exchange(true)) return;
  auto stopper = StartThread([this](const std::stop_token&) { SendStop(kShutdownTimeout); });
  // Whoever asks kills it when it does not end.
  if (stopper.ok()) stopper_ = stopper.TakeValue();
}

Result<const value::Type*> Remote::WireType(const std::string& type) const {
  auto it = types_.find(type);
  if (it != types_.end()) return &it->second;
  return Error(ErrorCode::InvalidArgument, "the provider has no resource type " + type);
}

void Remote::SendStop(std::chrono::milliseconds timeout) {
  tfplugin6::StopProvider::Request request;
  tfplugin6::StopProvider::Response response;
  (void)connection_->Call(connection_->Name(Method::Stop), request, &response, timeout);
}

Status Remote::Check(const grpc::Status& status, const std::string& doing) {
  if (status.ok()) return Ok();
  std::string text = status.error_message();
  ErrorCode code = ErrorCode::Protocol;
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      // The socket closes a moment before the process can be asked for its status.
      process_->WaitFor(std::chrono::milliseconds(1000));
      text = "the provider is gone (" + process_->Fate() + ")";
      code = ErrorCode::Unavailable;
      break;
    case grpc::StatusCode::CANCELLED:
      code = ErrorCode::Cancelled;
      break;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      code = ErrorCode::Timeout;
      break;
    case grpc::StatusCode::INVALID_ARGUMENT:
      code = ErrorCode::InvalidArgument;
      break;
    default:
      break;
  }
  return Error(code, text).While(doing);
}

}  // namespace sprint::host
