#include "compiler/sema/attributes.h"

#include <algorithm>
#include <cmath>

#include "compiler/sema/analyse.h"

namespace sprint::sema {

double Attributes::Number(const std::string& name, double otherwise) const {
  const ir::Value* value = Value(name);
  const auto* quantity = value ? value->As<Quantity>() : nullptr;
  return quantity ? quantity->value : otherwise;
}

std::string Attributes::Text(const std::string& name, const std::string& otherwise) const {
  const ir::Value* value = Value(name);
  const auto* text = value ? value->As<std::string>() : nullptr;
  return text ? *text : otherwise;
}

bool Attributes::Bool(const std::string& name, bool otherwise) const {
  const ir::Value* value = Value(name);
  const bool* b = value ? value->As<bool>() : nullptr;
  return b ? *b : otherwise;
}

std::vector<std::string> Attributes::Texts(const std::string& name) const {
  std::vector<std::string> out;
  const ir::Value* value = Value(name);
  if (!value) return out;
  if (const auto* text = value->As<std::string>()) out.push_back(*text);
  if (const auto* list = value->As<ir::List>()) {
    for (const ir::Value& item : *list) {
      if (const auto* text = item.As<std::string>()) out.push_back(*text);
    }
  }
  return out;
}

const ir::Value* Attributes::Value(const std::string& name) const {
  const auto found = found_.find(name);
  return found == found_.end() ? nullptr : &found->second.value;
}

const Declaration* Attributes::Reference(const std::string& name) const {
  const auto found = found_.find(name);
  return found == found_.end() ? nullptr : found->second.reference;
}

Loc Attributes::ValueLoc(const std::string& name) const {
  const auto found = found_.find(name);
  return found == found_.end() ? Loc{} : found->second.attribute->value->loc;
}

Loc Attributes::KeyLoc(const std::string& name) const {
  const auto found = found_.find(name);
  return found == found_.end() ? Loc{} : found->second.attribute->key.loc;
}

std::string Joined(const std::vector<std::string>& items, const char* last) {
  std::string out;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += i + 1 == items.size() ? std::string(" ") + last + " " : ", ";
    out += "`" + items[i] + "`";
  }
  return out;
}

std::string Plainly(const std::vector<std::string>& keywords) {
  std::string out;
  for (const std::string& keyword : keywords) out += (out.empty() ? "" : " or ") + keyword;
  return out;
}

std::string Spec::Unit() const { return unit.empty() ? std::string(SampleUnit(dimension)) : unit; }

std::vector<const ast::Block*> Inner(const ast::Block& block, const std::string& keyword) {
  std::vector<const ast::Block*> out;
  for (const auto& item : block.items) {
    if (const auto* inner = std::get_if<ast::BlockPtr>(&item)) {
      if ((*inner)->keyword.text == keyword) out.push_back(inner->get());
    }
  }
  return out;
}

