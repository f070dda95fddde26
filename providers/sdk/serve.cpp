#include <grpcpp/grpcpp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "compiler/support/thread.h"
#include "providers/protocol/batch.grpc.pb.h"
#include "providers/protocol/ownership.grpc.pb.h"
#include "providers/protocol/plugin.grpc.pb.h"
#include "providers/protocol/tfplugin6.grpc.pb.h"
#include "providers/protocol/wire.h"
#include "providers/sdk/plan.h"
#include "providers/sdk/provider.h"

namespace sprint::sdk {
namespace {

using protocol::FromWire;
using protocol::ToWire;
using Diagnostics = google::protobuf::RepeatedPtrField<tfplugin6::Diagnostic>;

void Object(Diagnostics* diagnostics, const std::string& attribute, const std::string& summary,
            const std::string& detail = "") {
  tfplugin6::Diagnostic* diagnostic = diagnostics->Add();
  diagnostic->set_severity(tfplugin6::Diagnostic::ERROR);
  diagnostic->set_summary(summary);
  diagnostic->set_detail(detail);
  if (!attribute.empty()) *diagnostic->mutable_attribute() = protocol::AttributePath(attribute);
}

void Object(Diagnostics* diagnostics, const Error& error) {
  std::string detail;
  for (const std::string& frame : error.frames()) {
    detail += (detail.empty() ? "while " : "; while ") + frame;
  }
  Object(diagnostics, "", error.message(), detail);
}

grpc::Status BadRequest(const std::string& text) {
  return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, text);
}

// Attributes that are still open become null: theirs to fill in.
value::Value WithoutUnknown(const value::Value& value) {
  if (value.is_unknown()) return value::Value();
  if (const value::List* list = value.As<value::List>()) {
    value::List out;
    for (const value::Value& item : *list) out.push_back(WithoutUnknown(item));
    return out;
  }
  if (const value::Object* object = value.As<value::Object>()) {
    value::Object out;
    for (const auto& [key, item] : *object) out.emplace(key, WithoutUnknown(item));
    return out;
  }
  return value;
}

// Decodes one field of a request, or returns from the handler with a bad status.
#define SPRINT_DECODE(name, field)                                             \
  Result<value::Value> name##_result = FromWire(field);                        \
  if (!name##_result.ok()) return BadRequest(name##_result.error().message()); \
  const value::Value name = name##_result.TakeValue()

class ProviderService final : public tfplugin6::Provider::Service {
 public:
  explicit ProviderService(Provider& provider) : provider_(provider) {}

  grpc::Status GetProviderSchema(grpc::ServerContext*, const tfplugin6::GetProviderSchema::Request*,
                                 tfplugin6::GetProviderSchema::Response* response) override {
    *response->mutable_provider() = ToWire(provider_.config_schema());
    for (const auto& [type, schema] : provider_.resources()) {
      (*response->mutable_resource_schemas())[type] = ToWire(schema);
    }
    response->mutable_server_capabilities()->set_plan_destroy(true);
    response->mutable_server_capabilities()->set_get_provider_schema_optional(true);
    return grpc::Status::OK;
  }

  grpc::Status ValidateProviderConfig(
      grpc::ServerContext*, const tfplugin6::ValidateProviderConfig::Request* request,
      tfplugin6::ValidateProviderConfig::Response* response) override {
    SPRINT_DECODE(config, request->config());
    for (const Objection& objection : CheckConfig(provider_.config_schema(), config)) {
      Object(response->mutable_diagnostics(), objection.attribute, objection.text);
    }
    return grpc::Status::OK;
  }

  grpc::Status ConfigureProvider(grpc::ServerContext*,
                                 const tfplugin6::ConfigureProvider::Request* request,
                                 tfplugin6::ConfigureProvider::Response* response) override {
    SPRINT_DECODE(config, request->config());
    for (const Objection& objection : CheckConfig(provider_.config_schema(), config)) {
      Object(response->mutable_diagnostics(), objection.attribute, objection.text);
    }
    if (!response->diagnostics().empty()) return grpc::Status::OK;
    Status status = provider_.Configure(config);
    if (!status.ok()) Object(response->mutable_diagnostics(), status.error());
    return grpc::Status::OK;
  }

  grpc::Status ValidateResourceConfig(
      grpc::ServerContext*, const tfplugin6::ValidateResourceConfig::Request* request,
      tfplugin6::ValidateResourceConfig::Response* response) override {
    const value::Schema* schema = Find(request->type_name());
    if (schema == nullptr) return NoType(request->type_name());
    SPRINT_DECODE(config, request->config());
    for (const Objection& objection : CheckConfig(*schema, config)) {
      Object(response->mutable_diagnostics(), objection.attribute, objection.text);
    }
    return grpc::Status::OK;
  }

  grpc::Status UpgradeResourceState(grpc::ServerContext*,
                                    const tfplugin6::UpgradeResourceState::Request* request,
                                    tfplugin6::UpgradeResourceState::Response* response) override {
    const value::Schema* schema = Find(request->type_name());
    if (schema == nullptr) return NoType(request->type_name());
    Result<value::Value> state = value::FromJson(request->raw_state().json());
    if (!state.ok()) {
      Object(response->mutable_diagnostics(), state.error());
      return grpc::Status::OK;
    }
    // The type drops attributes that are gone and adds new ones as null.
    *response->mutable_upgraded_state() = ToWire(*state, schema->ImpliedType());
    return grpc::Status::OK;
  }

  grpc::Status ReadResource(grpc::ServerContext*, const tfplugin6::ReadResource::Request* request,
                            tfplugin6::ReadResource::Response* response) override {
    const value::Schema* schema = Find(request->type_name());
    if (schema == nullptr) return NoType(request->type_name());
    SPRINT_DECODE(current, request->current_state());
    response->set_private_(request->private_());
    Result<value::Value> found = provider_.Read(request->type_name(), current);
    if (!found.ok()) {
      *response->mutable_new_state() = request->current_state();
      Object(response->mutable_diagnostics(), found.error());
      return grpc::Status::OK;
    }
    *response->mutable_new_state() = ToWire(*found, schema->ImpliedType());
    return grpc::Status::OK;
  }

  grpc::Status PlanResourceChange(grpc::ServerContext*,
                                  const tfplugin6::PlanResourceChange::Request* request,
                                  tfplugin6::PlanResourceChange::Response* response) override {
    const value::Schema* schema = Find(request->type_name());
    if (schema == nullptr) return NoType(request->type_name());
    SPRINT_DECODE(prior, request->prior_state());
    SPRINT_DECODE(proposed, request->proposed_new_state());
    SPRINT_DECODE(config, request->config());
    PlannedChange change = PlanChange(*schema, prior, proposed, config);
    *response->mutable_planned_state() = ToWire(change.planned, schema->ImpliedType());
    for (const std::string& name : change.requires_replace) {
      *response->add_requires_replace() = protocol::AttributePath(name);
    }
    response->set_planned_private(request->prior_private());
    return grpc::Status::OK;
  }

  grpc::Status ApplyResourceChange(grpc::ServerContext*,
                                   const tfplugin6::ApplyResourceChange::Request* request,
                                   tfplugin6::ApplyResourceChange::Response* response) override {
    std::string error_code;
    return ApplyOwned(*request, "", *response, error_code);
  }

  // `error_code` gets the name of the code of what went wrong.
  grpc::Status ApplyOwned(const tfplugin6::ApplyResourceChange::Request& request,
                          const std::string& tag,
                          tfplugin6::ApplyResourceChange::Response& response,
                          std::string& error_code) {
    const value::Schema* schema = Find(request.type_name());
    if (schema == nullptr) return NoType(request.type_name());
    SPRINT_DECODE(prior, request.prior_state());
    SPRINT_DECODE(planned, request.planned_state());
    response.set_private_(request.planned_private());
    Result<value::Value> reached =
        provider_.ApplyOwned(request.type_name(), prior, WithoutUnknown(planned), tag);
    if (!reached.ok()) {
      *response.mutable_new_state() = ToWire(prior, schema->ImpliedType());
      Object(response.mutable_diagnostics(), reached.error());
      error_code = Name(reached.error().code());
      return grpc::Status::OK;
    }
    if (reached->HasUnknown()) {
      Object(response.mutable_diagnostics(), "", "the provider left a value unknown after apply");
    }
    *response.mutable_new_state() = ToWire(WithoutUnknown(*reached), schema->ImpliedType());
    return grpc::Status::OK;
  }

  grpc::Status ImportResourceState(grpc::ServerContext*,
                                   const tfplugin6::ImportResourceState::Request* request,
                                   tfplugin6::ImportResourceState::Response* response) override {
    const value::Schema* schema = Find(request->type_name());
    if (schema == nullptr) return NoType(request->type_name());
    Result<value::Value> found = provider_.Import(request->type_name(), request->id());
    if (!found.ok()) {
      Object(response->mutable_diagnostics(), found.error());
      return grpc::Status::OK;
    }
    auto* imported = response->add_imported_resources();
    imported->set_type_name(request->type_name());
    *imported->mutable_state() = ToWire(*found, schema->ImpliedType());
    return grpc::Status::OK;
  }

  grpc::Status FindOwned(const std::string& type, const std::string& tag,
                         sprint::provider::FindOwned::Response& response) {
    const value::Schema* schema = Find(type);
    if (schema == nullptr) return NoType(type);
    Result<std::vector<value::Value>> found = provider_.FindOwned(type, tag);
    if (!found.ok()) {
      Object(response.mutable_diagnostics(), found.error());
      return grpc::Status::OK;
    }
    for (const value::Value& object : *found) {
      *response.add_states() = ToWire(object, schema->ImpliedType());
    }
    return grpc::Status::OK;
  }

  grpc::Status StopProvider(grpc::ServerContext*, const tfplugin6::StopProvider::Request*,
                            tfplugin6::StopProvider::Response*) override {
    provider_.Stop();
    return grpc::Status::OK;
  }

 private:
  const value::Schema* Find(const std::string& type) const {
    auto it = provider_.resources().find(type);
    return it == provider_.resources().end() ? nullptr : &it->second;
  }
  static grpc::Status NoType(const std::string& type) {
    return BadRequest("no resource type " + type);
  }

  Provider& provider_;
};
#undef SPRINT_DECODE

// Many calls in one message, each as if it had come alone.
class BatchService final : public provider::Batch::Service {
 public:
  explicit BatchService(ProviderService& service) : service_(service) {}

  grpc::Status Read(grpc::ServerContext*, const provider::ReadBatch::Request* request,
                    provider::ReadBatch::Response* response) override {
    return Each(*request, *response, [this](const auto& call, auto& answer) {
      return service_.ReadResource(nullptr, &call, &answer);
    });
  }
  grpc::Status Validate(grpc::ServerContext*, const provider::ValidateBatch::Request* request,
                        provider::ValidateBatch::Response* response) override {
    return Each(*request, *response, [this](const auto& call, auto& answer) {
      return service_.ValidateResourceConfig(nullptr, &call, &answer);
    });
  }
  grpc::Status Plan(grpc::ServerContext*, const provider::PlanBatch::Request* request,
                    provider::PlanBatch::Response* response) override {
    return Each(*request, *response, [this](const auto& call, auto& answer) {
      return service_.PlanResourceChange(nullptr, &call, &answer);
    });
  }

 private:
  // As many at once as the host would have underway without batches: what a provider
  // asks of a network must not stand in line because it came in one message.
  static constexpr int Threads = 16;

  template <typename Request, typename Response, typename Serve>
  static grpc::Status Each(const Request& request, Response& response, const Serve& serve) {
    const int count = request.calls_size();
    for (int i = 0; i < count; ++i) response.add_answers();
    std::atomic<int> next = 0;
    const auto work = [&] {
      for (int i = next++; i < count; i = next++) {
        auto& answer = *response.mutable_answers(i);
        const grpc::Status status = serve(request.calls(i), answer);
        if (!status.ok()) Object(answer.mutable_diagnostics(), "", status.error_message());
      }
    };
    std::vector<std::jthread> helpers;
    for (int i = 1; i < std::min(Threads, count); ++i) {
      auto helper = StartThread([&work](const std::stop_token&) { work(); });
      if (!helper.ok()) break;
      helpers.push_back(helper.TakeValue());
    }
    work();
    for (std::jthread& helper : helpers) helper.join();
    return grpc::Status::OK;
  }

  ProviderService& service_;
};

// What the plugin protocol lacks to lose nothing.
class OwnershipService final : public provider::Ownership::Service {
 public:
  OwnershipService(ProviderService& service, const Abilities& abilities)
      : service_(service), abilities_(abilities) {}

  grpc::Status Ask(grpc::ServerContext*, const provider::Abilities::Request*,
                   provider::Abilities::Response* response) override {
    response->set_repeats_creates(abilities_.repeats_creates);
    response->set_finds_owned(abilities_.finds_owned);
    response->set_consistency(abilities_.consistency);
    return grpc::Status::OK;
  }
  grpc::Status Apply(grpc::ServerContext*, const provider::ApplyOwned::Request* request,
                     provider::ApplyOwned::Response* response) override {
    return service_.ApplyOwned(request->call(), request->tag(), *response->mutable_answer(),
                               *response->mutable_error_code());
  }
  grpc::Status Find(grpc::ServerContext*, const provider::FindOwned::Request* request,
                    provider::FindOwned::Response* response) override {
    return service_.FindOwned(request->type_name(), request->tag(), *response);
  }

 private:
  ProviderService& service_;
  const Abilities abilities_;
};

// Set once, by the host's Shutdown or when the host is gone.
class EndSignal {
 public:
  void Set() {
    std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  // False after `time` without it.
  bool WaitFor(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

class ControllerService final : public plugin::GRPCController::Service {
 public:
  explicit ControllerService(EndSignal& end) : end_(end) {}
  grpc::Status Shutdown(grpc::ServerContext*, const plugin::Empty*, plugin::Empty*) override {
    end_.Set();
    return grpc::Status::OK;
  }

 private:
  EndSignal& end_;
};

std::string Environment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

bool Offers(std::string_view versions, std::string_view version) {
  while (!versions.empty()) {
    size_t comma = versions.find(',');
    if (versions.substr(0, comma) == version) return true;
    if (comma == std::string_view::npos) break;
    versions.remove_prefix(comma + 1);
  }
  return false;
}

// A socket only this user can reach; empty when there is no folder for it.
std::string SocketPath() {
  std::string folder = Environment("PLUGIN_UNIX_SOCKET_DIR");
  if (folder.empty()) folder = Environment("TMPDIR");
  if (folder.empty()) {
    char made[] = "/tmp/sprint-provider-XXXXXX";
    if (mkdtemp(made) == nullptr) return "";
    folder = made;
  }
  return folder + "/provider-" + std::to_string(getpid());
}

}  // namespace

int Serve(std::unique_ptr<Provider> provider) {
  if (Environment(protocol::kCookieName) != protocol::kCookieValue) {
    std::fputs("This program is a provider: it is started by the engine, not by hand.\n", stderr);
    return 1;
  }
  std::string versions = Environment(protocol::kVersionsName);
  if (!versions.empty() && !Offers(versions, protocol::kVersion)) {
    std::fprintf(stderr, "this provider speaks plugin protocol 6; the host offers %s\n",
                 versions.c_str());
    return 1;
  }
  if (!Environment("PLUGIN_CLIENT_CERT").empty()) {
    std::fputs("this provider speaks unencrypted over its private socket only\n", stderr);
  }
  // The terminal sends the interrupt to everybody; stopping us is the host's job.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  // A host may ignore it: nobody would hear how the tools that are run here have ended.
  std::signal(SIGCHLD, SIG_DFL);
  const pid_t host = getppid();

  EndSignal end;
  ProviderService service(*provider);
  BatchService batches(service);
  OwnershipService ownership(service, provider->abilities());
  ControllerService controller(end);
  std::string path = SocketPath();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + path, grpc::InsecureServerCredentials());
  builder.SetMaxReceiveMessageSize(-1);
  builder.SetMaxSendMessageSize(-1);
  builder.RegisterService(&service);
  if (Environment(NoBatchesName).empty()) builder.RegisterService(&batches);
  builder.RegisterService(&controller);
  builder.RegisterService(&ownership);
  const mode_t mask = umask(0177);
  std::unique_ptr<grpc::Server> server = path.empty() ? nullptr : builder.BuildAndStart();
  umask(mask);
  if (server == nullptr) {
    std::fprintf(stderr, "cannot listen on %s\n", path.c_str());
    return 1;
  }
  if (grpc::HealthCheckServiceInterface* health = server->GetHealthCheckService()) {
    health->SetServingStatus("plugin", true);
  }
  std::printf("1|6|unix|%s|grpc|\n", path.c_str());
  std::fflush(stdout);

  while (!end.WaitFor(std::chrono::milliseconds(500))) {
    // A parent that died has left us to another one.
    if (getppid() != host) end.Set();
  }
  // Calls that do not end cannot be taken back: after a while they end with the process.
  provider->Stop();
  auto last = StartThread([path](const std::stop_token&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    unlink(path.c_str());
    _exit(0);
  });
  if (last.ok()) last->detach();
  server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(100));
  server.reset();
  unlink(path.c_str());
  provider.reset();
  return 0;
}

}  // namespace sprint::sdk
