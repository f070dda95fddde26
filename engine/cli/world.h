#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/apply/apply.h"
#include "engine/cli/house.h"
#include "engine/cli/installed_providers.h"
#include "engine/cli/session.h"
#include "engine/state/keeper.h"
#include "engine/state/store.h"

// State and providers of one program, together.
namespace sprint::cli {

struct World {
  House house;
  bool secrets = false;  // the program has some
  std::unique_ptr<state::Store> store;
  std::unique_ptr<state::Keeper> lock;  // null: only to be read
  // Of an encrypted state, or of a program with secrets. Fingerprints that it gives while the
  // state is not encrypted are good for this world only.
  std::unique_ptr<RunVault> vault;
  std::unique_ptr<InstalledProviders> providers;
};
Result<std::unique_ptr<World>> OpenWorld(const Compiled& compiled);
// The same for verbs that keep nothing: where there is no state yet, none is made.
Result<std::unique_ptr<World>> OpenToLook(const Compiled& compiled);
// OpenWorld for a program that there is no file of.
Result<std::unique_ptr<World>> OpenWorldAt(const std::string& program_path, bool secrets);

// What the program says of its providers; what of it refers to resources is as the state has it.
Status UseProviders(World& world, const std::vector<lower::ProviderConfig>& configs);

// Takes the state's lock, which is kept alive until it is given back with World::lock. The
// state of a program with secrets is encrypted then.
Status Lock(World& world, const std::string& purpose);

// The world of a program that stays open: what it says is what is stored, whoever has
// written it, and its providers go on running. Nothing is locked between two uses.
class OpenedWorld {
 public:
  explicit OpenedWorld(const Compiled& compiled) : compiled_(compiled) {}
  // Opened anew when it cannot be gone on with: a server that was away, another key.
  Result<World*> Get();
  // After a failure everything is begun anew: credentials too.
  void Close() { world_.reset(); }

 private:
  const Compiled& compiled_;
  std::unique_ptr<World> world_;
};

// What the state of the program says exists.
Result<state::Snapshot> ReadState(const Compiled& compiled);

// Machines that could not be had lately and that are not worth asking for yet.
Result<std::vector<state::Refusal>> RefusedNow(const World& world);

// The state with every call settled that an earlier run left open; says what became of
// them on stderr, and to `told`. Conflict: one could not be found out.
using StateNow = std::shared_ptr<const state::Snapshot>;
Result<StateNow> Settled(World& world, const Options& options,
                         const std::function<void(const apply::Settled&)>& told = {},
                         bool destroying = false);

}  // namespace sprint::cli
