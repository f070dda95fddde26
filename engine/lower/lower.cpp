#include "engine/lower/lower.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "engine/lower/config.h"

namespace sprint::lower {

namespace {

using Addresses = std::vector<std::string>;

void Append(Addresses& to, const Addresses& more) { to.insert(to.end(), more.begin(), more.end()); }

void Put(ir::Record& record, const std::string& name, ir::Value value) {
  for (auto& [key, old] : record) {
    if (key == name) {
      old = std::move(value);
      return;
    }
  }
  record.emplace_back(name, std::move(value));
}

void PutAll(ir::Record& record, const ir::Value& more) {
  const auto* fields = more.As<ir::Record>();
  if (!fields) return;
  for (const auto& [key, value] : *fields) Put(record, key, value);
}

ir::Value Number(double number) { return ir::Value(number); }
// As one reads it, also where the program leaves it to a kind or has it in another unit.
ir::Value Measured(double value, const Dimension& dimension) {
  return ir::Value(Quantity{value, dimension, ShortestUnit(value, dimension), ""});
}

const char* TrustName(ir::Trust trust) {
  switch (trust) {
    case ir::Trust::Owned:
      return "owned";
    case ir::Trust::Partner:
      return "partner";
    case ir::Trust::Public:
      return "public";
  }
  return "public";
}

Drift PolicyOf(const std::string& name) {
  if (name == "accept") return Drift::Accept;
  if (name == "ignore") return Drift::Ignore;
  return name == "alert" ? Drift::Alert : Drift::Enforce;
}

Result<Lifecycle> ToLifecycle(const ir::Life& life) {
  Lifecycle lifecycle;
  lifecycle.protect = life.protect;
  lifecycle.retain = life.retain;
  lifecycle.create_before_destroy = life.create_before_destroy;
  lifecycle.ignore = life.ignore;
  lifecycle.timeout = life.timeout;
  for (const auto& [attribute, policy] : life.drift) lifecycle.drift[attribute] = PolicyOf(policy);
  for (const ir::Later& trigger : life.replace_when) {
    lifecycle.replace_when.push_back({trigger.address, trigger.path});
  }
  for (const ir::Ready& condition : life.ready) {
    Ready ready;
    ready.kind = static_cast<Ready::Kind>(condition.kind);
    ready.within = condition.within;
    SPRINT_ASSIGN_OR_RETURN(ready.subject, ToConfig(condition.subject));
    SPRINT_ASSIGN_OR_RETURN(ready.expected, ToConfig(condition.expected));
    lifecycle.ready.push_back(std::move(ready));
  }
  return lifecycle;
}

// The graph as it grows, and what holds for any graph.
class GraphBuilder {
 public:
  Status AddProviders(const ir::Program& program) {
    for (const ir::ProviderUse& use : program.providers) {
      SPRINT_ASSIGN_OR_RETURN(value::Value config, ToConfig(use.config));
      // The program's own comes first, and stands above that of a library.
      const bool said = std::any_of(graph_.providers.begin(), graph_.providers.end(),
                                    [&](const auto& other) { return other.name == use.name; });
      if (!said) graph_.providers.push_back({use.name, std::move(config), use.loc});
    }
    for (const ir::Move& move : program.moves) {
      graph_.moves.push_back({move.from, move.to, move.loc});
    }
    for (const ir::Adoption& adoption : program.adoptions) {
      graph_.adoptions.push_back({adoption.address, adoption.id, adoption.loc});
    }
    for (const ir::Forget& forget : program.forgets) {
      graph_.forgets.push_back({forget.address, forget.loc});
    }
    return Ok();
  }

