#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "providers/local/cgroups.h"
#include "providers/local/network.h"
#include "providers/local/provider.h"
#include "providers/local/registry.h"
#include "providers/local/spec.h"
#include "providers/value/value.h"

// What the kinds of resources share. Private to this library.
namespace sprint::local {

// The folders of the registry.
inline constexpr const char* ZoneFolder = "zones";
inline constexpr const char* LinkFolder = "links";
inline constexpr const char* NodeFolder = "nodes";
inline constexpr const char* ProcessFolder = "processes";
inline constexpr const char* ProxyFolder = "proxies";

struct Site {
  explicit Site(Options o) : options(std::move(o)) {}
  Options options;
  std::string owner, program_directory;
  Registry registry;
  Cgroups cgroups;
  std::atomic<bool> stopped{false};
};

// --- values ---
value::Value With(const value::Value& base, const value::Object& more);
bool Flag(const value::Value& value, const std::string& key);

// --- zones.cpp: local.zone, local.node, local.link ---
Result<value::Value> ReadZone(Site& site, const value::Value& current);
Result<value::Value> ApplyZone(Site& site, const value::Value& prior, const value::Value& wanted);
Result<value::Value> ReadNode(Site& site, const value::Value& current);
Result<value::Value> ApplyNode(Site& site, const value::Value& prior, const value::Value& wanted);
Result<value::Value> ReadLink(Site& site, const value::Value& current);
Result<value::Value> ApplyLink(Site& site, const value::Value& prior, const value::Value& wanted);

// Empty for a plain zone.
std::string NameSpaceOf(const value::Value& zone);
// Ends and removes everything recorded for a zone, and the zone.
Status SweepZone(Site& site, const value::Value& zone);
// Sweeps what an earlier boot left. Denied when the directory is another user's.
Status Housekeep(Site& site);
// How messages between two zones are to be delayed in user space.
LinkModel LinkBetween(Site& site, const std::string& zone_a, const std::string& zone_b);

// --- service.cpp: what a supervisor keeps running ---
struct Service {
  std::string kind, id;
  std::string what;  // "component Blur (process blur-0)", for errors
  std::string address;
  Spec spec;  // command, environment, folder, name space, cgroups
};
// How it goes, if its supervisor is alive.
std::optional<Progress> Running(const Site& site, const std::string& kind, const std::string& id);
// Starts it unless it runs, and waits until it is ready. On failure nothing of it runs.
Status StartService(Site& site, Service service);
// SIGTERM, after the spec's grace SIGKILL; `at_once` without grace. Whatever was left by
// a supervisor that is gone is killed too.
Status StopService(Site& site, const std::string& kind, const std::string& id, bool at_once);
// An address for a new service: a port at `ip`, in the zone's namespace, that neither
// the registry nor a program has. `fixed` > 0: that one, or Conflict. Call it locked.
Result<std::string> PickAddress(Site& site, const value::Value& zone, const std::string& ip,
                                const std::string& key, int fixed);

// --- processes.cpp: local.process ---
Result<value::Value> ReadProcess(Site& site, const value::Value& current);
Result<value::Value> ApplyProcess(Site& site, const value::Value& prior,
                                  const value::Value& wanted);
// Ends it and removes it; `record` as in the registry.
Status RemoveProcess(Site& site, const value::Value& record, bool at_once);

// --- proxies.cpp: local.proxy ---
Result<value::Value> ReadProxy(Site& site, const value::Value& current);
Result<value::Value> ApplyProxy(Site& site, const value::Value& prior, const value::Value& wanted);
// After a link has changed: every proxy learns of it.
void RefreshProxies(Site& site);

// --- schemas.cpp ---
const value::Schema& ConfigSchema();
const std::map<std::string, value::Schema>& ResourceSchemas();

}  // namespace sprint::local
