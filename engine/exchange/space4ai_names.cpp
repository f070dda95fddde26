#include <algorithm>
#include <array>
#include <set>

#include "engine/exchange/space4ai.h"

namespace sprint::exchange::space4ai {
namespace {

// Words of expressions; all others may be names.
constexpr std::array Reserved = {"true", "false", "null", "and", "or", "not",
                                 "if",   "then",  "else", "for", "in"};

// Names of one place of a program, no two alike.
class Scope {
 public:
  explicit Scope(std::set<std::string> taken = {}) : taken_(std::move(taken)) {}

  std::string Take(const std::string& written, const std::string& otherwise) {
    std::string name;
    for (char c : written) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      name += letter || (c >= '0' && c <= '9') ? c : '_';
    }
    if (name.size() > Longest) name.resize(Longest);
    if (name.empty()) name = otherwise;
    if (name[0] >= '0' && name[0] <= '9') name = otherwise + "_" + name;
    if (std::find(Reserved.begin(), Reserved.end(), name) != Reserved.end()) name += "_";
    std::string free = name;
    for (int i = 2; !taken_.insert(free).second; ++i) free = name + "_" + std::to_string(i);
    return free;
  }

 private:
  static constexpr size_t Longest = 60;
  std::set<std::string> taken_;
};

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

Names NamesOf(const System& system) {
  Names names;
  // Declarations of a file share their names; two are those of the program itself.
  Scope file({"System", "Layers"});
  for (const Component& component : system.components) {
    names.components.push_back(file.Take(component.name, "component"));
    Scope variants;
    names.deployments.emplace_back();
    names.partitions.emplace_back();
    for (const Deployment& deployment : component.deployments) {
      names.deployments.back().push_back(variants.Take(deployment.name, "variant"));
      Scope parts;
      names.partitions.back().emplace_back();
      for (const Partition& partition : deployment.partitions) {
        names.partitions.back().back().push_back(parts.Take(partition.name, "part"));
      }
    }
  }
  for (const Resource& resource : system.resources) {
    names.kinds.push_back(file.Take(resource.name, "Kind"));
  }
  Scope zones;
  names.pools.resize(system.resources.size());
  for (const Layer& layer : system.layers) {
    names.layers.push_back(zones.Take(layer.name, "layer"));
    Scope pools;
    for (Index r : layer.resources) names.pools[r] = pools.Take(Lower(names.kinds[r]), "pool");
  }
  Scope bounds;
  for (const Bound& bound : system.bounds) {
    names.bounds.push_back(bounds.Take(bound.local ? bound.name + "_alone" : bound.name, "path"));
  }
  return names;
}

}  // namespace sprint::exchange::space4ai