  Result<Addresses> Add(const std::vector<ir::ResourceSpec>& specs, const std::string& prefix,
                        const Addresses& also) {
    Addresses made;
    made.reserve(specs.size());
    if (graph_.resources.empty()) graph_.resources.reserve(specs.size());
    for (const ir::ResourceSpec& spec : specs) {
      Resource resource;
      resource.address = prefix.empty() ? spec.name : prefix + "." + spec.name;
      resource.type = spec.type;
      resource.provider = spec.type.substr(0, spec.type.find('.'));
      resource.loc = spec.loc;
      auto config = ToConfig(spec.attributes);
      if (!config.ok()) {
        return config.TakeError().While("lowering `" + resource.address + "`").At(spec.loc);
      }
      resource.config = config.TakeValue();
      for (const auto& [name, value] : spec.attributes) {
        const auto* quantity = value.As<Quantity>();
        if (quantity && !quantity->unit.empty()) resource.units[name] = quantity->unit;
      }
      std::set<std::string> needs(also.begin(), also.end());
      needs.insert(spec.depends_on.begin(), spec.depends_on.end());
      CollectReferences(resource.config, needs);
      SPRINT_ASSIGN_OR_RETURN(resource.lifecycle, ToLifecycle(spec.life));
      for (const Trigger& trigger : resource.lifecycle.replace_when) needs.insert(trigger.address);
      std::set<std::string> looked_at;
      for (const Ready& ready : resource.lifecycle.ready) {
        CollectReferences(ready.subject, looked_at);
        CollectReferences(ready.expected, looked_at);
      }
      // A condition is mostly about the object itself.
      looked_at.erase(resource.address);
      needs.insert(looked_at.begin(), looked_at.end());
      resource.dependencies.assign(needs.begin(), needs.end());
      made.push_back(resource.address);
      graph_.resources.push_back(std::move(resource));
    }
    return made;
  }

  // The objects of a provider need what configures it.
  Status NeedConfiguration() {
    for (const ProviderConfig& provider : graph_.providers) {
      std::set<std::string> needs;
      CollectReferences(provider.config, needs);
      if (needs.empty()) continue;
      for (const std::string& need : needs) {
        const bool known = std::any_of(graph_.resources.begin(), graph_.resources.end(),
                                       [&](const Resource& it) { return it.address == need; });
        if (known) continue;
        return Error(ErrorCode::InvalidArgument, "provider `" + provider.name + "` refers to `" +
                                                     need +
                                                     "`, which is no resource of this program")
            .At(provider.loc);
      }
      for (Resource& resource : graph_.resources) {
        if (resource.provider != provider.name) continue;
        if (needs.contains(resource.address)) {
          return Error(ErrorCode::InvalidArgument, "provider `" + provider.name +
                                                       "` is configured by `" + resource.address +
                                                       "`, which it makes itself")
              .At(provider.loc);
        }
        std::set<std::string> all(resource.dependencies.begin(), resource.dependencies.end());
        all.insert(needs.begin(), needs.end());
        resource.dependencies.assign(all.begin(), all.end());
      }
    }
    return Ok();
  }

  // The resources that `program` writes itself, out of an earlier graph of it.
  void TakeOver(const ir::Program& program, DesiredGraph& before) {
    const auto end = before.resources.begin() + static_cast<ptrdiff_t>(program.resources.size());
    graph_.resources.reserve(before.resources.size());
    for (auto it = before.resources.begin(); it != end; ++it) {
      graph_.resources.push_back(std::move(*it));
      it->address.clear();
    }
  }

