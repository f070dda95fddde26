#include <algorithm>

#include "compiler/sema/builder.h"

namespace sprint::sema {
namespace {

using Form = Spec::Form;

class DeployBuilder {
 public:
  DeployBuilder(Builder& builder, const ast::Block& block)
      : builder_(builder),
        module_(builder.root()),
        block_(block),
        reader_(builder.evaluator, module_) {}

  std::optional<ir::Deploy> Build() {
    if (block_.names.size() != 2) return std::nullopt;
    const Declaration* application = reader_.ReadReference(block_.names[0], {"application"});
    const Declaration* continuum = reader_.ReadReference(block_.names[1], {"continuum"});
    if (!application || !continuum) return std::nullopt;
    deploy_.application = builder_.applications.at(application);
    deploy_.continuum = builder_.continua.at(continuum);
    deploy_.name = application->name + " on " + continuum->name;
    deploy_.loc = block_.header_loc;
    deploy_.components = builder_.program.components;
    const Attributes read =
        reader_.Read(block_,
                     {{"horizon", Form::Quantity, dimension::Time, {}, false, "h"},
                      {"headroom", Form::Quantity, dimension::Ratio, {}, false}},
                     {"minimize", "maximize", "measured", "monitor", "replan", "pin", "forbid"});
    CheckOnce(builder_, block_, {"minimize", "monitor", "replan"});
    for (const ast::Block* maximize : Inner(block_, "maximize")) {
      builder_.emitter
          .Error("E0211", maximize->keyword.loc, "`maximize` is not supported by this version")
          .Help("minimize cost, and bound what must be good: `require accuracy(X) >= 90 %`");
    }
    CheckPools();
    deploy_.horizon = read.Number("horizon", deploy_.horizon);
    MoreThanNothing(read, "horizon");
    deploy_.headroom = read.Number("headroom", deploy_.headroom);
    if (deploy_.headroom >= 1) {
      builder_.emitter.Error("E0311", read.ValueLoc("headroom"),
                             "a headroom of 100 % leaves no room for anything");
    }
    for (const ast::Block* goal : Inner(block_, "minimize")) ReadGoal(*goal);
    for (const ast::Block* measured : Inner(block_, "measured")) ReadMeasured(*measured);
    for (const ast::Block* pin : Inner(block_, "pin")) ReadPin(*pin, /*forbid=*/false);
    for (const ast::Block* forbid : Inner(block_, "forbid")) ReadPin(*forbid, /*forbid=*/true);
    ReadLoop();
    const ir::Application& deployed = builder_.program.applications[deploy_.application];
    // With other mistakes about, its flows may be what was not understood.
    if (deployed.components.empty() && !builder_.emitter.has_errors()) {
      builder_.emitter
          .Error("E0205", block_.names[0].loc, "`" + deployed.name + "` uses no component")
          .Label(deployed.loc, "declared here")
          .Help("name them: `flow A -> B`, or `require response(A) <= 1 s` for a single one");
    }
    for (const ir::Index component :
         builder_.program.applications[deploy_.application].components) {
      CheckDomain(component);
    }
    return std::move(deploy_);
  }

 private:
  // `utilisation(zone.pool)` is written in the application, pools in the continuum.
  void CheckPools() {
    std::set<std::string> pools;
    for (const ir::Zone& zone : builder_.program.continua[deploy_.continuum].zones) {
      for (const ir::Pool& pool : zone.pools) pools.insert(zone.name + "." + pool.name);
    }
    for (const ir::Constraint& rule :
         builder_.program.applications[deploy_.application].constraints) {
      if (rule.metric != ir::Metric::Utilisation || pools.contains(rule.pool)) {
        continue;
      }
      const auto meant = Meant(rule.pool, {pools.begin(), pools.end()});
      builder_.emitter
          .Error("E0201", rule.loc,
                 "`" + builder_.program.continua[deploy_.continuum].name + "` has no pool `" +
                     rule.pool + "`")
          .Label(deploy_.loc, "deployed here")
          .Help(meant ? "did you mean `" + *meant + "`?" : "");
    }
  }

