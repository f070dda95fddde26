#include "engine/cli/installed_providers.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/SHA256.h>

#include <fstream>
#include <vector>

#include "engine/lower/config.h"
#include "providers/host/provider.h"

namespace sprint::cli {

InstalledProviders::InstalledProviders(std::vector<lower::ProviderConfig> configs, RunFacts facts,
                                       secrets::Vault* vault)
    : configs_(std::move(configs)), facts_(std::move(facts)), vault_(vault) {}

Result<host::Provider*> InstalledProviders::Get(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto found = started_.find(name);
  if (found == started_.end()) found = started_.emplace(name, Start(name)).first;
  // A provider that did not start is not started again in this run.
  if (!found->second.ok()) return Error(found->second.error());
  return found->second->get();
}

std::string InstalledProviders::Fingerprint(const std::string& name) {
  auto path = host::FindProgram(name);
  if (!path.ok()) return "";
  // Programs are large: read through a small window.
  std::ifstream in(*path, std::ios::binary);
  llvm::SHA256 hash;
  std::vector<char> window(1 << 20);
  while (in) {
    in.read(window.data(), static_cast<std::streamsize>(window.size()));
    hash.update(llvm::StringRef(window.data(), static_cast<size_t>(in.gcount())));
  }
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

Result<std::unique_ptr<host::Provider>> InstalledProviders::Start(const std::string& name) const {
  SPRINT_ASSIGN_OR_RETURN(const std::string path, host::FindProgram(name));
  auto launched = host::Launch(path, {});
  if (!launched.ok()) return launched.TakeError().While("starting provider `" + name + "`");
  std::unique_ptr<host::Provider> provider = launched.TakeValue();
  if (vault_) provider = secrets::Guard(std::move(provider), *vault_);

  value::Object config;
  for (const lower::ProviderConfig& given : configs_) {
    if (given.name != name) continue;
    const value::Value known =
        lower::Resolve(given.config, [](const std::string&) { return nullptr; });
    if (const auto* object = known.As<value::Object>()) config = *object;
  }
  const std::pair<const char*, const std::string*> facts[] = {
      {"program_directory", &facts_.program_directory},
      {"directory", &facts_.directory},
      {"owner", &facts_.owner}};
  for (const auto& [attribute, text] : facts) {
    if (provider->config_schema().Find(attribute) && !config.contains(attribute)) {
      config[attribute] = *text;
    }
  }
  auto configured = provider->Configure(value::Value(config));
  if (!configured.ok()) {
    return configured.TakeError().While("configuring provider `" + name + "`");
  }
  if (const std::string objections = plan::Objections(*configured); !objections.empty()) {
    return Error(ErrorCode::InvalidArgument, "provider `" + name + "`: " + objections);
  }
  return provider;
}

void InstalledProviders::StopAll() {
  const std::lock_guard lock(mutex_);
  for (auto& [name, provider] : started_) {
    if (provider.ok()) (*provider)->Stop();
  }
}

}  // namespace sprint::cli
