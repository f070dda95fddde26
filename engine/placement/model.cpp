#include "engine/placement/model.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "engine/performance/station.h"

namespace sprint::placement {
namespace {

using solver::Metric;

class Builder {
 public:
  Builder(const ir::Program& program, const ir::Deploy& deploy, const Options& options)
      : program_(program),
        deploy_(deploy),
        options_(options),
        application_(program.applications[deploy.application]),
        continuum_(program.continua[deploy.continuum]) {}

  Result<Model> Run() {
    switch (deploy_.goal) {
      case ir::Goal::Cost:
        problem().goal = solver::Goal::Cost;
        break;
      case ir::Goal::Energy:
        problem().goal = solver::Goal::Energy;
        break;
      case ir::Goal::Carbon:
        problem().goal = solver::Goal::Carbon;
        break;
    }
    problem().one_way = application_.one_way;
    problem().ceiling = 1 - deploy_.headroom;
    Pools();
    Routes();
    Components();
    for (const ir::Constraint& written : application_.constraints) {
      SPRINT_RETURN_IF_ERROR(Written(written));
    }
    for (uint32_t c = 0; c < model_.components.size(); ++c) Domains(c);
    return std::move(model_);
  }

 private:
  solver::Problem& problem() { return model_.problem; }

  void Pools() {
    for (ir::Index z = 0; z < continuum_.zones.size(); ++z) {
      const ir::Zone& zone = continuum_.zones[z];
      problem().one_kind.push_back(zone.one_kind);
      problem().zone_availability.push_back(zone.availability);
      for (ir::Index k = 0; k < zone.pools.size(); ++k) {
        const ir::Pool& written = zone.pools[k];
        const ir::Kind& kind = program_.kinds[written.kind];
        solver::Pool pool;
        pool.zone = z;
        switch (written.form) {
          case ir::PoolForm::Nodes:
            pool.form = solver::Form::Nodes;
            break;
          case ir::PoolForm::Machines:
            pool.form = solver::Form::Machines;
            break;
          case ir::PoolForm::Functions:
            pool.form = solver::Form::Functions;
            break;
        }
        pool.min = written.form == ir::PoolForm::Machines ? written.min : 0;
        pool.max = written.max;
        for (const Options::Available& now : options_.available) {
          if (now.zone == z && now.pool == k) pool.max = std::min(pool.max, now.count);
        }
        pool.min = std::min(pool.min, pool.max);
        pool.price = written.price + written.power * zone.electricity;
        pool.fee = kind.request_fee;
        pool.memory = kind.overcommit ? std::numeric_limits<double>::infinity() : written.memory;
        pool.gpu_memory = written.gpu_memory;
        pool.reserved = kind.reserved_memory;
        pool.cores = written.cores > 0 ? written.cores : 1;
        pool.per_core = kind.per_core;
        pool.power = written.power;
        pool.carbon = written.power * zone.carbon;
        pool.availability = written.availability;
        pool.concurrency = kind.concurrency;
        pool.idle = written.idle;
        problem().pools.push_back(pool);
        pools_.emplace(zone.name + "." + written.name, static_cast<uint32_t>(model_.pools.size()));
        model_.pools.push_back({z, k});
      }
    }
  }

  // Direct links where there are some, else the fastest way over several: its delays and
  // prices add up and its narrowest link sets the pace.
  void Routes() {
    const size_t n = continuum_.zones.size();
    auto& routes = problem().routes;
    routes.assign(n, std::vector<std::vector<solver::Route>>(n));
    std::vector<std::vector<Step>> steps(n);  // from each zone
    for (const ir::Link& link : continuum_.links) {
      const solver::Route route{link.delay, link.bandwidth > 0 ? 1 / link.bandwidth : 0,
                                link.price};
      routes[link.a][link.b].push_back(route);
      if (link.a == link.b) continue;
      routes[link.b][link.a].push_back(route);
      steps[link.a].push_back({link.b, route});
      steps[link.b].push_back({link.a, route});
    }
    const std::vector<bool> used = UsedZones();
    for (size_t a = 0; a < n; ++a) {
      if (!used[a]) continue;
      const std::vector<std::optional<solver::Route>> best = QuickestFrom(a, steps);
      for (size_t b = a + 1; b < n; ++b) {
        if (!used[b] || !best[b] || !routes[a][b].empty()) continue;
        routes[a][b].push_back(*best[b]);
        routes[b][a].push_back(*best[b]);
      }
    }
  }

