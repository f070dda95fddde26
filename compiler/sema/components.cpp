#include <algorithm>

#include "compiler/sema/builder.h"
#include "compiler/sema/profile.h"

namespace sprint::sema {
namespace {

using Form = Spec::Form;

std::vector<Spec> RunSpecs() {
  return {{"image", Form::Text, {}, {}, false},
          {"command", Form::Texts, {}, {}, false},
          {"memory", Form::Quantity, dimension::Size, {}, false},
          {"gpu_memory", Form::Quantity, dimension::Size, {}, false},
          {"cores", Form::Number, {}, {}, false},
          {"gpu", Form::Number, {}, {}, false},
          {"output", Form::Free, {}, {}, false},
          {"env", Form::Any, {}, {}, false},
          {"profile", Form::Text, {}, {}, false}};
}

// Attributes of a component, replaced by those of its variant, replaced by the part's.
void Overlay(ir::Part& part, const Attributes& read) {
  part.image = read.Text("image", part.image);
  if (read.Has("command")) part.command = read.Texts("command");
  part.memory = read.Number("memory", part.memory);
  part.gpu_memory = read.Number("gpu_memory", part.gpu_memory);
  // `gpu = 1` asks for a GPU of any size.
  if (read.Number("gpu", 0) > 0) part.gpu_memory = std::max(part.gpu_memory, 1.0);
  part.cores = read.Number("cores", part.cores);
  const ir::Value* env = read.Value("env");
  if (const auto* record = env ? env->As<ir::Record>() : nullptr) {
    for (const auto& pair : *record) part.env.push_back(pair);
  }
}

void OverlayDemands(Builder& builder, const Module& module, const ast::Block& block,
                    const Attributes& read, ir::Part& part) {
  CheckOnce(builder, block, {"demand"});
  const auto demands = Inner(block, "demand");
  if (demands.empty() && !read.Has("profile")) return;
  part.demands.clear();
  if (!demands.empty()) part.demands = ReadDemands(builder, module, *demands.front());
  if (read.Has("profile")) {
    ReadProfile(builder, module, read.Text("profile"), read.ValueLoc("profile"), part.demands);
  }
}

class ComponentBuilder {
 public:
  ComponentBuilder(Builder& builder, const Declaration& declaration)
      : builder_(builder),
        declaration_(declaration),
        module_(*declaration.module),
        reader_(builder.evaluator, module_) {}

  // Where `input` and `output` are.
  Ends ends;

  ir::Component Build() {
    const ast::Block& block = *declaration_.block;
    std::vector<Spec> specs = RunSpecs();
    specs.push_back({"input", Form::Free, {}, {}, false});
    specs.push_back({"arch", Form::Cases, {}, Architectures(), false});
    specs.push_back({"accuracy", Form::Quantity, dimension::Ratio, {}, false});
    specs.push_back({"protect", Form::Cases, {}, {"enclave", "disk", "network"}, false});
    specs.push_back({"state", Form::Any, {}, {}, false});
    specs.push_back({"ports", Form::Texts, {}, {}, false});
    const Attributes read = reader_.Read(block, specs, {"demand", "declassify", "variant"});
    if (read.Has("accuracy")) accuracy_ = read.Number("accuracy", 0);
    component_.name = declaration_.name;
    component_.loc = block.names.front().loc;
    component_.arch = read.Texts("arch");
    const auto protect = read.Texts("protect");
    component_.enclave = std::find(protect.begin(), protect.end(), "enclave") != protect.end();
    const DataOrSize input = ReadDataOrSize(builder_, module_, block, "input");
    const DataOrSize output = ReadDataOrSize(builder_, module_, block, "output");
    component_.input = input.data;
    component_.input_size = input.size;
    component_.output = output.data;
    ends = {input.loc, output.loc};
    RefuseFree(builder_, read, {"state"});
    component_.ports = read.Texts("ports");
    ReadDeclassify(block);
    NoteImage(block, read);

    ir::Part common;
    common.output_size = output.size;
    common.loc = component_.loc;
    Overlay(common, read);
    OverlayDemands(builder_, module_, block, read, common);
    for (const ast::Block* variant : Inner(block, "variant")) AddVariant(*variant, common);
    if (component_.variants.empty()) {
      ir::Variant only;
      only.accuracy = accuracy_;
      only.loc = component_.loc;
      only.parts.push_back(common);
      component_.variants.push_back(std::move(only));
    }
    CheckImages();
    return std::move(component_);
  }

 private:
  void NoteImage(const ast::Block& block, const Attributes& read) {
    for (const auto& item : block.items) {
      const auto* attribute = std::get_if<ast::Attribute>(&item);
      if (!attribute) continue;
      const std::string key = attribute->key.text();
      if ((key == "image" || key == "command") && !read.Has(key)) image_mistaken_ = true;
    }
  }

  void CheckImages() {
    for (const ir::Variant& variant : component_.variants) {
      for (const ir::Part& part : variant.parts) {
        if (!part.image.empty() || !part.command.empty() || image_mistaken_) continue;
        builder_.emitter.Error(
            "E0205", part.loc,
            "`" + builder_.Spelled(part.loc) + "` needs `image` or `command`: what runs");
      }
    }
  }