  // Every address is given once; references lead to resources, and nowhere in a circle.
  Status CheckReferences() const {
    const std::vector<Resource>& resources = graph_.resources;
    std::unordered_map<std::string_view, size_t> index;
    index.reserve(resources.size());
    for (size_t i = 0; i < resources.size(); ++i) {
      if (index.emplace(resources[i].address, i).second) continue;
      return Error(ErrorCode::InvalidArgument,
                   "two resources have the address `" + resources[i].address + "`")
          .At(resources[i].loc);
    }
    std::vector<size_t> waiting(resources.size()), ready;
    std::vector<std::vector<size_t>> dependants(resources.size());
    for (size_t i = 0; i < resources.size(); ++i) {
      waiting[i] = resources[i].dependencies.size();
      if (waiting[i] == 0) ready.push_back(i);
      for (const std::string& need : resources[i].dependencies) {
        const auto found = index.find(need);
        if (found == index.end()) {
          return Error(ErrorCode::InvalidArgument, "`" + resources[i].address + "` refers to `" +
                                                       need +
                                                       "`, which is no resource of this program")
              .At(resources[i].loc);
        }
        dependants[found->second].push_back(i);
      }
    }
    for (size_t done = 0; done < ready.size(); ++done) {
      for (const size_t next : dependants[ready[done]]) {
        if (--waiting[next] == 0) ready.push_back(next);
      }
    }
    const Resource* first = nullptr;  // by address
    for (size_t i = 0; i < resources.size(); ++i) {
      if (waiting[i] > 0 && (!first || resources[i].address < first->address)) {
        first = &resources[i];
      }
    }
    if (!first) return Ok();
    return Error(ErrorCode::InvalidArgument,
                 "`" + first->address + "` depends on itself in a circle")
        .At(first->loc);
  }

  // The objects of `made`, which are the last ones, take capacity of this instance of a pool.
  void Charge(const Addresses& made, const std::string& instance) {
    for (size_t i = graph_.resources.size() - made.size(); i < graph_.resources.size(); ++i) {
      graph_.resources[i].instance = instance;
    }
  }

  void Note(std::string note) { graph_.notes.push_back(std::move(note)); }

  DesiredGraph Take() { return std::move(graph_); }

 private:
  DesiredGraph graph_;
};

class Builder : private GraphBuilder {
 public:
  Builder(const ir::Program& program, const ir::Deploy& deploy)
      : program_(program),
        deploy_(deploy),
        continuum_(program.continua[deploy.continuum]),
        application_(program.applications[deploy.application]) {}

  Result<DesiredGraph> Build(const std::vector<Assignment>& assignments,
                             const std::vector<PoolCount>& counts, DesiredGraph* before) {
    SPRINT_RETURN_IF_ERROR(CheckIndices(assignments, counts));
    SPRINT_RETURN_IF_ERROR(AddProviders(program_));
    if (before) {
      TakeOver(program_, *before);
    } else {
      SPRINT_RETURN_IF_ERROR(Add(program_.resources, "", {}));
    }
    for (const Assignment& a : assignments) used_zones_.insert(a.zone);
    for (const PoolCount& c : counts) {
      if (c.count > 0) used_zones_.insert(c.zone);
    }
    SPRINT_RETURN_IF_ERROR(AddSetups());
    SPRINT_RETURN_IF_ERROR(AddNodes(counts));
    SPRINT_RETURN_IF_ERROR(AddLinks());
    SPRINT_RETURN_IF_ERROR(AddParts(assignments));
    SPRINT_RETURN_IF_ERROR(NeedConfiguration());
    SPRINT_RETURN_IF_ERROR(CheckReferences());
    return Take();
  }

 private:
  Status CheckIndices(const std::vector<Assignment>& assignments,
                      const std::vector<PoolCount>& counts) const {
    const auto bad_pool = [this](ir::Index zone, ir::Index pool) {
      return zone >= continuum_.zones.size() || pool >= continuum_.zones[zone].pools.size();
    };
    for (const PoolCount& c : counts) {
      if (bad_pool(c.zone, c.pool)) {
        return Error(ErrorCode::InvalidArgument, "the placement names a pool that is not there");
      }
    }
    for (const Assignment& a : assignments) {
      const bool bad = bad_pool(a.zone, a.pool) || a.component >= deploy_.components.size() ||
                       a.variant >= deploy_.components[a.component].variants.size() ||
                       a.part >= deploy_.components[a.component].variants[a.variant].parts.size();
      if (bad) {
        return Error(ErrorCode::InvalidArgument, "the placement names a part that is not there");
      }
    }
    return Ok();
  }

  Result<Addresses> Call(const ir::Template& make, const ir::TemplateScope& scope,
                         const Addresses& also) {
    if (!make) return Addresses{};
    return Add(make(scope), scope.prefix, also);
  }

