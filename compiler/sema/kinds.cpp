#include <algorithm>

#include "compiler/sema/builder.h"

namespace sprint::sema {
namespace {

using Form = Spec::Form;

const std::vector<std::string> Levels = {"public", "anonymous", "internal", "personal",
                                         "sensitive"};

}  // namespace

std::vector<const Declaration*> Declared(const Builder& builder,
                                         const std::vector<std::string>& keywords) {
  std::vector<const Declaration*> out;
  for (const auto& module : builder.unit->modules) {
    for (const ast::BlockPtr& block : module->file.declarations) {
      if (std::find(keywords.begin(), keywords.end(), block->keyword.text) == keywords.end())
        continue;
      if (block->names.empty()) continue;
      const auto found = module->declarations.find(NameOf(*block).text());
      if (found != module->declarations.end() && found->second.block == block.get()) {
        out.push_back(&found->second);
      }
    }
  }
  return out;
}

const std::vector<std::string>& Architectures() {
  static const std::vector<std::string> all = {"amd64",   "arm64",   "arm",  "x86",
                                               "riscv64", "ppc64le", "s390x"};
  return all;
}

void CheckCountry(Builder& builder, const std::string& country, Loc loc) {
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (country.size() == 2 && capital(country[0]) && capital(country[1])) return;
  builder.emitter.Error("E0302", loc,
                        "`" + country + "` is no country: two capital letters, like `ES`");
}

void CheckAvailability(Builder& builder, const Attributes& read) {
  if (read.Number("availability", 1) <= 1) return;
  builder.emitter.Error("E0311", read.ValueLoc("availability"), "nothing is up more than 100 %");
}

void CheckCores(Builder& builder, const Attributes& read) {
  if (!read.Has("cores") || read.Number("cores", 1) > 0) return;
  builder.emitter.Error("E0311", read.ValueLoc("cores"), "a node has more than no cores");
}

void CheckOnce(Builder& builder, const ast::Block& block,
               const std::vector<std::string>& keywords) {
  for (const std::string& once : keywords) {
    const auto blocks = Inner(block, once);
    for (size_t i = 1; i < blocks.size(); ++i) {
      builder.emitter.Error("E0204", blocks[i]->keyword.loc, "`" + once + "` is there twice")
          .Label(blocks.front()->keyword.loc, "first here");
    }
  }
}

void RefuseFree(Builder& builder, const Attributes& read, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!read.Has(name)) continue;
    builder.emitter.Error("E0211", read.KeyLoc(name),
                          "`" + name + "` is not supported here by this version");
  }
}

void BuildData(Builder& builder) {
  for (const Declaration* declaration : Declared(builder, {"data"})) {
    AttributeReader reader(builder.evaluator, *declaration->module);
    const Attributes read = reader.Read(
        *declaration->block,
        {{.name = "class", .form = Form::Case, .dimension = {}, .cases = Levels, .required = true},
         {.name = "residency", .form = Form::Texts, .dimension = {}, .cases = {}},
         {.name = "size", .form = Form::Quantity, .dimension = dimension::Size, .cases = {}},
         {.name = "retention", .form = Form::Quantity, .dimension = dimension::Time, .cases = {}}});
    ir::DataClass data;
    data.name = declaration->name;
    const auto level = std::find(Levels.begin(), Levels.end(), read.Text("class", "public"));
    data.level = static_cast<ir::DataLevel>(level - Levels.begin());
    data.residency = read.Texts("residency");
    for (const std::string& country : data.residency) {
      CheckCountry(builder, country, read.ValueLoc("residency"));
    }
    data.size = read.Number("size", 0);
    data.loc = declaration->block->names.front().loc;
    builder.data[declaration] = static_cast<ir::Index>(builder.program.data.size());
    builder.program.data.push_back(std::move(data));
  }
}