  void ReadGoal(const ast::Block& block) {
    if (!block.value) return;
    const auto* name = std::get_if<ast::NameExpr>(&block.value->node);
    const std::string goal = name ? name->name : "";
    if (goal == "cost")
      deploy_.goal = ir::Goal::Cost;
    else if (goal == "energy")
      deploy_.goal = ir::Goal::Energy;
    else if (goal == "carbon")
      deploy_.goal = ir::Goal::Carbon;
    else
      builder_.emitter.Error("E0302", block.value->loc,
                             "what is minimized is `cost`, `energy` or `carbon`");
  }

  // `measured app.Detect.tiny.Head on local.Slice = 45 ms`
  void ReadMeasured(const ast::Block& block) {
    if (block.names.size() != 2 || !block.value) return;
    std::vector<ast::Name> rest;
    const auto index = ReadComponent(builder_, module_, block.names[0], &rest);
    const Declaration* kind = reader_.ReadReference(block.names[1], {"node", "function_service"});
    ir::Demand demand;
    const bool timed = ReadTimes(reader_, *block.value, "measured", demand);
    if (index && (!kind || !timed)) mismeasured_.insert(*index);
    if (!index || !kind || !timed) return;
    demand.kind = builder_.kinds.at(kind);
    demand.measured = true;
    ir::Component& component = deploy_.components[*index];
    const auto put = [&](ir::Part& part) {
      const ir::Demand* before = ir::DemandOn(part, demand.kind);
      if (before && !demand.memory) demand.memory = before->memory;
      if (before && !demand.variation) demand.variation = before->variation;
      std::erase_if(part.demands, [&](const ir::Demand& d) { return d.kind == demand.kind; });
      part.demands.push_back(demand);
    };
    bool found = false;
    std::vector<std::string> names;
    for (ir::Variant& variant : component.variants) {
      // `Blur` of a component without variants, or its only one.
      const bool named = !rest.empty() && rest[0].text == variant.name;
      if (!named && !(rest.empty() && component.variants.size() == 1)) {
        names.push_back(variant.name);
        continue;
      }
      for (ir::Part& part : variant.parts) {
        names.push_back(part.name);
        if (rest.size() >= 2 ? part.name == rest[1].text : variant.parts.size() == 1) {
          put(part);
          found = true;
        }
      }
    }
    if (found) return;
    std::erase(names, "");
    std::string message = "`" + component.name + "` has no variant `";
    if (rest.empty()) {
      message = "`" + component.name + "` has variants: say which was measured";
    } else if (names.empty()) {
      message = "`" + component.name + "` has no variants";
    } else if (rest.size() > 1) {
      message = "`" + component.name + "` has no part `" + rest[0].text + "." + rest[1].text + "`";
    } else if (std::any_of(component.variants.begin(), component.variants.end(),
                           [&](const ir::Variant& v) { return v.name == rest[0].text; })) {
      message = "`" + rest[0].text + "` is in parts: say which was measured";
    } else {
      message += rest[0].text + "`";
    }
    builder_.emitter
        .Error("E0201", rest.empty() ? block.names[0].loc : rest.back().loc, std::move(message))
        .Help(names.empty() ? "" : "one of " + Joined(names));
  }

  void ReadPin(const ast::Block& block, bool forbid) {
    if (block.names.size() != 2) return;
    const auto component = ReadComponent(builder_, module_, block.names[0]);
    if (!component) return;
    ir::Deploy::Pin pin{*component, ir::NoIndex, forbid, ir::NoIndex, block.header_loc};
    if (block.preposition == "on") {
      const Declaration* kind = reader_.ReadReference(block.names[1], {"node", "function_service"});
      if (!kind) return;
      pin.kind = builder_.kinds.at(kind);
    } else {
      const auto& zones = builder_.program.continua[deploy_.continuum].zones;
      const auto zone = std::find_if(zones.begin(), zones.end(), [&](const ir::Zone& z) {
        return z.name == block.names[1].text();
      });
      if (zone == zones.end()) {
        std::vector<std::string> names;
        names.reserve(zones.size());
        for (const ir::Zone& known : zones) names.push_back(known.name);
        const auto meant = Meant(block.names[1].text(), names);
        builder_.emitter
            .Error("E0201", block.names[1].loc, "there is no zone `" + block.names[1].text() + "`")
            .Help(meant ? "did you mean `" + *meant + "`?" : "one of " + Joined(names));
        return;
      }
      pin.zone = static_cast<ir::Index>(zone - zones.begin());
      const ir::Component& pinned = deploy_.components[*component];
      const bool attested = std::any_of(zone->pools.begin(), zone->pools.end(), [&](const auto& p) {
        return builder_.program.kinds[p.kind].attested;
      });
      if (const std::string why = WhyNot(pinned, *zone, attested); !forbid && !why.empty()) {
        builder_.emitter
            .Error("E0502", block.names[1].loc,
                   "`" + zone->name + "` may not get the data of `" + pinned.name +
                       "`: " + WayOf(pinned))
            .Label(zone->loc, why);
      }
    }
    deploy_.pins.push_back(pin);
  }