  const ir::Host* HostOf(ir::Index zone) const {
    const ir::Index host = continuum_.zones[zone].host;
    return host == ir::NoIndex ? nullptr : &program_.hosts[host];
  }

  ir::Value ZoneRecord(ir::Index index) const {
    const ir::Zone& zone = continuum_.zones[index];
    ir::Record record;
    PutAll(record, zone.attributes);
    Put(record, "name", zone.name);
    Put(record, "country", zone.country);
    Put(record, "trust", TrustName(zone.trust));
    return record;
  }

  ir::Value NodeRecord(ir::Index zone, ir::Index pool_index, uint32_t index) const {
    const ir::Pool& pool = continuum_.zones[zone].pools[pool_index];
    ir::Record record;
    Put(record, "name", pool.name + "-" + std::to_string(index));
    Put(record, "index", Number(index));
    if (pool.kind != ir::NoIndex) {
      Put(record, "kind", ir::Value(ir::Ref{"node", program_.kinds[pool.kind].name}));
    }
    Put(record, "cores", Number(pool.cores));
    Put(record, "memory", Measured(pool.memory, dimension::Size));
    Put(record, "gpu_memory", Measured(pool.gpu_memory, dimension::Size));
    Put(record, "price", Number(pool.price));
    if (index < pool.instances.size()) PutAll(record, pool.instances[index]);
    return record;
  }

  Status AddSetups() {
    for (ir::Index zone : used_zones_) {
      const ir::Host* host = HostOf(zone);
      if (!host) continue;
      const ir::TemplateScope scope{{{"zone", ZoneRecord(zone)}}, continuum_.zones[zone].name};
      SPRINT_ASSIGN_OR_RETURN(setups_[zone], Call(host->setup, scope, {}));
    }
    return Ok();
  }

  Status AddNodes(const std::vector<PoolCount>& counts) {
    for (const PoolCount& count : counts) {
      const ir::Zone& zone = continuum_.zones[count.zone];
      const ir::Pool& pool = zone.pools[count.pool];
      if (pool.form == ir::PoolForm::Functions || pool.kind >= program_.kind_provides.size()) {
        continue;
      }
      for (uint32_t i = 0; i < count.count; ++i) {
        const std::string instance = zone.name + "." + pool.name + "[" + std::to_string(i) + "]";
        const ir::TemplateScope scope{
            {{"zone", ZoneRecord(count.zone)}, {"node", NodeRecord(count.zone, count.pool, i)}},
            instance};
        SPRINT_ASSIGN_OR_RETURN(
            (nodes_[{count.zone, count.pool, i}]),
            Call(program_.kind_provides[pool.kind], scope, setups_[count.zone]));
        Charge(nodes_[{count.zone, count.pool, i}], instance);
      }
    }
    return Ok();
  }

  Status AddLinks() {
    for (const ir::Link& link : continuum_.links) {
      if (!used_zones_.count(link.a) || !used_zones_.count(link.b) || link.a == link.b) continue;
      const ir::Host* host = HostOf(link.a);
      if (!host || !host->connect) host = HostOf(link.b);
      if (!host) continue;
      const std::string a = continuum_.zones[link.a].name, b = continuum_.zones[link.b].name;
      const ir::Record record{{"a", a},
                              {"b", b},
                              {"bandwidth", Measured(link.bandwidth, dimension::Bandwidth)},
                              {"delay", Measured(link.delay, dimension::Time)},
                              {"jitter", Measured(link.jitter, dimension::Time)},
                              {"loss", Number(link.loss)}};
      Addresses also = setups_[link.a];
      Append(also, setups_[link.b]);
      SPRINT_ASSIGN_OR_RETURN(Addresses made,
                              Call(host->connect, {{{"link", record}}, a + "-" + b}, also));
      Append(links_[link.a], made);
      Append(links_[link.b], made);
    }
    return Ok();
  }

  // Where requests for a component enter, or for a later part of it.
  ir::Value AddressOf(ir::Index component, ir::Index part, uint32_t copy) const {
    const auto found = entry_.find({component, part, copy});
    if (found == entry_.end()) return {};
    return ir::Value(ir::Later{found->second, "address"});
  }