Attributes AttributeReader::Read(const ast::Block& block, const std::vector<Spec>& specs,
                                 const std::vector<std::string>& blocks, bool open,
                                 const Evaluator::Bindings& bindings) {
  Attributes read;
  diag::Emitter& emitter = evaluator_.emitter();
  const std::string title = block.keyword.text.empty() ? "this" : "`" + block.keyword.text + "`";
  // What else may stand here: `blocks`, and attributes.
  const auto choices = [&] {
    std::vector<std::string> all = blocks;
    for (const Spec& spec : specs) all.push_back(spec.name);
    return all;
  };
  std::map<std::string, Loc> first;
  for (const auto& item : block.items) {
    if (const auto* inner = std::get_if<ast::BlockPtr>(&item)) {
      const ast::Name& keyword = (*inner)->keyword;
      if (open || std::find(blocks.begin(), blocks.end(), keyword.text) != blocks.end()) continue;
      const auto meant = Meant(keyword.text, choices());
      auto report =
          emitter.Error("E0206", keyword.loc, title + " has no block `" + keyword.text + "`");
      if (IsDeclaration(keyword.text)) {
        report.Label(block.keyword.loc, "this is not closed before it");
        report.Help("declarations stand outside of blocks: a `}` may be missing above");
      } else if (meant) {
        report.Help("did you mean `" + *meant + "`?");
      }
      continue;
    }
    const auto& attribute = std::get<ast::Attribute>(item);
    const std::string key = attribute.key.text();
    if (const auto [previous, inserted] = first.try_emplace(key, attribute.loc); !inserted) {
      emitter.Error("E0204", attribute.key.loc, "`" + key + "` is set twice")
          .Label(previous->second, "first set here");
      continue;
    }
    const auto spec =
        std::find_if(specs.begin(), specs.end(), [&](const Spec& s) { return s.name == key; });
    Attributes::Entry entry;
    entry.attribute = &attribute;
    if (spec == specs.end()) {
      if (open) {
        entry.value = evaluator_.Evaluate(module_, *attribute.value, bindings);
        read.found_[key] = std::move(entry);
        continue;
      }
      const auto meant = Meant(key, choices());
      emitter.Error("E0203", attribute.key.loc, title + " has no attribute `" + key + "`")
          .Help(meant ? "did you mean `" + *meant + "`?" : "");
      continue;
    }
    if (spec->form == Spec::Form::Free) {
      read.found_[key] = std::move(entry);
      continue;
    }
    if (spec->form == Spec::Form::Reference) {
      const auto path = AsPath(*attribute.value);
      if (!path) {
        emitter.Error(
            "E0301", attribute.value->loc,
            "`" + key + "` names " + WithArticle(Plainly(spec->cases)) + "; this is a value");
        continue;
      }
      entry.reference = ReadReference(*path, spec->cases);
      if (!entry.reference) continue;
      entry.value = ir::Ref{entry.reference->keyword(), path->text()};
    } else {
      auto value = ReadValue(*attribute.value, *spec, bindings);
      if (!value) continue;
      entry.value = std::move(*value);
    }
    read.found_[key] = std::move(entry);
  }
  for (const Spec& spec : specs) {
    if (!spec.required || first.contains(spec.name)) continue;
    const bool header = block.header_loc.end > block.header_loc.begin;
    std::string sample;
    if (spec.form == Spec::Form::Case && !spec.cases.empty()) {
      sample = "it is one of " + Joined(spec.cases);
    } else if (spec.form == Spec::Form::Quantity) {
      sample = "like `" + spec.name + " = 1 " + spec.Unit() + "`";
    }
    emitter
        .Error("E0205", header ? block.header_loc : block.loc, title + " needs `" + spec.name + "`")
        .Help(sample);
  }
  return read;
}

std::optional<ir::Value> AttributeReader::ReadValue(const ast::Expr& expr, const Spec& spec,
                                                    const Evaluator::Bindings& bindings) {
  diag::Emitter& emitter = evaluator_.emitter();
  const auto read_case = [&](const ast::Expr& item) -> std::optional<std::string> {
    const auto* name = std::get_if<ast::NameExpr>(&item.node);
    const auto* text = std::get_if<ast::TextExpr>(&item.node);
    if (!name && text && spec.cases.empty() && text->pieces.size() == 1 && !text->pieces[0].hole) {
      return text->pieces[0].literal;
    }
    if (name && (spec.cases.empty() ||
                 std::find(spec.cases.begin(), spec.cases.end(), name->name) != spec.cases.end())) {
      return name->name;
    }
    if (std::holds_alternative<ast::ErrorExpr>(item.node)) return std::nullopt;
    const auto meant = name ? Meant(name->name, spec.cases) : std::nullopt;
    emitter.Error("E0302", item.loc, "`" + spec.name + "` is one of " + Joined(spec.cases))
        .Help(meant ? "did you mean `" + *meant + "`?" : "");
    return std::nullopt;
  };
  if (spec.form == Spec::Form::Case) {
    const auto chosen = read_case(expr);
    return chosen ? std::optional<ir::Value>(*chosen) : std::nullopt;
  }
  if (spec.form == Spec::Form::Cases) {
    ir::List list;
    if (const auto* items = std::get_if<ast::ListExpr>(&expr.node)) {
      for (const ast::ExprPtr& item : items->items) {
        if (const auto chosen = read_case(*item)) list.push_back(ir::Value(*chosen));
      }
    } else if (const auto chosen = read_case(expr)) {
      list.push_back(ir::Value(*chosen));
    }
    return ir::Value(std::move(list));
  }
  ir::Value value = evaluator_.Evaluate(module_, expr, bindings);
  if (IsPoison(value)) return std::nullopt;
  const auto wrong = [&](const std::string& due) -> std::optional<ir::Value> {
    emitter.Error(
        "E0301", expr.loc,
        "`" + spec.name + "` is " + WithArticle(due) + "; this is " + WithArticle(TypeName(value)));
    return std::nullopt;
  };
  const auto* quantity = value.As<Quantity>();
  const auto within = [&]() -> std::optional<ir::Value> {
    if (quantity->value >= 0 && quantity->value <= spec.most) return value;
    Quantity most = *quantity;
    most.value = spec.most;
    emitter.Error("E0311", expr.loc,
                  "`" + spec.name + "` " +
                      (quantity->value < 0 ? "cannot be negative" : "is at most " + Format(most)));
    return std::nullopt;
  };
  switch (spec.form) {
    case Spec::Form::Quantity: {
      if (!quantity) return wrong(Name(spec.dimension));
      if (quantity->dimension == spec.dimension) return within();
      if (quantity->dimension.none()) {
        // 0.9 where a share is due is 90 %.
        const bool share = spec.dimension.ratio && quantity->value <= 1;
        const std::string mended =
            (share ? FormatNumber(quantity->value * 100) : ir::Show(value)) + " " + spec.Unit();
        emitter
            .Error("E0304", expr.loc,
                   "`" + spec.name + "` is " + WithArticle(Name(spec.dimension)) + "; " +
                       ir::Show(value) + " has no unit")
            .Help("write `" + mended + "`")
            .FixIt(expr.loc, mended);
        return std::nullopt;
      }
      emitter.Error("E0303", expr.loc,
                    "`" + spec.name + "` is " + WithArticle(Name(spec.dimension)) + "; `" +
                        ir::Show(value) + "` is " + WithArticle(Name(quantity->dimension)));
      return std::nullopt;
    }
    case Spec::Form::Int:
    case Spec::Form::Number:
      if (!quantity || !quantity->dimension.none()) return wrong("number");
      if (spec.form == Spec::Form::Int && quantity->value != std::floor(quantity->value)) {
        emitter.Error("E0301", expr.loc,
                      "`" + spec.name + "` is a whole number; this is " + ir::Show(value));
        return std::nullopt;
      }
      return within();
    case Spec::Form::Text:
      if (!value.As<std::string>()) return wrong("Text");
      return value;
    case Spec::Form::Bool:
      if (!value.As<bool>()) return wrong("Bool");
      return value;
    case Spec::Form::Texts:
      if (!value.As<std::string>() && !value.As<ir::List>()) return wrong("list of texts");
      return value;
    case Spec::Form::Case:
    case Spec::Form::Cases:
    case Spec::Form::Reference:
    case Spec::Form::Any:
    case Spec::Form::Free:
      return value;
  }
  return value;
}

