#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/lower/lower.h"
#include "engine/plan/provider_calls.h"
#include "engine/secrets/guard.h"

namespace sprint::cli {

// What a provider may want to know of the run, put into attributes of its configuration
// of these names when its schema has them and the program sets none.
struct RunFacts {
  std::string program_directory;  // absolute
  std::string directory;          // the run's own folder for state and logs
  std::string owner;              // short, the same for every run of this state
};

// Provider programs found beside `sprint` or on SPRINT_PROVIDER_PATH, started when first
// asked for, configured once, stopped with this object.
class InstalledProviders final : public plan::ProviderSet {
 public:
  // With a `vault`, which must outlive this, secrets go no further than to the providers.
  InstalledProviders(std::vector<lower::ProviderConfig> configs, RunFacts facts,
                     secrets::Vault* vault);
  Result<host::Provider*> Get(const std::string& name) override;
  std::string Fingerprint(const std::string& name) override;
  // Asks running calls of every provider to end early.
  void StopAll();

 private:
  Result<std::unique_ptr<host::Provider>> Start(const std::string& name) const;

  std::vector<lower::ProviderConfig> configs_;
  RunFacts facts_;
  secrets::Vault* vault_;
  std::mutex mutex_;
  std::map<std::string, Result<std::unique_ptr<host::Provider>>> started_;
};

}  // namespace sprint::cli
