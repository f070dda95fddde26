#include <algorithm>
#include <cmath>
#include <set>

#include "engine/exchange/json_reader.h"
#include "engine/exchange/space4ai.h"

namespace sprint::exchange::space4ai {
namespace {

using value::List;
using value::Object;
using value::Value;

constexpr double MostInstances = 10'000;
constexpr size_t MostComponents = 1000;

class Reader : private JsonReader {
 public:
  ReadResult Run(const std::string& text) {
    All(text);
    ReadResult result{std::nullopt, errors(), warnings()};
    if (result.errors.empty()) result.system = std::move(system_);
    return result;
  }

 private:
  void All(const std::string& text) {
    const auto root = value::FromJson(text);
    if (!root.ok()) {
      Bad("", root.error().message());
      return;
    }
    const Object* file = root->As<Object>();
    if (!file) {
      Bad("", "an object is due, with `Components` and the other sections");
      return;
    }
    file_ = file;
    if (file->contains("components") && file->contains("total_cost")) {
      Bad("", "this is a solution; the system it belongs to is due");
      return;
    }
    Unknown(*file, "",
            {"DirectedAcyclicGraph", "Components", "EdgeResources", "CloudResources",
             "FaaSResources", "CompatibilityMatrix", "Performance", "DemandMatrix", "Lambda",
             "LocalConstraints", "GlobalConstraints", "NetworkTechnology", "Time"});
    Resources("EdgeResources", Section::Edge);
    Resources("CloudResources", Section::Cloud);
    Resources("FaaSResources", Section::Functions);
    if (system_.resources.empty()) Bad("", "there are no resources");
    Components();
    Graph();
    Sizes();
    LocalBounds();
    PathBounds();
    Domains();
    system_.load = NumberOf(*file_, "Lambda", "", 0, Above);
    system_.hours = NumberOf(*file_, "Time", "", 1, Above, /*required=*/false);
  }

  void Resources(const std::string& section, Section kind) {
    const Object* layers = ObjectOf(*file_, section, "", /*required=*/false);
    if (!layers) return;
    for (const std::string& name : Keys(*layers)) {
      // Older files have the cost of transitions beside the layers.
      if (kind == Section::Functions && name == "transition_cost") continue;
      const std::string place = section + "." + name;
      const Object* types = ObjectOf(*layers, name, section);
      if (!types) continue;
      if (!layer_.try_emplace(name, system_.layers.size()).second) {
        Bad(place, "there is a layer of this name already");
        continue;
      }
      const auto index = static_cast<Index>(system_.layers.size());
      system_.layers.push_back({name, kind, {}});
      for (const std::string& type : Keys(*types)) {
        if (kind == Section::Functions && type == "transition_cost") continue;
        if (const Object* written = ObjectOf(*types, type, place)) {
          AddResource(*written, place + "." + type, type, index, kind);
        }
      }
      if (kind != Section::Functions || !types->contains("transition_cost")) continue;
      const double cost = NumberOf(*types, "transition_cost", place, 0, NotBelow);
      for (Index r : system_.layers[index].resources) system_.resources[r].transition = cost;
    }
  }

  void AddResource(const Object& written, const std::string& place, const std::string& name,
                   Index layer, Section kind) {
    Resource resource;
    resource.name = name;
    resource.layer = layer;
    const auto index = static_cast<Index>(system_.resources.size());
    if (!resource_.try_emplace(name, index).second) {
      Bad(place, "there is a resource of this name already");
      return;
    }
    if (const auto text = written.find("description"); text != written.end()) {
      if (const auto* words = text->second.As<std::string>()) resource.description = *words;
    }
    resource.price = NumberOf(written, "cost", place, 0, NotBelow);
    resource.memory = NumberOf(written, "memory", place, 0, NotBelow);
    if (kind == Section::Functions) {
      Unknown(written, place,
              {"description", "cost", "memory", "idle_time_before_kill", "transition_cost"});
      resource.idle = NumberOf(written, "idle_time_before_kill", place, 600, Above);
      resource.transition = NumberOf(written, "transition_cost", place, 0, NotBelow, false);
    } else {
      Unknown(written, place, {"description", "cost", "memory", "number", "n_cores"});
      const double count = NumberOf(written, "number", place, 1, Above);
      if (count != std::floor(count) || count > MostInstances) {
        Bad(place + ".number", Number(count) + " is no count up to 10000");
      } else {
        resource.count = static_cast<uint32_t>(count);
      }
      resource.cores = NumberOf(written, "n_cores", place, 1, Above, false);
    }
    system_.layers[layer].resources.push_back(index);
    system_.resources.push_back(std::move(resource));
  }

