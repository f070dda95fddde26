#include "tests/bench/placement/cut_systems.h"

#include <algorithm>

#include "tests/bench/placement/random.h"

namespace sprint::bench {
namespace {

using namespace exchange::space4ai;

// Where in the workflow, 0 to 1, components may use which section.
constexpr double DroneUntil = 0.15, EdgeUntil = 0.75, MachinesFrom = 0.35, FunctionsFrom = 0.4;
constexpr double Load = 1.8;

class Generator {
 public:
  Generator(uint32_t seed, uint32_t components, uint32_t machine_layers, Twist twist)
      : random_(seed), components_(components), machine_layers_(machine_layers), twist_(twist) {}

  System Run() {
    system_.load = Load;
    AddLayers();
    for (uint32_t c = 0; c < components_; ++c) AddComponent(c);
    AddFlows();
    AddBounds();
    Domain all{"ND1", {}, 0.001, random_.Real(1000, 2000)};
    for (Index l = 0; l < system_.layers.size(); ++l) all.layers.push_back(l);
    system_.domains.push_back(std::move(all));
    return std::move(system_);
  }

 private:
  void AddLayers() {
    const uint32_t edge_nodes = std::max(2U, components_ / 6);
    AddLayer(Section::Edge, "Drone", 1, 1, 4, 5);
    AddLayer(Section::Edge, "EN", 4, edge_nodes, 6, 8);
    AddLayer(Section::Edge, "EN", 4, edge_nodes, 6, 8);
    for (uint32_t l = 0; l < machine_layers_; ++l) AddLayer(Section::Cloud, "VM", 5, 0, 0, 0);
    AddLayer(Section::Functions, "F", twist_ == Twist::SharedFunctions ? 4 : 0, 1, 0, 1);
  }

  void AddLayer(Section section, const std::string& prefix, uint32_t kinds, uint32_t count,
                double low, double high) {
    const auto layer = static_cast<Index>(system_.layers.size());
    system_.layers.push_back({"computationallayer" + std::to_string(layer + 1), section, {}});
    for (uint32_t k = 0; k < kinds; ++k) {
      const uint32_t number = ++named_[prefix];
      Resource resource;
      resource.name = prefix + std::to_string(number);
      resource.layer = layer;
      resource.count = section == Section::Cloud ? random_.Whole(3, 4) : count;
      resource.price =
          section == Section::Cloud ? random_.Real(0, number) : random_.Real(low, high);
      resource.memory = twist_ == Twist::Memory && section == Section::Cloud ? 12288 : 163840;
      Put(std::move(resource));
    }
  }
  Index Put(Resource resource) {
    const auto index = static_cast<Index>(system_.resources.size());
    system_.layers[resource.layer].resources.push_back(index);
    system_.resources.push_back(std::move(resource));
    return index;
  }

  void AddComponent(uint32_t c) {
    Component component;
    component.name = "c" + std::to_string(c + 1);
    std::vector<double> whole;  // demand per resource; functions have none yet
    for (const Resource& resource : system_.resources) {
      const Section section = system_.layers[resource.layer].section;
      const bool drone = resource.layer == 0;
      whole.push_back(section == Section::Functions ? random_.Real(2, 3)
                      : section == Section::Cloud   ? random_.Real(0.3, 0.7)
                      : drone                       ? random_.Real(0.1, 0.2)
                                                    : random_.Real(0.5, 1.5));
    }
    const uint32_t deployments = c == 0 ? 1 : random_.Whole(1, 3);
    uint32_t named = 0;
    for (uint32_t s = 0; s < deployments; ++s) {
      Deployment deployment{"s" + std::to_string(s + 1), {}};
      const uint32_t parts = s == 0 ? 1 : random_.Whole(2, 4);
      for (uint32_t h = 0; h < parts; ++h) {
        Partition partition;
        partition.name = "h" + std::to_string(++named);
        if (h + 1 < parts) {
          partition.exit = random_.Real(0.4, 0.9);
          partition.output = random_.Whole(4, 7);
        }
        AddChoices(c, whole, parts, partition);
        deployment.partitions.push_back(std::move(partition));
      }
      component.deployments.push_back(std::move(deployment));
    }
    system_.components.push_back(std::move(component));
  }

