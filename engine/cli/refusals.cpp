#include "engine/cli/refusals.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "compiler/support/environment.h"

namespace sprint::cli {
namespace {

// "upv.large[0]" as zone and pool.
std::pair<std::string, std::string> PoolOf(const std::string& instance) {
  const size_t dot = instance.find('.'), bracket = instance.rfind('[');
  if (dot == std::string::npos || bracket == std::string::npos || bracket < dot) return {};
  return {instance.substr(0, dot), instance.substr(dot + 1, bracket - dot - 1)};
}

// Pools of the kind of `pool` in its zone, itself too.
std::vector<std::string> SameKind(const ir::Program& program, const std::string& zone_name,
                                  const std::string& pool_name) {
  std::set<std::string> names{pool_name};
  for (const ir::Continuum& continuum : program.continua) {
    for (const ir::Zone& zone : continuum.zones) {
      if (zone.name != zone_name) continue;
      const auto pool = std::find_if(zone.pools.begin(), zone.pools.end(),
                                     [&](const ir::Pool& it) { return it.name == pool_name; });
      if (pool == zone.pools.end()) continue;
      for (const ir::Pool& other : zone.pools) {
        if (other.kind == pool->kind) names.insert(other.name);
      }
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace

int64_t NowSeconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(SystemClock().Now().time_since_epoch())
      .count();
}

std::vector<state::Refusal> Live(std::vector<state::Refusal> refused, int64_t now) {
  std::erase_if(refused, [now](const state::Refusal& one) { return one.until <= now; });
  return refused;
}

std::vector<placement::Options::Available> AvailableWith(const std::vector<state::Refusal>& refused,
                                                         const ir::Program& program,
                                                         const ir::Deploy& deploy) {
  constexpr int64_t Most = std::numeric_limits<uint32_t>::max();
  std::vector<placement::Options::Available> available;
  const ir::Continuum& continuum = program.continua[deploy.continuum];
  for (const state::Refusal& one : refused) {
    for (ir::Index z = 0; z < continuum.zones.size(); ++z) {
      if (continuum.zones[z].name != one.zone) continue;
      for (ir::Index p = 0; p < continuum.zones[z].pools.size(); ++p) {
        if (continuum.zones[z].pools[p].name != one.pool) continue;
        available.push_back({z, p, static_cast<uint32_t>(std::clamp<int64_t>(one.count, 0, Most))});
      }
    }
  }
  return available;
}

std::vector<state::Refusal> RefusalsOf(const apply::Report& report, const plan::Plan& plan,
                                       const state::Snapshot& snapshot, const ir::Program& program,
                                       const settings::Refused& holds, int64_t now) {
  // By pool: all instances that there are or will be, and those of which something is missing.
  std::map<std::pair<std::string, std::string>, std::set<std::string>> all, lacking;
  for (const plan::Step& step : plan.steps) {
    if (step.instance.empty() || step.config.is_null()) continue;
    all[PoolOf(step.instance)].insert(step.instance);
    const auto found = snapshot.records.find(step.address);
    const bool there = found != snapshot.records.end() && !found->second.attributes.is_null() &&
                       !found->second.tainted;
    if (!there) lacking[PoolOf(step.instance)].insert(step.instance);
  }
  // The plan may be of a part only.
  for (const auto& [address, record] : snapshot.records) {
    const size_t end = address.find("].");
    if (end == std::string::npos || record.attributes.is_null()) continue;
    const std::string instance = address.substr(0, end + 1);
    if (const auto pool = PoolOf(instance); !pool.second.empty()) all[pool].insert(instance);
  }
  std::map<std::pair<std::string, std::string>, state::Refusal> refused;
  for (const apply::Item& item : report.items) {
    const bool quota = item.error_class == host::ErrorClass::Quota;
    if (item.instance.empty() || (!quota && item.error_class != host::ErrorClass::Capacity)) {
      continue;
    }
    const auto [zone, pool] = PoolOf(item.instance);
    for (const std::string& name : SameKind(program, zone, pool)) {
      const std::pair key{zone, name};
      state::Refusal one{zone, name, 0, host::Name(item.error_class), item.error, 0};
      one.count = static_cast<int64_t>(all[key].size() - lacking[key].size());
      one.until = now + std::llround(quota ? holds.quota : holds.capacity);
      refused[key] = std::move(one);
    }
  }
  std::vector<state::Refusal> list;
  list.reserve(refused.size());
  for (auto& [key, one] : refused) list.push_back(std::move(one));
  return list;
}

std::vector<state::Refusal> Merged(const std::vector<state::Refusal>& before,
                                   const std::vector<state::Refusal>& now, bool& news) {
  std::vector<state::Refusal> merged = now;
  news = false;
  for (const state::Refusal& one : now) {
    news = news || std::none_of(before.begin(), before.end(), [&](const state::Refusal& old) {
             return old.zone == one.zone && old.pool == one.pool && old.count <= one.count;
           });
  }
  for (const state::Refusal& old : before) {
    const bool said = std::any_of(now.begin(), now.end(), [&](const state::Refusal& one) {
      return old.zone == one.zone && old.pool == one.pool;
    });
    if (!said) merged.push_back(old);
  }
  return merged;
}

std::string Describe(const state::Refusal& refusal) {
  const std::time_t time = refusal.until;
  std::tm utc{};
  gmtime_r(&time, &utc);
  char until[32];
  std::strftime(until, sizeof until, "%H:%M", &utc);
  return "`" + refusal.zone + "." + refusal.pool +
         "`: " + (refusal.count == 0 ? "none" : "no more than " + std::to_string(refusal.count)) +
         " until " + until + " UTC (" + refusal.reason + ": " + refusal.text + ")";
}

}  // namespace sprint::cli