  // Each copy of the component with an equal share.
  void AddNext(ir::List& next, ir::Index component, double probability) const {
    const auto found = copies_.find(component);
    const uint32_t copies = found == copies_.end() ? 1 : found->second;
    for (uint32_t copy = 0; copy < copies; ++copy) {
      next.push_back(ir::Record{{"component", deploy_.components[component].name},
                                {"address", AddressOf(component, 0, copy)},
                                {"probability", Number(probability / copies)}});
    }
  }

  ir::Value NextOf(const Assignment& a) const {
    const ir::Component& component = deploy_.components[a.component];
    const std::vector<ir::Part>& parts = component.variants[a.variant].parts;
    ir::List next;
    if (a.part + 1 < parts.size()) {
      next.push_back(ir::Record{{"component", component.name},
                                {"address", AddressOf(a.component, a.part + 1, a.copy)},
                                {"probability", Number(1 - parts[a.part].exit)}});
      return next;
    }
    for (const ir::Flow& flow : application_.flows) {
      if (flow.from != a.component) continue;
      AddNext(next, flow.to, flow.probability);
    }
    return next;
  }

  ir::Value ComponentRecord(const Assignment& a) const {
    const ir::Component& component = deploy_.components[a.component];
    const ir::Variant& variant = component.variants[a.variant];
    const ir::Part& part = variant.parts[a.part];
    ir::List command;
    for (const std::string& word : part.command) command.push_back(word);
    ir::Record env;
    for (const auto& [name, value] : part.env) Put(env, name, value);
    return ir::Record{
        {"name", component.name},
        {"variant", variant.name},
        {"part", part.name},
        {"label", ir::LabelOf(component.name, variant.name, part.name)},
        {"image", part.image},
        {"command", command},
        {"memory", Measured(ir::MemoryOn(part, continuum_.zones[a.zone].pools[a.pool].kind),
                            dimension::Size)},
        {"cores", Number(part.cores)},
        {"env", env},
        {"replicas", Number(a.replicas)},
        {"next", NextOf(a)}};
  }

  // From the last component back, so that everyone knows where to send.
  Status AddParts(const std::vector<Assignment>& assignments) {
    std::map<ir::Index, size_t> rank;
    for (size_t i = 0; i < application_.components.size(); ++i) {
      rank[application_.components[i]] = i;
    }
    for (const Assignment& a : assignments) {
      copies_[a.component] = std::max(copies_[a.component], a.copy + 1);
    }
    NoteZonesWithoutHost(assignments);
    std::vector<Assignment> order = assignments;
    std::stable_sort(order.begin(), order.end(), [&](const Assignment& x, const Assignment& y) {
      return std::tuple(rank[y.component], y.part, x.zone, x.pool) <
             std::tuple(rank[x.component], x.part, y.zone, y.pool);
    });
    for (size_t begin = 0; begin < order.size();) {
      size_t end = begin;
      const auto same = [&](const Assignment& a) {
        return a.component == order[begin].component && a.part == order[begin].part &&
               a.zone == order[begin].zone;
      };
      while (end < order.size() && same(order[end])) ++end;
      SPRINT_RETURN_IF_ERROR(
          AddPart(std::vector<Assignment>(order.begin() + begin, order.begin() + end)));
      begin = end;
    }
    return Ok();
  }

  // Where only a placement is asked for a zone needs no host; who forgot it should know.
  void NoteZonesWithoutHost(const std::vector<Assignment>& assignments) {
    std::set<ir::Index> zones;
    for (const Assignment& a : assignments) {
      if (!HostOf(a.zone)) zones.insert(a.zone);
    }
    if (zones.empty()) return;
    std::string names;
    for (const ir::Index zone : zones) {
      names += (names.empty() ? "`" : ", `") + continuum_.zones[zone].name + "`";
    }
    Note((zones.size() == 1 ? "zone " + names + " has" : "zones " + names + " have") +
         " no `host`: components placed there are not run");
  }

