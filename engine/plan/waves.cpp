#include "engine/plan/waves.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sprint::plan {

std::vector<std::vector<size_t>> Waves(const lower::DesiredGraph& graph) {
  const std::vector<lower::Resource>& resources = graph.resources;
  std::unordered_map<std::string_view, size_t> index;
  index.reserve(resources.size());
  for (size_t i = 0; i < resources.size(); ++i) index.emplace(resources[i].address, i);
  std::vector<size_t> waiting(resources.size(), 0);
  std::vector<std::vector<size_t>> dependants(resources.size());
  std::vector<size_t> wave;
  for (size_t i = 0; i < resources.size(); ++i) {
    for (const std::string& need : resources[i].dependencies) {
      const auto found = index.find(need);
      if (found == index.end()) continue;
      ++waiting[i];
      dependants[found->second].push_back(i);
    }
    if (waiting[i] == 0) wave.push_back(i);
  }
  std::vector<std::vector<size_t>> waves;
  while (!wave.empty()) {
    std::vector<size_t> next;
    for (const size_t done : wave) {
      for (const size_t dependant : dependants[done]) {
        if (--waiting[dependant] == 0) next.push_back(dependant);
      }
    }
    std::sort(next.begin(), next.end());
    waves.push_back(std::move(wave));
    wave = std::move(next);
  }
  return waves;
}

std::set<std::string> CreatedFirst(const lower::DesiredGraph& graph) {
  std::map<std::string, const lower::Resource*> by_address;
  std::vector<const lower::Resource*> open;
  for (const lower::Resource& resource : graph.resources) {
    if (resource.lifecycle.create_before_destroy) open.push_back(&resource);
  }
  std::set<std::string> first;
  if (open.empty()) return first;
  for (const lower::Resource& resource : graph.resources) by_address[resource.address] = &resource;
  while (!open.empty()) {
    const lower::Resource* resource = open.back();
    open.pop_back();
    if (!first.insert(resource->address).second) continue;
    for (const std::string& need : resource->dependencies) {
      if (const auto found = by_address.find(need); found != by_address.end()) {
        open.push_back(found->second);
      }
    }
  }
  return first;
}

}  // namespace sprint::plan
