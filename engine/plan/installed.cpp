#include "engine/plan/installed.h"

#include <utility>

namespace sprint::plan {

Result<host::Provider*> Installed::Get(const std::string& name) {
  const auto known = known_.find(name);
  if (known != known_.end()) return known->second;
  auto provider = providers_.Get(name);
  if (!provider.ok() && provider.error().code() != ErrorCode::NotFound) return provider;
  if (!provider.ok()) {
    notes_.push_back("provider `" + name + "` is not installed: its resources are planned " +
                     "from the program alone; apply will refuse");
  }
  return known_[name] = provider.ok() ? *provider : nullptr;
}

std::map<std::string, std::string> Installed::Fingerprints() const {
  std::map<std::string, std::string> hashes;
  for (const auto& [name, provider] : known_) {
    if (!provider) continue;
    if (std::string hash = providers_.Fingerprint(name); !hash.empty()) {
      hashes[name] = std::move(hash);
    }
  }
  return hashes;
}

}  // namespace sprint::plan
