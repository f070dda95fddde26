#pragma once

#include <atomic>
#include <map>
#include <string>

#include "providers/sdk/provider.h"

namespace sprint::bench {

// Things that exist nowhere: what a call costs is what the engine and the wire cost.
class ThingProvider final : public sdk::Provider {
 public:
  ThingProvider();
  const value::Schema& config_schema() const override { return config_; }
  const std::map<std::string, value::Schema>& resources() const override { return resources_; }
  Status Configure(const value::Value&) override { return Ok(); }
  Result<value::Value> Read(const std::string& type, const value::Value& current) override;
  Result<value::Value> Apply(const std::string& type, const value::Value& prior,
                             const value::Value& wanted) override;

 private:
  value::Schema config_;
  std::map<std::string, value::Schema> resources_;
};

}  // namespace sprint::bench
