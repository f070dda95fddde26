// What a program says about the life of an object, besides what the object is.
#include <algorithm>

#include "compiler/sema/builder.h"

namespace sprint::sema {
namespace {

using Form = Spec::Form;

const std::vector<std::string> Policies = {"enforce", "accept", "ignore", "alert"};

Spec Said(const char* name, Form form, Dimension dimension = {}) {
  return Spec{name, form, dimension, {}, false};
}

const std::vector<Spec>& Words() {
  static const std::vector<Spec> all = {Said("protect", Form::Bool),
                                        Said("retain", Form::Bool),
                                        Said("create_before_destroy", Form::Bool),
                                        Said("ignore", Form::Texts),
                                        Said("drift", Form::Any),
                                        Said("replace_when", Form::Any),
                                        Said("timeout", Form::Quantity, dimension::Time)};
  return all;
}

bool Flag(const std::optional<ir::Value>& value) {
  const bool* flag = value ? value->As<bool>() : nullptr;
  return flag && *flag;
}

std::string TextOf(const ir::Value& value) {
  if (const auto* text = value.As<std::string>()) return *text;
  if (const auto* ref = value.As<ir::Ref>()) return ref->name;
  return "";
}

// `{ size = "accept" }`, attribute by attribute; "*" is all others.
void ReadDrift(AttributeReader& reader, const ast::Expr& expr, const ir::Value& value,
               ir::Life& life) {
  if (value.As<ir::Poison>()) return;
  const auto* record = value.As<ir::Record>();
  if (!record) {
    reader.emitter()
        .Error("E0301", expr.loc, "`drift` says for each attribute what to do when it drifts")
        .Help("like `drift = { size = \"accept\" }`");
    return;
  }
  for (const auto& [attribute, policy] : *record) {
    const std::string name = TextOf(policy);
    if (std::find(Policies.begin(), Policies.end(), name) == Policies.end()) {
      if (policy.As<ir::Poison>()) continue;
      reader.emitter().Error(
          "E0302", expr.loc,
          "what to do when `" + attribute + "` drifts is one of " + Joined(Policies));
      continue;
    }
    life.drift.emplace_back(attribute, name);
  }
}

// `[other.id]` or `[other]`.
void ReadTriggers(AttributeReader& reader, const ast::Expr& expr, const ir::Value& value,
                  ir::Life& life) {
  const auto* list = value.As<ir::List>();
  const ir::List one{value};
  for (const ir::Value& item : list ? *list : one) {
    if (const auto* later = item.As<ir::Later>()) {
      life.replace_when.push_back(*later);
    } else if (const auto* ref = item.As<ir::Ref>(); ref && ref->kind == "resource") {
      life.replace_when.push_back({ref->name, ""});
    } else if (!item.As<ir::Poison>()) {
      reader.emitter()
          .Error("E0301", expr.loc, "`replace_when` names resources, or attributes of them")
          .Help("like `replace_when = [network.id]`");
    }
  }
}

// `ready { port = 22, host = box.address, within = 5 min }`: one condition or several.
void ReadReady(const Module& module, const ast::Block& block, Evaluator& evaluator,
               const Evaluator::Bindings& bindings, ir::Life& life) {
  AttributeReader reader(evaluator, module);
  const Attributes read =
      reader.Read(block,
                  {Said("port", Form::Int), Said("host", Form::Any), Said("http", Form::Any),
                   Said("within", Form::Quantity, dimension::Time)},
                  {}, /*open=*/true, bindings);
  const double within = read.Number("within", 300);
  const size_t before = life.ready.size();
  if (const ir::Value* port = read.Value("port")) {
    if (!read.Has("host")) {
      evaluator.emitter()
          .Error("E0205", block.keyword.loc, "`ready` with a `port` needs a `host`")
          .Help("like `host = box.address`, where box is this resource");
    } else {
      life.ready.push_back({ir::Ready::Kind::Port, *read.Value("host"), *port, within});
    }
  }
  if (const ir::Value* url = read.Value("http")) {
    life.ready.push_back({ir::Ready::Kind::Http, *url, {}, within});
  }
  for (const auto& item : block.items) {
    const auto* attribute = std::get_if<ast::Attribute>(&item);
    if (!attribute) continue;
    const std::string name = attribute->key.text();
    if (name == "port" || name == "host" || name == "http" || name == "within") continue;
    if (const ir::Value* expected = read.Value(name)) {
      life.ready.push_back({ir::Ready::Kind::Attribute, ir::Value(name), *expected, within});
    }
  }
  if (life.ready.size() == before && read.Value("port") == nullptr) {
    evaluator.emitter()
        .Error("E0205", block.keyword.loc, "`ready` has no condition")
        .Help("a `port` of a `host`, an `http` address, or a value of an attribute");
  }
}

const ast::Expr* IdOf(Builder& builder, const ast::Block& block) {
  for (const auto& item : block.items) {
    const auto* attribute = std::get_if<ast::Attribute>(&item);
    if (attribute && attribute->key.text() == "id") return attribute->value.get();
  }
  builder.emitter
      .Error("E0205", block.header_loc.ok() ? block.header_loc : block.loc,
             "`adopt` needs the `id` of the object")
      .Help("like `adopt box { id = \"i-0abc\" }`");
  return nullptr;
}

}  // namespace

bool IsLifeWord(const ast::Path& key) {
  if (key.parts.size() != 1) return false;
  // In quotes it is an attribute of the provider that has the same name.
  const ast::Name& name = key.parts.front();
  if (name.loc.end - name.loc.begin != name.text.size()) return false;
  return std::any_of(Words().begin(), Words().end(),
                     [&name](const Spec& spec) { return spec.name == name.text; });
}

ir::Life ReadLife(const Module& module, const ast::Block& resource, Evaluator& evaluator,
                  const Evaluator::Bindings& bindings) {
  ir::Life life;
  AttributeReader reader(evaluator, module);
  for (const auto& item : resource.items) {
    if (const auto* inner = std::get_if<ast::BlockPtr>(&item)) {
      if ((*inner)->keyword.text == "ready") {
        ReadReady(module, **inner, evaluator, bindings, life);
      }
      continue;
    }
    const auto& attribute = std::get<ast::Attribute>(item);
    if (!IsLifeWord(attribute.key)) continue;
    const std::string name = attribute.key.text();
    const auto spec = std::find_if(Words().begin(), Words().end(),
                                   [&name](const Spec& it) { return it.name == name; });
    const auto value = reader.ReadValue(*attribute.value, *spec, bindings);
    if (!value) continue;
    if (name == "protect") life.protect = Flag(value);
    if (name == "retain") life.retain = Flag(value);
    if (name == "create_before_destroy") life.create_before_destroy = Flag(value);
    if (name == "drift") ReadDrift(reader, *attribute.value, *value, life);
    if (name == "replace_when") ReadTriggers(reader, *attribute.value, *value, life);
    if (name == "timeout") {
      if (const auto* time = value->As<Quantity>()) life.timeout = time->value;
    }
    if (name == "ignore") {
      if (const auto* list = value->As<ir::List>()) {
        for (const ir::Value& path : *list) life.ignore.push_back(TextOf(path));
      }
    }
  }
  return life;
}

void BuildRefactorings(Builder& builder) {
  for (const ast::BlockPtr& block : builder.root().file.declarations) {
    const std::string& keyword = block->keyword.text;
    const Loc loc = block->header_loc.ok() ? block->header_loc : block->loc;
    if (keyword == "moved") {
      if (block->names.size() != 2) {
        builder.emitter.Error("E0208", loc, "`moved` says where from and where to")
            .Help("like `moved old -> new`");
        continue;
      }
      builder.program.moves.push_back({block->names[0].text(), block->names[1].text(), loc});
    } else if (keyword == "forget" || keyword == "adopt") {
      if (block->names.size() != 1) {
        builder.emitter.Error("E0208", loc, "`" + keyword + "` names one resource");
        continue;
      }
      const std::string address = block->names[0].text();
      if (keyword == "forget") {
        builder.program.forgets.push_back({address, loc});
        continue;
      }
      const ast::Expr* id = IdOf(builder, *block);
      if (!id) continue;
      AttributeReader reader(builder.evaluator, builder.root());
      const auto value = reader.ReadValue(*id, Said("id", Form::Text));
      const std::string text = value ? TextOf(*value) : "";
      if (!text.empty()) builder.program.adoptions.push_back({address, text, loc});
    }
  }
}

}  // namespace sprint::sema
