#include "engine/cli/house.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "compiler/support/environment.h"
#include "engine/secrets/crypto.h"
#include "engine/settings/settings.h"
#include "engine/state/keeper.h"

namespace sprint::cli {
namespace {

namespace fs = std::filesystem;

std::string Environment(const std::string& name) {
  const char* text = std::getenv(name.c_str());
  return text ? text : "";
}

std::string OurKeyPath() {
  std::string base = Environment("XDG_CONFIG_HOME");
  if (base.empty()) base = Environment("HOME") + "/.config";
  return base + "/sprint/state.key";
}

}  // namespace

Result<House> HouseOf(const std::string& program_path) {
  House house;
  std::error_code error;
  const fs::path absolute = fs::absolute(program_path, error).lexically_normal();
  house.program = absolute.stem().string();
  house.folder = (absolute.parent_path() / ".sprint").string();
  SPRINT_ASSIGN_OR_RETURN(settings::Settings settings,
                          settings::Read(absolute.parent_path().string(), RealFileSystem()));
  house.workspace = Environment("SPRINT_WORKSPACE");
  if (house.workspace.empty()) house.workspace = DefaultWorkspace;
  SPRINT_RETURN_IF_ERROR(CheckWorkspace(house.workspace));
  house.url = Environment("SPRINT_STATE");
  if (house.url.empty()) house.url = settings.state;
  if (house.url.empty()) house.url = "sqlite:" + house.folder + "/" + house.program + ".db";
  std::string key = Environment("SPRINT_STATE_KEY");
  if (key.empty()) key = settings.key;
  house.key_is_ours = key.empty();
  if (key.empty()) key = "file:" + OurKeyPath();
  SPRINT_ASSIGN_OR_RETURN(house.key, secrets::ParseSource(key));
  house.sources = std::move(settings.secrets);
  return house;
}

Status CheckWorkspace(const std::string& name) {
  const bool good = !name.empty() && name.find_first_not_of(
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                         "0123456789-_") == std::string::npos;
  if (good) return Ok();
  return Error(ErrorCode::InvalidArgument,
               "`" + name + "` cannot name a workspace: letters, digits, `-` and `_` can");
}

Result<std::unique_ptr<state::Store>> OpenState(const House& house) {
  return state::Open(house.url, house.space(), [&house]() -> Result<std::string> {
    auto key = secrets::Fetch(house.key, "the key of the state");
    if (key.ok() || !house.key_is_ours) return key;
    return Error(ErrorCode::Denied,
                 "the state is encrypted: say where its key is with SPRINT_STATE_KEY or `key:` in "
                 "sprint.yaml (file:PATH, command:WORDS, pass:NAME, env:NAME or prompt)");
  });
}

Result<std::string> KeyOf(const House& house) {
  if (house.key_is_ours && access(house.key.argument.c_str(), F_OK) != 0) {
    std::error_code error;
    const fs::path folder = fs::path(house.key.argument).parent_path();
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    std::string text = secrets::MakeKeyText() + "\n";
    const Status made = RealFileSystem().Write(house.key.argument, text, 0600);
    secrets::Wipe(text);
    SPRINT_RETURN_IF_ERROR(made);
    std::fprintf(stderr,
                 "sprint: the state will be encrypted; its key is the new file %s: keep a copy\n",
                 house.key.argument.c_str());
  }
  return secrets::Fetch(house.key, "the key of the state");
}

Status EnsureEncrypted(const House& house, state::Store& store) {
  if (store.keyring()) return Ok();
  SPRINT_ASSIGN_OR_RETURN(std::string key, KeyOf(house));
  SPRINT_ASSIGN_OR_RETURN(const auto lock, state::Keeper::Take(store, {.purpose = "encrypt"}));
  const Status status = store.Encrypt(key);
  secrets::Wipe(key);
  return status;
}

secrets::Source SourceOf(const House& house, const std::string& name) {
  if (const auto source = secrets::ParseSource(Environment("SPRINT_SOURCE_" + name)); source.ok()) {
    return *source;
  }
  const auto found = house.sources.find(name);
  if (found != house.sources.end()) return found->second;
  return {secrets::Source::Kind::Environment, "SPRINT_SECRET_" + name};
}

// Secrets of the environment, taken out of it so that nothing we start sees them.
const std::map<std::string, std::string>& EnvironmentSecrets() {
  static const std::map<std::string, std::string> taken = [] {
    constexpr std::string_view Prefix = "SPRINT_SECRET_";
    std::map<std::string, std::string> secrets;
    for (char** entry = environ; entry && *entry; ++entry) {
      const std::string_view both = *entry;
      const size_t equals = both.find('=');
      if (!both.starts_with(Prefix) || equals == std::string_view::npos) continue;
      secrets.emplace(both.substr(0, equals), both.substr(equals + 1));
      // What /proc/PID/environ shows.
      std::fill(*entry + equals + 1, *entry + both.size(), '\0');
    }
    for (const auto& [name, text] : secrets) unsetenv(name.c_str());
    return secrets;
  }();
  return taken;
}

RunVault::RunVault(House house, const state::Store& store)
    : house_(std::move(house)), store_(store) {
  (void)EnvironmentSecrets();
}

RunVault::~RunVault() {
  for (auto& [name, text] : texts_) secrets::Wipe(text);
}

Result<std::string> RunVault::Text(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = texts_.find(name); found != texts_.end()) return found->second;
  const secrets::Source source = SourceOf(house_, name);
  const bool unsaid = source.kind == secrets::Source::Kind::Environment &&
                      source.argument == "SPRINT_SECRET_" + name;
  auto text = [&]() -> Result<std::string> {
    const auto taken = EnvironmentSecrets().find(source.argument);
    if (source.kind == secrets::Source::Kind::Environment && taken != EnvironmentSecrets().end()) {
      return taken->second;
    }
    return secrets::Fetch(source, "the secret `" + name + "`");
  }();
  if (!text.ok() && unsaid && isatty(STDIN_FILENO) != 0) {
    text = secrets::Fetch({}, "the secret `" + name + "`");
  }
  if (!text.ok() && unsaid) {
    return Error(ErrorCode::NotFound, "the secret `" + name + "` is nowhere: set SPRINT_SECRET_" +
                                          name + ", or say where it is with SPRINT_SOURCE_" + name +
                                          "=SOURCE or in sprint.yaml");
  }
  if (text.ok()) texts_[name] = *text;
  return text;
}

std::string RunVault::Fingerprint(const std::string& name, const std::string& text) const {
  return store_.keyring()->Fingerprint(name, text);
}

void HideMemory() {
  const rlimit none{0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
  (void)prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace sprint::cli