void BuildKinds(Builder& builder) {
  const auto quantity = [](const char* name, Dimension dimension) {
    return Spec{name, Form::Quantity, dimension, {}, false};
  };
  const std::vector<Spec> specs = {quantity("memory", dimension::Size),
                                   quantity("gpu_memory", dimension::Size),
                                   quantity("runtime_memory", dimension::Size),
                                   quantity("price", dimension::Price),
                                   quantity("power", dimension::Power),
                                   quantity("idle", dimension::Time),
                                   quantity("request_fee", dimension::Money),
                                   quantity("billing_unit", dimension::Time),
                                   quantity("availability", dimension::Ratio),
                                   {"cores", Form::Number, {}, {}, false, "", MostCores},
                                   {"concurrency", Form::Int, {}, {}, false},
                                   {"arch", Form::Case, {}, Architectures(), false},
                                   {"attested", Form::Bool, {}, {}, false},
                                   {"overcommit", Form::Bool, {}, {}, false},
                                   {"demand_per", Form::Case, {}, {"core", "node"}, false}};
  for (const Declaration* declaration : Declared(builder, {"node", "function_service"})) {
    AttributeReader reader(builder.evaluator, *declaration->module);
    const Attributes read = reader.Read(*declaration->block, specs, {"provide"});
    ir::Kind kind;
    kind.name = declaration->module->prefix + declaration->name;
    kind.function = declaration->keyword() == "function_service";
    kind.attested = read.Bool("attested");
    kind.overcommit = read.Bool("overcommit");
    kind.arch = read.Text("arch");
    kind.memory = read.Number("memory", 0);
    kind.gpu_memory = read.Number("gpu_memory", 0);
    kind.reserved_memory = read.Number("runtime_memory", 0);
    kind.cores = read.Number("cores", 1);
    kind.per_core = read.Text("demand_per") == "core";
    kind.price = read.Number("price", 0);
    kind.power = read.Number("power", 0);
    kind.concurrency = read.Number("concurrency", 0);
    kind.idle = read.Number("idle", kind.idle);
    kind.request_fee = read.Number("request_fee", 0);
    kind.billing_unit = read.Number("billing_unit", 0);
    kind.availability = read.Number("availability", 1);
    CheckAvailability(builder, read);
    CheckCores(builder, read);
    kind.loc = declaration->block->names.front().loc;
    const auto provides = Inner(*declaration->block, "provide");
    builder.kinds[declaration] = static_cast<ir::Index>(builder.program.kinds.size());
    builder.program.kinds.push_back(std::move(kind));
    builder.program.kind_provides.push_back(
        provides.empty() ? ir::Template()
                         : MakeTemplate(builder, *declaration->module, *provides.front(), "node"));
  }
}

void BuildHosts(Builder& builder) {
  for (const Declaration* declaration : Declared(builder, {"host"})) {
    const Module& module = *declaration->module;
    AttributeReader reader(builder.evaluator, module);
    reader.Read(*declaration->block, {}, {"setup", "run", "serve", "connect"});
    ir::Host host;
    host.name = module.prefix + declaration->name;
    host.loc = declaration->block->names.front().loc;
    const auto template_of = [&](const char* keyword, const char* argument) {
      const auto blocks = Inner(*declaration->block, keyword);
      return blocks.empty() ? ir::Template()
                            : MakeTemplate(builder, module, *blocks.front(), argument);
    };
    host.setup = template_of("setup", "zone");
    host.run = template_of("run", "c");
    host.serve = template_of("serve", "c");
    host.connect = template_of("connect", "link");
    builder.hosts[declaration] = static_cast<ir::Index>(builder.program.hosts.size());
    builder.program.hosts.push_back(std::move(host));
  }
  for (const Declaration* declaration : Declared(builder, {"provider"})) {
    AttributeReader reader(builder.evaluator, *declaration->module);
    reader.Read(*declaration->block, {}, {}, /*open=*/true);
    ir::ProviderUse use;
    use.name = declaration->name;
    use.loc = declaration->block->names.front().loc;
    for (const auto& item : declaration->block->items) {
      const auto* attribute = std::get_if<ast::Attribute>(&item);
      if (!attribute) continue;
      use.config.emplace_back(attribute->key.text(),
                              builder.evaluator.Evaluate(*declaration->module, *attribute->value));
    }
    builder.program.providers.push_back(std::move(use));
  }
  for (const Declaration* declaration : Declared(builder, {"secret"})) {
    builder.program.secrets.push_back(declaration->name);
  }
}

}  // namespace sprint::sema
