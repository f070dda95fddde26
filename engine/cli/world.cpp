#include "engine/cli/world.h"

#include <cstdio>
#include <filesystem>
#include <string_view>
#include <utility>

#include "compiler/support/environment.h"
#include "engine/cli/refusals.h"
#include "engine/plan/plan.h"

namespace sprint::cli {
namespace {

// Two programs in one folder have two states, and two folders never share owners' names.
std::string OwnerOf(const std::string& lineage) {
  std::string owner;
  for (const char c : lineage) {
    if (c != '-' && owner.size() < 6) owner += c;
  }
  return owner;
}

bool HasSecrets(const Compiled& compiled) {
  return compiled.program && !compiled.program->secrets.empty();
}

using OpenStore = Result<std::unique_ptr<state::Store>> (*)(const House&);

Result<std::unique_ptr<World>> Open(Result<House> found, bool secrets, OpenStore open) {
  if (!found.ok()) return found.TakeError();
  auto world = std::make_unique<World>();
  world->house = found.TakeValue();
  const House& house = world->house;
  world->secrets = secrets;
  SPRINT_ASSIGN_OR_RETURN(world->store, open(house));
  if (secrets || world->store->keyring()) {
    HideMemory();
    world->vault = std::make_unique<RunVault>(house, *world->store);
  }
  SPRINT_ASSIGN_OR_RETURN(const std::string lineage, world->store->Lineage());
  RunFacts facts;
  facts.program_directory = std::filesystem::path(house.folder).parent_path().string();
  facts.directory = house.folder + "/" + house.run_name();
  facts.owner = OwnerOf(lineage);
  world->providers = std::make_unique<InstalledProviders>(facts, world->vault.get());
  return world;
}

}  // namespace

Result<std::unique_ptr<World>> OpenWorld(const Compiled& compiled) {
  return Open(HouseOf(compiled.path), HasSecrets(compiled), &OpenState);
}

Result<std::unique_ptr<World>> OpenToLook(const Compiled& compiled) {
  return Open(HouseOf(compiled.path), HasSecrets(compiled), &OpenStateToLook);
}

Result<std::unique_ptr<World>> OpenWorldAt(const std::string& program_path, bool secrets) {
  return Open(HouseAt(program_path), secrets, &OpenState);
}

Status UseProviders(World& world, const std::vector<lower::ProviderConfig>& configs) {
  world.providers->Use(configs);
  SPRINT_ASSIGN_OR_RETURN(const StateNow now, world.store->Latest());
  return plan::ConfigureByState(configs, *now, *world.providers);
}

Status Lock(World& world, const std::string& purpose) {
  SPRINT_ASSIGN_OR_RETURN(world.lock, TakeLock(*world.store, purpose));
  return world.secrets ? EncryptHeld(world.house, *world.store) : Ok();
}

Result<World*> OpenedWorld::Get() {
  if (world_ && world_->store->Latest().ok()) return world_.get();
  Close();
  SPRINT_ASSIGN_OR_RETURN(world_, OpenWorld(compiled_));
  SPRINT_ASSIGN_OR_RETURN(const StateNow now, world_->store->Latest());
  return world_.get();
}

Result<state::Snapshot> ReadState(const Compiled& compiled) {
  SPRINT_ASSIGN_OR_RETURN(const std::unique_ptr<World> world, OpenToLook(compiled));
  return world->store->Read();
}

Result<std::vector<state::Refusal>> RefusedNow(const World& world) {
  SPRINT_ASSIGN_OR_RETURN(std::vector<state::Refusal> refused, world.store->Refused());
  return Live(std::move(refused), NowSeconds());
}

Result<StateNow> Settled(World& world, const Options& options,
                         const std::function<void(const apply::Settled&)>& told, bool destroying) {
  SPRINT_ASSIGN_OR_RETURN(StateNow now, world.store->Latest());
  if (now->open.empty()) return now;
  if (!world.lock) SPRINT_RETURN_IF_ERROR(Lock(world, "settle"));
  auto settled = apply::Recover(*world.store, *world.providers, SystemClock(), {}, options.not_made,
                                destroying);
  if (!settled.ok()) return settled.TakeError().While("finding out what an earlier run left open");
  std::string unknown;
  for (const apply::Settled& one : *settled) {
    std::fprintf(stderr, "sprint: an earlier run was cut off: %s %s\n", one.address.c_str(),
                 one.text.c_str());
    if (told) told(one);
    if (!one.known) unknown += (unknown.empty() ? "`" : ", `") + one.address + "`";
  }
  if (!unknown.empty()) {
    return Error(ErrorCode::Conflict, "what became of " + unknown + " is not known");
  }
  return world.store->Latest();
}

}  // namespace sprint::cli
