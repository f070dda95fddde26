#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

#include "providers/host/process.h"
#include "providers/host/provider.h"
#include "providers/protocol/plugin.grpc.pb.h"
#include "providers/protocol/tfplugin6.grpc.pb.h"
#include "providers/protocol/wire.h"

namespace sprint::host {
namespace {

using protocol::FromWire;
using protocol::ToWire;
using Diagnostics = google::protobuf::RepeatedPtrField<tfplugin6::Diagnostic>;

// Reading a schema is quick; a program that cannot say it within this is broken.
constexpr std::chrono::seconds kSchemaTimeout{60};
// Between asking a program to end and killing it.
constexpr std::chrono::milliseconds kShutdownTimeout{2000};
// Providers check that they are driven by an engine new enough for them.
constexpr char kTerraformVersion[] = "1.9.0";
// sockaddr_un holds 108 bytes; leave room for the plugin's own file name.
constexpr size_t kLongestFolder = 70;

// A folder only this user can enter, gone with this object.
class PrivateFolder {
 public:
  static Result<std::unique_ptr<PrivateFolder>> Make() {
    const char* base = std::getenv("TMPDIR");
    std::string path = base == nullptr || std::string(base).size() > kLongestFolder ? "/tmp" : base;
    path += "/sprint-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
      return Error(ErrorCode::Internal, "cannot make a temporary folder " + path);
    }
    return std::unique_ptr<PrivateFolder>(new PrivateFolder(path));
  }
  ~PrivateFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  explicit PrivateFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// The gRPC address in a handshake line `core|app|network|address|protocol[|cert...]`.
Result<std::string> Address(const std::string& line) {
  auto bad = [&line](const std::string& why) {
    return Error(ErrorCode::Protocol, "bad handshake (" + why + "): " + line.substr(0, 200));
  };
  std::vector<std::string> fields(1);
  for (char c : line) {
    if (c == '|') {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  if (fields.size() < 4) return bad("fewer than four fields");
  if (fields[0] != "1") return bad("core protocol " + fields[0]);
  if (fields[1] != protocol::kVersion) return bad("plugin protocol " + fields[1]);
  if (fields.size() < 5 || fields[4] != "grpc") return bad("not gRPC");
  // Short texts in this place are no certificate.
  if (fields.size() > 5 && fields[5].size() > 50) return bad("encrypted, though not asked for");
  if (fields[3].empty()) return bad("no address");
  if (fields[2] == "unix") return "unix:" + fields[3];
  if (fields[2] == "tcp") return fields[3];
  return bad("network " + fields[2]);
}

std::vector<Message> Messages(const Diagnostics& diagnostics) {
  std::vector<Message> messages;
  for (const tfplugin6::Diagnostic& diagnostic : diagnostics) {
    messages.push_back({diagnostic.severity() != tfplugin6::Diagnostic::WARNING,
                        diagnostic.summary(), diagnostic.detail(),
                        FromWire(diagnostic.attribute())});
  }
  return messages;
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

class Remote final : public Provider {
 public:
  Remote(std::unique_ptr<PrivateFolder> folder, std::unique_ptr<Process> process,
         const std::shared_ptr<grpc::Channel>& channel)
      : folder_(std::move(folder)),
        process_(std::move(process)),
        provider_(tfplugin6::Provider::NewStub(channel)),
        controller_(plugin::GRPCController::NewStub(channel)) {}

  ~Remote() override {
    if (stopper_.joinable()) stopper_.join();
    if (!process_->WaitFor(std::chrono::milliseconds(0))) {
      SendStop(std::chrono::milliseconds(500));
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + kShutdownTimeout);
      plugin::Empty request, response;
      // It may be gone before it answers: only its end counts.
      controller_->Shutdown(&context, request, &response);
      // An open connection would keep its server waiting.
      provider_.reset();
      controller_.reset();
      if (!process_->WaitFor(kShutdownTimeout)) process_->Kill();
    }
  }

  Status ReadSchema() {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kSchemaTimeout);
    tfplugin6::GetProviderSchema::Request request;
    tfplugin6::GetProviderSchema::Response response;
    SPRINT_RETURN_IF_ERROR(
        Check(provider_->GetProviderSchema(&context, request, &response), "reading the schema"));
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
    return Ok();
  }

  const std::map<std::string, value::Schema>& resources() const override { return resources_; }
  const value::Schema& config_schema() const override { return config_schema_; }

  Result<std::vector<Message>> Configure(const value::Value& config) override {
    tfplugin6::ValidateProviderConfig::Request check;
    tfplugin6::ValidateProviderConfig::Response checked;
    // Absent settings are an object of nulls to the provider, not null itself.
    const value::Value settings = config.is_null() ? value::Value(value::Object{}) : config;
    *check.mutable_config() = ToWire(settings, config_schema_.ImpliedType());
    {
      grpc::ClientContext context;
      SPRINT_RETURN_IF_ERROR(Check(provider_->ValidateProviderConfig(&context, check, &checked),
                                   "checking the provider's settings"));
    }
    std::vector<Message> messages = Messages(checked.diagnostics());
    if (HasError(messages)) return messages;
    tfplugin6::ConfigureProvider::Request request;
    tfplugin6::ConfigureProvider::Response response;
    request.set_terraform_version(kTerraformVersion);
    *request.mutable_config() = check.config();
    grpc::ClientContext context;
    SPRINT_RETURN_IF_ERROR(Check(provider_->ConfigureProvider(&context, request, &response),
                                 "configuring the provider"));
    for (Message& message : Messages(response.diagnostics()))
      messages.push_back(std::move(message));
    return messages;
  }

  Result<std::vector<Message>> Validate(const std::string& type,
                                        const value::Value& config) override {
    SPRINT_ASSIGN_OR_RETURN(const value::Type* wire, WireType(type));
    tfplugin6::ValidateResourceConfig::Request request;
    tfplugin6::ValidateResourceConfig::Response response;
    request.set_type_name(type);
    *request.mutable_config() = ToWire(config, *wire);
    grpc::ClientContext context;
    SPRINT_RETURN_IF_ERROR(Check(provider_->ValidateResourceConfig(&context, request, &response),
                                 "checking a " + type));
    return Messages(response.diagnostics());
  }

  Result<PlanAnswer> Plan(const std::string& type, const value::Value& prior,
                          const value::Value& proposed, const value::Value& config,
                          const std::string& private_bytes) override {
    SPRINT_ASSIGN_OR_RETURN(const value::Type* wire, WireType(type));
    // Not every provider can be asked about a deletion; there is one answer anyway.
    if (proposed.is_null() && !plans_destroy_) return PlanAnswer{{}, {}, private_bytes, {}};
    tfplugin6::PlanResourceChange::Request request;
    tfplugin6::PlanResourceChange::Response response;
    request.set_type_name(type);
    *request.mutable_prior_state() = ToWire(prior, *wire);
    *request.mutable_proposed_new_state() = ToWire(proposed, *wire);
    *request.mutable_config() = ToWire(config, *wire);
    request.set_prior_private(private_bytes);
    grpc::ClientContext context;
    SPRINT_RETURN_IF_ERROR(
        Check(provider_->PlanResourceChange(&context, request, &response), "planning a " + type));
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

  Result<ApplyAnswer> Apply(const std::string& type, const value::Value& prior,
                            const value::Value& planned, const value::Value& config,
                            const std::string& private_bytes) override {
    SPRINT_ASSIGN_OR_RETURN(const value::Type* wire, WireType(type));
    tfplugin6::ApplyResourceChange::Request request;
    tfplugin6::ApplyResourceChange::Response response;
    request.set_type_name(type);
    *request.mutable_prior_state() = ToWire(prior, *wire);
    *request.mutable_planned_state() = ToWire(planned, *wire);
    *request.mutable_config() = ToWire(config, *wire);
    request.set_planned_private(private_bytes);
    grpc::ClientContext context;
    SPRINT_RETURN_IF_ERROR(
        Check(provider_->ApplyResourceChange(&context, request, &response), "applying a " + type));
    ApplyAnswer answer;
    answer.private_bytes = response.private_();
    answer.messages = Messages(response.diagnostics());
    if (!response.has_new_state()) {
      // Nothing said about the object: it is as it was, unless it was to go and did.
      if (!planned.is_null() || HasError(answer.messages)) answer.new_state = prior;
      return answer;
    }
    SPRINT_ASSIGN_OR_RETURN(value::Value state, FromWire(response.new_state()));
    std::vector<std::string> unknown;
    answer.new_state = Settle(state, "", unknown);
    for (const std::string& path : unknown) {
      answer.messages.push_back({true, "the provider left a value unknown after apply", "", path});
    }
    return answer;
  }

  Result<ReadAnswer> Read(const std::string& type, const value::Value& current,
                          const std::string& private_bytes) override {
    SPRINT_ASSIGN_OR_RETURN(const value::Type* wire, WireType(type));
    tfplugin6::ReadResource::Request request;
    tfplugin6::ReadResource::Response response;
    request.set_type_name(type);
    *request.mutable_current_state() = ToWire(current, *wire);
    request.set_private_(private_bytes);
    grpc::ClientContext context;
    SPRINT_RETURN_IF_ERROR(
        Check(provider_->ReadResource(&context, request, &response), "reading a " + type));
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

  void Stop() override {
    if (stopping_.exchange(true)) return;
    stopper_ = std::thread([this] { SendStop(kShutdownTimeout); });
  }

 private:
  Result<const value::Type*> WireType(const std::string& type) const {
    auto it = types_.find(type);
    if (it != types_.end()) return &it->second;
    return Error(ErrorCode::InvalidArgument, "the provider has no resource type " + type);
  }

  void SendStop(std::chrono::milliseconds timeout) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + timeout);
    tfplugin6::StopProvider::Request request;
    tfplugin6::StopProvider::Response response;
    provider_->StopProvider(&context, request, &response);
  }

  Status Check(const grpc::Status& status, const std::string& doing) {
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

  // In this order: the folder goes last, after the process that uses it.
  std::unique_ptr<PrivateFolder> folder_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<tfplugin6::Provider::Stub> provider_;
  std::unique_ptr<plugin::GRPCController::Stub> controller_;
  std::atomic<bool> stopping_ = false;
  std::thread stopper_;
  value::Schema config_schema_;
  std::map<std::string, value::Schema> resources_;
  std::map<std::string, value::Type> types_;
  bool plans_destroy_ = false;
};

}  // namespace

Result<std::unique_ptr<Provider>> Launch(const std::string& path,
                                         const std::map<std::string, std::string>& environment,
                                         const LaunchOptions& options) {
  // A provider that dies is reported by us; gRPC's own lines would only disturb.
  gpr_set_log_function([](gpr_log_func_args*) {});
  SPRINT_ASSIGN_OR_RETURN(std::unique_ptr<PrivateFolder> folder, PrivateFolder::Make());
  std::map<std::string, std::string> variables = environment;
  variables[protocol::kCookieName] = protocol::kCookieValue;
  variables[protocol::kVersionsName] = protocol::kVersion;
  variables["TMPDIR"] = folder->path();
  variables["PLUGIN_UNIX_SOCKET_DIR"] = folder->path();
  // Ranges a plugin may use for TCP; on Unix it uses a socket file.
  variables["PLUGIN_MIN_PORT"] = "10000";
  variables["PLUGIN_MAX_PORT"] = "25000";
  SPRINT_ASSIGN_OR_RETURN(std::unique_ptr<Process> process, Process::Start(path, variables));
  Result<std::string> line = process->FirstLine(options.handshake_timeout);
  if (!line.ok()) return line.TakeError().While("starting " + path);
  Result<std::string> address = Address(*line);
  if (!address.ok()) return address.TakeError().While("starting " + path);

  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A dead process does not come back under the same address.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
  auto remote = std::make_unique<Remote>(
      std::move(folder), std::move(process),
      grpc::CreateCustomChannel(*address, grpc::InsecureChannelCredentials(), arguments));
  if (Status status = remote->ReadSchema(); !status.ok()) {
    return status.TakeError().While("starting " + path);
  }
  return std::unique_ptr<Provider>(std::move(remote));
}

}  // namespace sprint::host