  // Zones where a component may be. Between the others nothing is ever sent.
  std::vector<bool> UsedZones() const {
    std::set<ir::Index> kinds;
    for (const ir::Index index : application_.components) {
      for (const ir::Variant& variant : deploy_.components[index].variants) {
        for (const ir::Part& part : variant.parts) {
          for (const ir::Demand& demand : part.demands) kinds.insert(demand.kind);
        }
      }
    }
    std::vector<bool> used;
    for (const ir::Zone& zone : continuum_.zones) {
      used.push_back(std::any_of(zone.pools.begin(), zone.pools.end(),
                                 [&](const ir::Pool& pool) { return kinds.contains(pool.kind); }));
    }
    return used;
  }

  // A link to a neighbour.
  struct Step {
    size_t to;
    solver::Route link;
  };
  // Of ways that are equally quick the wider one, of these the cheaper (Dijkstra 1959).
  static std::vector<std::optional<solver::Route>> QuickestFrom(
      size_t from, const std::vector<std::vector<Step>>& steps) {
    const auto key = [](const solver::Route& way) {
      return std::tuple(way.delay, way.seconds_per_byte, way.price);
    };
    std::vector<std::optional<solver::Route>> best(steps.size());
    best[from] = solver::Route{};
    std::set<std::tuple<double, double, double, size_t>> open;
    const auto entry = [&](size_t zone) {
      return std::tuple_cat(key(*best[zone]), std::tuple(zone));
    };
    open.insert(entry(from));
    while (!open.empty()) {
      const size_t at = std::get<3>(*open.begin());
      open.erase(open.begin());
      for (const Step& step : steps[at]) {
        const solver::Route way{best[at]->delay + step.link.delay,
                                std::max(best[at]->seconds_per_byte, step.link.seconds_per_byte),
                                best[at]->price + step.link.price};
        if (best[step.to] && key(*best[step.to]) <= key(way)) continue;
        if (best[step.to]) open.erase(entry(step.to));
        best[step.to] = way;
        open.insert(entry(step.to));
      }
    }
    return best;
  }

  void Components() {
    std::map<ir::Index, double> rate;
    const double workload = options_.workload.value_or(application_.workload);
    for (ir::Index index : application_.components) {
      bool entry = true;
      double sum = 0;
      for (const ir::Flow& flow : application_.flows) {
        if (flow.to != index) continue;
        entry = false;
        sum += flow.probability * rate[flow.from];
      }
      rate[index] = entry ? workload : sum;
      for (const auto& [at, instead] : options_.entry_rates) {
        if (entry && at == index) rate[index] = instead;
      }
      const auto first = static_cast<uint32_t>(model_.components.size());
      const uint32_t copies = CopiesOf(index);
      for (uint32_t k = 0; k < copies; ++k) {
        copies_[index].push_back(first + k);
        model_.components.push_back(index);
        model_.copy.push_back(k);
        problem().components.push_back(Convert(deploy_.components[index], rate[index] / copies));
        if (copies > 1) problem().components.back().copy_of = first;
      }
    }
    for (const ir::Flow& flow : application_.flows) {
      if (flow.probability <= 0) continue;
      const std::vector<uint32_t>& receivers = copies_[flow.to];
      for (const uint32_t from : copies_[flow.from]) {
        for (const uint32_t to : receivers) {
          const double share = flow.probability / static_cast<double>(receivers.size());
          problem().flows.push_back({from, to, flow.size, share});
        }
      }
    }
  }

  // Zones that the component is spread over.
  uint32_t CopiesOf(ir::Index component) const {
    for (const ir::Constraint& written : application_.constraints) {
      if (written.metric == ir::Metric::Spread && written.path.front() == component) {
        return static_cast<uint32_t>(written.bound);
      }
    }
    return 1;
  }

  solver::Component Convert(const ir::Component& written, double rate) const {
    solver::Component component;
    component.rate = rate;
    for (const ir::Variant& from : written.variants) {
      solver::Variant variant;
      variant.accuracy = from.accuracy;
      double reaches = rate;
      for (const ir::Part& piece : from.parts) {
        solver::Part part;
        part.rate = reaches;
        part.memory = piece.memory;
        part.gpu_memory = piece.gpu_memory;
        part.output = piece.output_size;
        part.exit = &piece == &from.parts.back() ? 0 : piece.exit;
        reaches *= 1 - part.exit;
        for (uint32_t j = 0; j < model_.pools.size(); ++j) AddOption(piece, j, part);
        variant.parts.push_back(part);
      }
      component.variants.push_back(variant);
    }
    return component;
  }

