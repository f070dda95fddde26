#include <chrono>
#include <csignal>
#include <map>
#include <set>
#include <thread>

#include "compiler/support/environment.h"
#include "providers/local/http.h"
#include "providers/local/machine.h"
#include "providers/local/site.h"

namespace sprint::local {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using value::List;
using value::Object;
using value::Value;

// As long as a proxy waits for an answer, and a little.
constexpr milliseconds DrainTime{65'000};
constexpr milliseconds PauseTime{20};
constexpr milliseconds ProbeTime{2'000};

Value Member(const Value& object, const std::string& name) {
  const Value* member = object.Find(name);
  return member == nullptr || member->is_null() ? Value(List{}) : *member;
}

std::string ProxyId(const Value& wanted) { return wanted.Text("name") + "@" + wanted.Text("zone"); }

std::string Describe(const Value& proxy) {
  return "proxy " + proxy.Text("name") + " of component " + proxy.Text("component");
}

// The zone each service listens in.
std::map<std::string, std::string> Zones(const Site& site) {
  std::map<std::string, std::string> zones;
  for (const char* kind : {ProcessFolder, ProxyFolder}) {
    for (const Value& record : site.registry.All(kind)) {
      zones[record.Text("address")] = record.Text("zone");
    }
  }
  return zones;
}

// What the proxy of this record is to do, with the links as they are now.
ProxyConfig ConfigOf(Site& site, const Value& record) {
  ProxyConfig config;
  config.component = record.Text("component");
  const std::map<std::string, std::string> zones = Zones(site);
  auto link_to = [&](const std::string& address) {
    auto zone = zones.find(address);
    return zone == zones.end() ? LinkModel{} : LinkBetween(site, record.Text("zone"), zone->second);
  };
  const Value backends = Member(record, "backends"), next = Member(record, "next");
  for (const Value& backend : *backends.As<List>()) {
    const auto* address = backend.As<std::string>();
    if (address != nullptr) {
      config.backends.push_back({config.component, *address, 1, link_to(*address)});
    }
  }
  for (const Value& target : *next.As<List>()) {
    std::string address = target.Text("address");
    config.next.push_back(
        {target.Text("component"), address, target.Number("probability", 1), link_to(address)});
  }
  return config;
}

// Replaces the config file. True when that changes anything.
Result<bool> WriteConfig(Site& site, const Value& record) {
  std::string path = site.registry.File(ProxyFolder, record.Text("id"), "config");
  Value config = ToValue(ConfigOf(site, record));
  Result<Value> old = ReadJsonFile(path);
  if (old.ok() && *old == config) return false;
  SPRINT_RETURN_IF_ERROR(RealFileSystem().Write(path, value::ToJson(config), 0600));
  return true;
}

// Returns when the proxy works with its config file, and nothing is under way to what that
// no longer names: it may now be ended.
Status Settle(Site& site, const Value& record) {
  Result<Value> config = ReadJsonFile(site.registry.File(ProxyFolder, record.Text("id"), "config"));
  if (!config.ok()) return config.TakeError();
  auto give_up = steady_clock::now() + DrainTime;
  std::string last = "it does not run";
  for (milliseconds pause{1}; steady_clock::now() < give_up;
       pause = std::min(pause * 2, PauseTime)) {
    if (site.stopped) return Error(ErrorCode::Cancelled, "stopped while changing a proxy");
    std::optional<Progress> progress = Running(site, ProxyFolder, record.Text("id"));
    if (!progress) return Error(ErrorCode::Unavailable, Describe(record) + " has ended");
    Result<HttpResponse> answer = Call(record.Text("address"), {"GET", "/state.json"}, ProbeTime);
    Result<Value> state = answer.ok() ? value::FromJson(answer->body) : answer.TakeError();
    if (!state.ok()) {
      last = state.error().message();
    } else if (state->Text("config") != config->Text("id")) {
      last = "it does not take up its new config";
      Signal(progress->child, SIGHUP);
    } else if (state->Number("leaving") > 0) {
      last = "requests are still under way to what it no longer uses";
    } else {
      return Ok();
    }
    std::this_thread::sleep_for(pause);
  }
  return Error(ErrorCode::Timeout, Describe(record) + ": " + last);
}

Value ProxyState(const Value& wanted, const Value& record) {
  return With(wanted, {{"id", record.Text("id")},
                       {"address", record.Text("address")},
                       {"url", "http://" + record.Text("address") + "/"}});
}

// Writes down what is wanted of it; chooses an address the first time.
Result<Value> Register(Site& site, const Value& wanted, const std::string& id) {
  SPRINT_ASSIGN_OR_RETURN(auto lock, site.registry.Acquire());
  auto zone = site.registry.Get(ZoneFolder, wanted.Text("zone"));
  if (!zone) return Error(ErrorCode::NotFound, "there is no zone " + wanted.Text("zone"));
  auto record = site.registry.Get(ProxyFolder, id);
  std::string address = record ? record->Text("address") : "";
  if (address.empty()) {
    SPRINT_ASSIGN_OR_RETURN(address, PickAddress(site, *zone, zone->Text("address"), id, 0));
  }
  Value fresh = Object{{"id", id},
                       {"name", wanted.Text("name")},
                       {"component", wanted.Text("component")},
                       {"zone", wanted.Text("zone")},
                       {"name_space", NameSpaceOf(*zone)},
                       {"backends", Member(wanted, "backends")},
                       {"next", Member(wanted, "next")},
                       {"address", address}};
  SPRINT_RETURN_IF_ERROR(site.registry.Put(ProxyFolder, id, fresh));
  SPRINT_RETURN_IF_ERROR(WriteConfig(site, fresh));
  return fresh;
}

Status RemoveProxy(Site& site, const std::string& id, bool at_once) {
  SPRINT_RETURN_IF_ERROR(StopService(site, ProxyFolder, id, at_once));
  SPRINT_ASSIGN_OR_RETURN(auto lock, site.registry.Acquire());
  site.registry.Remove(ProxyFolder, id);
  site.registry.Tidy();
  return Ok();
}

Result<Value> SetProxy(Site& site, const Value& wanted) {
  const std::string id = ProxyId(wanted);
  const bool new_one = !site.registry.Get(ProxyFolder, id);
  Result<Value> registered = Register(site, wanted, id);
  if (!registered.ok()) return registered.TakeError().While("making " + Describe(wanted));
  const Value record = registered.TakeValue();
  const std::string address = record.Text("address");
  Spec spec;
  spec.command = {site.options.helper, "proxy", site.registry.File(ProxyFolder, id, "config")};
  spec.folder = "/";
  spec.environment = {{"HOST", address.substr(0, address.find(':'))},
                      {"PORT", address.substr(address.find(':') + 1)}};
  spec.name_space = record.Text("name_space");
  Status settled = StartService(site, {ProxyFolder, id, Describe(wanted), address, spec});
  if (settled.ok()) settled = Settle(site, record);
  if (!settled.ok()) {
    if (new_one) (void)RemoveProxy(site, id, true);
    return settled.TakeError();
  }
  return ProxyState(wanted, record);
}

}  // namespace

void RefreshProxies(Site& site) {
  for (const Value& record : site.registry.All(ProxyFolder)) {
    auto lock = site.registry.Acquire();
    if (!lock.ok()) return;
    auto now = site.registry.Get(ProxyFolder, record.Text("id"));
    if (!now) continue;
    Result<bool> changed = WriteConfig(site, *now);
    if (!changed.ok() || !*changed) continue;
    std::optional<Progress> progress = Running(site, ProxyFolder, now->Text("id"));
    if (progress) Signal(progress->child, SIGHUP);
  }
}

Result<Value> ReadProxy(Site& site, const Value& current) {
  auto record = site.registry.Get(ProxyFolder, current.Text("id"));
  if (!record || !Running(site, ProxyFolder, current.Text("id"))) return Value();
  return ProxyState(current, *record);
}

Result<Value> ApplyProxy(Site& site, const Value& prior, const Value& wanted) {
  if (!wanted.is_null()) return SetProxy(site, wanted);
  // One whose creation was cut off is known by what was planned of it.
  const std::string id = prior.Text("id").empty() ? ProxyId(prior) : prior.Text("id");
  SPRINT_RETURN_IF_ERROR(RemoveProxy(site, id, false));
  return Value();
}

}  // namespace sprint::local
