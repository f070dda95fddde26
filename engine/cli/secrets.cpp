#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "engine/cli/approve.h"
#include "engine/cli/house.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"
#include "engine/secrets/crypto.h"
#include "engine/state/document.h"

// Where secrets come from, and the keys that encrypt the state. No secret is ever printed.
namespace sprint::cli {
namespace {

struct Names {
  House house;
  std::set<std::string> declared;  // by the program
  std::set<std::string> all;       // and those that sprint.yaml names
};

// A program with mistakes declares nothing that counts.
Result<Names> Find(const Options& options) {
  Names names;
  SPRINT_ASSIGN_OR_RETURN(const std::unique_ptr<Compiled> compiled, Load(options));
  Print(*compiled);
  if (!compiled->program) return Error(ErrorCode::InvalidArgument, "the program has mistakes");
  SPRINT_ASSIGN_OR_RETURN(names.house, HouseOf(compiled->path));
  names.declared.insert(compiled->program->secrets.begin(), compiled->program->secrets.end());
  names.all = names.declared;
  for (const auto& [name, source] : names.house.sources) names.all.insert(name);
  return names;
}

size_t Width(const std::set<std::string>& names) {
  size_t width = 0;
  for (const std::string& name : names) width = std::max(width, name.size());
  return width;
}

int Done(const Options& options, const std::string& what) {
  if (options.json) {
    PrintJson(value::Object{{"state", what}});
  } else {
    std::printf("the state is %s\n", what.c_str());
  }
  return Success;
}

}  // namespace

int SecretsList(const Options& options) {
  auto found = Find(options);
  if (!found.ok()) return Fail(found.error());
  value::List list;
  const size_t width = Width(found->all);
  for (const std::string& name : found->all) {
    const std::string source = secrets::ToText(SourceOf(found->house, name));
    const bool declared = found->declared.contains(name);
    list.push_back(value::Object{{"name", name}, {"source", source}, {"declared", declared}});
    if (!options.json) {
      std::printf("%-*s  %s%s\n", static_cast<int>(width), name.c_str(), source.c_str(),
                  declared ? "" : "  (the program does not ask for it)");
    }
  }
  const std::string key = secrets::ToText(found->house.key);
  if (options.json) {
    PrintJson(value::Object{{"secrets", std::move(list)}, {"key", key}});
  } else {
    if (list.empty()) std::puts("the program asks for no secrets");
    std::printf("key of the state: %s\n", key.c_str());
  }
  return Success;
}

int SecretsCheck(const Options& options) {
  HideMemory();
  auto found = Find(options);
  if (!found.ok()) return Fail(found.error());
  value::List list;
  bool good = true;
  const size_t width = Width(found->declared);
  for (const std::string& name : found->declared) {
    auto text = SecretText(found->house, name);
    const std::string problem = text.ok() ? "" : text.error().ToString();
    if (text.ok()) secrets::Wipe(*text);
    good = good && problem.empty();
    if (options.json) {
      value::Object one{{"name", name}, {"found", problem.empty()}};
      if (!problem.empty()) one["error"] = problem;
      list.push_back(std::move(one));
    } else {
      std::printf("%-*s  %s\n", static_cast<int>(width), name.c_str(),
                  problem.empty() ? "found" : problem.c_str());
    }
  }
  // Opens it, if it is encrypted.
  auto opened = OpenStateToLook(found->house);
  const std::string problem = opened.ok() ? "" : opened.error().ToString();
  const bool encrypted = !opened.ok() || (*opened)->keyring();
  good = good && problem.empty();
  if (options.json) {
    value::Object state{{"encrypted", encrypted}, {"opens", problem.empty()}};
    if (!problem.empty()) state["error"] = problem;
    PrintJson(value::Object{{"secrets", std::move(list)}, {"state", std::move(state)}});
  } else {
    std::printf("the state %s\n", !problem.empty() ? ("does not open: " + problem).c_str()
                                  : encrypted      ? "is encrypted, and its key opens it"
                                                   : "is not encrypted");
  }
  return good ? Success : Failure;
}

int SecretsRotate(const Options& options) {
  auto path = ProgramFile(options);
  if (!path.ok()) return Fail(path.error());
  HideMemory();
  auto opened = OpenAlone(*path, "secrets rotate");
  if (!opened.ok()) return Fail(opened.error());
  House house = (*opened)->house;
  if (!(*opened)->store->keyring()) {
    return Fail(Error(ErrorCode::Conflict,
                      "the state is not encrypted: `sprint secrets encrypt` makes it so"));
  }
  if (!options.source.empty()) {
    auto source = secrets::ParseSource(options.source);
    if (!source.ok()) return Fail(source.error());
    house.key = *source;
    house.key_is_ours = source->kind == secrets::Source::Kind::File;
  }
  auto key = KeyOf(house);
  if (!key.ok()) return Fail(key.error());
  const Status done = (*opened)->store->Encrypt(*key);
  secrets::Wipe(*key);
  if (!done.ok()) return Fail(done.error());
  if (!options.source.empty()) {
    std::fprintf(stderr,
                 "sprint: say so to all who use it: `key: %s` in sprint.yaml, or "
                 "SPRINT_STATE_KEY\n",
                 options.source.c_str());
  }
  return Done(options, "encrypted with new keys");
}

int SecretsEncrypt(const Options& options) {
  auto path = ProgramFile(options);
  if (!path.ok()) return Fail(path.error());
  auto opened = OpenAlone(*path, "secrets encrypt");
  if (!opened.ok()) return Fail(opened.error());
  HideMemory();
  if (Status done = EncryptHeld((*opened)->house, *(*opened)->store); !done.ok()) {
    return Fail(done.error());
  }
  return Done(options, "encrypted");
}

int SecretsDecrypt(const Options& options) {
  auto path = ProgramFile(options);
  if (!path.ok()) return Fail(path.error());
  auto opened = OpenAlone(*path, "secrets decrypt");
  if (!opened.ok()) return Fail(opened.error());
  state::Store& store = *(*opened)->store;
  if (!store.keyring()) return Done(options, "in clear");
  auto snapshot = store.Read();
  if (!snapshot.ok()) return Fail(snapshot.error());
  if (state::HoldsSecrets(*snapshot) && !options.force) {
    return Fail(Error(ErrorCode::Conflict,
                      "the state holds sensitive values, or fingerprints of secrets, which would "
                      "look changed without its keys; --force goes ahead"));
  }
  if (!Approved(options, "Write the state in clear, for all to read who may read the place?")) {
    return Failure;
  }
  if (Status done = store.Decrypt(); !done.ok()) return Fail(done.error());
  return Done(options, "in clear");
}

}  // namespace sprint::cli