  void Components() {
    const Object* components = ObjectOf(*file_, "Components", "");
    if (!components) return;
    compatible_ = ObjectOf(*file_, "CompatibilityMatrix", "");
    performance_ = ObjectOf(*file_, "Performance", "", /*required=*/false);
    if (!performance_) performance_ = ObjectOf(*file_, "DemandMatrix", "", /*required=*/false);
    if (!performance_) Bad("Performance", "this is missing");
    if (!compatible_ || !performance_) return;
    if (components->empty()) Bad("Components", "there are no components");
    if (components->size() > MostComponents) {
      Bad("Components", "more than 1000 components are not meant to be placed at once");
      return;
    }
    for (const std::string& name : Keys(*components)) {
      component_[name] = static_cast<Index>(system_.components.size());
      system_.components.push_back({name, {}});
      sends_.emplace_back();
      AddComponent(*components, name);
    }
    for (const Object* matrix : {compatible_, performance_}) {
      const std::string section = matrix == compatible_ ? "CompatibilityMatrix" : "Performance";
      for (const auto& [name, row] : *matrix) {
        if (!component_.contains(name)) {
          Warn(section + "." + name, "there is no such component; this is left out");
        }
      }
    }
  }

  void AddComponent(const Object& components, const std::string& name) {
    const std::string place = "Components." + name;
    const Object* deployments = ObjectOf(components, name, "Components");
    if (!deployments) return;
    if (deployments->empty()) Bad(place, "there is no deployment");
    for (const std::string& deployment : Keys(*deployments)) {
      if (const Object* partitions = ObjectOf(*deployments, deployment, place)) {
        AddDeployment(*partitions, place + "." + deployment, deployment);
      }
    }
  }

  // The chain: the first partition is the one that no other leads to.
  void AddDeployment(const Object& partitions, const std::string& place, const std::string& name) {
    std::map<std::string, std::string> next;
    std::set<std::string> led_to;
    for (const auto& [partition, body] : partitions) {
      const Object* written = ObjectOf(partitions, partition, place);
      if (!written) return;
      const std::vector<std::string> names = NamesIn(*written, "next", place + "." + partition);
      const bool inside = !names.empty() && partitions.contains(names.front());
      if (inside && names.size() > 1) {
        Bad(place + "." + partition + ".next", "one partition is due, or components");
        return;
      }
      next[partition] = inside ? names.front() : "";
      if (inside) led_to.insert(names.front());
    }
    std::vector<std::string> chain;
    for (const std::string& partition : Keys(partitions)) {
      if (!led_to.contains(partition)) chain.push_back(partition);
    }
    if (chain.size() != 1) {
      Bad(place, "the partitions are no chain: " + std::to_string(chain.size()) +
                     " of them are led to by none");
      return;
    }
    while (!next[chain.back()].empty()) chain.push_back(next[chain.back()]);
    if (chain.size() != partitions.size()) {
      Bad(place, "the partitions are no chain: " +
                     std::to_string(partitions.size() - chain.size()) + " of them are beside it");
      return;
    }
    Deployment deployment{name, {}};
    for (const std::string& partition : chain) {
      AddPartition(*partitions.find(partition)->second.As<Object>(), place + "." + partition,
                   partition, partition == chain.back(), deployment);
    }
    system_.components.back().deployments.push_back(std::move(deployment));
  }

