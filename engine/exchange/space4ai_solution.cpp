#include "engine/exchange/space4ai_solution.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "providers/value/value.h"

namespace sprint::exchange::space4ai {
namespace {

using value::Object;
using value::Value;

// Where a component runs: one of its deployments, a resource for each partition.
struct Run {
  size_t deployment = 0;
  std::vector<Index> resources;
  std::vector<double> response;  // s, of each partition
};

class Writer {
 public:
  Writer(const System& system, const placement::Answer& answer, Shape shape)
      : system_(system),
        answer_(answer),
        shape_(shape),
        names_(NamesOf(system)),
        count_(system.resources.size(), 0) {}

  Result<std::string> Write() {
    for (Index c = 0; c < system_.components.size(); ++c) {
      SPRINT_RETURN_IF_ERROR(Find(c));
    }
    Object components, paths;
    double functions = 0;
    for (Index c = 0; c < system_.components.size(); ++c) {
      components[system_.components[c].name] = ComponentJson(c, functions);
    }
    for (const Bound& bound : system_.bounds) {
      if (!bound.local) paths[bound.name] = PathJson(bound);
    }
    double total = functions;
    for (Index r = 0; r < count_.size(); ++r) total += Hardware(r);
    return value::ToJson(Object{{"Lambda", answer_.workload},
                                {"components", components},
                                {"global_constraints", paths},
                                {"total_cost", total}},
                         /*pretty=*/true) +
           "\n";
  }

 private:
  static Error Conflict(const std::string& message) {
    return Error(ErrorCode::Conflict, message + ": is this the system the program came from?");
  }

  template <typename List>
  static std::optional<Index> IndexOf(const List& list, const std::string& name) {
    const auto found = std::find(list.begin(), list.end(), name);
    if (found == list.end()) return std::nullopt;
    return static_cast<Index>(found - list.begin());
  }

  Status Find(Index c) {
    const Component& component = system_.components[c];
    const std::string& name = names_.components[c];
    Run run;
    for (const placement::Placed& placed : answer_.parts) {
      if (placed.component_name != name) continue;
      // Where there is nothing to choose the program has no names for it.
      const auto deployment = placed.variant_name.empty()
                                  ? std::optional<Index>(0)
                                  : IndexOf(names_.deployments[c], placed.variant_name);
      if (!deployment) {
        return Conflict("`" + component.name + "` has no deployment `" + placed.variant_name + "`");
      }
      run.deployment = *deployment;
      const auto layer = IndexOf(names_.layers, placed.zone_name);
      std::optional<Index> resource;
      for (Index r = 0; layer && r < names_.pools.size(); ++r) {
        const bool here = system_.resources[r].layer == *layer;
        if (here && names_.pools[r] == placed.pool_name) resource = r;
      }
      if (!resource) {
        return Conflict("there is no resource for `" + placed.zone_name + "." + placed.pool_name +
                        "`");
      }
      run.resources.push_back(*resource);
      run.response.push_back(placed.response_mean);
      count_[*resource] = std::max(count_[*resource], placed.replicas);
    }
    if (run.deployment >= component.deployments.size() ||
        run.resources.size() != component.deployments[run.deployment].partitions.size()) {
      return Conflict("`" + component.name + "` is not placed as it can be cut");
    }
    for (size_t h = 0; h < run.resources.size(); ++h) {
      if (!ChoiceOf(c, run, h)) {
        return Conflict("`" + component.name + "` cannot run on `" +
                        system_.resources[run.resources[h]].name + "`");
      }
    }
    runs_.push_back(std::move(run));
    return Ok();
  }

  const Partition& PartitionOf(Index c, const Run& run, size_t h) const {
    return system_.components[c].deployments[run.deployment].partitions[h];
  }
  const Choice* ChoiceOf(Index c, const Run& run, size_t h) const {
    for (const Choice& choice : PartitionOf(c, run, h).choices) {
      if (choice.resource == run.resources[h]) return &choice;
    }
    return nullptr;
  }

  bool Function(Index resource) const {
    return system_.layers[system_.resources[resource].layer].section == Section::Functions;
  }
  // $ of all instances of a device or machine.
  double Hardware(Index resource) const {
    return Function(resource)
               ? 0
               : count_[resource] * system_.resources[resource].price * system_.hours;
  }

