#include <algorithm>
#include <cstdio>

#include "compiler/diag/emitter.h"
#include "engine/cli/approve.h"
#include "engine/cli/backup.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"
#include "engine/state/document.h"
#include "engine/state/edit.h"

// The verbs that look at single records, and move and forget them.
namespace sprint::cli {
namespace {

using value::List;
using value::Object;
using value::Value;

Result<std::unique_ptr<StateAlone>> Open(const Options& options, const std::string& purpose = "") {
  SPRINT_ASSIGN_OR_RETURN(const std::string path, ProgramFile(options));
  return OpenAlone(path, purpose);
}

// What is unusual about an object, "" when nothing is.
std::string Remark(const state::Record& record) {
  std::string remark;
  const auto add = [&](bool when, const std::string& text) {
    if (when) remark += (remark.empty() ? "" : ", ") + text;
  };
  add(record.tainted, "half made");
  add(record.unready, "not ready");
  add(!record.due.empty(), "to be replaced, for `" + record.due + "` has changed");
  add(record.attributes.is_null(), "only deposed objects");
  add(!record.deposed.empty(), std::to_string(record.deposed.size()) + " deposed");
  add(record.lifecycle.protect, "protected");
  return remark;
}

// The record as it is written down, but for what must not be seen.
Value RecordJson(const state::Record& record, bool sensitive) {
  state::Snapshot one;
  one.records[record.address] = record;
  if (!sensitive) one = state::Mask(one).snapshot;
  return state::ToValue(one.records.begin()->second);
}

void PrintRecord(const state::Record& record, bool sensitive) {
  const auto line = [](const std::string& name, const std::string& text) {
    if (!text.empty()) std::printf("  %-14s %s\n", name.c_str(), text.c_str());
  };
  std::printf("%s\n", record.address.c_str());
  line("type", record.type);
  line("provider", record.provider);
  line("tag", record.tag);
  line("state", Remark(record));
  for (const std::string& needed : record.dependencies) line("depends on", needed);
  const Value shown =
      sensitive ? record.attributes : state::Shown(record.attributes, record.sensitive);
  if (const auto* attributes = shown.As<Object>()) {
    std::puts("  attributes");
    for (const auto& [name, value] : *attributes) {
      if (!value.is_null())
        std::printf("    %-14s %s\n", name.c_str(), value::ToJson(value).c_str());
    }
  }
}

Error NotThere(const state::Snapshot& snapshot, const std::string& address) {
  std::vector<std::string> addresses;
  for (const auto& [other, record] : snapshot.records) addresses.push_back(other);
  const auto meant = diag::ClosestMatch(address, addresses);
  return {ErrorCode::NotFound,
          "the state has no `" + address + "`" + (meant ? "; did you mean `" + *meant + "`?" : "")};
}

// A state that is being changed by hand, locked.
struct Edit {
  std::unique_ptr<StateAlone> opened;
  state::Snapshot before, after;
};

Result<Edit> Begin(const Options& options, const std::string& purpose) {
  Edit edit;
  SPRINT_ASSIGN_OR_RETURN(edit.opened, Open(options, purpose));
  SPRINT_ASSIGN_OR_RETURN(edit.before, edit.opened->store->Read());
  edit.after = edit.before;
  return edit;
}

// With a guess at what was meant where nothing is called so.
Error Explained(const Error& error, const state::Snapshot& snapshot, const std::string& address) {
  return error.code() == ErrorCode::NotFound ? NotThere(snapshot, address) : error;
}

// Writes what was changed and tells it, and what brings the state back as it was.
int End(const Options& options, const Edit& edit, Object told, const std::string& text = "") {
  state::Store& store = *edit.opened->store;
  auto backup = KeepBackup(edit.opened->house, store, edit.before);
  if (!backup.ok()) return Fail(backup.error());
  if (Status done = store.Replace(edit.after); !done.ok()) return Fail(done.error());
  if (options.json) {
    told["serial"] = edit.after.serial;
    told["backup"] = *backup;
    PrintJson(std::move(told));
    return Success;
  }
  std::fputs(text.c_str(), stdout);
  if (!backup->empty()) {
    const std::string program = options.file.empty() ? "" : " " + ForShell(options.file);
    std::fprintf(stderr, "sprint: to undo this: sprint state import %s%s --force\n",
                 ForShell(*backup).c_str(), program.c_str());
  }
  return Success;
}

}  // namespace

int StateList(const Options& options) {
  auto opened = Open(options);
  if (!opened.ok()) return Fail(opened.error());
  auto snapshot = (*opened)->store->Read();
  if (!snapshot.ok()) return Fail(snapshot.error());
  size_t width = 0, type_width = 0;
  for (const auto& [address, record] : snapshot->records) {
    width = std::max(width, address.size());
    type_width = std::max(type_width, record.type.size());
  }
  List list;
  for (const auto& [address, record] : snapshot->records) {
    if (options.json) {
      list.push_back(Object{{"address", address},
                            {"type", record.type},
                            {"provider", record.provider},
                            {"tainted", record.tainted},
                            {"unready", record.unready},
                            {"deposed", static_cast<int64_t>(record.deposed.size())}});
      continue;
    }
    const std::string remark = Remark(record);
    std::printf("%-*s  %-*s%s%s\n", static_cast<int>(width), address.c_str(),
                remark.empty() ? 0 : static_cast<int>(type_width), record.type.c_str(),
                remark.empty() ? "" : "  ", remark.c_str());
  }
  if (options.json) {
    PrintJson(Object{{"lineage", snapshot->lineage},
                     {"serial", snapshot->serial},
                     {"open", static_cast<int64_t>(snapshot->open.size())},
                     {"resources", std::move(list)}});
    return Success;
  }
  if (snapshot->records.empty()) std::puts("the state holds nothing");
  for (const state::Intent& intent : snapshot->open) {
    std::fprintf(stderr, "sprint: an earlier run was cut off at: %s %s\n", intent.action.c_str(),
                 intent.object.address.c_str());
  }
  return Success;
}

int StateShow(const Options& options) {
  auto opened = Open(options);
  if (!opened.ok()) return Fail(opened.error());
  auto snapshot = (*opened)->store->Read();
  if (!snapshot.ok()) return Fail(snapshot.error());
  const auto found = snapshot->records.find(options.subject);
  if (found == snapshot->records.end()) return Fail(NotThere(*snapshot, options.subject));
  if (options.json) {
    PrintJson(RecordJson(found->second, options.sensitive));
  } else {
    PrintRecord(found->second, options.sensitive);
  }
  return Success;
}

int StateMove(const Options& options) {
  auto edit = Begin(options, "state mv");
  if (!edit.ok()) return Fail(edit.error());
  auto moved = state::Move(edit->after, options.from, options.to);
  if (!moved.ok()) return Fail(Explained(moved.TakeError(), edit->before, options.from));
  List list;
  std::string text;
  for (const auto& [from, to] : *moved) {
    list.push_back(Object{{"from", from}, {"to", to}});
    text += from + " -> " + to + "\n";
  }
  return End(options, *edit, {{"moved", std::move(list)}}, text);
}

int StateForget(const Options& options) {
  auto edit = Begin(options, "state rm");
  if (!edit.ok()) return Fail(edit.error());
  auto forgotten = state::Forget(edit->after, options.subject);
  if (!forgotten.ok()) {
    return Fail(Explained(forgotten.TakeError(), edit->before, options.subject));
  }
  List list;
  for (const std::string& address : *forgotten) {
    list.push_back(address);
    if (!options.json) std::printf("%s\n", address.c_str());
  }
  if (!Approved(options, forgotten->size() == 1
                             ? "Forget it? The object stays, and nobody looks after it then."
                             : "Forget these " + std::to_string(forgotten->size()) +
                                   "? The objects stay, and nobody looks after them then.")) {
    return Failure;
  }
  return End(options, *edit, {{"forgotten", std::move(list)}});
}

}  // namespace sprint::cli