  void AddChoices(uint32_t c, const std::vector<double>& whole, uint32_t parts,
                  Partition& partition) {
    const double where = components_ > 1 ? static_cast<double>(c) / (components_ - 1) : 0;
    for (Index r = 0; r < whole.size(); ++r) {
      const Resource& resource = system_.resources[r];
      const Section section = system_.layers[resource.layer].section;
      const bool drone = resource.layer == 0;
      const bool fits = drone                       ? where <= DroneUntil
                        : section == Section::Edge  ? c > 0 && where <= EdgeUntil
                        : section == Section::Cloud ? where >= MachinesFrom
                                                    : where >= FunctionsFrom;
      if (!fits) continue;
      const double demand = whole[r] / parts * random_.Real(0.9, 1.1);
      const double cold = section == Section::Functions ? demand + random_.Real(1, 2) : demand;
      partition.choices.push_back({r, demand, cold, Memory(section)});
    }
    if (where < FunctionsFrom || twist_ == Twist::SharedFunctions) return;
    Resource function;
    function.name = "F" + std::to_string(++named_["F"]);
    function.layer = static_cast<Index>(system_.layers.size() - 1);
    function.price = random_.Real(0, 1);
    function.memory = 163840;
    const double warm = random_.Real(2, 3) / parts;
    partition.choices.push_back(
        {Put(std::move(function)), warm, warm + random_.Real(1, 2), Memory(Section::Functions)});
  }

  double Memory(Section section) {
    return section == Section::Edge ? 512 << random_.Whole(0, 2) : 1024 << random_.Whole(0, 3);
  }

  void AddFlows() {
    // With two sources the second component is one as well.
    const uint32_t first = twist_ == Twist::TwoSources ? 2 : 1;
    for (uint32_t from = 0; from + 1 < components_; ++from) {
      std::vector<uint32_t> next = {std::max(from + 1, first)};
      if (next[0] >= components_) next[0] = components_ - 1;
      for (uint32_t to = next[0] + 1; to < components_ && next.size() < 7; ++to) {
        if (random_.Chance(3.5 / components_)) next.push_back(to);
      }
      std::vector<double> share;
      double sum = 0;
      for (size_t i = 0; i < next.size(); ++i) {
        share.push_back(random_.Real(0.2, 1));
        sum += share.back();
      }
      for (size_t i = 0; i < next.size(); ++i) {
        if (next[i] == from) continue;
        system_.flows.push_back({from, next[i], share[i] / sum, double(random_.Whole(4, 7))});
      }
    }
  }

  void AddBounds() {
    for (Index c = 1; c < components_; c += 3) {
      system_.bounds.push_back(
          {system_.components[c].name, {c}, random_.Real(10, 14), /*local=*/true});
    }
    // Along first successors, from the first component on and from two others.
    for (Index begin = 0, k = 1; begin < components_ - 1 && k <= 3; begin += components_ / 3, ++k) {
      Bound bound{"p" + std::to_string(k), {begin}, 0, false};
      for (bool more = true; more && bound.path.size() < 12;) {
        more = false;
        for (const Flow& flow : system_.flows) {
          if (flow.from != bound.path.back()) continue;
          bound.path.push_back(flow.to);
          more = true;
          break;
        }
      }
      bound.seconds = 4.0 * bound.path.size();
      system_.bounds.push_back(std::move(bound));
    }
  }

  Random random_;
  uint32_t components_, machine_layers_;
  Twist twist_;
  System system_;
  std::map<std::string, uint32_t> named_;
};

}  // namespace

System CutSystem(uint32_t seed, uint32_t components, uint32_t machine_layers, Twist twist) {
  return Generator(seed, components, machine_layers, twist).Run();
}

}  // namespace sprint::bench
