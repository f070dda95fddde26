#include <cstdio>

#include "compiler/support/environment.h"
#include "engine/cli/approve.h"
#include "engine/cli/backup.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"
#include "engine/exchange/tofu_state.h"
#include "engine/state/document.h"
#include "engine/state/edit.h"

// The verbs that take a whole state out and in.
namespace sprint::cli {
namespace {

constexpr size_t LargestDocument = size_t{1} << 30;  // bytes

state::AskKey AskFor(const House& house) {
  return [&house] { return secrets::Fetch(house.key, "the key of the document"); };
}

bool IsNew(const state::Snapshot& snapshot) {
  return snapshot.records.empty() && snapshot.open.empty() && snapshot.serial == 0;
}

// What may not take the place of what the state holds.
Status MayReplace(const state::Snapshot& now, const state::Snapshot& next) {
  if (next.lineage != now.lineage) {
    return Error(ErrorCode::Conflict, "the document is of another state: its lineage is " +
                                          next.lineage + ", this one's is " + now.lineage);
  }
  if (next.serial < now.serial) {
    return Error(ErrorCode::Conflict, "the document is older than the state: serial " +
                                          std::to_string(next.serial) + ", this one is at " +
                                          std::to_string(now.serial));
  }
  if (next.serial == now.serial) {
    return Error(ErrorCode::Conflict, "the state has changed since: both have serial " +
                                          std::to_string(now.serial) + " and differ");
  }
  if (!now.open.empty()) {
    return Error(ErrorCode::Conflict,
                 "an earlier run was cut off: `sprint plan` finds out what became of `" +
                     now.open.front().object.address + "`");
  }
  return Ok();
}

Status Imports(const state::Document& document) {
  if (document.masked.empty()) return Ok();
  return Error(ErrorCode::InvalidArgument,
               "the document was made to be seen and lacks what must not be, `" +
                   document.masked.front() + "` for one: export with --sealed or --sensitive");
}

// Keys for a state that has none, if what it will hold needs them.
Status EncryptFor(const StateAlone& alone, const state::Snapshot& snapshot) {
  if (alone.store->keyring() || !state::HoldsSecrets(snapshot)) return Ok();
  HideMemory();
  return EncryptHeld(alone.house, *alone.store);
}

// Adds what another tool had made to what is here.
int ImportTofu(const Options& options, const StateAlone& alone, const std::string& text) {
  auto read = exchange::ReadTofuState(text);
  if (!read.ok()) return Fail(read.TakeError().While("reading `" + options.subject + "`"));
  auto now = alone.store->Read();
  if (!now.ok()) return Fail(now.error());
  const state::Snapshot before = *now;
  value::List names;
  for (const auto& [from, to] : read->names) {
    if (!now->records.emplace(to, read->records.at(to)).second) {
      return Fail(Error(ErrorCode::Conflict, "`" + from + "` would be `" + to +
                                                 "`, which has an object already: "
                                                 "`sprint state mv` gives that another address"));
    }
    names.push_back(value::Object{{"from", from}, {"to", to}});
    if (!options.json) std::printf("%s -> %s\n", from.c_str(), to.c_str());
  }
  if (Status good = state::Check(*now); !good.ok()) return Fail(good.error());
  if (!names.empty()) ++now->serial;
  auto backup = KeepBackup(alone.house, *alone.store, before);
  if (!backup.ok()) return Fail(backup.error());
  if (Status sealed = EncryptFor(alone, *now); !sealed.ok()) return Fail(sealed.error());
  if (Status done = alone.store->Replace(*now); !done.ok()) return Fail(done.error());
  if (options.json) {
    PrintJson(value::Object{{"imported", static_cast<int64_t>(names.size())},
                            {"names", std::move(names)},
                            {"serial", now->serial},
                            {"lineage", now->lineage},
                            {"data", read->data},
                            {"outputs", read->outputs},
                            {"backup", *backup}});
    return Success;
  }
  std::printf("%s taken over", Counted(names.size()).c_str());
  if (read->data + read->outputs > 0) {
    std::printf("; %lld data sources and %lld outputs are left out",
                static_cast<long long>(read->data), static_cast<long long>(read->outputs));
  }
  std::puts("\n`sprint plan` says how the program differs; let the other tool no longer apply");
  return Success;
}

}  // namespace

int StateExport(const Options& options) {
  auto path = ProgramFile(options);
  if (!path.ok()) return Fail(path.error());
  auto opened = OpenAlone(*path);
  if (!opened.ok()) return Fail(opened.error());
  const state::Store& store = *(*opened)->store;
  auto snapshot = (*opened)->store->Read();
  if (!snapshot.ok()) return Fail(snapshot.error());
  if (options.sealed && !store.keyring()) {
    return Fail(Error(ErrorCode::InvalidArgument,
                      "the state is not encrypted: `sprint secrets encrypt` makes it so"));
  }
  const bool whole = options.sealed || options.sensitive;
  const state::Document document =
      whole ? state::Document{snapshot.TakeValue(), {}} : state::Mask(*snapshot);
  const std::string text = options.sealed
                               ? state::Seal(document, *store.keyring(), store.locked_keyring())
                               : state::ToText(document);
  if (options.out.empty()) {
    std::fputs(text.c_str(), stdout);
    return Success;
  }
  const Status written = RealFileSystem().Write(options.out, text, 0600);
  if (!written.ok()) return Fail(written.error());
  const size_t count = document.snapshot.records.size();
  if (options.json) {
    PrintJson(value::Object{{"file", options.out},
                            {"resources", static_cast<int64_t>(count)},
                            {"serial", document.snapshot.serial},
                            {"whole", document.masked.empty()}});
  } else {
    std::printf("wrote %s: %s%s\n", options.out.c_str(), Counted(count).c_str(),
                document.masked.empty() ? "" : ", without what must not be seen");
  }
  return Success;
}

int StateImport(const Options& options) {
  auto path = ProgramFile(options);
  if (!path.ok()) return Fail(path.error());
  auto text = RealFileSystem().ReadAtMost(options.subject, LargestDocument);
  if (!text.ok()) return Fail(text.error());
  auto opened = OpenAlone(*path, "state import");
  if (!opened.ok()) return Fail(opened.error());
  const StateAlone& alone = **opened;
  if (exchange::LooksLikeTofuState(*text)) return ImportTofu(options, alone, *text);
  auto document = state::DocumentFromText(*text, AskFor(alone.house));
  if (document.ok()) {
    if (Status whole = Imports(*document); !whole.ok()) document = whole.TakeError();
  }
  if (!document.ok()) {
    return Fail(document.TakeError().While("reading `" + options.subject + "`"));
  }
  state::Snapshot& next = document->snapshot;
  auto now = alone.store->Read();
  // A damaged state is what one imports a backup into.
  if (!now.ok() && !options.force) return Fail(now.error());
  std::string backup;
  if (now.ok() && state::Same(*now, next)) {
    std::fputs("sprint: the state holds exactly this already\n", stderr);
  } else {
    if (now.ok() && !IsNew(*now)) {
      if (Status may = MayReplace(*now, next); !may.ok()) {
        if (!options.force) {
          return Fail(Error(may.error().code(),
                            may.error().message() + "; --force puts it in its place all the same"));
        }
        std::fprintf(stderr, "sprint: %s\n", may.error().message().c_str());
      }
      auto kept = KeepBackup(alone.house, *alone.store, *now);
      if (!kept.ok()) return Fail(kept.error());
      backup = *kept;
      // Plans that were saved must see that it changed.
      if (next.lineage == now->lineage && next.serial <= now->serial) next.serial = now->serial + 1;
    }
    if (options.force &&
        !Approved(options, "Replace what the state holds (" +
                               (now.ok() ? Counted(now->records.size()) : "damaged") + ") by " +
                               Counted(next.records.size()) + "?")) {
      return Failure;
    }
    // With the keys of the document its fingerprints stay true.
    const bool take_keys = document->keyring && !alone.store->keyring();
    Status sealed = take_keys ? alone.store->EncryptWith(*document->keyring, document->locked)
                              : EncryptFor(alone, next);
    if (!sealed.ok()) return Fail(sealed.error());
    if (Status done = alone.store->Replace(next); !done.ok()) return Fail(done.error());
  }
  if (options.json) {
    PrintJson(value::Object{{"imported", static_cast<int64_t>(next.records.size())},
                            {"serial", next.serial},
                            {"lineage", next.lineage},
                            {"backup", backup}});
    return Success;
  }
  std::printf("the state holds %s, serial %lld\n", Counted(next.records.size()).c_str(),
              static_cast<long long>(next.serial));
  if (!backup.empty()) std::fprintf(stderr, "sprint: the state before is in %s\n", backup.c_str());
  return Success;
}

}  // namespace sprint::cli