  void ReadDeclassify(const ast::Block& block) {
    for (const ast::Block* declassify : Inner(block, "declassify")) {
      const Attributes read = reader_.Read(
          *declassify, {{"by", Form::Text, {}, {}, true}, {"review", Form::Text, {}, {}, true}});
      if (declassify->names.empty()) continue;
      const Declaration* data = reader_.ReadReference(declassify->names.front(), {"data"});
      if (!data) continue;
      component_.declassify.push_back(
          {builder_.data.at(data), read.Text("by"), read.Text("review"), declassify->header_loc});
    }
  }

  void AddVariant(const ast::Block& block, const ir::Part& common) {
    if (block.names.empty()) return;
    ir::Variant variant;
    variant.name = block.names.front().text();
    variant.loc = block.names.front().loc;
    for (const ir::Variant& other : component_.variants) {
      if (other.name != variant.name) continue;
      builder_.emitter
          .Error("E0207", variant.loc,
                 "`" + declaration_.name + "` has two variants `" + variant.name + "`")
          .Label(other.loc, "first declared here");
      return;
    }
    std::vector<Spec> specs = RunSpecs();
    specs.push_back({"accuracy", Form::Quantity, dimension::Ratio, {}, false});
    const Attributes read = reader_.Read(block, specs, {"demand", "part"});
    variant.accuracy = accuracy_;
    if (read.Has("accuracy")) {
      variant.accuracy = read.Number("accuracy", 0);
      if (*variant.accuracy > 1) {
        builder_.emitter.Error("E0311", read.ValueLoc("accuracy"), "an accuracy is at most 100 %");
      }
    }
    NoteImage(block, read);
    ir::Part base = common;
    base.loc = variant.loc;
    Overlay(base, read);
    OverlayDemands(builder_, module_, block, read, base);
    if (const DataOrSize output = ReadDataOrSize(builder_, module_, block, "output");
        output.given()) {
      base.output_size = output.size;
    }
    const auto parts = Inner(block, "part");
    for (size_t i = 0; i < parts.size(); ++i)
      AddPart(variant, base, *parts[i], i + 1 == parts.size());
    if (parts.empty()) variant.parts.push_back(std::move(base));
    component_.variants.push_back(std::move(variant));
  }

  void AddPart(ir::Variant& variant, const ir::Part& base, const ast::Block& block, bool last) {
    if (block.names.empty()) return;
    std::vector<Spec> specs = RunSpecs();
    specs.push_back({"exit", Form::Quantity, dimension::Ratio, {}, false});
    const Attributes read = reader_.Read(block, specs, {"demand"});
    ir::Part part = base;
    part.name = block.names.front().text();
    part.loc = block.names.front().loc;
    part.demands.clear();
    Overlay(part, read);
    OverlayDemands(builder_, module_, block, read, part);
    if (const DataOrSize output = ReadDataOrSize(builder_, module_, block, "output");
        output.given()) {
      part.output_size = output.size;
    } else if (!last) {
      builder_.emitter.Error("E0205", part.loc,
                             "`" + part.name + "` needs `output`: what it sends to the next part");
    }
    NoteImage(block, read);
    for (const ir::Part& other : variant.parts) {
      if (other.name != part.name) continue;
      builder_.emitter
          .Error("E0207", part.loc, "`" + variant.name + "` has two parts `" + part.name + "`")
          .Label(other.loc, "first declared here");
      return;
    }
    part.exit = read.Number("exit", 0);
    if (part.exit > 0 && (last || part.exit >= 1)) {
      builder_.emitter.Error(
          "E0311", read.ValueLoc("exit"),
          last ? "the last part answers everything that reaches it"
               : "an exit below 100 % is due: the next part would never be reached");
      part.exit = 0;
    }
    variant.parts.push_back(std::move(part));
  }

