#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "providers/host/provider.h"

// What plan and apply ask of providers, the same way.
namespace sprint::plan {

// The providers of a run, started and configured when first asked for. Called from several
// threads.
class ProviderSet {
 public:
  virtual ~ProviderSet() = default;
  // The provider stays the set's. NotFound: no such program is installed. Conflict: what
  // configures it is not there.
  virtual Result<host::Provider*> Get(const std::string& name) = 0;
  // The same, perhaps not configured: good for its schema and for Validate, which plugins
  // answer before they are configured.
  virtual Result<host::Provider*> Unconfigured(const std::string& name) { return Get(name); }
  // `config`, without references, is what Get gives the provider with from now on; what it
  // gave before, with another one, is gone then.
  virtual Status Configure(const std::string& name, const value::Value& config) = 0;
  // A hash of the provider's program; "" when there is none to be had.
  virtual std::string Fingerprint(const std::string&) { return ""; }
};

// Providers that are already running, for tests and for providers in process. They are
// configured when asked for with another configuration than before.
class GivenProviders final : public ProviderSet {
 public:
  void Add(const std::string& name, host::Provider* provider) {
    providers_[name].provider = provider;
  }
  Result<host::Provider*> Get(const std::string& name) override;
  Result<host::Provider*> Unconfigured(const std::string& name) override;
  Status Configure(const std::string& name, const value::Value& config) override;

 private:
  struct Given {
    host::Provider* provider = nullptr;
    value::Value configured{}, wanted{};
  };
  std::mutex mutex_;
  std::map<std::string, Given> providers_;
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
// One planning call. What it points to must outlive it.
struct Question {
  host::Provider* provider;
  const std::string* type;  // of the language
  const value::Value* prior;
  value::Value config;  // resolved; null asks for deletion
  const std::string* private_bytes;
};
// Asks all of them, many at once; answers in the order of the questions. InvalidArgument
// with what the provider objects to. A configuration is validated only if it says
// something that the existing object does not: what the object already is was accepted.
std::vector<Result<Planned>> AskPlans(std::vector<Question> questions);
// Of the same questions only what can be said without a configured provider: that the type
// and its attributes exist, and what the provider validates.
std::vector<Status> AskChecks(std::vector<Question> questions);
Result<Planned> AskPlan(host::Provider& provider, const std::string& type,
                        const value::Value& prior, const value::Value& config,
                        const std::string& private_bytes);

// The errors among `messages` in one text; empty when there are none.
std::string Objections(const std::vector<host::Message>& messages);

}  // namespace sprint::plan