  void AddPartition(const Object& written, const std::string& place, const std::string& name,
                    bool last, Deployment& deployment) {
    Unknown(written, place,
            {"next", "data_size", "early_exit_probability", "stop_probability", "memory"});
    Partition partition;
    partition.name = name;
    const bool old = written.contains("stop_probability");
    const std::string exit = old ? "stop_probability" : "early_exit_probability";
    partition.exit = Share(written, exit, place);
    if (last && partition.exit > 0) {
      Warn(place + "." + exit, "the last partition answers everything; this is left out");
      partition.exit = 0;
    }
    const std::vector<std::string> names = NamesIn(written, "next", place);
    const std::vector<double> sizes = NumbersIn(written, "data_size", place);
    if (sizes.size() < names.size()) {
      Bad(place + ".data_size", "a size is due for each name in `next`");
      return;
    }
    if (!last) partition.output = sizes.front();
    for (size_t i = 0; last && i < names.size(); ++i) {
      sends_.back()[names[i]].push_back({sizes[i], place});
    }
    const double memory = NumberOf(written, "memory", place, 0, NotBelow, /*required=*/false);
    AddChoices(system_.components.back().name, place, memory, partition);
    deployment.partitions.push_back(std::move(partition));
  }

  // A row of a matrix for one partition; null when there is none.
  static const Value* Row(const Object& matrix, const std::string& component,
                          const std::string& partition) {
    const auto of = matrix.find(component);
    const Object* rows = of == matrix.end() ? nullptr : of->second.As<Object>();
    const auto row = rows ? rows->find(partition) : Object::const_iterator();
    return rows && row != rows->end() ? &row->second : nullptr;
  }

  void AddChoices(const std::string& component, const std::string& place, double memory,
                  Partition& partition) {
    const std::string where = component + "." + partition.name;
    const Value* row = Row(*compatible_, component, partition.name);
    const List* list = row ? row->As<List>() : nullptr;
    if (!list) {
      Bad("CompatibilityMatrix." + where, row ? "a list is due" : "this is missing");
      return;
    }
    row = Row(*performance_, component, partition.name);
    const Object* times = row ? row->As<Object>() : nullptr;
    if (!times) {
      Bad("Performance." + where, row ? "an object is due" : "this is missing");
      return;
    }
    std::set<std::string> seen;
    for (size_t i = 0; i < list->size(); ++i) {
      const std::string at = "CompatibilityMatrix." + where + "[" + std::to_string(i) + "]";
      Choice choice;
      choice.memory = memory;
      const auto* name = (*list)[i].As<std::string>();
      if (const Object* entry = (*list)[i].As<Object>()) {
        Unknown(*entry, at, {"resource", "memory"});
        const auto resource = entry->find("resource");
        name = resource == entry->end() ? nullptr : resource->second.As<std::string>();
        choice.memory = NumberOf(*entry, "memory", at, memory, NotBelow);
      }
      const auto resource = name ? resource_.find(*name) : resource_.end();
      if (resource == resource_.end()) {
        Bad(at, name ? "there is no resource `" + *name + "`" : "the name of a resource is due");
        continue;
      }
      if (!seen.insert(*name).second) {
        Warn(at, "`" + *name + "` is there twice; the first counts");
        continue;
      }
      const auto time = times->find(*name);
      if (time == times->end()) {
        Warn(at, "there is no performance on `" + *name + "`; it is left out");
        continue;
      }
      choice.resource = resource->second;
      if (Time(time->second, "Performance." + where + "." + *name, choice)) {
        partition.choices.push_back(choice);
      }
    }
    for (const auto& [name, time] : *times) {
      if (seen.contains(name)) continue;
      Warn("Performance." + where + "." + name, "it is not compatible, and left out");
    }
    if (partition.choices.empty()) Bad(place, "no resource is left to run it on");
  }

  // A demand, or a record of one of the models.
  bool Time(const Value& written, const std::string& place, Choice& choice) {
    const Section section = system_.layers[system_.resources[choice.resource].layer].section;
    const bool function = section == Section::Functions;
    std::optional<double> warm, cold;
    if (const Object* record = written.As<Object>()) {
      Unknown(*record, place,
              {"model", "demand", "demandWarm", "demandCold", "meanTime", "regressor_file"});
      if (!record->contains(function ? "demandWarm" : "demand") && record->contains("meanTime")) {
        Warn(place, "its learnt model is not known here; `meanTime` is taken as the demand");
        warm = cold = NumberOf(*record, "meanTime", place, 0, Above);
      } else {
        warm = NumberOf(*record, function ? "demandWarm" : "demand", place, 0, Above);
        cold = function ? NumberOf(*record, "demandCold", place, 0, Above) : warm;
      }
    } else if (const List* pair = written.As<List>(); pair && pair->size() == 2 && function) {
      warm = Plain((*pair)[0], place + "[0]", Above);
      cold = Plain((*pair)[1], place + "[1]", Above);
    } else {
      warm = cold = Plain(written, place, Above);
    }
    if (!warm || !cold || *warm <= 0 || *cold <= 0) return false;
    choice.demand = *warm;
    choice.cold = *cold;
    return true;
  }