  void AddOption(const ir::Part& piece, uint32_t j, solver::Part& part) const {
    const ir::Pool& pool = continuum_.zones[model_.pools[j].zone].pools[model_.pools[j].pool];
    const ir::Demand* chosen = ir::DemandOn(piece, pool.kind);
    if (!chosen) return;
    solver::Option option{j, chosen->mean, {}, chosen->memory};
    option.variation = chosen->variation.value_or(1);
    if (pool.form == ir::PoolForm::Functions) {
      option.cold = std::max(chosen->cold, chosen->mean);
      option.response =
          performance::WarmPool(part.rate, chosen->mean, option.cold, pool.idle, option.variation)
              .response;
      const double unit = program_.kinds[pool.kind].billing_unit;
      if (unit > 0) option.billed = performance::BilledTime(chosen->mean, unit);
    }
    part.options.push_back(option);
  }

  Status Written(const ir::Constraint& written) {
    solver::Constraint rule;
    rule.at_most = written.relation == ir::Relation::AtMost;
    rule.bound = written.bound;
    rule.percentile = written.percentile;
    rule.weight = written.weight;
    // A sum over the horizon is a rate times its length.
    if (OverHorizon(written)) rule.bound /= deploy_.horizon;
    switch (written.metric) {
      case ir::Metric::Response:
        rule.metric = Metric::Response;
        break;
      case ir::Metric::Accuracy:
        rule.metric = Metric::Accuracy;
        break;
      case ir::Metric::Rate:
        rule.metric = Metric::Rate;
        break;
      case ir::Metric::Cost:
        rule.metric = Metric::Cost;
        break;
      case ir::Metric::Energy:
        rule.metric = Metric::Energy;
        break;
      case ir::Metric::Utilisation: {
        rule.metric = Metric::Utilisation;
        const auto pool = FindPool(written.pool);
        if (!pool) {
          return Error(ErrorCode::InvalidArgument, "no pool `" + written.pool + "`")
              .At(written.loc);
        }
        rule.pool = *pool;
        break;
      }
      case ir::Metric::Carbon:
        rule.metric = Metric::Carbon;
        break;
      case ir::Metric::Availability:
        rule.metric = Metric::Availability;
        break;
      case ir::Metric::Spread:
        rule.metric = Metric::Apart;
        break;
    }
    for (ir::Index index : written.path) {
      if (copies_.contains(index)) continue;
      return Error(ErrorCode::InvalidArgument,
                   "`" + deploy_.components[index].name + "` is not in the application")
          .At(written.loc);
    }
    return AddForCopies(written, std::move(rule));
  }

  // What is asked of a component with copies is asked of each: whichever of them serves a request,
  // it is in time. Availability and spread are of all of them together.
  Status AddForCopies(const ir::Constraint& written, solver::Constraint rule) {
    const Model::ConstraintOrigin origin{&written, written.loc, written.text};
    if (rule.metric == Metric::Availability || rule.metric == Metric::Apart) {
      for (ir::Index index : written.path) {
        rule.path.insert(rule.path.end(), copies_[index].begin(), copies_[index].end());
      }
      Add(std::move(rule), origin);
      return Ok();
    }
    std::vector<std::vector<uint32_t>> paths{{}};
    for (ir::Index index : written.path) {
      std::vector<std::vector<uint32_t>> longer;
      for (const auto& path : paths) {
        for (const uint32_t c : copies_[index]) {
          longer.push_back(path);
          longer.back().push_back(c);
        }
      }
      paths = std::move(longer);
      if (paths.size() > ir::MostChoices) {
        return Error(ErrorCode::InvalidArgument,
                     "this path leads over more than 64 choices of copies")
            .At(written.loc);
      }
    }
    const auto ways = static_cast<double>(paths.size());
    // Each copy has its share of the requests, and of the price when that share is late.
    if (rule.metric == Metric::Rate) rule.bound /= ways;
    if (rule.weight) *rule.weight /= ways;
    for (auto& path : paths) {
      rule.path = std::move(path);
      Add(rule, origin);
    }
    return Ok();
  }

  std::optional<uint32_t> FindPool(const std::string& name) const {
    const auto found = pools_.find(name);
    return found == pools_.end() ? std::nullopt : std::optional(found->second);
  }

  void Add(solver::Constraint rule, Model::ConstraintOrigin origin) {
    problem().constraints.push_back(std::move(rule));
    model_.constraints.push_back(std::move(origin));
  }