  void MoreThanNothing(const Attributes& read, const std::string& name) {
    if (!read.Has(name) || read.Number(name, 0) > 0) return;
    builder_.emitter.Error("E0311", read.ValueLoc(name), "`" + name + "` is more than nothing");
  }

  void ReadLoop() {
    ir::Record attributes;
    for (const ast::Block* monitor : Inner(block_, "monitor")) {
      const Attributes read =
          reader_.Read(*monitor, {{"every", Form::Quantity, dimension::Time, {}, false, "s"},
                                  {"keep", Form::Quantity, dimension::Time, {}, false, "d"},
                                  {"store", Form::Reference, {}, {"store"}, false}});
      deploy_.monitor_every = read.Number("every", deploy_.monitor_every);
      MoreThanNothing(read, "every");
      if (const Declaration* store = read.Reference("store")) {
        attributes.emplace_back("store", ir::Value(store->module->prefix + store->name));
      }
    }
    for (const ast::Block* replan : Inner(block_, "replan")) {
      const std::vector<std::string> ways = {"automatic", "ask", "never"};
      const Attributes read =
          reader_.Read(*replan, {{"every", Form::Quantity, dimension::Time, {}, false, "s"},
                                 {"hold", Form::Quantity, dimension::Time, {}, false, "s"},
                                 {"budget", Form::Quantity, dimension::Rate, {}, false, "moves/h"},
                                 {"approve", Form::Case, {}, ways, false}});
      deploy_.replan = true;
      deploy_.replan_every = read.Number("every", deploy_.replan_every);
      MoreThanNothing(read, "every");
      deploy_.hold = read.Number("hold", deploy_.hold);
      deploy_.move_budget = read.Number("budget", 0);
      const auto way = std::find(ways.begin(), ways.end(), read.Text("approve", "ask"));
      deploy_.approve = static_cast<ir::Approve>(way - ways.begin());
    }
    deploy_.attributes = std::move(attributes);
  }

  // Why a zone may not have the component's data; empty: it may.
  static std::string WhyNot(const ir::Component& component, const ir::Zone& zone, bool attested) {
    if (component.handles < ir::DataLevel::Personal) return "";
    if (component.residency && std::find(component.residency->begin(), component.residency->end(),
                                         zone.country) == component.residency->end()) {
      const std::string where = zone.country.empty() ? "says no country" : "is in " + zone.country;
      if (component.residency->empty())
        return "`" + zone.name + "` " + where + "; no country may have all of this data";
      return "`" + zone.name + "` " + where + "; the data may be in " +
             Joined(*component.residency);
    }
    if (zone.trust == ir::Trust::Owned || (component.enclave && attested)) return "";
    return "`" + zone.name + "` is " +
           (zone.trust == ir::Trust::Partner ? "a partner's" : "public") + ", not owned";
  }

  static std::string WayOf(const ir::Component& component) {
    std::string way;
    for (const std::string& step : component.data_way) way += (way.empty() ? "" : " -> ") + step;
    return way;
  }

  bool IsMistaken(ir::Index index) const {
    if (mismeasured_.contains(index)) return true;
    return std::any_of(builder_.components.begin(), builder_.components.end(), [&](const auto& c) {
      return c.second == index && builder_.emitter.HasErrorIn(c.first->block->loc);
    });
  }

