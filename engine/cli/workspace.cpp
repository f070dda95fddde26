#include <algorithm>
#include <cstdio>

#include "engine/cli/approve.h"
#include "engine/cli/backup.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"

// Several states of one program.
namespace sprint::cli {
namespace {

struct Workspaces {
  House house;
  std::vector<std::string> names;  // sorted; the default one is there even when it is not yet
  bool Has(const std::string& name) const {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
};

Result<Workspaces> Find(const Options& options) {
  Workspaces found;
  SPRINT_ASSIGN_OR_RETURN(const std::string path, ProgramFile(options));
  SPRINT_ASSIGN_OR_RETURN(found.house, HouseOf(path));
  SPRINT_ASSIGN_OR_RETURN(found.names, WorkspacesOf(found.house));
  if (!found.Has(DefaultWorkspace)) found.names.emplace_back(DefaultWorkspace);
  std::sort(found.names.begin(), found.names.end());
  return found;
}

Error Unknown(const Workspaces& workspaces, const std::string& name) {
  std::string names;
  for (const std::string& one : workspaces.names)
    names += (names.empty() ? "`" : ", `") + one + "`";
  return {ErrorCode::NotFound, "there is no workspace `" + name + "`; there is " + names};
}

int Done(const Options& options, const std::string& name, const std::string& text) {
  if (options.json) {
    PrintJson(value::Object{{"workspace", name}});
  } else {
    std::puts(text.c_str());
  }
  return Success;
}

}  // namespace

int WorkspaceList(const Options& options) {
  auto found = Find(options);
  if (!found.ok()) return Fail(found.error());
  value::List list;
  for (const std::string& name : found->names) {
    const bool current = name == found->house.workspace;
    if (options.json) {
      list.push_back(value::Object{{"name", name}, {"current", current}});
    } else {
      std::printf("%s %s\n", current ? "*" : " ", name.c_str());
    }
  }
  if (options.json) PrintJson(std::move(list));
  return Success;
}

int WorkspaceShow(const Options& options) {
  auto path = ProgramFile(options);
  if (!path.ok()) return Fail(path.error());
  auto house = HouseOf(*path);
  if (!house.ok()) return Fail(house.error());
  return Done(options, house->workspace, house->workspace);
}

int WorkspaceNew(const Options& options) {
  if (Status good = CheckWorkspace(options.subject); !good.ok()) return Fail(good.error());
  auto found = Find(options);
  if (!found.ok()) return Fail(found.error());
  if (found->Has(options.subject)) {
    return Fail(
        Error(ErrorCode::Conflict, "there is a workspace `" + options.subject + "` already"));
  }
  House house = found->house;
  house.workspace = options.subject;
  if (auto made = OpenState(house); !made.ok()) return Fail(made.error());
  if (Status chosen = SelectWorkspace(house, options.subject); !chosen.ok()) {
    return Fail(chosen.error());
  }
  return Done(options, options.subject, "made and selected `" + options.subject + "`");
}

int WorkspaceSelect(const Options& options) {
  auto found = Find(options);
  if (!found.ok()) return Fail(found.error());
  if (!found->Has(options.subject)) return Fail(Unknown(*found, options.subject));
  if (Status chosen = SelectWorkspace(found->house, options.subject); !chosen.ok()) {
    return Fail(chosen.error());
  }
  return Done(options, options.subject, "selected `" + options.subject + "`");
}

int WorkspaceDelete(const Options& options) {
  auto found = Find(options);
  if (!found.ok()) return Fail(found.error());
  const std::string& name = options.subject;
  if (!found->Has(name)) return Fail(Unknown(*found, name));
  if (name == DefaultWorkspace || name == found->house.workspace) {
    return Fail(Error(ErrorCode::Conflict, name == DefaultWorkspace
                                               ? "the default workspace stays"
                                               : "`" + name + "` is in use: select another first"));
  }
  House house = found->house;
  house.workspace = name;
  auto store = OpenState(house);
  if (!store.ok()) return Fail(store.error());
  auto lock = TakeLock(**store, "workspace delete");
  if (!lock.ok()) return Fail(lock.error());
  auto snapshot = (*store)->Read();
  if (!snapshot.ok()) return Fail(snapshot.error());
  const size_t count = std::max(snapshot->records.size(), snapshot->open.size());
  if (count > 0 && !options.force) {
    return Fail(Error(ErrorCode::Conflict, "`" + name + "` holds " + std::to_string(count) +
                                               " resources: `sprint destroy --workspace " + name +
                                               "` takes them away, --force forgets them"));
  }
  if (!Approved(options,
                "Delete the workspace `" + name + "`?" +
                    (count > 0 ? " Its objects stay, and nobody looks after them then." : ""))) {
    return Failure;
  }
  auto backup = KeepBackup(house, **store, *snapshot);
  if (!backup.ok()) return Fail(backup.error());
  if (Status dropped = (*store)->Drop(); !dropped.ok()) return Fail(dropped.error());
  if (!backup->empty()) std::fprintf(stderr, "sprint: its state is in %s\n", backup->c_str());
  return Done(options, name, "deleted `" + name + "`");
}

}  // namespace sprint::cli