const Declaration* AttributeReader::ReadReference(const ast::Path& path,
                                                  const std::vector<std::string>& keywords,
                                                  size_t* used) {
  diag::Emitter& emitter = evaluator_.emitter();
  const Resolved resolved = Resolve(module_, path);
  const auto fits = [&](const Declaration& declaration) {
    return std::find(keywords.begin(), keywords.end(), declaration.keyword()) != keywords.end();
  };
  if (!resolved.declaration) {
    std::vector<std::string> names;
    for (const auto& [name, declaration] : module_.declarations) {
      if (fits(declaration)) names.push_back(name);
    }
    for (const auto& [alias, imported] : module_.imports) {
      for (const auto& [name, declaration] : imported->declarations) {
        if (fits(declaration)) names.push_back(alias + "." + name);
      }
    }
    const auto meant = Meant(path.text(), names);
    std::string help = meant ? "did you mean `" + *meant + "`?" : "";
    if (path.parts.size() == 1 && module_.imports.contains(path.text())) {
      help = "`" + path.text() + "` is a module: name what is in it, `" + path.text() + ".…`";
    }
    if (help.empty() && path.parts.size() > 1 && !module_.imports.contains(path.parts[0].text)) {
      help = "nothing is imported as `" + path.parts[0].text + "`";
    }
    emitter
        .Error("E0201", path.loc,
               "there is no " + Plainly(keywords) + " named `" + path.text() + "`")
        .Help(help);
    return nullptr;
  }
  if (!fits(*resolved.declaration)) {
    emitter
        .Error(
            "E0202", path.loc,
            "`" + path.text() + "` is " + WithArticle(resolved.declaration->keyword()) + "; " +
                (keywords.front() == "data" ? "a class of data" : WithArticle(keywords.front())) +
                " is due here")
        .Label(resolved.declaration->block->names.front().loc, "declared here");
    return nullptr;
  }
  if (!used && resolved.used != path.parts.size()) {
    emitter.Error(
        "E0201", path.parts[resolved.used].loc,
        "`" + resolved.declaration->name + "` has no `" + path.parts[resolved.used].text + "`");
    return nullptr;
  }
  if (used) *used = resolved.used;
  return resolved.declaration;
}

}  // namespace sprint::sema