  // The quickest domain for `size`; none between instances of one type.
  double Delay(Index from, Index to, double size) const {
    if (from == to) return 0;
    double least = std::numeric_limits<double>::infinity();
    for (const Domain& domain : system_.domains) {
      const auto has = [&](Index resource) {
        return std::binary_search(domain.layers.begin(), domain.layers.end(),
                                  system_.resources[resource].layer);
      };
      if (has(from) && has(to)) least = std::min(least, domain.delay + size / domain.bandwidth);
    }
    return least;
  }

  // Mean time through the partitions of component c and the ways between them.
  double Response(Index c) const {
    const Run& run = runs_[c];
    double sum = 0, reaches = 1;
    for (size_t h = 0; h < run.resources.size(); ++h) {
      if (h > 0) {
        const Partition& before = PartitionOf(c, run, h - 1);
        reaches *= 1 - before.exit;
        sum += reaches * Delay(run.resources[h - 1], run.resources[h], before.output);
      }
      sum += reaches * run.response[h];
    }
    return sum;
  }

  // Mean time from where requests leave component a to where b begins.
  double Between(Index a, Index b) const {
    const Run& run = runs_[a];
    const Index target = runs_[b].resources.front();
    double size = 0, sum = 0, reaches = 1;
    for (const Flow& flow : system_.flows) {
      if (flow.from == a && flow.to == b) size = flow.size;
    }
    for (size_t h = 0; h < run.resources.size(); ++h) {
      const bool last = h + 1 == run.resources.size();
      const double leaves = last ? 1 : PartitionOf(a, run, h).exit;
      if (leaves > 0) sum += reaches * leaves * Delay(run.resources[h], target, size);
      reaches *= 1 - leaves;
    }
    return sum;
  }

  Object ComponentJson(Index c, double& functions) const {
    const Run& run = runs_[c];
    Object partitions;
    for (size_t h = 0; h < run.resources.size(); ++h) {
      const Index r = run.resources[h];
      const Resource& resource = system_.resources[r];
      Object used{{"description", resource.description}, {"memory", resource.memory}};
      if (Function(r)) {
        const double cost =
            resource.price * ChoiceOf(c, run, h)->demand * Rate(c, h) * system_.hours;
        functions += cost;
        used["cost"] = cost;
        used["idle_time_before_kill"] = resource.idle;
        used["transition_cost"] = resource.transition;
      } else {
        used["cost"] = Hardware(r);
        used["number"] = static_cast<int64_t>(count_[r]);
      }
      partitions[PartitionOf(c, run, h).name] =
          Object{{system_.layers[resource.layer].name, Object{{resource.name, used}}},
                 {"response_time", run.response[h]}};
    }
    Object json;
    if (shape_ == Shape::Flat) {
      json = std::move(partitions);
    } else {
      json[system_.components[c].deployments[run.deployment].name] = std::move(partitions);
    }
    json["response_time"] = Response(c);
    json["response_time_threshold"] = shape_ == Shape::Flat ? Value() : Value("inf");
    for (const Bound& bound : system_.bounds) {
      if (bound.local && bound.path.front() == c) json["response_time_threshold"] = bound.seconds;
    }
    return json;
  }

  // Requests/s that reach a partition.
  double Rate(Index c, size_t partition) const {
    size_t seen = 0;
    for (const placement::Placed& placed : answer_.parts) {
      if (placed.component_name == names_.components[c] && seen++ == partition) return placed.rate;
    }
    return 0;
  }

  Object PathJson(const Bound& bound) const {
    double sum = 0;
    value::List steps;
    for (size_t i = 0; i < bound.path.size(); ++i) {
      steps.push_back(system_.components[bound.path[i]].name);
      sum += Response(bound.path[i]);
      if (i + 1 < bound.path.size()) sum += Between(bound.path[i], bound.path[i + 1]);
    }
    const char* limit = shape_ == Shape::Flat ? "path_response_time_threshold" : "global_res_time";
    return {{"components", steps}, {"path_response_time", sum}, {limit, bound.seconds}};
  }

  const System& system_;
  const placement::Answer& answer_;
  Shape shape_;
  Names names_;
  std::vector<uint32_t> count_;  // per resource: instances used
  std::vector<Run> runs_;        // per component
};

}  // namespace

Result<std::string> Solution(const System& system, const placement::Answer& answer, Shape shape) {
  return Writer(system, answer, shape).Write();
}

}  // namespace sprint::exchange::space4ai
