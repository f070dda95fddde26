#include "engine/placement/certificate.h"

#include "compiler/support/check.h"
#include "providers/value/value.h"

namespace sprint::placement {
namespace {

using value::List;
using value::Object;
using value::Value;

// Grows when a reader would have to change.
constexpr int Version = 2;

Value Index(uint32_t index) { return static_cast<int64_t>(index); }

Value Indices(const std::vector<uint32_t>& indices) {
  List list;
  for (uint32_t index : indices) list.push_back(Index(index));
  return list;
}

void SetName(Object& object, const std::vector<std::string>& names, size_t at) {
  if (at < names.size() && !names[at].empty()) object["name"] = names[at];
}

// What is 0 or false is left out, to keep it short.
void Set(Object& object, const char* key, double number) {
  if (number != 0) object[key] = number;
}

const char* NameOf(solver::Goal goal) {
  switch (goal) {
    case solver::Goal::Cost:
      return "cost";
    case solver::Goal::Energy:
      return "energy";
    case solver::Goal::Carbon:
      return "carbon";
  }
  SPRINT_UNREACHABLE("goal");
}

const char* NameOf(solver::Form form) {
  switch (form) {
    case solver::Form::Nodes:
      return "nodes";
    case solver::Form::Machines:
      return "machines";
    case solver::Form::Functions:
      return "functions";
  }
  SPRINT_UNREACHABLE("form");
}

const char* NameOf(solver::Metric metric) {
  switch (metric) {
    case solver::Metric::Response:
      return "response";
    case solver::Metric::Accuracy:
      return "accuracy";
    case solver::Metric::Cost:
      return "cost";
    case solver::Metric::Energy:
      return "energy";
    case solver::Metric::Carbon:
      return "carbon";
    case solver::Metric::Availability:
      return "availability";
    case solver::Metric::Utilisation:
      return "utilisation";
    case solver::Metric::Rate:
      return "rate";
    case solver::Metric::Where:
      return "where";
    case solver::Metric::Apart:
      return "apart";
  }
  SPRINT_UNREACHABLE("metric");
}

Object PoolJson(const solver::Pool& pool) {
  Object object{{"zone", Index(pool.zone)}, {"form", NameOf(pool.form)}};
  const bool function = pool.form == solver::Form::Functions;
  if (!function) {
    object["max"] = Index(pool.max);
    object["cores"] = pool.cores;
    if (pool.per_core) object["per_core"] = true;
    if (pool.form == solver::Form::Machines) Set(object, "min", pool.min);
  }
  // null: without limit.
  object["memory"] = pool.memory;
  Set(object, "gpu_memory", pool.gpu_memory);
  Set(object, "reserved", pool.reserved);
  Set(object, "price", pool.price);
  Set(object, "fee", pool.fee);
  Set(object, "power", pool.power);
  Set(object, "carbon", pool.carbon);
  if (pool.availability != 1) object["availability"] = pool.availability;
  if (function) Set(object, "concurrency", pool.concurrency);
  return object;
}

Object OptionJson(const solver::Option& option, bool function) {
  Object object{{"pool", Index(option.pool)}, {"demand", option.demand}};
  if (function) object["response"] = List{option.response.mean, option.response.variance};
  if (option.memory) object["memory"] = *option.memory;
  if (option.billed) object["billed"] = *option.billed;
  if (!function && option.variation != 1) object["variation"] = option.variation;
  return object;
}

Object PartJson(const solver::Problem& problem, const solver::Part& part) {
  Object object{{"rate", part.rate}};
  Set(object, "memory", part.memory);
  Set(object, "gpu_memory", part.gpu_memory);
  Set(object, "output", part.output);
  Set(object, "exit", part.exit);
  List options;
  for (const solver::Option& option : part.options) {
    options.push_back(
        OptionJson(option, problem.pools[option.pool].form == solver::Form::Functions));
  }
  object["options"] = std::move(options);
  return object;
}

Object ConstraintJson(const solver::Constraint& rule) {
  Object object{{"metric", NameOf(rule.metric)}};
  if (rule.metric == solver::Metric::Where) {
    List allowed;
    for (uint32_t j = 0; j < rule.allowed.size(); ++j) {
      if (rule.allowed[j]) allowed.push_back(Index(j));
    }
    object["pools"] = std::move(allowed);
  } else {
    object[rule.at_most ? "at_most" : "at_least"] = rule.bound;
  }
  if (rule.metric == solver::Metric::Utilisation) object["pool"] = Index(rule.pool);
  if (!rule.path.empty()) object["path"] = Indices(rule.path);
  if (rule.percentile) object["percentile"] = *rule.percentile;
  if (rule.weight) object["weight"] = *rule.weight;
  return object;
}

Object ProblemJson(const solver::Problem& problem, const Names& names) {
  List zones, pools, routes, components, flows, constraints;
  for (uint32_t z = 0; z < problem.one_kind.size(); ++z) {
    Object zone{{"one_kind", static_cast<bool>(problem.one_kind[z])}};
    SetName(zone, names.zones, z);
    if (!problem.zone_availability.empty()) zone["availability"] = problem.zone_availability[z];
    zones.push_back(std::move(zone));
    for (uint32_t to = 0; to < problem.one_kind.size(); ++to) {
      for (const solver::Route& route : problem.routes[z][to]) {
        Object object{{"from", Index(z)}, {"to", Index(to)}};
        Set(object, "delay", route.delay);
        Set(object, "seconds_per_byte", route.seconds_per_byte);
        Set(object, "price", route.price);
        routes.push_back(std::move(object));
      }
    }
  }
  for (uint32_t j = 0; j < problem.pools.size(); ++j) {
    Object pool = PoolJson(problem.pools[j]);
    SetName(pool, names.pools, j);
    pools.push_back(std::move(pool));
  }
  for (uint32_t c = 0; c < problem.components.size(); ++c) {
    List variants;
    const auto& written = problem.components[c].variants;
    for (uint32_t v = 0; v < written.size(); ++v) {
      List parts;
      for (uint32_t p = 0; p < written[v].parts.size(); ++p) {
        Object part = PartJson(problem, written[v].parts[p]);
        if (c < names.parts.size() && v < names.parts[c].size()) {
          SetName(part, names.parts[c][v], p);
        }
        parts.push_back(std::move(part));
      }
      Object variant{{"parts", std::move(parts)}};
      if (written[v].accuracy) variant["accuracy"] = *written[v].accuracy;
      if (c < names.variants.size()) SetName(variant, names.variants[c], v);
      variants.push_back(std::move(variant));
    }
    Object component{{"rate", problem.components[c].rate}, {"variants", std::move(variants)}};
    if (const auto copy_of = problem.components[c].copy_of) component["copy_of"] = Index(*copy_of);
    SetName(component, names.components, c);
    components.push_back(std::move(component));
  }
  for (const solver::Flow& flow : problem.flows) {
    Object object{{"from", Index(flow.from)}, {"to", Index(flow.to)}};
    if (flow.bytes) object["bytes"] = *flow.bytes;
    if (flow.probability != 1) object["probability"] = flow.probability;
    flows.push_back(std::move(object));
  }
  for (uint32_t i = 0; i < problem.constraints.size(); ++i) {
    Object rule = ConstraintJson(problem.constraints[i]);
    SetName(rule, names.constraints, i);
    constraints.push_back(std::move(rule));
  }
  return {{"goal", NameOf(problem.goal)},
          {"one_way", problem.one_way},
          {"ceiling", problem.ceiling},
          {"zones", std::move(zones)},
          {"pools", std::move(pools)},
          {"routes", std::move(routes)},
          {"components", std::move(components)},
          {"flows", std::move(flows)},
          {"constraints", std::move(constraints)}};
}

Object PlacementJson(const solver::Placement& placement) {
  List components;
  for (uint32_t c = 0; c < placement.variant.size(); ++c) {
    components.push_back(List{Index(placement.variant[c]), Indices(placement.pool[c])});
  }
  return {{"components", std::move(components)}, {"counts", Indices(placement.count)}};
}

Object ProofJson(const solver::Proof& proof) {
  using By = solver::Proof::By;
  Object object;
  if (proof.prices) {
    Object prices;
    for (const auto& [pool, price] : *proof.prices) prices[std::to_string(pool)] = price;
    object["prices"] = std::move(prices);
  }
  List ways;
  for (const solver::Proof::Way& way : proof.ways) {
    List told;
    switch (proof.by) {
      case By::Closed:
      case By::Fixed:
        break;
      case By::Zone:
        told.push_back(way.value == solver::Proof::None ? Value() : Index(way.value));
        break;
      case By::Count:
        told.push_back(Index(way.value));
        break;
      case By::Place:
        told.push_back(Index(way.value));
        told.push_back(Indices(way.pools));
        break;
    }
    told.push_back(ProofJson(way.proof));
    ways.push_back(std::move(told));
  }
  switch (proof.by) {
    case By::Closed:
      return object;
    case By::Zone:
      object["zone"] = Index(proof.of);
      break;
    case By::Count:
      object["count"] = Index(proof.of);
      object["most"] = Index(proof.most);
      break;
    case By::Fixed:
      object["fixed"] = true;
      break;
    case By::Place:
      object["place"] = Index(proof.of);
      break;
  }
  object["ways"] = std::move(ways);
  return object;
}

}  // namespace

Names NamesOf(const ir::Program& program, const ir::Deploy& deploy, const Model& model) {
  Names names;
  const ir::Continuum& continuum = program.continua[deploy.continuum];
  for (const ir::Zone& zone : continuum.zones) names.zones.push_back(zone.name);
  for (const Model::PoolOrigin& at : model.pools) {
    const ir::Zone& zone = continuum.zones[at.zone];
    names.pools.push_back(zone.name + "." + zone.pools[at.pool].name);
  }
  for (ir::Index index : model.components) {
    const ir::Component& component = deploy.components[index];
    names.components.push_back(component.name);
    names.variants.emplace_back();
    names.parts.emplace_back();
    for (const ir::Variant& variant : component.variants) {
      names.variants.back().push_back(variant.name);
      names.parts.back().emplace_back();
      for (const ir::Part& part : variant.parts) {
        names.parts.back().back().push_back(part.name);
      }
    }
  }
  for (const Model::ConstraintOrigin& origin : model.constraints) {
    names.constraints.push_back(origin.text);
  }
  return names;
}

std::string WriteCertificate(const solver::Problem& problem, const Names& names,
                             const solver::SearchOptions& options, const solver::Outcome& outcome,
                             const solver::Certificate& certificate) {
  Object claim{{"status", "infeasible"}};
  if (const auto* solved = std::get_if<solver::Solved>(&outcome)) {
    claim = {{"status", "optimal"},
             {"objective", solved->burden},
             {"placement", PlacementJson(solved->placement)}};
  }
  Object document{{"format", "sprint.certificate"},
                  {"version", Version},
                  {"problem", ProblemJson(problem, names)},
                  {"claim", std::move(claim)},
                  {"limit", certificate.limit},
                  {"fullest", certificate.fullest},
                  {"proof", ProofJson(certificate.proof)}};
  if (options.previous && options.move > 0) {
    document["moves"] = Object{{"price", options.move},
                               {"components", PlacementJson(*options.previous)["components"]}};
  }
  return value::ToJson(document);
}

}  // namespace sprint::placement
