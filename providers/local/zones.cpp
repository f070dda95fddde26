#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "providers/local/machine.h"
#include "providers/local/site.h"

namespace sprint::local {
namespace {

using value::Object;
using value::Value;

constexpr const char* Loopback = "127.0.0.1";
constexpr int FirstHost = 11;
constexpr int LastHost = 250;

ZoneNet NetOf(const Site& site, const Value& zone) {
  ZoneNet net = NameZone(site.owner, FileName(zone.Text("name")));
  net.subnet = static_cast<int>(zone.Whole("subnet"));
  net.netem = Flag(zone, "netem");
  return net;
}

bool Stands(const Value& zone) {
  std::string name_space = NameSpaceOf(zone);
  if (name_space.empty()) return zone.Text("boot") == BootId();
  return Flag(zone, "ready") && access(name_space.c_str(), F_OK) == 0;
}

std::string Emulation(const Site& site, const ZoneNet& net) {
  if (site.cgroups.limits_memory() && net.netem) return "full";
  std::string text = "namespaces";
  if (site.cgroups.usable()) text += " and CPU slices";
  if (!net.netem) text += "; delay in user space";
  if (site.cgroups.usable() && !site.cgroups.limits_memory()) text += "; no limits of memory";
  if (!site.cgroups.usable()) text += "; no CPU slices: " + site.cgroups.why_not();
  return text;
}

Value PlainZone(const std::string& name, const std::string& why) {
  return Object{{"name", name},
                {"address", Loopback},
                {"boot", BootId()},
                {"ready", true},
                {"emulation",
                 "plain: processes on 127.0.0.1, delay in user space, no limits of "
                 "CPU and memory (" +
                     why + ")"}};
}

Value ZoneState(const Value& wanted, const Value& record) {
  return With(wanted, {{"id", wanted.Text("name")},
                       {"address", record.Text("address")},
                       {"emulation", record.Text("emulation")}});
}

Result<Value> CreateZone(Site& site, const Value& wanted) {
  const std::string name = wanted.Text("name");
  SPRINT_ASSIGN_OR_RETURN(auto lock, site.registry.Acquire());
  if (auto record = site.registry.Get(ZoneFolder, name)) {
    if (Stands(*record)) return ZoneState(wanted, *record);
    lock.reset();
    SPRINT_RETURN_IF_ERROR(SweepZone(site, *record));
    SPRINT_ASSIGN_OR_RETURN(lock, site.registry.Acquire());
  }
  std::string why = site.options.plain ? "as asked for" : geteuid() != 0 ? "not root" : "";
  if (why.empty()) {
    ZoneNet net = NameZone(site.owner, FileName(name));
    ProcessId self = Identify(getpid());
    Value record = Object{{"name", name},
                          {"name_space", NameSpaceFile(net.name_space)},
                          {"ready", false},
                          {"maker", static_cast<int64_t>(self.pid)},
                          {"maker_start", static_cast<int64_t>(self.start)}};
    SPRINT_RETURN_IF_ERROR(site.registry.Put(ZoneFolder, name, record));
    Status added = AddZone(net, site.registry.directory());
    if (!added.ok()) site.registry.Remove(ZoneFolder, name);
    if (!added.ok() && added.error().code() != ErrorCode::Denied) return added.TakeError();
    if (added.ok()) {
      record = With(record, {{"ready", true},
                             {"boot", BootId()},
                             {"subnet", net.subnet},
                             {"netem", net.netem},
                             {"address", ZoneAddress(net.subnet, 1)},
                             {"emulation", Emulation(site, net)}});
      SPRINT_RETURN_IF_ERROR(site.registry.Put(ZoneFolder, name, record));
      return ZoneState(wanted, record);
    }
    why = added.error().message();
  }
  Value record = PlainZone(name, why);
  SPRINT_RETURN_IF_ERROR(site.registry.Put(ZoneFolder, name, record));
  return ZoneState(wanted, record);
}

// --- nodes ---

std::string SliceName(const Site& site, const std::string& node) {
  return "spr-" + site.owner + "-" + FileName(node);
}

Value NodeState(const Value& wanted, const Value& record) {
  return With(wanted, {{"id", wanted.Text("name")}, {"address", record.Text("address")}});
}

Status RemoveNode(Site& site, const Value& record) {
  if (!record.Text("slice").empty()) {
    SPRINT_RETURN_IF_ERROR(site.cgroups.Remove(record.Text("slice")));
  }
  if (auto zone = site.registry.Get(ZoneFolder, record.Text("zone"))) {
    if (!NameSpaceOf(*zone).empty()) {
      SPRINT_RETURN_IF_ERROR(RemoveAddress(NetOf(site, *zone).name_space, record.Text("address")));
    }
  }
  site.registry.Remove(NodeFolder, record.Text("name"));
  return Ok();
}

// The first address of the zone that no node has.
Result<std::string> PickNodeAddress(const Site& site, const Value& zone) {
  if (NameSpaceOf(zone).empty()) return std::string(Loopback);
  std::set<std::string> used;
  for (const Value& node : site.registry.All(NodeFolder)) used.insert(node.Text("address"));
  for (int host = FirstHost; host <= LastHost; ++host) {
    std::string address = ZoneAddress(static_cast<int>(zone.Whole("subnet")), host);
    if (!used.contains(address)) return address;
  }
  return Error(ErrorCode::Conflict, "zone " + zone.Text("name") + " has no address left");
}

Result<Value> SetNode(Site& site, const Value& wanted) {
  const std::string name = wanted.Text("name"), zone_name = wanted.Text("zone");
  SPRINT_ASSIGN_OR_RETURN(auto lock, site.registry.Acquire());
  auto zone = site.registry.Get(ZoneFolder, zone_name);
  if (!zone || !Stands(*zone)) {
    return Error(ErrorCode::NotFound, "node " + name + ": there is no zone " + zone_name);
  }
  auto record = site.registry.Get(NodeFolder, name);
  if (record && record->Text("zone") != zone_name) {
    return Error(ErrorCode::Conflict,
                 "node " + name + " is already in zone " + record->Text("zone"));
  }
  const bool real = !NameSpaceOf(*zone).empty();
  if (!record) {
    SPRINT_ASSIGN_OR_RETURN(std::string address, PickNodeAddress(site, *zone));
    bool sliced = real && site.cgroups.usable();
    record = Object{{"name", name},
                    {"zone", zone_name},
                    {"address", address},
                    {"slice", sliced ? SliceName(site, name) : ""}};
    SPRINT_RETURN_IF_ERROR(site.registry.Put(NodeFolder, name, *record));
  }
  Status made = Ok();
  if (real) made = AddAddress(NetOf(site, *zone).name_space, record->Text("address"));
  if (made.ok() && !record->Text("slice").empty()) {
    made = site.cgroups.Set(record->Text("slice"), wanted.Number("cores"), wanted.Number("memory"));
  }
  if (!made.ok()) return made.TakeError().While("making node " + name);
  return NodeState(wanted, *record);
}

// --- links ---

std::string LinkId(const Value& link) {
  const std::string a = link.Text("a"), b = link.Text("b");
  return a < b ? a + "--" + b : b + "--" + a;
}

std::string LinkDevice(const Site& site, const std::string& id) {
  return "spl" + Hash(site.owner + "/" + id).substr(0, 10);
}

Status RemoveLinkRecord(Site& site, const Value& record) {
  auto zone = site.registry.Get(ZoneFolder, record.Text("a"));
  if (zone && !record.Text("device").empty()) {
    SPRINT_RETURN_IF_ERROR(RemoveLink(NetOf(site, *zone), record.Text("device")));
  }
  site.registry.Remove(LinkFolder, LinkId(record));
  return Ok();
}

Result<Value> SetLinkResource(Site& site, const Value& wanted) {
  const std::string id = LinkId(wanted);
  {
    SPRINT_ASSIGN_OR_RETURN(auto lock, site.registry.Acquire());
    auto a = site.registry.Get(ZoneFolder, wanted.Text("a"));
    auto b = site.registry.Get(ZoneFolder, wanted.Text("b"));
    for (const char* end : {"a", "b"}) {
      if (end[0] == 'a' ? a && Stands(*a) : b && Stands(*b)) continue;
      return Error(ErrorCode::NotFound, "link " + id + ": there is no zone " + wanted.Text(end));
    }
    if (wanted.Text("a") == wanted.Text("b")) {
      return Error(ErrorCode::InvalidArgument,
                   "a link from zone " + wanted.Text("a") + " to itself");
    }
    const bool real = !NameSpaceOf(*a).empty() && !NameSpaceOf(*b).empty();
    const bool netem = real && Flag(*a, "netem") && Flag(*b, "netem");
    const std::string device = real ? LinkDevice(site, id) : "";
    Value record = With(wanted, {{"device", device}, {"netem", netem}});
    SPRINT_RETURN_IF_ERROR(site.registry.Put(LinkFolder, id, record));
    if (real) {
      // One order of the ends, however the program names them.
      if (a->Text("name") > b->Text("name")) std::swap(a, b);
      Status made = SetLink(NetOf(site, *a), NetOf(site, *b), device, LinkFrom(wanted), netem);
      if (!made.ok()) {
        (void)RemoveLinkRecord(site, record);
        return made.TakeError().While("making link " + id);
      }
    }
  }
  RefreshProxies(site);
  return With(wanted, {{"id", id}});
}

}  // namespace

Value With(const Value& base, const Object& more) {
  const auto* object = base.As<Object>();
  Object merged = object == nullptr ? Object{} : *object;
  for (const auto& [key, item] : more) merged[key] = item;
  return merged;
}

bool Flag(const Value& value, const std::string& key) {
  const Value* flag = value.Find(key);
  return flag != nullptr && flag->As<bool>() && *flag->As<bool>();
}

std::string NameSpaceOf(const Value& zone) { return zone.Text("name_space"); }

Result<Value> ReadZone(Site& site, const Value& current) {
  auto record = site.registry.Get(ZoneFolder, current.Text("name"));
  if (!record || !Stands(*record)) return Value();
  return ZoneState(current, *record);
}

Result<Value> ApplyZone(Site& site, const Value& prior, const Value& wanted) {
  if (!wanted.is_null()) return CreateZone(site, wanted);
  auto record = site.registry.Get(ZoneFolder, prior.Text("name"));
  Value zone = record ? *record : Value(Object{{"name", prior.Text("name")}});
  SPRINT_RETURN_IF_ERROR(SweepZone(site, zone));
  return Value();
}

Status SweepZone(Site& site, const Value& zone) {
  const std::string name = zone.Text("name");
  std::set<std::string> nodes;
  for (const Value& node : site.registry.All(NodeFolder)) {
    if (node.Text("zone") == name) nodes.insert(node.Text("name"));
  }
  for (const char* kind : {ProxyFolder, ProcessFolder}) {
    for (const Value& record : site.registry.All(kind)) {
      if (record.Text("zone") != name) continue;
      SPRINT_RETURN_IF_ERROR(StopService(site, kind, record.Text("id"), false));
      SPRINT_ASSIGN_OR_RETURN(auto lock, site.registry.Acquire());
      site.registry.Remove(kind, record.Text("id"));
    }
  }
  SPRINT_ASSIGN_OR_RETURN(auto lock, site.registry.Acquire());
  for (const std::string& node : nodes) {
    auto record = site.registry.Get(NodeFolder, node);
    if (record) SPRINT_RETURN_IF_ERROR(RemoveNode(site, *record));
  }
  for (const Value& link : site.registry.All(LinkFolder)) {
    if (link.Text("a") != name && link.Text("b") != name) continue;
    SPRINT_RETURN_IF_ERROR(RemoveLinkRecord(site, link));
  }
  if (!NameSpaceOf(zone).empty()) SPRINT_RETURN_IF_ERROR(RemoveZone(NetOf(site, zone)));
  site.registry.Remove(ZoneFolder, name);
  site.registry.Tidy();
  return Ok();
}

Status Housekeep(Site& site) {
  const std::string& directory = site.registry.directory();
  DIR* folder = opendir(directory.c_str());
  if (folder == nullptr && errno == ENOENT) return Ok();
  if (folder == nullptr) {
    return Error(ErrorCode::Denied, "cannot read " + directory + ": " + std::strerror(errno) +
                                        "; was this deployed as another user?");
  }
  closedir(folder);
  for (const Value& zone : site.registry.All(ZoneFolder)) {
    if (Stands(zone)) continue;
    ProcessId maker{static_cast<pid_t>(zone.Whole("maker")),
                    static_cast<uint64_t>(zone.Whole("maker_start"))};
    if (!Flag(zone, "ready") && Alive(maker)) continue;
    SPRINT_RETURN_IF_ERROR(SweepZone(site, zone));
  }
  return Ok();
}

LinkModel LinkBetween(Site& site, const std::string& zone_a, const std::string& zone_b) {
  if (zone_a.empty() || zone_b.empty() || zone_a == zone_b) return {};
  auto link = site.registry.Get(LinkFolder, LinkId(Object{{"a", zone_a}, {"b", zone_b}}));
  if (!link || Flag(*link, "netem")) return {};
  return LinkFrom(*link);
}

Result<Value> ReadNode(Site& site, const Value& current) {
  auto record = site.registry.Get(NodeFolder, current.Text("name"));
  if (!record) return Value();
  std::string slice = record->Text("slice");
  if (!slice.empty() && !site.cgroups.Exists(slice)) return Value();
  return NodeState(current, *record);
}

Result<Value> ApplyNode(Site& site, const Value& prior, const Value& wanted) {
  if (!wanted.is_null()) return SetNode(site, wanted);
  SPRINT_ASSIGN_OR_RETURN(auto lock, site.registry.Acquire());
  auto record = site.registry.Get(NodeFolder, prior.Text("name"));
  if (record) SPRINT_RETURN_IF_ERROR(RemoveNode(site, *record));
  site.registry.Tidy();
  return Value();
}

Result<Value> ReadLink(Site& site, const Value& current) {
  auto record = site.registry.Get(LinkFolder, LinkId(current));
  if (!record) return Value();
  auto zone = site.registry.Get(ZoneFolder, std::min(record->Text("a"), record->Text("b")));
  std::string device = record->Text("device");
  if (!device.empty() && (!zone || !LinkExists(NetOf(site, *zone), device))) return Value();
  return With(current, {{"id", LinkId(current)}});
}

Result<Value> ApplyLink(Site& site, const Value& prior, const Value& wanted) {
  if (!wanted.is_null()) return SetLinkResource(site, wanted);
  {
    SPRINT_ASSIGN_OR_RETURN(auto lock, site.registry.Acquire());
    auto record = site.registry.Get(LinkFolder, LinkId(prior));
    if (record) SPRINT_RETURN_IF_ERROR(RemoveLinkRecord(site, *record));
    site.registry.Tidy();
  }
  RefreshProxies(site);
  return Value();
}

}  // namespace sprint::local
