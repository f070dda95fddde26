#pragma once

#include <map>
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
  // The hashes of the programs that were used, by name.
  std::map<std::string, std::string> Fingerprints() const;

 private:
  ProviderSet& providers_;
  std::vector<std::string>& notes_;
  std::map<std::string, host::Provider*> known_;
};

}  // namespace sprint::plan