  Builder& builder_;
  const Declaration& declaration_;
  const Module& module_;
  AttributeReader reader_;
  ir::Component component_;
  std::optional<double> accuracy_;  // of the component: variants may replace it
  bool image_mistaken_ = false;     // an `image` or `command` was there, and reported
};

}  // namespace

DataOrSize ReadDataOrSize(Builder& builder, const Module& module, const ast::Block& block,
                          const std::string& name) {
  for (const auto& item : block.items) {
    const auto* attribute = std::get_if<ast::Attribute>(&item);
    if (!attribute || attribute->key.text() != name) continue;
    AttributeReader reader(builder.evaluator, module);
    if (const auto path = AsPath(*attribute->value)) {
      const Resolved resolved = Resolve(module, *path);
      if (!resolved.declaration || resolved.declaration->keyword() != "let") {
        const Declaration* data = reader.ReadReference(*path, {"data"});
        if (!data) return {};
        const ir::Index index = builder.data.at(data);
        return {index, builder.program.data[index].size, attribute->value->loc};
      }
    }
    const auto size =
        reader.ReadValue(*attribute->value, {name, Form::Quantity, dimension::Size, {}, false});
    const auto* quantity = size ? size->As<Quantity>() : nullptr;
    return {ir::NoIndex, quantity ? quantity->value : 0, attribute->value->loc};
  }
  return {};
}

bool ReadTimes(AttributeReader& reader, const ast::Expr& expr, const std::string& name,
               ir::Demand& demand) {
  demand.loc = expr.loc;
  const auto* record = std::get_if<ast::RecordExpr>(&expr.node);
  if (record && record->body) {
    // What is there says which of the two forms is meant.
    const auto has = [&](const char* name) {
      return std::any_of(record->body->items.begin(), record->body->items.end(),
                         [&](const auto& item) {
                           const auto* attribute = std::get_if<ast::Attribute>(&item);
                           return attribute && attribute->key.text() == name;
                         });
    };
    const bool plain = has("time") || !(has("warm") || has("cold"));
    std::vector<Spec> specs = {{"memory", Form::Quantity, dimension::Size, {}, false},
                               {"variation", Form::Quantity, dimension::Ratio, {}, false}};
    for (const char* time : {"warm", "cold", "time"}) {
      const bool due = (std::string_view(time) == "time") == plain;
      if (due) specs.push_back({time, Form::Quantity, dimension::Time, {}, true, "", MostTime});
    }
    const Attributes read = reader.Read(*record->body, specs);
    const char* mean = plain ? "time" : "warm";
    if (!read.Has(mean) || (!plain && !read.Has("cold"))) return false;
    demand.mean = read.Number(mean, 0);
    demand.cold = read.Number("cold", demand.mean);
    if (demand.cold < demand.mean) {
      reader.emitter()
          .Warning("E0316", read.ValueLoc("cold"), "a cold start takes less than a warm one")
          .Label(read.ValueLoc("warm"), "the warm one")
          .Help("are they the other way round? it counts as a warm one as it is");
    }
    if (read.Has("memory")) demand.memory = read.Number("memory", 0);
    if (read.Has("variation")) {
      demand.variation = read.Number("variation", 1);
      if (*demand.variation > MostVariation) {
        reader.emitter().Error("E0311", read.ValueLoc("variation"),
                               "a variation, the standard deviation over the mean, is at most "
                               "1000 %");
        return false;
      }
    }
  } else {
    const auto time =
        reader.ReadValue(expr, {name, Form::Quantity, dimension::Time, {}, false, "", MostTime});
    const auto* quantity = time ? time->As<Quantity>() : nullptr;
    if (!quantity) return false;
    demand.mean = demand.cold = quantity->value;
  }
  if (demand.mean >= LeastTime) return true;
  reader.emitter().Error(
      "E0311", demand.loc,
      demand.mean > 0 ? "a demand is at least 1 ns" : "a demand is more than nothing");
  return false;
}

std::vector<ir::Demand> ReadDemands(Builder& builder, const Module& module,
                                    const ast::Block& block) {
  std::vector<ir::Demand> demands;
  std::map<ir::Index, Loc> keys;
  AttributeReader reader(builder.evaluator, module);
  for (const auto& item : block.items) {
    const auto* attribute = std::get_if<ast::Attribute>(&item);
    if (!attribute) continue;
    const Declaration* kind = reader.ReadReference(attribute->key, {"node", "function_service"});
    if (!kind) continue;
    ir::Demand demand;
    demand.kind = builder.kinds.at(kind);
    if (const auto [other, first] = keys.try_emplace(demand.kind, attribute->key.loc); !first) {
      builder.emitter
          .Error("E0204", attribute->key.loc,
                 "there are two demands on `" + attribute->key.text() + "`")
          .Label(other->second, "first set here");
      continue;
    }
    demand.loc = attribute->value->loc;
    if (!ReadTimes(reader, *attribute->value, attribute->key.text(), demand)) continue;
    demands.push_back(demand);
  }
  return demands;
}

void BuildComponents(Builder& builder) {
  for (const Declaration* declaration : Declared(builder, {"component"})) {
    ComponentBuilder component_builder(builder, *declaration);
    ir::Component component = component_builder.Build();
    const auto index = static_cast<ir::Index>(builder.program.components.size());
    builder.components[declaration] = index;
    builder.ends[index] = component_builder.ends;
    builder.program.components.push_back(std::move(component));
  }
}

std::optional<ir::Index> ReadComponent(Builder& builder, const Module& module,
                                       const ast::Path& path, std::vector<ast::Name>* rest) {
  AttributeReader reader(builder.evaluator, module);
  size_t used = 0;
  const Declaration* component = reader.ReadReference(path, {"component"}, &used);
  if (!component) return std::nullopt;
  if (used < path.parts.size() && !rest) {
    builder.emitter.Error("E0201", path.parts[used].loc,
                          "a component is due here, without its parts");
    return std::nullopt;
  }
  if (rest) rest->assign(path.parts.begin() + static_cast<std::ptrdiff_t>(used), path.parts.end());
  return builder.components.at(component);
}

}  // namespace sprint::sema
