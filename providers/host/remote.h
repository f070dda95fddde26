#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "providers/host/connection.h"
#include "providers/host/private_folder.h"
#include "providers/host/process.h"
#include "providers/host/provider.h"
#include "providers/protocol/plugin.grpc.pb.h"
#include "providers/protocol/tfplugin6.pb.h"

// Internal to providers/host.
namespace sprint::host {

// A provider in a process of its own.
class Remote final : public Provider {
 public:
  // `version`: of the plugin protocol, 5 or 6.
  Remote(std::unique_ptr<PrivateFolder> folder, std::unique_ptr<Process> process,
         const std::shared_ptr<grpc::Channel>& channel, int version);
  ~Remote() override;

  // First of all calls. Errors: Protocol, Unavailable, Timeout.
  Status ReadSchema();

  const std::map<std::string, value::Schema>& resources() const override { return resources_; }
  const value::Schema& config_schema() const override { return config_schema_; }
  Result<std::vector<Message>> Configure(const value::Value& config) override;
  Result<std::vector<Message>> Validate(const std::string& type,
                                        const value::Value& config) override;
  Result<PlanAnswer> Plan(const std::string& type, const value::Value& prior,
                          const value::Value& proposed, const value::Value& config,
                          const std::string& private_bytes) override;
  Result<ApplyAnswer> Apply(const std::string& type, const value::Value& prior,
                            const value::Value& planned, const value::Value& config,
                            const std::string& private_bytes) override;
  Result<ReadAnswer> Read(const std::string& type, const value::Value& current,
                          const std::string& private_bytes) override;
  Abilities abilities() const override { return abilities_; }
  Result<ApplyAnswer> ApplyWith(const std::string& type, const value::Value& prior,
                                const value::Value& planned, const value::Value& config,
                                const std::string& private_bytes,
                                const CallOptions& options) override;
  Result<ReadAnswer> Import(const std::string& type, const std::string& id) override;
  Result<std::vector<value::Value>> FindOwned(const std::string& type,
                                              const std::string& tag) override;
  std::vector<Result<ReadAnswer>> ReadMany(const std::vector<ReadCall>& calls) override;
  std::vector<Result<std::vector<Message>>> ValidateMany(
      const std::vector<ValidateCall>& calls) override;
  std::vector<Result<PlanAnswer>> PlanMany(const std::vector<PlanCall>& calls) override;
  void Stop() override;
  void Kill() override { process_->Kill(); }
  bool alive() override { return !stopping_ && !process_->WaitFor(std::chrono::milliseconds(0)); }

 private:
  void AskAbilities();
  bool TakesBatches();
  template <typename Call>
  std::optional<Error> UnknownType(const std::vector<Call>& calls) const;
  Result<const value::Type*> WireType(const std::string& type) const;
  void SendStop(std::chrono::milliseconds timeout);
  Status Check(const grpc::Status& status, const std::string& doing);

  // The calls of one kind: in batches if the provider takes them, else one by one with
  // many underway. `make(i, request)` fills in call i; `take(i, response)` reads its answer.
  template <typename Batch, typename Kind, typename Answer, typename Make, typename Take>
  std::vector<Result<Answer>> AskMany(Method method, const char* batch, const char* doing,
                                      size_t count, const Make& make, const Take& take);

  // In this order: the folder goes last, after the process that uses it.
  std::unique_ptr<PrivateFolder> folder_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<plugin::GRPCController::Stub> controller_;
  std::atomic<bool> stopping_ = false;
  std::jthread stopper_;
  value::Schema config_schema_;
  std::map<std::string, value::Schema> resources_;
  std::map<std::string, value::Type> types_;
  bool plans_destroy_ = false;
  bool has_ownership_ = false;
  // A stranger's promises nothing beyond the protocol.
  Abilities abilities_{.repeats_creates = false};
  std::mutex batches_mutex_;
  std::optional<bool> takes_batches_;  // not asked yet
};

}  // namespace sprint::host
