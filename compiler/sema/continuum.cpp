#include <algorithm>
#include <cmath>

#include "compiler/sema/builder.h"

namespace sprint::sema {
namespace {

using Form = Spec::Form;
constexpr double MostInstances = 10'000;
// There is a way from each to each.
constexpr ir::Index MostZones = 2'000;

class ContinuumBuilder {
 public:
  ContinuumBuilder(Builder& builder, const Declaration& declaration)
      : builder_(builder),
        module_(*declaration.module),
        block_(*declaration.block),
        reader_(builder.evaluator, module_) {
    continuum_.name = declaration.name;
    continuum_.loc = block_.names.front().loc;
  }

  ir::Continuum Build() {
    reader_.Read(block_, {}, {"zone", "link"});
    for (const ast::Block* zone : Inner(block_, "zone")) AddZone(*zone);
    for (const ast::Block* link : Inner(block_, "link")) AddLink(*link);
    return std::move(continuum_);
  }

 private:
  void AddZone(const ast::Block& block) {
    if (block.names.empty()) return;
    ir::Zone zone;
    zone.name = block.names.front().text();
    zone.loc = block.names.front().loc;
    const auto index = static_cast<ir::Index>(continuum_.zones.size());
    if (index >= MostZones) {
      if (index == MostZones && !crowded_) {
        builder_.emitter.Error("E0311", zone.loc, "a continuum has at most 2000 zones")
            .Help("what is alike and together is a pool: `nodes NAME[COUNT]: KIND`");
      }
      crowded_ = true;
      return;
    }
    const auto [other, fresh] = zones_.try_emplace(zone.name, index);
    if (!fresh) {
      builder_.emitter.Error("E0207", zone.loc, "there are two zones `" + zone.name + "`")
          .Label(continuum_.zones[other->second].loc, "first declared here");
      return;
    }
    pools_.clear();
    const std::vector<std::string> trusts = {"owned", "partner", "public"};
    const Attributes read =
        reader_.Read(block,
                     {{"country", Form::Text, {}, {}, false},
                      {"trust", Form::Case, {}, trusts, true},
                      {"one_kind", Form::Bool, {}, {}, false},
                      {"electricity", Form::Quantity, dimension::Tariff, {}, false},
                      {"carbon", Form::Quantity, dimension::Carbon, {}, false},
                      {"availability", Form::Quantity, dimension::Ratio, {}, false},
                      {"host", Form::Reference, {}, {"host"}, false},
                      {"cloud", Form::Any, {}, {}, false}},
                     {"nodes", "machines", "functions"});
    zone.country = read.Text("country");
    if (read.Has("country")) CheckCountry(builder_, zone.country, read.ValueLoc("country"));
    const auto trust = std::find(trusts.begin(), trusts.end(), read.Text("trust", "public"));
    zone.trust = static_cast<ir::Trust>(trust - trusts.begin());
    zone.one_kind = read.Bool("one_kind");
    CheckCurrency(read, "electricity");
    zone.electricity = read.Number("electricity", 0);
    zone.carbon = read.Number("carbon", 0);
    zone.availability = read.Number("availability", 1);
    CheckAvailability(builder_, read);
    if (const Declaration* host = read.Reference("host")) zone.host = builder_.hosts.at(host);
    ir::Record attributes;
    for (const char* name : {"country", "trust", "cloud"}) {
      if (const ir::Value* value = read.Value(name)) attributes.emplace_back(name, *value);
    }
    zone.attributes = std::move(attributes);
    for (const auto& item : block.items) {
      const auto* inner = std::get_if<ast::BlockPtr>(&item);
      if (!inner) continue;
      const std::string& keyword = (*inner)->keyword.text;
      if (keyword == "nodes") AddPool(zone, **inner, ir::PoolForm::Nodes);
      if (keyword == "machines") AddPool(zone, **inner, ir::PoolForm::Machines);
      if (keyword == "functions") AddPool(zone, **inner, ir::PoolForm::Functions);
    }
    continuum_.zones.push_back(std::move(zone));
  }

  std::optional<double> WholeNumber(const ast::Expr& expr) {
    const auto value = reader_.ReadValue(expr, {"count", Form::Int, {}, {}, false});
    const auto* quantity = value ? value->As<Quantity>() : nullptr;
    if (!quantity) return std::nullopt;
    if (quantity->value > MostInstances) {
      builder_.emitter.Error("E0311", expr.loc, "a pool has at most 10000 instances");
      return std::nullopt;
    }
    return quantity->value;
  }

