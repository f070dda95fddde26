#pragma once

#include "providers/host/provider.h"
#include "providers/sdk/provider.h"

namespace sprint::bench {

// A provider of the SDK without a process or a wire between.
class InProcess final : public host::Provider {
 public:
  explicit InProcess(sdk::Provider& provider) : provider_(provider) {}
  const std::map<std::string, value::Schema>& resources() const override {
    return provider_.resources();
  }
  const value::Schema& config_schema() const override { return provider_.config_schema(); }
  Result<std::vector<host::Message>> Configure(const value::Value& config) override;
  Result<std::vector<host::Message>> Validate(const std::string& type,
                                              const value::Value& config) override;
  Result<host::PlanAnswer> Plan(const std::string& type, const value::Value& prior,
                                const value::Value& proposed, const value::Value& config,
                                const std::string& private_bytes) override;
  Result<host::ApplyAnswer> Apply(const std::string& type, const value::Value& prior,
                                  const value::Value& planned, const value::Value& config,
                                  const std::string& private_bytes) override;
  Result<host::ReadAnswer> Read(const std::string& type, const value::Value& current,
                                const std::string& private_bytes) override;
  void Stop() override { provider_.Stop(); }

 private:
  sdk::Provider& provider_;
};

}  // namespace sprint::bench
