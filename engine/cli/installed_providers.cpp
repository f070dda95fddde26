#include "engine/cli/installed_providers.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/SHA256.h>

#include <fstream>
#include <vector>

#include "engine/lower/config.h"
#include "providers/host/provider.h"

namespace sprint::cli {

namespace {

// The first resource that a configuration refers to; "" when it refers to none.
std::string ReferenceOf(const value::Value& config) {
  std::string first;
  lower::VisitReferences(config, [&first](const std::string& address, const std::string&) {
    if (first.empty()) first = address;
  });
  return first;
}

}  // namespace

void InstalledProviders::Use(const std::vector<lower::ProviderConfig>& configs) {
  {
    const std::lock_guard lock(mutex_);
    for (auto& [name, provider] : providers_) {
      const std::lock_guard one(provider.mutex);
      provider.wanted = value::Object{};
      const bool runs = provider.started && provider.started->ok() &&
                        (**provider.started)->alive() && !provider.objection &&
                        provider.program == ProgramOf(name);
      if (runs) continue;
      provider.started.reset();
      provider.configured.reset();
      provider.objection.reset();
    }
  }
  for (const lower::ProviderConfig& config : configs) {
    if (config.config.As<value::Object>()) At(config.name).wanted = config.config;
  }
}

InstalledProviders::Program InstalledProviders::ProgramOf(const std::string& name) {
  Program program;
  auto path = host::FindProgram(name);
  struct stat info {};
  if (!path.ok() || stat(path->c_str(), &info) != 0) return program;
  program.path = path.TakeValue();
  program.device = info.st_dev;
  program.file = info.st_ino;
  program.size = info.st_size;
  program.changed_ns = info.st_mtim.tv_sec * int64_t{1'000'000'000} + info.st_mtim.tv_nsec;
  return program;
}

InstalledProviders::Installed& InstalledProviders::At(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return providers_[name];
}

Result<host::Provider*> InstalledProviders::Get(const std::string& name) {
  Installed& provider = At(name);
  const std::lock_guard lock(provider.mutex);
  if (const std::string reference = ReferenceOf(provider.wanted); !reference.empty()) {
    return Error(ErrorCode::Conflict, "provider `" + name + "` is configured by `" + reference +
                                          "`, which is not there");
  }
  // A program that was configured is not configured once more.
  if (provider.configured && !(*provider.configured == provider.wanted)) {
    provider.started.reset();
    provider.configured.reset();
    provider.objection.reset();
  }
  SPRINT_ASSIGN_OR_RETURN(host::Provider * started, Started(name, provider));
  if (!provider.configured) {
    provider.configured = provider.wanted;
    if (Status status = ConfigureNow(name, *started, provider.wanted); !status.ok()) {
      provider.objection = status.TakeError();
    }
  }
  if (provider.objection) return Error(*provider.objection);
  return started;
}

Result<host::Provider*> InstalledProviders::Unconfigured(const std::string& name) {
  Installed& provider = At(name);
  const std::lock_guard lock(provider.mutex);
  return Started(name, provider);
}

Status InstalledProviders::Configure(const std::string& name, const value::Value& config) {
  Installed& provider = At(name);
  const std::lock_guard lock(provider.mutex);
  provider.wanted = config;
  return Ok();
}

std::string InstalledProviders::Fingerprint(const std::string& name) {
  Installed& provider = At(name);
  const std::lock_guard lock(provider.mutex);
  Program program = ProgramOf(name);
  if (program.path.empty()) return "";
  if (provider.hashed == program) return provider.hash;
  // Programs are large: read through a small window.
  std::ifstream in(program.path, std::ios::binary);
  llvm::SHA256 hash;
  std::vector<char> window(1 << 20);
  while (in) {
    in.read(window.data(), static_cast<std::streamsize>(window.size()));
    hash.update(llvm::StringRef(window.data(), static_cast<size_t>(in.gcount())));
  }
  provider.hashed = std::move(program);
  return provider.hash = llvm::toHex(hash.final(), /*LowerCase=*/true);
}

Result<host::Provider*> InstalledProviders::Started(const std::string& name,
                                                    Installed& provider) const {
  if (!provider.started) {
    const auto start = [&]() -> Result<std::unique_ptr<host::Provider>> {
      SPRINT_ASSIGN_OR_RETURN(const std::string path, host::FindProgram(name));
      // Before it is started: a file that is put there meanwhile is noticed.
      provider.program = ProgramOf(name);
      auto launched = host::Launch(path, {});
      if (!launched.ok()) return launched.TakeError().While("starting provider `" + name + "`");
      return vault_ ? secrets::Guard(launched.TakeValue(), *vault_) : launched.TakeValue();
    };
    provider.started = start();
  }
  if (!provider.started->ok()) return Error(provider.started->error());
  return (*provider.started)->get();
}

Status InstalledProviders::ConfigureNow(const std::string& name, host::Provider& provider,
                                        const value::Value& config) const {
  value::Object settings = *config.As<value::Object>();
  const std::pair<const char*, const std::string*> facts[] = {
      {"program_directory", &facts_.program_directory},
      {"directory", &facts_.directory},
      {"owner", &facts_.owner}};
  for (const auto& [attribute, text] : facts) {
    if (provider.config_schema().Find(attribute) && !settings.contains(attribute)) {
      settings[attribute] = *text;
    }
  }
  auto configured = provider.Configure(value::Value(settings));
  if (!configured.ok()) {
    return configured.TakeError().While("configuring provider `" + name + "`");
  }
  if (const std::string objections = plan::Objections(*configured); !objections.empty()) {
    return Error(ErrorCode::InvalidArgument, "provider `" + name + "`: " + objections);
  }
  return Ok();
}

}  // namespace sprint::cli