  // What data, architecture, pins and questions leave of the pools of component c.
  void Domains(uint32_t c) {
    const ir::Component& component = deploy_.components[model_.components[c]];
    if (component.handles >= ir::DataLevel::Personal) {
      std::string text =
          component.name + " handles " +
          (component.handles == ir::DataLevel::Sensitive ? "sensitive" : "personal") +
          " data: only in";
      bool some = false;
      for (const ir::Zone& zone : continuum_.zones) {
        const bool here = std::any_of(zone.pools.begin(), zone.pools.end(), [&](const auto& pool) {
          return DataMayBe(component, zone, program_.kinds[pool.kind]);
        });
        if (here) text += (some ? ", " : " ") + zone.name;
        some = some || here;
      }
      if (!some) text += " no zone there is";
      Restrict(c, DataLine(component), text, [&](const ir::Zone& zone, const ir::Pool& pool) {
        return DataMayBe(component, zone, program_.kinds[pool.kind]);
      });
    }
    if (!component.arch.empty()) {
      Restrict(c, component.loc, component.name + " is built for some architectures only",
               [&](const ir::Zone&, const ir::Pool& pool) {
                 const std::string& arch = program_.kinds[pool.kind].arch;
                 return arch.empty() || std::find(component.arch.begin(), component.arch.end(),
                                                  arch) != component.arch.end();
               });
    }
    for (const ir::Deploy::Pin& pin : deploy_.pins) {
      if (pin.component != model_.components[c]) continue;
      std::string text = (pin.forbid ? "forbid " : "pin ") + component.name;
      if (pin.zone != ir::NoIndex) text += " in " + continuum_.zones[pin.zone].name;
      if (pin.kind != ir::NoIndex) text += " on " + program_.kinds[pin.kind].name;
      const size_t before = model_.constraints.size();
      Restrict(c, pin.loc, std::move(text), [&](const ir::Zone& zone, const ir::Pool& pool) {
        const bool zone_fits = pin.zone == ir::NoIndex || &zone == &continuum_.zones[pin.zone];
        const bool kind_fits = pin.kind == ir::NoIndex || pool.kind == pin.kind;
        return (zone_fits && kind_fits) != pin.forbid;
      });
      if (model_.constraints.size() > before) model_.constraints.back().pin = true;
    }
    for (const Options::Force& force : options_.force) {
      // Of several copies one is enough, and any is as good.
      if (force.component != model_.components[c] || model_.copy[c] > 0) continue;
      const ir::Pool& there = continuum_.zones[force.zone].pools[force.pool];
      const std::string where = continuum_.zones[force.zone].name + "." + there.name;
      Restrict(c, Loc{}, component.name + " on " + where,
               [&](const ir::Zone&, const ir::Pool& pool) { return &pool == &there; });
    }
  }

  Loc DataLine(const ir::Component& component) const {
    if (component.input != ir::NoIndex && component.input < program_.data.size() &&
        program_.data[component.input].level >= ir::DataLevel::Personal) {
      return program_.data[component.input].loc;
    }
    return component.loc;
  }

  // Personal data stays on owned zones, or in an attested enclave, of a country it may
  // be in. An intersection of residencies with nothing in it allows no country.
  static bool DataMayBe(const ir::Component& component, const ir::Zone& zone,
                        const ir::Kind& kind) {
    if (component.residency && std::find(component.residency->begin(), component.residency->end(),
                                         zone.country) == component.residency->end()) {
      return false;
    }
    return zone.trust == ir::Trust::Owned || (component.enclave && kind.attested);
  }

  template <typename Allows>
  void Restrict(uint32_t c, Loc loc, std::string text, Allows allows) {
    solver::Constraint rule;
    rule.metric = Metric::Where;
    rule.path = {c};
    bool all = true;
    for (const Model::PoolOrigin& at : model_.pools) {
      const ir::Zone& zone = continuum_.zones[at.zone];
      rule.allowed.push_back(allows(zone, zone.pools[at.pool]));
      all = all && rule.allowed.back();
    }
    // What takes nothing away need not be explained either.
    if (!all) Add(std::move(rule), {nullptr, loc, std::move(text)});
  }

  const ir::Program& program_;
  const ir::Deploy& deploy_;
  const Options& options_;
  const ir::Application& application_;
  const ir::Continuum& continuum_;
  std::map<ir::Index, std::vector<uint32_t>> copies_;  // their numbers in the problem
  std::map<std::string, uint32_t> pools_;              // theirs, by "zone.pool"
  Model model_;
};

}  // namespace

bool OverHorizon(const ir::Constraint& constraint) {
  const auto unit = ParseUnit(constraint.unit);
  return unit && (unit->dimension == dimension::Money || unit->dimension == dimension::Energy ||
                  unit->dimension == dimension::Mass);
}

Result<Model> Build(const ir::Program& program, const ir::Deploy& deploy, const Options& options) {
  if (deploy.application >= program.applications.size() ||
      deploy.continuum >= program.continua.size()) {
    return Error(ErrorCode::InvalidArgument, "the deploy has no application or continuum");
  }
  return Builder(program, deploy, options).Run();
}

}  // namespace sprint::placement
