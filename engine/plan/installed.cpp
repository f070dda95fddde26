#include "engine/plan/installed.h"

#include <utility>

namespace sprint::plan {

Result<host::Provider*> Installed::Get(const std::string& name) {
  const auto known = known_.find(name);
  if (known != known_.end()) return known->second;
  SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, Known(name, providers_.Get(name)));
  return known_[name] = provider;
}

Result<host::Provider*> Installed::Unconfigured(const std::string& name) {
  const auto known = known_.find(name);
  if (known != known_.end()) return known->second;
  return Known(name, providers_.Unconfigured(name));
}

Result<host::Provider*> Installed::Known(const std::string& name,
                                         Result<host::Provider*> provider) {
  if (provider.ok()) used_.insert(name);
  if (provider.ok() || provider.error().code() != ErrorCode::NotFound) return provider;
  notes_.push_back("provider `" + name + "` is not installed: its resources are planned " +
                   "from the program alone; apply will refuse");
  return known_[name] = nullptr;
}

std::map<std::string, std::string> Installed::Fingerprints() const {
  std::map<std::string, std::string> hashes;
  for (const std::string& name : used_) {
    if (std::string hash = providers_.Fingerprint(name); !hash.empty()) {
      hashes[name] = std::move(hash);
    }
  }
  return hashes;
}

}  // namespace sprint::plan
