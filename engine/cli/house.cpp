#include "engine/cli/house.h"

#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "compiler/support/environment.h"
#include "engine/cli/patience.h"
#include "engine/cli/session.h"
#include "engine/secrets/crypto.h"
#include "engine/settings/settings.h"
#include "engine/state/keeper.h"

namespace sprint::cli {
namespace {

namespace fs = std::filesystem;

constexpr double LongestWait = 7 * 24 * 3600;  // s

std::string Environment(const std::string& name) {
  const char* text = std::getenv(name.c_str());
  return text ? text : "";
}

// Also where no shell has said so: under a service manager, say.
std::string Home() {
  if (std::string home = Environment("HOME"); !home.empty()) return home;
  const passwd* user = getpwuid(getuid());
  return user && user->pw_dir ? user->pw_dir : "";
}

std::string OurKeyPath() {
  std::string base = Environment("XDG_CONFIG_HOME");
  if (base.empty()) base = Home() + "/.config";
  return base + "/sprint/state.key";
}

std::string SelectionPath(const House& house) {
  return house.folder + "/" + house.program + ".workspace";
}

Result<std::string> SelectedWorkspace(const House& house) {
  if (!RealFileSystem().Exists(SelectionPath(house))) return std::string(DefaultWorkspace);
  SPRINT_ASSIGN_OR_RETURN(std::string name, RealFileSystem().Read(SelectionPath(house)));
  if (name.ends_with('\n')) name.pop_back();
  return name;
}

// What sprint.yaml calls a file is one beside it.
std::string Beside(const fs::path& folder, const std::string& url) {
  const std::string path = url.starts_with("sqlite:") ? url.substr(7) : url;
  if (path.empty() || path.find("://") != std::string::npos || fs::path(path).is_absolute()) {
    return url;
  }
  return "sqlite:" + (folder / path).string();
}

using OpenAt = Result<std::unique_ptr<state::Store>> (*)(const std::string&, const std::string&,
                                                         const state::AskKey&);

Result<std::unique_ptr<state::Store>> OpenedBy(OpenAt open, const House& house) {
  bool tried = false;
  auto opened = open(house.url, house.space(), [&]() -> Result<std::string> {
    auto key = secrets::Fetch(house.key, "the key of the state");
    tried = key.ok();
    if (key.ok() || !house.key_is_ours) return key;
    return Error(ErrorCode::Denied,
                 "the state is encrypted: say where its key is with SPRINT_STATE_KEY or `key:` in "
                 "sprint.yaml (file:PATH, command:WORDS, pass:NAME, env:NAME or prompt)");
  });
  if (opened.ok() || !tried) return opened;
  return opened.TakeError().While("opening it with the key " + secrets::ToText(house.key));
}

std::string OurPath(const std::string& program_path, const char* ending) {
  const auto house = HouseAt(program_path);
  const std::string name = house.ok() ? house->run_name() : fs::path(program_path).stem().string();
  return StateDirectory(program_path) + "/" + name + ending;
}

}  // namespace

Result<House> HouseAt(const std::string& program_path) {
  House house;
  std::error_code error;
  const fs::path absolute = fs::absolute(program_path, error).lexically_normal();
  house.program = absolute.stem().string();
  house.folder = (absolute.parent_path() / ".sprint").string();
  SPRINT_ASSIGN_OR_RETURN(settings::Settings settings,
                          settings::Read(absolute.parent_path().string(), RealFileSystem()));
  house.workspace = Environment("SPRINT_WORKSPACE");
  if (house.workspace.empty()) {
    SPRINT_ASSIGN_OR_RETURN(house.workspace, SelectedWorkspace(house));
  }
  SPRINT_RETURN_IF_ERROR(CheckWorkspace(house.workspace));
  house.url = Environment("SPRINT_STATE");
  if (house.url.empty()) house.url = Beside(absolute.parent_path(), settings.state);
  if (house.url.empty()) house.url = "sqlite:" + house.folder + "/" + house.program + ".db";
  std::string key = Environment("SPRINT_STATE_KEY");
  if (key.empty()) key = settings.key;
  house.key_is_ours = key.empty();
  if (key.empty()) key = "file:" + OurKeyPath();
  SPRINT_ASSIGN_OR_RETURN(house.key, secrets::ParseSource(key));
  house.sources = std::move(settings.secrets);
  house.refused = settings.refused;
  return house;
}

Result<House> HouseOf(const std::string& program_path) {
  SPRINT_ASSIGN_OR_RETURN(House house, HouseAt(program_path));
  std::error_code error;
  // What a program that is gone has left may be looked at and taken away.
  if (!fs::is_regular_file(program_path, error) && !state::MayBeThere(house.url)) {
    return Error(ErrorCode::NotFound, "there is no program `" + program_path + "`");
  }
  return house;
}

std::string PlacementPath(const std::string& program_path) {
  return OurPath(program_path, ".placement.json");
}

std::string HistoryPath(const std::string& program_path) {
  return OurPath(program_path, ".agent-history.jsonl");
}

Status SelectWorkspace(const House& house, const std::string& name) {
  SPRINT_RETURN_IF_ERROR(CheckWorkspace(name));
  std::error_code error;
  if (name == DefaultWorkspace) {
    fs::remove(SelectionPath(house), error);
    return Ok();
  }
  if (fs::create_directory(house.folder, error)) {
    fs::permissions(house.folder, fs::perms::owner_all, error);
  }
  return RealFileSystem().Write(SelectionPath(house), name + "\n");
}

Result<std::vector<std::string>> WorkspacesOf(const House& house) {
  SPRINT_ASSIGN_OR_RETURN(const std::vector<std::string> spaces, state::Spaces(house.url));
  const std::string prefix = house.program + "/";
  std::vector<std::string> names;
  for (const std::string& space : spaces) {
    if (space.starts_with(prefix)) names.push_back(space.substr(prefix.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
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
  return OpenedBy(&state::Open, house);
}

Result<std::unique_ptr<state::Store>> OpenStateToLook(const House& house) {
  return OpenedBy(&state::OpenToLook, house);
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
  SPRINT_ASSIGN_OR_RETURN(const auto lock, TakeLock(store, "encrypt"));
  return EncryptHeld(house, store);
}

Status EncryptHeld(const House& house, state::Store& store) {
  if (store.keyring()) return Ok();
  SPRINT_ASSIGN_OR_RETURN(std::string key, KeyOf(house));
  Status status = store.Encrypt(key);
  secrets::Wipe(key);
  return status;
}

Result<std::unique_ptr<state::Keeper>> TakeLock(state::Store& store, const std::string& purpose) {
  const std::string asked = Environment("SPRINT_WAIT");
  char* rest = nullptr;
  const double seconds = std::strtod(asked.c_str(), &rest);
  if (*rest != '\0' || !(seconds >= 0 && seconds <= LongestWait)) {
    return Error(ErrorCode::InvalidArgument,
                 "SPRINT_WAIT is a number of seconds, not `" + asked + "`");
  }
  state::KeepOptions options{.purpose = purpose};
  options.wait = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
  options.waiting = [seconds](const state::Lease& lease) {
    std::fprintf(stderr, "sprint: waits for %s, %g s at most\n", state::Describe(lease).c_str(),
                 seconds);
  };
  auto keeper = state::Keeper::Take(store, options);
  if (keeper.ok() || keeper.error().code() != ErrorCode::Conflict) return keeper;
  return Error(ErrorCode::Conflict,
               keeper.error().message() +
                   "; --wait SECONDS waits for it, `sprint lock` says since when it is held");
}

Result<std::unique_ptr<StateAlone>> OpenAlone(const std::string& program_path,
                                              const std::string& purpose) {
  auto alone = std::make_unique<StateAlone>();
  SPRINT_ASSIGN_OR_RETURN(alone->house, HouseOf(program_path));
  SPRINT_ASSIGN_OR_RETURN(
      alone->store, purpose.empty() ? OpenStateToLook(alone->house) : OpenState(alone->house));
  if (alone->store->keyring()) HideMemory();
  if (!purpose.empty()) {
    SPRINT_ASSIGN_OR_RETURN(alone->lock, TakeLock(*alone->store, purpose));
  }
  return alone;
}

secrets::Source SourceOf(const House& house, const std::string& name) {
  if (const auto source = secrets::ParseSource(Environment("SPRINT_SOURCE_" + name)); source.ok()) {
    return *source;
  }
  const auto found = house.sources.find(name);
  if (found != house.sources.end()) return found->second;
  return {secrets::Source::Kind::Environment, "SPRINT_SECRET_" + name};
}

namespace {

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

}  // namespace

Result<std::string> SecretText(const House& house, const std::string& name) {
  const Hush hush;
  const secrets::Source source = SourceOf(house, name);
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
  return text;
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
  auto text = SecretText(house_, name);
  if (text.ok()) texts_[name] = *text;
  return text;
}

std::string RunVault::Fingerprint(const std::string& name, const std::string& text) const {
  const secrets::Keyring* stored = store_.keyring();
  return (stored ? *stored : passing_).Fingerprint(name, text);
}

void HideMemory() {
  const rlimit none{0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
  (void)prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace sprint::cli
