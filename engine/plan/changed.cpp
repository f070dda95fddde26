#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "engine/plan/plan.h"

namespace sprint::plan {

namespace {

// Where it stands in the program, and how its quantities are shown, changes no object.
bool Alike(const lower::Resource& a, const lower::Resource& b) {
  return a.type == b.type && a.config == b.config && a.dependencies == b.dependencies &&
         a.lifecycle == b.lifecycle;
}

// Providers with another configuration than before.
std::set<std::string> Reconfigured(const lower::DesiredGraph& before,
                                   const lower::DesiredGraph& now) {
  std::set<std::string> names;
  for (const lower::ProviderConfig& provider : now.providers) {
    const bool same = std::any_of(
        before.providers.begin(), before.providers.end(), [&](const lower::ProviderConfig& other) {
          return other.name == provider.name && other.config == provider.config;
        });
    if (!same) names.insert(provider.name);
  }
  return names;
}

}  // namespace

std::set<std::string> Changed(const lower::DesiredGraph& before, const lower::DesiredGraph& now) {
  size_t taken = 0;
  while (taken < before.resources.size() && before.resources[taken].address.empty()) ++taken;
  std::unordered_map<std::string_view, const lower::Resource*> old;
  old.reserve(before.resources.size() - taken);
  for (size_t i = taken; i < before.resources.size(); ++i) {
    old.emplace(before.resources[i].address, &before.resources[i]);
  }
  std::unordered_map<std::string_view, std::vector<const lower::Resource*>> dependants;
  std::set<std::string> changed;
  std::vector<const lower::Resource*> open;
  const std::set<std::string> reconfigured = Reconfigured(before, now);
  for (size_t i = 0; i < now.resources.size(); ++i) {
    const lower::Resource& resource = now.resources[i];
    for (const std::string& need : resource.dependencies) dependants[need].push_back(&resource);
    const bool again = reconfigured.contains(resource.provider);
    if (again) open.push_back(&resource);
    if (i < taken) continue;
    const auto found = old.find(resource.address);
    if (!again && (found == old.end() || !Alike(*found->second, resource))) {
      open.push_back(&resource);
    }
    if (found != old.end()) old.erase(found);
  }
  for (const auto& [address, resource] : old) changed.emplace(address);
  while (!open.empty()) {
    const lower::Resource* resource = open.back();
    open.pop_back();
    if (!changed.insert(resource->address).second) continue;
    if (const auto found = dependants.find(resource->address); found != dependants.end()) {
      open.insert(open.end(), found->second.begin(), found->second.end());
    }
  }
  return changed;
}

}  // namespace sprint::plan
