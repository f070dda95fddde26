#pragma once

#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "providers/host/provider.h"

// What plan and apply ask of providers, the same way.
namespace sprint::plan {

// The providers of a run, started and configured. Called from several threads.
class ProviderSet {
 public:
  virtual ~ProviderSet() = default;
  // The provider stays the set's. NotFound: no such program is installed.
  virtual Result<host::Provider*> Get(const std::string& name) = 0;
};

// Providers that are already running, for tests and for providers in process.
class GivenProviders final : public ProviderSet {
 public:
  void Add(const std::string& name, host::Provider* provider) { providers_[name] = provider; }
  Result<host::Provider*> Get(const std::string& name) override;

 private:
  std::map<std::string, host::Provider*> providers_;
};

// The name a provider's schema has for the language's type: `local.process` is
// `local_process` or `process`. NotFound: the provider has neither.
Result<std::string> WireType(const host::Provider& provider, const std::string& type);

struct Planned {
  std::string wire;     // the type's name in the provider's schema
  value::Value config;  // with every attribute of the schema
  value::Value planned;
  std::vector<std::string> requires_replace;
  std::string private_bytes;
};
// One planning call; `config` null asks for deletion. InvalidArgument with what the
// provider objects to.
Result<Planned> AskPlan(host::Provider& provider, const std::string& type,
                        const value::Value& prior, const value::Value& config,
                        const std::string& private_bytes);

// The errors among `messages` in one text; empty when there are none.
std::string Objections(const std::vector<host::Message>& messages);

}  // namespace sprint::plan
