#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/secrets/guard.h"
#include "engine/secrets/source.h"
#include "engine/settings/settings.h"
#include "engine/state/keeper.h"
#include "engine/state/store.h"

// Where a program's state lies and what opens it: what the environment says (SPRINT_STATE,
// SPRINT_WORKSPACE, SPRINT_STATE_KEY, SPRINT_SOURCE_name), which --state and --workspace
// set, before `sprint.yaml` beside the program and the workspace that was selected, before
// `.sprint/` there.
namespace sprint::cli {

inline constexpr const char* DefaultWorkspace = "default";

struct House {
  std::string program;    // the program's name: its file's, without folder and ending
  std::string folder;     // `.sprint` beside it, absolute
  std::string workspace;  // one state of the program, by name
  std::string url;        // engine/state/location.h
  secrets::Source key;
  bool key_is_ours = false;  // nobody said one: a file that we make
  std::map<std::string, secrets::Source> sources;
  settings::Refused refused;

  // Of the state among those at `url`.
  std::string space() const { return program + "/" + workspace; }
  // For files of ours in `folder`.
  std::string run_name() const {
    return workspace == DefaultWorkspace ? program : program + "." + workspace;
  }
};
// NotFound: there is no such program, nor a state of it.
Result<House> HouseOf(const std::string& program_path);
// The same whether there is one or not.
Result<House> HouseAt(const std::string& program_path);

// Files of ours about one workspace of a program.
std::string PlacementPath(const std::string& program_path);
std::string HistoryPath(const std::string& program_path);

// The workspace that `workspace select` chose for this program, for those who name none.
Status SelectWorkspace(const House& house, const std::string& name);

// Those that have a state, sorted.
Result<std::vector<std::string>> WorkspacesOf(const House& house);

// InvalidArgument unless `name` may name a workspace: letters, digits, `-` and `_`.
Status CheckWorkspace(const std::string& name);

Result<std::unique_ptr<state::Store>> OpenState(const House& house);
// The same to read it only: where there is none yet, none is made.
Result<std::unique_ptr<state::Store>> OpenStateToLook(const House& house);
// The key to encrypt with; ours is made when it is not there yet.
Result<std::string> KeyOf(const House& house);
// Encrypts the state of a program with secrets that is not encrypted yet.
Status EnsureEncrypted(const House& house, state::Store& store);
// The same where the lock is held.
Status EncryptHeld(const House& house, state::Store& store);

// The state's lock; waits for another holder as long as SPRINT_WAIT says, which --wait
// sets. The error says who has it and what can be done.
Result<std::unique_ptr<state::Keeper>> TakeLock(state::Store& store, const std::string& purpose);

// The state of a program by itself, for verbs that need neither its text nor providers.
struct StateAlone {
  House house;
  std::unique_ptr<state::Store> store;
  std::unique_ptr<state::Keeper> lock;  // null: only to be read
};
// With a `purpose` the lock is held; without, it is only looked at. Errors as of HouseOf.
Result<std::unique_ptr<StateAlone>> OpenAlone(const std::string& program_path,
                                              const std::string& purpose = "");

// Secrets of a run: where `sources` say, else SPRINT_SECRET_name of the environment, else
// asked for on the terminal. Texts are wiped at the end.
class RunVault final : public secrets::Vault {
 public:
  // `store` must outlive this. While it has no keys, fingerprints are made with ones of this
  // run: a plan that is not kept needs no key file.
  RunVault(House house, const state::Store& store);
  ~RunVault() override;
  Result<std::string> Text(const std::string& name) override;
  std::string Fingerprint(const std::string& name, const std::string& text) const override;

 private:
  const House house_;
  const state::Store& store_;
  const secrets::Keyring passing_ = secrets::Keyring::Make();
  std::mutex mutex_;
  std::map<std::string, std::string> texts_;
};

// One of them, as the vault gives it.
Result<std::string> SecretText(const House& house, const std::string& name);
// Where secret `name` would be taken from.
secrets::Source SourceOf(const House& house, const std::string& name);

// This process leaves no memory behind: no core file, no reading by other processes of
// the user. What it starts inherits the former.
void HideMemory();

}  // namespace sprint::cli