  void AddPool(ir::Zone& zone, const ast::Block& block, ir::PoolForm form) {
    if (block.names.empty() || !block.type) return;
    ir::Pool pool;
    pool.name = block.names.front().text();
    pool.loc = block.names.front().loc;
    pool.form = form;
    if (const auto [other, fresh] = pools_.try_emplace(pool.name, pool.loc); !fresh) {
      builder_.emitter
          .Error("E0207", pool.loc, "`" + zone.name + "` has two pools `" + pool.name + "`")
          .Label(other->second, "first declared here");
      return;
    }
    const bool function = form == ir::PoolForm::Functions;
    const Declaration* kind_declaration =
        reader_.ReadReference(*block.type, {function ? "function_service" : "node"});
    if (!kind_declaration) return;
    pool.kind = builder_.kinds.at(kind_declaration);
    const ir::Kind& kind = builder_.program.kinds[pool.kind];
    pool.max = 1;
    if (block.count) {
      if (block.count->max)
        pool.max = static_cast<uint32_t>(WholeNumber(*block.count->max).value_or(1));
      if (block.count->min)
        pool.min = static_cast<uint32_t>(WholeNumber(*block.count->min).value_or(0));
      if (pool.min > pool.max) {
        builder_.emitter.Error("E0405", block.count->loc, "from more than to: nothing is between");
      }
    }
    const std::vector<Spec> specs = {{"price", Form::Quantity, dimension::Price, {}, false},
                                     {"memory", Form::Quantity, dimension::Size, {}, false},
                                     {"gpu_memory", Form::Quantity, dimension::Size, {}, false},
                                     {"power", Form::Quantity, dimension::Power, {}, false},
                                     {"availability", Form::Quantity, dimension::Ratio, {}, false},
                                     {"idle", Form::Quantity, dimension::Time, {}, false, "min"},
                                     {"cores", Form::Number, {}, {}, false, "", MostCores}};
    for (uint32_t i = 0; i < (function ? 1 : pool.max); ++i) {
      // Mistakes are told once: identical ones of the other instances are dropped.
      const Attributes read = reader_.Read(block, specs, {}, /*open=*/true,
                                           {{"index", ir::Value(static_cast<double>(i))}});
      ir::Record record;
      for (const auto& item : block.items) {
        const auto* attribute = std::get_if<ast::Attribute>(&item);
        const ir::Value* value = attribute ? read.Value(attribute->key.text()) : nullptr;
        if (value) record.emplace_back(attribute->key.text(), *value);
      }
      pool.instances.emplace_back(std::move(record));
      if (i > 0) {
        CheckAlike(read, pool);
        continue;
      }
      CheckCurrency(read, "price");
      pool.price = read.Number("price", kind.price);
      pool.memory = read.Number("memory", kind.memory);
      pool.gpu_memory = read.Number("gpu_memory", kind.gpu_memory);
      pool.cores = read.Number("cores", kind.cores);
      pool.power = read.Number("power", kind.power);
      pool.availability = read.Number("availability", kind.availability);
      CheckAvailability(builder_, read);
      pool.idle = read.Number("idle", kind.idle);
      CheckCores(builder_, read);
      // What electricity costs and emits is a product: of two figures one may be too large.
      if (std::max(pool.power * zone.electricity, pool.power * zone.carbon) > MostFigure) {
        builder_.emitter
            .Error("E0311", pool.loc, "the electricity of `" + pool.name + "` is beyond all bounds")
            .Label(zone.loc, "by the `electricity` and `carbon` of this zone")
            .Help("it has a power of " + Format({pool.power, dimension::Power, "", ""}));
      }
    }
    zone.pools.push_back(std::move(pool));
  }

  // Placement counts the instances of a pool; it does not tell them apart.
  void CheckAlike(const Attributes& read, const ir::Pool& pool) {
    const auto* first = pool.instances.front().As<ir::Record>();
    for (const char* name :
         {"price", "memory", "gpu_memory", "power", "availability", "idle", "cores"}) {
      const ir::Value* now = read.Value(name);
      if (!now || !first) continue;
      const auto was = std::find_if(first->begin(), first->end(),
                                    [&](const auto& pair) { return pair.first == name; });
      if (was == first->end() || Same(was->second, *now)) continue;
      builder_.emitter
          .Error("E0311", read.ValueLoc(name),
                 "`" + std::string(name) + "` differs within `" + pool.name + "`")
          .Help("the instances of a pool are alike: make two pools");
    }
  }

