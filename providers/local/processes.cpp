#include <cstdlib>

#include "providers/local/images.h"
#include "providers/local/site.h"

namespace sprint::local {
namespace {

using value::List;
using value::Object;
using value::Value;

Value Member(const Value& object, const std::string& name) {
  const Value* member = object.Find(name);
  return member == nullptr ? Value() : *member;
}

// Two with the same name that differ in what runs, or where, are two processes: the new
// one may start before the old one ends.
std::string IdOfProcess(const Value& wanted) {
  Object what;
  for (const char* part : {"image", "command", "env"}) what[part] = Member(wanted, part);
  return wanted.Text("name") + "@" + wanted.Text("node") + "-" +
         Hash(value::ToJson(what)).substr(0, 8);
}

std::string Describe(const Value& wanted) {
  return "component " + wanted.Text("component") + " (process " + wanted.Text("name") + ")";
}

// The program of the wanted process, its environment and folder.
Result<Spec> Program(const Site& site, const Value& wanted) {
  Spec spec;
  spec.folder = site.program_directory;
  const Value command = Member(wanted, "command");
  if (const List* words = command.As<List>()) {
    for (const Value& word : *words) {
      if (word.As<std::string>()) spec.command.push_back(*word.As<std::string>());
    }
  }
  if (spec.command.empty()) {
    std::string path =
        site.options.images.empty() ? site.program_directory + "/images.yaml" : site.options.images;
    SPRINT_ASSIGN_OR_RETURN(LocalImage image, FindImage(path, wanted.Text("image")));
    spec.command = image.command;
    spec.environment = image.environment;
    spec.folder = image.folder;
  }
  SPRINT_RETURN_IF_ERROR(ResolveCommand(spec.command, {site.options.beside, spec.folder}));
  const Value variables = Member(wanted, "env");
  if (const auto* map = variables.As<Object>()) {
    for (const auto& [name, text] : *map) {
      if (text.As<std::string>()) spec.environment[name] = *text.As<std::string>();
    }
  }
  for (const char* name : {"PATH", "HOME", "LANG", "TZ"}) {
    const char* text = std::getenv(name);
    if (text != nullptr) spec.environment.try_emplace(name, text);
  }
  return spec;
}

Value ProcessState(const Site& site, const Value& wanted, const Value& record) {
  std::optional<Progress> progress = Running(site, ProcessFolder, record.Text("id"));
  return With(wanted, {{"id", record.Text("id")},
                       {"address", record.Text("address")},
                       {"pid", static_cast<int64_t>(progress ? progress->child.pid : 0)}});
}

// Chooses its address and writes it down; or finds what an earlier try has written.
Result<Value> Register(Site& site, const Value& wanted, const std::string& id, const Value& node,
                       int fixed_port) {
  SPRINT_ASSIGN_OR_RETURN(auto lock, site.registry.Acquire());
  if (auto record = site.registry.Get(ProcessFolder, id)) return *record;
  auto zone = site.registry.Get(ZoneFolder, node.Text("zone"));
  if (!zone) return Error(ErrorCode::NotFound, "there is no zone " + node.Text("zone"));
  SPRINT_ASSIGN_OR_RETURN(std::string address,
                          PickAddress(site, *zone, node.Text("address"), id, fixed_port));
  bool sliced = !node.Text("slice").empty();
  Value record = Object{{"id", id},
                        {"name", wanted.Text("name")},
                        {"zone", node.Text("zone")},
                        {"node", node.Text("name")},
                        {"slice", node.Text("slice")},
                        {"member", sliced ? FileName(id) : ""},
                        {"name_space", NameSpaceOf(*zone)},
                        {"address", address}};
  SPRINT_RETURN_IF_ERROR(site.registry.Put(ProcessFolder, id, record));
  return record;
}

Result<Value> CreateProcess(Site& site, const Value& wanted) {
  const std::string id = IdOfProcess(wanted);
  auto node = site.registry.Get(NodeFolder, wanted.Text("node"));
  if (!node) {
    return Error(ErrorCode::NotFound,
                 Describe(wanted) + ": there is no node " + wanted.Text("node"));
  }
  SPRINT_ASSIGN_OR_RETURN(Spec spec, Program(site, wanted));
  int fixed_port = std::atoi(spec.environment["PORT"].c_str());
  Result<Value> registered = Register(site, wanted, id, *node, fixed_port);
  if (!registered.ok()) return registered.TakeError().While("starting " + Describe(wanted));
  const Value record = registered.TakeValue();
  const std::string address = record.Text("address");
  spec.environment["HOST"] = address.substr(0, address.find(':'));
  spec.environment["PORT"] = address.substr(address.find(':') + 1);
  spec.environment["SPRINT_COMPONENT"] = wanted.Text("component");
  spec.name_space = record.Text("name_space");
  Status started = Ok();
  const std::string slice = record.Text("slice"), member = record.Text("member");
  if (!slice.empty()) {
    started = site.cgroups.SetMember(slice, member, wanted.Number("memory"));
    spec.cgroups = site.cgroups.MemberFiles(slice, member);
  }
  if (started.ok())
    started = StartService(site, {ProcessFolder, id, Describe(wanted), address, spec});
  if (!started.ok()) {
    (void)RemoveProcess(site, record, true);
    return started.TakeError();
  }
  return ProcessState(site, wanted, record);
}

}  // namespace

Status RemoveProcess(Site& site, const Value& record, bool at_once) {
  SPRINT_RETURN_IF_ERROR(StopService(site, ProcessFolder, record.Text("id"), at_once));
  SPRINT_ASSIGN_OR_RETURN(auto lock, site.registry.Acquire());
  if (!record.Text("slice").empty()) {
    SPRINT_RETURN_IF_ERROR(site.cgroups.Remove(record.Text("slice") + "/" + record.Text("member")));
  }
  site.registry.Remove(ProcessFolder, record.Text("id"));
  site.registry.Tidy();
  return Ok();
}

Result<Value> ReadProcess(Site& site, const Value& current) {
  auto record = site.registry.Get(ProcessFolder, current.Text("id"));
  if (!record || !Running(site, ProcessFolder, current.Text("id"))) return Value();
  return ProcessState(site, current, *record);
}

Result<Value> ApplyProcess(Site& site, const Value& prior, const Value& wanted) {
  if (wanted.is_null()) {
    // One whose creation was cut off is known by what was planned of it.
    const std::string id = prior.Text("id").empty() ? IdOfProcess(prior) : prior.Text("id");
    auto record = site.registry.Get(ProcessFolder, id);
    if (record) SPRINT_RETURN_IF_ERROR(RemoveProcess(site, *record, false));
    return Value();
  }
  if (prior.is_null()) return CreateProcess(site, wanted);
  auto record = site.registry.Get(ProcessFolder, prior.Text("id"));
  if (!record || !Running(site, ProcessFolder, prior.Text("id")))
    return CreateProcess(site, wanted);
  if (!record->Text("slice").empty()) {
    SPRINT_RETURN_IF_ERROR(site.cgroups.SetMember(record->Text("slice"), record->Text("member"),
                                                  wanted.Number("memory")));
  }
  return ProcessState(site, wanted, *record);
}

}  // namespace sprint::local