  void Graph() {
    const Object* graph = ObjectOf(*file_, "DirectedAcyclicGraph", "");
    if (!graph) return;
    for (const std::string& name : Keys(*graph)) {
      const std::string place = "DirectedAcyclicGraph." + name;
      const Object* written = ObjectOf(*graph, name, "DirectedAcyclicGraph");
      if (!written) continue;
      Unknown(*written, place, {"next", "transition_probability"});
      const auto from = component_.find(name);
      if (from == component_.end()) {
        Bad(place, "there is no such component");
        continue;
      }
      const auto next = NamesIn(*written, "next", place);
      const auto probability = NumbersIn(*written, "transition_probability", place);
      if (probability.size() != next.size()) {
        Bad(place + ".transition_probability", "one is due for each name in `next`");
        continue;
      }
      for (size_t i = 0; i < next.size(); ++i)
        AddFlow(from->second, next[i], probability[i], place);
    }
    CheckCircle();
    for (const auto& component : system_.components) {
      const Index c = component_[component.name];
      const bool flows = std::any_of(system_.flows.begin(), system_.flows.end(),
                                     [&](const Flow& f) { return f.from == c || f.to == c; });
      if (!flows && system_.components.size() > 1) {
        Bad("DirectedAcyclicGraph." + component.name,
            "nothing leads to or from it: a program cannot use it");
      }
    }
  }

  void AddFlow(Index from, const std::string& to, double probability, const std::string& place) {
    const auto target = component_.find(to);
    if (target == component_.end()) {
      Bad(place + ".next", "there is no component `" + to + "`");
      return;
    }
    for (const Flow& other : system_.flows) {
      if (other.from != from || other.to != target->second) continue;
      Bad(place + ".next", "`" + to + "` is there twice");
      return;
    }
    if (probability > 1) {
      // The last digits of published probabilities are rounded.
      if (probability > 1 + 1e-9) {
        Bad(place + ".transition_probability", Number(probability) + " is no probability");
      }
      probability = 1;
    }
    system_.flows.push_back({from, target->second, probability, 0});
  }

  void CheckCircle() {
    std::vector<size_t> arrive(system_.components.size(), 0);
    std::vector<std::vector<Index>> next(system_.components.size());
    for (const Flow& flow : system_.flows) {
      ++arrive[flow.to];
      next[flow.from].push_back(flow.to);
    }
    std::vector<Index> free;
    for (Index c = 0; c < arrive.size(); ++c) {
      if (arrive[c] == 0) free.push_back(c);
    }
    size_t sorted = 0;
    for (; sorted < free.size(); ++sorted) {
      for (Index to : next[free[sorted]]) {
        if (--arrive[to] == 0) free.push_back(to);
      }
    }
    if (sorted < arrive.size()) Bad("DirectedAcyclicGraph", "the flows form a circle");
  }

  // A flow has one size, where the file could have one for each deployment.
  void Sizes() {
    for (Flow& flow : system_.flows) {
      if (flow.from >= sends_.size()) continue;
      const std::string& to = system_.components[flow.to].name;
      const auto& sent = sends_[flow.from][to];
      const std::string place = "Components." + system_.components[flow.from].name;
      if (sent.size() < system_.components[flow.from].deployments.size()) {
        Warn(place, "not every deployment says what it sends to `" + to + "`");
      }
      for (const Sent& one : sent) {
        flow.size = std::max(flow.size, one.size);
        if (one.size == sent.front().size) continue;
        Warn(one.place + ".data_size",
             "it differs from other deployments; the largest counts for all");
      }
    }
  }