  void CheckCurrency(const Attributes& read, const std::string& name) {
    const ir::Value* value = read.Value(name);
    const auto* quantity = value ? value->As<Quantity>() : nullptr;
    if (!quantity || quantity->currency.empty()) return;
    if (currency_.empty()) {
      currency_ = quantity->currency;
      currency_loc_ = read.ValueLoc(name);
    } else if (currency_ != quantity->currency) {
      builder_.emitter
          .Error("E0303", read.ValueLoc(name),
                 "this price is in " + quantity->currency + ", another in " + currency_ +
                     "; there is no silent exchange")
          .Label(currency_loc_, "in " + currency_ + " here");
    }
  }

  void AddLink(const ast::Block& block) {
    const Attributes read =
        reader_.Read(block, {{"bandwidth", Form::Quantity, dimension::Bandwidth, {}, false},
                             {"delay", Form::Quantity, dimension::Time, {}, false},
                             {"jitter", Form::Quantity, dimension::Time, {}, false},
                             {"loss", Form::Quantity, dimension::Ratio, {}, false},
                             {"price", Form::Quantity, dimension::Fare, {}, false}});
    if (block.names.size() != 2) return;
    ir::Link link;
    link.loc = block.header_loc;
    link.a = ZoneOf(block.names[0]);
    link.b = ZoneOf(block.names[1]);
    link.bandwidth = read.Number("bandwidth", 0);
    link.delay = read.Number("delay", 0);
    link.jitter = read.Number("jitter", 0);
    link.loss = read.Number("loss", 0);
    CheckCurrency(read, "price");
    link.price = read.Number("price", 0);
    if (link.a == ir::NoIndex || link.b == ir::NoIndex) return;
    if (read.Has("bandwidth") && link.bandwidth < 1 / MostFigure) {
      builder_.emitter
          .Error("E0311", read.ValueLoc("bandwidth"), "a bandwidth is more than nothing")
          .Help("without `bandwidth` it is unlimited");
    }
    if (link.loss >= 1) {
      builder_.emitter.Error("E0311", read.ValueLoc("loss"), "a loss is below 100 %");
    }
    // A host connects its zones once; elsewhere there may be a choice of ways.
    const bool hosted = continuum_.zones[link.a].host != ir::NoIndex ||
                        continuum_.zones[link.b].host != ir::NoIndex;
    if (hosted && link.a == link.b) {
      builder_.emitter.Error("E0405", link.loc, "a link joins two zones; this is one");
      return;
    }
    const auto [other, fresh] = links_.try_emplace(std::minmax(link.a, link.b), link.loc);
    if (hosted && !fresh) {
      builder_.emitter.Error("E0207", link.loc, "these two zones are linked twice")
          .Label(other->second, "first linked here");
      return;
    }
    continuum_.links.push_back(link);
  }

  ir::Index ZoneOf(const ast::Path& path) {
    if (const auto zone = zones_.find(path.text()); zone != zones_.end()) return zone->second;
    if (crowded_) return ir::NoIndex;
    std::vector<std::string> names;
    for (const ir::Zone& zone : continuum_.zones) names.push_back(zone.name);
    const auto meant = Meant(path.text(), names);
    builder_.emitter
        .Error("E0201", path.loc, "`" + continuum_.name + "` has no zone `" + path.text() + "`")
        .Help(meant ? "did you mean `" + *meant + "`?" : "");
    return ir::NoIndex;
  }

  Builder& builder_;
  const Module& module_;
  const ast::Block& block_;
  AttributeReader reader_;
  ir::Continuum continuum_;
  std::map<std::string, ir::Index> zones_;
  std::map<std::string, Loc> pools_;  // of the zone underway
  std::map<std::pair<ir::Index, ir::Index>, Loc> links_;
  bool crowded_ = false;  // some zones are left out, which has been told
  std::string currency_;  // of the first price, with its place
  Loc currency_loc_;
};

}  // namespace

void BuildContinua(Builder& builder) {
  for (const Declaration* declaration : Declared(builder, {"continuum"})) {
    ir::Continuum continuum = ContinuumBuilder(builder, *declaration).Build();
    builder.continua[declaration] = static_cast<ir::Index>(builder.program.continua.size());
    builder.program.continua.push_back(std::move(continuum));
  }
}

}  // namespace sprint::sema
