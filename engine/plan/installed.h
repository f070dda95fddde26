#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "engine/plan/provider_calls.h"

namespace sprint::plan {

// The providers that one planning uses. One that is not installed is no error: its
// resources are planned from the program alone, and a note says so.
class Installed {
 public:
  // `notes` must outlive this.
  Installed(ProviderSet& providers, std::vector<std::string>& notes)
      : providers_(providers), notes_(notes) {}

  // Null: it is not installed. Errors: it is, and cannot be started or configured.
  Result<host::Provider*> Get(const std::string& name);
  // The same, perhaps not configured; see ProviderSet.
  Result<host::Provider*> Unconfigured(const std::string& name);
  // The hashes of the programs that were used, by name.
  std::map<std::string, std::string> Fingerprints() const;

 private:
  Result<host::Provider*> Known(const std::string& name, Result<host::Provider*> provider);

  ProviderSet& providers_;
  std::vector<std::string>& notes_;
  std::map<std::string, host::Provider*> known_;  // configured ones, and those not installed
  std::set<std::string> used_;                    // installed
};

}  // namespace sprint::plan