  // One part in one zone, perhaps on several pools of it.
  Status AddPart(const std::vector<Assignment>& places) {
    const Assignment& first = places.front();
    const ir::Host* host = HostOf(first.zone);
    if (!host) return Ok();
    const ir::Component& component = deploy_.components[first.component];
    const std::vector<ir::Part>& parts = component.variants[first.variant].parts;
    std::string prefix = continuum_.zones[first.zone].name + "." + component.name;
    if (parts.size() > 1) prefix += "." + parts[first.part].name;
    ir::List backends;
    std::string entry;
    uint32_t replica = 0;
    for (const Assignment& place : places) {
      for (uint32_t i = 0; i < std::max(place.replicas, 1u); ++i, ++replica) {
        ir::Value node = NodeRecord(place.zone, place.pool, i);
        Addresses also = setups_[place.zone];
        const auto provided = nodes_.find({place.zone, place.pool, i});
        if (provided != nodes_.end() && !provided->second.empty()) {
          Put(std::get<ir::Record>(node.data), "id",
              ir::Value(ir::Later{provided->second.front(), "id"}));
          Append(also, provided->second);
        }
        const ir::TemplateScope scope{{{"zone", ZoneRecord(place.zone)},
                                       {"c", ComponentRecord(place)},
                                       {"node", node},
                                       {"replica", Number(replica)}},
                                      prefix + "[" + std::to_string(replica) + "]"};
        SPRINT_ASSIGN_OR_RETURN(Addresses made, Call(host->run, scope, also));
        if (made.empty()) continue;
        backends.push_back(ir::Later{made.front(), "address"});
        if (entry.empty()) entry = made.front();
      }
    }
    SPRINT_ASSIGN_OR_RETURN(Addresses served, Serve(*host, places.front(), prefix, backends));
    if (!served.empty()) entry = served.front();
    if (!entry.empty()) entry_.try_emplace({first.component, first.part, first.copy}, entry);
    return Ok();
  }

  // `serve` is the newest template of a host; a host type without it has no proxies.
  template <typename AnyHost>
  Result<Addresses> Serve(const AnyHost& host, const Assignment& a, const std::string& prefix,
                          const ir::List& backends) {
    if constexpr (requires { host.serve; }) {
      Addresses also = setups_[a.zone];
      Append(also, links_[a.zone]);
      const ir::TemplateScope scope{{{"zone", ZoneRecord(a.zone)},
                                     {"c", ComponentRecord(a)},
                                     {"backends", backends},
                                     {"next", NextOf(a)}},
                                    prefix};
      return Call(host.serve, scope, also);
    } else {
      return Addresses{};
    }
  }

  const ir::Program& program_;
  const ir::Deploy& deploy_;
  const ir::Continuum& continuum_;
  const ir::Application& application_;
  std::set<ir::Index> used_zones_;
  std::map<ir::Index, Addresses> setups_, links_;
  std::map<std::tuple<ir::Index, ir::Index, uint32_t>, Addresses> nodes_;
  // First resource that takes requests, by component, part and copy.
  std::map<std::tuple<ir::Index, ir::Index, uint32_t>, std::string> entry_;
  std::map<ir::Index, uint32_t> copies_;  // of each component
};

}  // namespace

Result<DesiredGraph> Lower(const ir::Program& program) {
  GraphBuilder builder;
  SPRINT_RETURN_IF_ERROR(builder.AddProviders(program));
  auto added = builder.Add(program.resources, "", {});
  if (!added.ok()) return added.TakeError();
  SPRINT_RETURN_IF_ERROR(builder.NeedConfiguration());
  SPRINT_RETURN_IF_ERROR(builder.CheckReferences());
  return builder.Take();
}

Result<DesiredGraph> Lower(const ir::Program& program, const ir::Deploy& deploy,
                           const std::vector<Assignment>& assignments,
                           const std::vector<PoolCount>& counts, DesiredGraph* before) {
  return Builder(program, deploy).Build(assignments, counts, before);
}

}  // namespace sprint::lower
