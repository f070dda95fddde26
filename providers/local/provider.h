#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "providers/sdk/provider.h"

// The continuum on this machine. As root a zone is a network namespace, a node a
// control group with an address of its own; otherwise everything is a plain process on
// 127.0.0.1. Links are emulated by the kernel (netem) where it can, else by the proxies.
namespace sprint::local {

struct Options {
  std::string helper;  // the program sprint-local-run
  std::string beside;  // folder whose programs images may name: that of the provider
  std::string images;  // the images file; empty: images.yaml in the program's directory
  bool plain = false;  // no namespaces and slices, root or not
  std::chrono::milliseconds ready{30'000};  // until GET /health must have answered 200
};
// From where this program is, and SPRINT_LOCAL_IMAGES, SPRINT_LOCAL_MODE=plain,
// SPRINT_LOCAL_READY (seconds).
Options DefaultOptions();

struct Site;

class LocalProvider : public sdk::Provider {
 public:
  explicit LocalProvider(Options options);
  ~LocalProvider() override;

  const value::Schema& config_schema() const override;
  const std::map<std::string, value::Schema>& resources() const override;
  // Also clears away what an earlier boot of this machine has left in the directory.
  Status Configure(const value::Value& config) override;
  Result<value::Value> Read(const std::string& type, const value::Value& current) override;
  Result<value::Value> Apply(const std::string& type, const value::Value& prior,
                             const value::Value& wanted) override;
  // Zones and nodes are called by their names; a node is in a zone, too.
  Result<value::Value> Import(const std::string& type, const std::string& id) override;
  void Stop() override;

 private:
  std::unique_ptr<Site> site_;
};

}  // namespace sprint::local