  // A component that fits nowhere, whatever else is chosen, is a mistake of the program.
  void CheckDomain(ir::Index index) {
    const ir::Component& component = deploy_.components[index];
    bool demanded = false;
    bool allowed = false;
    std::vector<std::pair<Loc, std::string>> reasons;
    for (const ir::Zone& zone : builder_.program.continua[deploy_.continuum].zones) {
      for (const ir::Pool& pool : zone.pools) {
        for (const ir::Variant& variant : component.variants) {
          for (const ir::Part& part : variant.parts) {
            for (const ir::Demand& demand : part.demands) {
              if (demand.kind != pool.kind) continue;
              demanded = true;
              const std::string why =
                  WhyNot(component, zone, builder_.program.kinds[pool.kind].attested);
              allowed = allowed || why.empty();
              const std::pair<Loc, std::string> reason(zone.loc, why);
              if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
                reasons.push_back(reason);
              }
            }
          }
        }
      }
    }
    // What it demands may be what was not understood.
    if (!allowed && IsMistaken(index)) return;
    if (!demanded) {
      builder_.emitter
          .Error("E0401", component.loc,
                 "`" + component.name + "` has no demand on any kind that `" +
                     builder_.program.continua[deploy_.continuum].name + "` offers")
          .Label(deploy_.loc, "deployed here")
          .Help("say what it needs there: demand { KIND = 80 ms }, or `measured " + component.name +
                " on KIND = 80 ms` in the deploy");
    } else if (!allowed) {
      auto report = builder_.emitter.Error(
          "E0502", component.loc,
          "`" + component.name + "` handles " +
              (component.handles == ir::DataLevel::Sensitive ? "sensitive" : "personal") +
              " data, and no zone that may have it can run it: " + WayOf(component));
      for (const auto& [loc, why] : reasons) report.Label(loc, why);
      report.Label(deploy_.loc, "deployed here");
      report.Help(
          "give it a demand on an owned zone's kind, declassify the data before it, or protect it "
          "in an enclave");
    }
  }

  Builder& builder_;
  const Module& module_;
  const ast::Block& block_;
  AttributeReader reader_;
  ir::Deploy deploy_;
  std::set<ir::Index> mismeasured_;  // components with a `measured` that is wrong
};

}  // namespace

void BuildDeploys(Builder& builder) {
  std::map<std::string, Loc> names;
  for (const ast::BlockPtr& block : builder.root().file.declarations) {
    if (block->keyword.text != "deploy") continue;
    if (auto deploy = DeployBuilder(builder, *block).Build()) {
      const auto [first, fresh] = names.try_emplace(deploy->name, deploy->loc);
      if (!fresh) {
        builder.emitter.Error("E0207", deploy->loc, "`" + deploy->name + "` is deployed twice")
            .Label(first->second, "first here");
        continue;
      }
      builder.program.deploys.push_back(std::move(*deploy));
    }
  }
}

void BuildOutputs(Builder& builder) {
  // What an output may ask of an application; the values come with a placement.
  Evaluator::Bindings stand_ins;
  for (const auto& [declaration, index] : builder.applications) {
    const std::string& name = builder.program.applications[index].name;
    stand_ins.emplace_back(
        name, ir::Record{{"cost", Quantity{0, dimension::Price, "EUR/h", "EUR"}},
                         {"workload", Quantity{0, dimension::Rate, "rps", ""}},
                         {"entry", ir::Record{{"url", ir::Later{name + ".entry", "url"}}}}});
  }
  for (const Declaration* declaration : Declared(builder, {"output"})) {
    if (!declaration->block->value) continue;
    builder.evaluator.Evaluate(*declaration->module, *declaration->block->value, stand_ins);
    if (declaration->module != &builder.root()) continue;
    ir::Output output;
    output.name = declaration->name;
    output.loc = declaration->block->value->loc;
    output.evaluate = [unit = builder.unit, declaration,
                       params = builder.params](const ir::TemplateScope& scope) {
      diag::Emitter nobody;
      Evaluator evaluator(*unit, nobody, params);
      return evaluator.Evaluate(*declaration->module, *declaration->block->value, scope.bindings);
    };
    builder.program.outputs.push_back(std::move(output));
  }
}

}  // namespace sprint::sema
