#include <cstdio>
#include <cstdlib>

#include "engine/cli/options.h"
#include "engine/cli/session.h"
#include "engine/cli/world.h"
#include "engine/state/document.h"

// States that move to another place: all workspaces of a program, or the one that was named.
namespace sprint::cli {
namespace {

// One state, here and there, both locked.
struct Pair {
  std::string workspace;
  StateAlone from, to;
  state::Snapshot snapshot;
  bool there = false;  // it was copied before
};

Result<StateAlone> OpenLocked(House house) {
  StateAlone state;
  state.house = std::move(house);
  SPRINT_ASSIGN_OR_RETURN(state.store, OpenState(state.house));
  if (state.store->keyring()) HideMemory();
  SPRINT_ASSIGN_OR_RETURN(state.lock, TakeLock(*state.store, "state migrate"));
  return state;
}

// Conflict: something else lies there.
Result<Pair> OpenPair(House house, const std::string& workspace, const std::string& url) {
  Pair pair;
  pair.workspace = house.workspace = workspace;
  SPRINT_ASSIGN_OR_RETURN(pair.from, OpenLocked(house));
  SPRINT_ASSIGN_OR_RETURN(pair.snapshot, pair.from.store->Read());
  house.url = url;
  SPRINT_ASSIGN_OR_RETURN(pair.to, OpenLocked(std::move(house)));
  const auto there = pair.to.store->Read();
  // What cannot be read is a copy that was cut off: it is made again.
  if (!there.ok() || (there->records.empty() && there->open.empty())) return pair;
  pair.there = state::Same(*there, pair.snapshot);
  if (pair.there) return pair;
  return Error(ErrorCode::Conflict,
               "the state there is not empty: it holds " + Counted(there->records.size()));
}

Status Copy(Pair& pair) {
  if (pair.there) return Ok();
  state::Store &from = *pair.from.store, &to = *pair.to.store;
  // Keys first: nothing lies there in clear that was not in clear here.
  if (from.keyring() && !to.keyring()) {
    SPRINT_RETURN_IF_ERROR(to.EncryptWith(*from.keyring(), from.locked_keyring()));
  }
  SPRINT_RETURN_IF_ERROR(to.Adopt(pair.snapshot));
  SPRINT_ASSIGN_OR_RETURN(const state::Snapshot back, to.Read());
  if (state::Same(back, pair.snapshot)) return Ok();
  return Error(ErrorCode::Protocol, "what lies there now is not what was copied");
}

// The one that was named; or all, the program's default one even when it has no state yet.
Result<std::vector<std::string>> Chosen(const House& house) {
  const char* named = std::getenv("SPRINT_WORKSPACE");
  if (named && *named != '\0') return std::vector<std::string>{named};
  SPRINT_ASSIGN_OR_RETURN(std::vector<std::string> names, WorkspacesOf(house));
  if (names.empty()) names.emplace_back(DefaultWorkspace);
  return names;
}

}  // namespace

int StateMigrate(const Options& options) {
  auto path = ProgramFile(options);
  if (!path.ok()) return Fail(path.error());
  auto house = HouseOf(*path);
  if (!house.ok()) return Fail(house.error());
  if (options.to == house->url) {
    return Fail(Error(ErrorCode::InvalidArgument, "the state lies there already"));
  }
  auto names = Chosen(*house);
  if (!names.ok()) return Fail(names.error());
  const auto failed = [&](Error error, const std::string& workspace) {
    return Fail(std::move(error).While("migrating workspace `" + workspace + "` to " + options.to));
  };
  // All of them are looked at before the first is copied.
  std::vector<Pair> pairs;
  for (const std::string& name : *names) {
    auto pair = OpenPair(*house, name, options.to);
    if (!pair.ok()) return failed(pair.TakeError(), name);
    pairs.push_back(pair.TakeValue());
  }
  value::List list;
  for (Pair& pair : pairs) {
    if (Status copied = Copy(pair); !copied.ok()) {
      return failed(copied.TakeError(), pair.workspace);
    }
    const state::Snapshot& snapshot = pair.snapshot;
    list.push_back(value::Object{{"workspace", pair.workspace},
                                 {"resources", static_cast<int64_t>(snapshot.records.size())},
                                 {"serial", snapshot.serial},
                                 {"lineage", snapshot.lineage}});
    if (options.json) continue;
    std::printf("%s: %s, serial %lld: %s\n", pair.workspace.c_str(),
                Counted(snapshot.records.size()).c_str(), static_cast<long long>(snapshot.serial),
                pair.there ? "is there already" : "copied and compared");
  }
  if (options.json) {
    PrintJson(value::Object{{"to", options.to}, {"workspaces", std::move(list)}});
    return Success;
  }
  std::printf(
      "use %s with `state: %s` in sprint.yaml beside the program; what lay here still does\n",
      pairs.size() == 1 ? "it" : "them", options.to.c_str());
  return Success;
}

}  // namespace sprint::cli
