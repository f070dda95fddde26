#include <algorithm>

#include "compiler/sema/builder.h"

namespace sprint::sema {
namespace {

using Bindings = Evaluator::Bindings;

// The resources of `block`; those of a wrong form, which CheckForm tells, are left out.
std::vector<ir::ResourceSpec> Expand(const Module& module, const ast::Block& block,
                                     Evaluator& evaluator, Bindings bindings,
                                     const std::string& prefix) {
  const std::vector<const ast::Block*> resources = Inner(block, "resource");
  // Resources see each other by name, whatever their order.
  for (const ast::Block* resource : resources) {
    if (resource->names.size() != 2) continue;
    const std::string name = resource->names[1].text();
    bindings.emplace_back(name, ir::Ref{"resource", prefix.empty() ? name : prefix + "." + name});
  }
  std::vector<ir::ResourceSpec> specs;
  for (const ast::Block* resource : resources) {
    if (resource->names.size() != 2) continue;
    specs.push_back(EvaluateResource(module, *resource, evaluator, bindings));
  }
  return specs;
}

void CheckForm(Builder& builder, const ast::Block& block) {
  std::map<std::string, Loc> names;
  for (const auto& item : block.items) {
    if (const auto* attribute = std::get_if<ast::Attribute>(&item)) {
      builder.emitter.Error("E0203", attribute->key.loc,
                            "`" + block.keyword.text + "` holds resources, no attributes");
      continue;
    }
    const ast::Block& inner = *std::get<ast::BlockPtr>(item);
    if (inner.keyword.text != "resource") {
      builder.emitter.Error("E0206", inner.keyword.loc,
                            "`" + block.keyword.text + "` has no block `" + inner.keyword.text +
                                "`; it holds resources");
      continue;
    }
    CheckResource(builder, inner);
    if (inner.names.size() != 2) continue;
    const ast::Path& name = inner.names[1];
    const auto [first, fresh] = names.try_emplace(name.text(), name.loc);
    if (fresh) continue;
    builder.emitter.Error("E0207", name.loc, "there are two resources `" + name.text() + "` here")
        .Label(first->second, "first declared here");
  }
}

// Whatever one asks it for is accepted: its fields depend on where it is used.
const ir::Value Anything = ir::Poison{};

ir::Record Fields(const std::vector<const char*>& names) {
  ir::Record record;
  for (const char* name : names) record.emplace_back(name, Anything);
  return record;
}

// What a template may name, as `ir::Host` documents it.
Bindings StandIns() {
  return {{"zone", Anything},
          {"node", Anything},
          {"replica", ir::Value(0.0)},
          {"c", Fields({"name", "variant", "part", "label", "image", "command", "memory", "cores",
                        "env", "replicas", "next"})},
          {"backends", Anything},
          {"next", Anything},
          {"link", Fields({"a", "b", "bandwidth", "delay", "jitter", "loss"})}};
}

Bindings Only(const Bindings& all, const std::vector<std::string>& names) {
  Bindings some;
  for (const auto& binding : all) {
    if (std::find(names.begin(), names.end(), binding.first) != names.end()) {
      some.push_back(binding);
    }
  }
  return some;
}

struct Slot {
  const char* keyword;
  const char* argument;
  std::vector<std::string> bindings;
};
const std::vector<Slot> Slots = {{"setup", "zone", {"zone"}},
                                 {"run", "c", {"zone", "c", "node", "replica"}},
                                 {"serve", "c", {"zone", "c", "backends", "next"}},
                                 {"connect", "link", {"link"}},
                                 {"provide", "node", {"zone", "node"}}};

Bindings WithArgument(const ast::Block& block, const std::string& argument, Bindings bindings) {
  if (block.params.empty()) return bindings;
  const Bindings given = bindings;
  for (const auto& [name, value] : given) {
    if (name == argument) bindings.emplace_back(block.params.front().name.text, value);
  }
  return bindings;
}

void CheckHere(Builder& builder, const Declaration& declaration) {
  for (const Slot& slot : Slots) {
    const auto blocks = Inner(*declaration.block, slot.keyword);
    for (size_t i = 1; i < blocks.size(); ++i) {
      builder.emitter
          .Error("E0207", blocks[i]->keyword.loc,
                 "`" + declaration.name + "` has two blocks `" + slot.keyword + "`")
          .Label(blocks.front()->keyword.loc, "first here");
    }
    if (blocks.empty()) continue;
    CheckForm(builder, *blocks.front());
    Expand(*declaration.module, *blocks.front(), builder.evaluator,
           WithArgument(*blocks.front(), slot.argument, Only(StandIns(), slot.bindings)), "here");
  }
}

ir::Record ZoneRecord(const ir::Zone& zone) {
  ir::Record record{{"name", zone.name}, {"country", zone.country}, {"trust", Anything}};
  if (const auto* written = zone.attributes.As<ir::Record>()) {
    record.insert(record.end(), written->begin(), written->end());
  }
  return record;
}

ir::Record NodeRecord(const ir::Pool& pool) {
  ir::Record record{{"name", pool.name + "-0"}, {"index", ir::Value(0.0)}};
  for (const char* name : {"kind", "cores", "memory", "gpu_memory", "price", "id"}) {
    record.emplace_back(name, Anything);
  }
  if (!pool.instances.empty()) {
    if (const auto* written = pool.instances.front().As<ir::Record>()) {
      record.insert(record.end(), written->begin(), written->end());
    }
  }
  return record;
}

// Evaluates the template for one zone or pool. What it misses there whoever declared that
// should give; without it one can still place and plan, so it is a warning.
void CheckFor(Builder& builder, const Declaration& declaration, const char* keyword,
              const Bindings& bindings, Loc user, const std::string& user_name) {
  const auto blocks = Inner(*declaration.block, keyword);
  if (blocks.empty()) return;
  diag::Emitter apart;
  Evaluator evaluator(*builder.unit, apart, builder.params);
  Expand(
      *declaration.module, *blocks.front(), evaluator,
      WithArgument(*blocks.front(), keyword == std::string("provide") ? "node" : "zone", bindings),
      "here");
  const std::string name = declaration.module->prefix + declaration.name;
  for (const diag::Diagnostic& found : apart.Take()) {
    // What is wrong wherever it is used was told at the template itself.
    if (found.code != "E0203") continue;
    const std::string missing = builder.Spelled(found.loc);
    builder.emitter
        .Warning("E0406", user,
                 "`" + user_name + "` gives no `" + missing + "`, which `" + name + "` needs")
        .Label(found.loc, "needed here")
        .Help("add `" + missing + " = …` to `" + user_name + "`");
  }
}

template <typename Table>
const Declaration* DeclarationOf(const Table& table, ir::Index index) {
  for (const auto& [declaration, at] : table) {
    if (at == index) return declaration;
  }
  return nullptr;
}

}  // namespace

void CheckResource(Builder& builder, const ast::Block& resource) {
  if (resource.names.size() != 2) {
    builder.emitter.Error("E0208", resource.header_loc, "a resource has a type and a name")
        .Help("like `resource local.zone plant { … }`");
    return;
  }
  if (resource.names[0].parts.size() != 2) {
    builder.emitter
        .Error("E0208", resource.names[0].loc,
               "`" + resource.names[0].text() + "` is no type of a resource")
        .Help("a type is `provider.type`, like `local.zone`");
  }
  std::map<std::string, Loc> keys;
  for (const auto& item : resource.items) {
    if (const auto* inner = std::get_if<ast::BlockPtr>(&item)) {
      if ((*inner)->keyword.text == "ready") continue;
      builder.emitter
          .Error("E0206", (*inner)->keyword.loc,
                 "a resource has no block `" + (*inner)->keyword.text + "`")
          .Help("attributes are written `" + (*inner)->keyword.text + " = { … }`");
      continue;
    }
    const ast::Path& key = std::get<ast::Attribute>(item).key;
    const auto [first, fresh] = keys.try_emplace(key.text(), key.loc);
    if (fresh) continue;
    builder.emitter.Error("E0204", key.loc, "`" + key.text() + "` is set twice")
        .Label(first->second, "first set here");
  }
}

ir::ResourceSpec EvaluateResource(const Module& module, const ast::Block& resource,
                                  Evaluator& evaluator, const Evaluator::Bindings& bindings) {
  ir::ResourceSpec spec;
  spec.type = resource.names[0].text();
  spec.name = resource.names[1].text();
  spec.loc = resource.header_loc;
  for (const auto& item : resource.items) {
    const auto* attribute = std::get_if<ast::Attribute>(&item);
    if (!attribute || IsLifeWord(attribute->key)) continue;
    spec.attributes.emplace_back(attribute->key.text(),
                                 evaluator.Evaluate(module, *attribute->value, bindings));
  }
  spec.life = ReadLife(module, resource, evaluator, bindings);
  return spec;
}

ir::Template MakeTemplate(const Builder& builder, const Module& module, const ast::Block& block,
                          const std::string& argument) {
  return [unit = builder.unit, &module, &block, argument,
          params = builder.params](const ir::TemplateScope& scope) {
    // CheckTemplates has told what is wrong with it; here it has no one to tell.
    diag::Emitter nobody;
    Evaluator evaluator(*unit, nobody, params);
    auto specs = Expand(module, block, evaluator, WithArgument(block, argument, scope.bindings),
                        scope.prefix);
    // What a pool does not give is left out, as it was warned.
    for (ir::ResourceSpec& spec : specs) {
      std::erase_if(spec.attributes, [](const auto& pair) { return IsPoison(pair.second); });
    }
    return specs;
  };
}

void CheckTemplates(Builder& builder) {
  for (const Declaration* declaration : Declared(builder, {"host", "node", "function_service"})) {
    CheckHere(builder, *declaration);
  }
  for (const ir::Continuum& continuum : builder.program.continua) {
    for (const ir::Zone& zone : continuum.zones) {
      const Bindings zone_bindings = {{"zone", ZoneRecord(zone)}};
      if (zone.host != ir::NoIndex) {
        CheckFor(builder, *DeclarationOf(builder.hosts, zone.host), "setup", zone_bindings,
                 zone.loc, zone.name);
      }
      for (const ir::Pool& pool : zone.pools) {
        if (pool.form == ir::PoolForm::Functions) continue;
        Bindings bindings = zone_bindings;
        bindings.emplace_back("node", NodeRecord(pool));
        CheckFor(builder, *DeclarationOf(builder.kinds, pool.kind), "provide", bindings, pool.loc,
                 pool.name);
      }
    }
  }
}

void BuildResources(Builder& builder) {
  // They see each other, and themselves, by name, as all that the file declares.
  for (const Declaration* declaration : Declared(builder, {"resource"})) {
    CheckResource(builder, *declaration->block);
    if (declaration->module != &builder.root() || declaration->block->names.size() != 2) continue;
    builder.program.resources.push_back(
        EvaluateResource(*declaration->module, *declaration->block, builder.evaluator, {}));
  }
}

}  // namespace sprint::sema