  void LocalBounds() {
    const Object* bounds = ObjectOf(*file_, "LocalConstraints", "", /*required=*/false);
    if (!bounds) return;
    for (const std::string& name : Keys(*bounds)) {
      const std::string place = "LocalConstraints." + name;
      const Object* written = ObjectOf(*bounds, name, "LocalConstraints");
      if (!written) continue;
      Unknown(*written, place, {"local_res_time"});
      const double seconds = NumberOf(*written, "local_res_time", place, 0, Above);
      const auto component = component_.find(name);
      if (component == component_.end())
        Bad(place, "there is no such component");
      else
        system_.bounds.push_back({name, {component->second}, seconds, true});
    }
  }

  void PathBounds() {
    const Object* bounds = ObjectOf(*file_, "GlobalConstraints", "", /*required=*/false);
    if (!bounds) return;
    for (const std::string& name : Keys(*bounds)) {
      const std::string place = "GlobalConstraints." + name;
      const Object* written = ObjectOf(*bounds, name, "GlobalConstraints");
      if (!written) continue;
      Unknown(*written, place, {"components", "global_res_time"});
      Bound bound{name, {}, NumberOf(*written, "global_res_time", place, 0, Above), false};
      for (const std::string& step : NamesIn(*written, "components", place)) {
        const auto component = component_.find(step);
        if (component == component_.end()) {
          Bad(place + ".components", "there is no component `" + step + "`");
          continue;
        }
        const Index to = component->second;
        if (!bound.path.empty() &&
            std::none_of(system_.flows.begin(), system_.flows.end(), [&](const Flow& f) {
              return f.from == bound.path.back() && f.to == to;
            })) {
          Bad(place + ".components", "nothing leads from `" +
                                         system_.components[bound.path.back()].name + "` to `" +
                                         step + "`");
        }
        bound.path.push_back(to);
      }
      if (bound.path.empty()) Bad(place + ".components", "there is none");
      system_.bounds.push_back(std::move(bound));
    }
  }

  void Domains() {
    const Object* domains = ObjectOf(*file_, "NetworkTechnology", "");
    if (!domains) return;
    for (const std::string& name : Keys(*domains)) {
      const std::string place = "NetworkTechnology." + name;
      const Object* written = ObjectOf(*domains, name, "NetworkTechnology");
      if (!written) continue;
      Unknown(*written, place,
              {"computationallayers", "computationalLayers", "AccessDelay", "Bandwidth"});
      Domain domain;
      domain.name = name;
      domain.delay = NumberOf(*written, "AccessDelay", place, 0, NotBelow);
      domain.bandwidth = NumberOf(*written, "Bandwidth", place, 1, Above);
      const char* key =
          written->contains("computationalLayers") ? "computationalLayers" : "computationallayers";
      for (const std::string& layer : NamesIn(*written, key, place)) {
        const auto found = layer_.find(layer);
        if (found == layer_.end()) {
          Warn(place + "." + key, "there is no layer `" + layer + "`; it is left out");
        } else if (std::find(domain.layers.begin(), domain.layers.end(), found->second) ==
                   domain.layers.end()) {
          domain.layers.push_back(static_cast<Index>(found->second));
        }
      }
      std::sort(domain.layers.begin(), domain.layers.end());
      system_.domains.push_back(std::move(domain));
    }
    const size_t n = system_.layers.size();
    for (Index a = 0; a < n; ++a) {
      for (Index b = a + 1; b < n; ++b) {
        const auto has = [](const Domain& domain, Index layer) {
          return std::binary_search(domain.layers.begin(), domain.layers.end(), layer);
        };
        const bool joined =
            std::any_of(system_.domains.begin(), system_.domains.end(),
                        [&](const Domain& domain) { return has(domain, a) && has(domain, b); });
        if (joined) continue;
        Warn("NetworkTechnology", "no domain joins `" + system_.layers[a].name + "` and `" +
                                      system_.layers[b].name +
                                      "`: what goes between them takes the way over others");
      }
    }
  }

  struct Sent {
    double size = 0;
    std::string place;
  };

  const Object* file_ = nullptr;
  const Object* compatible_ = nullptr;
  const Object* performance_ = nullptr;
  System system_;
  std::map<std::string, size_t> layer_;
  std::map<std::string, Index> resource_, component_;
  // Per component: what its deployments send to each component.
  std::vector<std::map<std::string, std::vector<Sent>>> sends_;
};

}  // namespace

ReadResult Read(const std::string& text) { return Reader().Run(text); }

}  // namespace sprint::exchange::space4ai
