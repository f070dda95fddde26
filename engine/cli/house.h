#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine/secrets/guard.h"
#include "engine/secrets/source.h"
#include "engine/state/store.h"

// Where a program's state lies and what opens it: what the environment says (SPRINT_STATE,
// SPRINT_WORKSPACE, SPRINT_STATE_KEY, SPRINT_SOURCE_name) before `sprint.yaml` beside the
// program, before `.sprint/` there.
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

  // Of the state among those at `url`.
  std::string space() const { return program + "/" + workspace; }
  // For files of ours in `folder`.
  std::string run_name() const {
    return workspace == DefaultWorkspace ? program : program + "." + workspace;
  }
};
Result<House> HouseOf(const std::string& program_path);

// InvalidArgument unless `name` may name a workspace: letters, digits, `-` and `_`.
Status CheckWorkspace(const std::string& name);

Result<std::unique_ptr<state::Store>> OpenState(const House& house);
// The key to encrypt with; ours is made when it is not there yet.
Result<std::string> KeyOf(const House& house);
// Encrypts the state of a program with secrets that is not encrypted yet.
Status EnsureEncrypted(const House& house, state::Store& store);

// Secrets of a run: where `sources` say, else SPRINT_SECRET_name of the environment, else
// asked for on the terminal. Texts are wiped at the end.
class RunVault final : public secrets::Vault {
 public:
  // `store` must be encrypted and outlive this.
  RunVault(House house, const state::Store& store);
  ~RunVault() override;
  Result<std::string> Text(const std::string& name) override;
  std::string Fingerprint(const std::string& name, const std::string& text) const override;

 private:
  const House house_;
  const state::Store& store_;
  std::mutex mutex_;
  std::map<std::string, std::string> texts_;
};

// Where secret `name` would be taken from.
secrets::Source SourceOf(const House& house, const std::string& name);

// This process leaves no memory behind: no core file, no reading by other processes of
// the user. What it starts inherits the former.
void HideMemory();

}  // namespace sprint::cli
