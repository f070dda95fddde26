#include <algorithm>
#include <cmath>
#include <utility>

#include "compiler/sema/evaluate.h"

namespace sprint::sema {
namespace {

using Form = ast::TypeExpr::Form;

const std::vector<std::string> Plain = {"Bool", "Int", "Number", "Text", "List", "Map", "Any"};
constexpr Dimension Known[] = {dimension::Time,      dimension::Size,  dimension::Rate,
                               dimension::Bandwidth, dimension::Money, dimension::Price,
                               dimension::Energy,    dimension::Power, dimension::Ratio,
                               dimension::Carbon,    dimension::Mass,  dimension::Emission,
                               dimension::Tariff,    dimension::Fare};
std::optional<Dimension> DimensionOf(const std::string& name) {
  for (const Dimension& dimension : Known) {
    if (Name(dimension) == name) return dimension;
  }
  return std::nullopt;
}
// Types of references, and the keyword of what they refer to.
const std::vector<std::pair<std::string, std::string>> References = {
    {"Component", "component"}, {"Application", "application"}, {"Node", "node"},
    {"Host", "host"},           {"Continuum", "continuum"},     {"Data", "data"}};

std::string Text(const ast::TypeExpr& type) {
  std::string text = std::string(type.later ? "later " : "") + (type.secret ? "secret " : "");
  switch (type.form) {
    case Form::Named:
      text += type.name.text();
      for (size_t i = 0; i < type.args.size(); ++i) {
        text += (i == 0 ? "[" : ", ") + Text(*type.args[i]);
      }
      if (!type.args.empty()) text += "]";
      break;
    case Form::Record:
      text += "record";
      break;
    case Form::Union:
      for (size_t i = 0; i < type.cases.size(); ++i) {
        text += (i == 0 ? "\"" : " | \"") + type.cases[i].text + "\"";
      }
      break;
    case Form::Error:
      break;
  }
  return text + (type.optional ? "?" : "");
}

class Checker {
 public:
  Checker(diag::Emitter& emitter, std::string what) : emitter_(emitter), what_(std::move(what)) {}

  bool Check(const Module& module, const ast::TypeExpr& type, const ir::Value& value,
             const ast::Expr* expr, Loc loc) {
    if (expr) loc = expr->loc;
    if (IsPoison(value) || type.form == Form::Error) return true;
    if (value.is_null() && type.optional) return true;
    if (value.As<ir::SecretRef>()) {
      if (type.secret) return true;
      return Wrong(loc, type, "a secret");
    }
    if (type.secret && !value.As<ir::Later>()) {
      emitter_
          .Error("E0314", loc,
                 "`" + what_ + "` is a secret; a value written here would be in every plan")
          .Help("declare `secret NAME` and give that");
      return false;
    }
    if (value.As<ir::Later>() || value.As<ir::Join>()) {
      if (type.later || value.As<ir::Join>()) return true;
      return Wrong(loc, type, "known only after apply");
    }
    switch (type.form) {
      case Form::Named:
        return CheckNamed(module, type, value, expr, loc);
      case Form::Record:
        return CheckRecord(module, type, value, expr, loc);
      case Form::Union:
        return CheckUnion(type, value, loc);
      case Form::Error:
        return true;
    }
    return true;
  }

 private:
  bool Wrong(Loc loc, const ast::TypeExpr& type, const std::string& is) {
    emitter_.Error("E0301", loc,
                   "`" + what_ + "` is " + WithArticle(Text(type)) + "; this is " + is);
    return false;
  }

  bool CheckNamed(const Module& module, const ast::TypeExpr& type, const ir::Value& value,
                  const ast::Expr* expr, Loc loc) {
    const std::string name = type.name.text();
    const std::string is = WithArticle(TypeName(value));
    const auto* quantity = value.As<Quantity>();
    if (name == "Any") return true;
    if (name == "Bool") return value.As<bool>() || Wrong(loc, type, is);
    if (name == "Text") return value.As<std::string>() || Wrong(loc, type, is);
    if (name == "Int" || name == "Number") {
      if (!quantity || !quantity->dimension.none()) return Wrong(loc, type, is);
      if (name == "Int" && quantity->value != std::floor(quantity->value)) {
        return Wrong(loc, type, ir::Show(value));
      }
      return true;
    }
    if (const auto dimension = DimensionOf(name)) {
      return CheckQuantity(type, *dimension, value, loc);
    }
    if (name == "List" || name == "Map") return CheckItems(module, type, value, expr, loc);
    for (const auto& [reference, keyword] : References) {
      if (name != reference) continue;
      const auto* ref = value.As<ir::Ref>();
      return (ref && ref->kind == keyword) || Wrong(loc, type, is);
    }
    const Resolved resolved = Resolve(module, type.name);
    if (resolved.declaration && resolved.declaration->keyword() == "type" &&
        resolved.used == type.name.parts.size()) {
      const ast::TypeExpr* declared = resolved.declaration->block->declared_type.get();
      // A type in terms of itself is fine as long as the value gets smaller.
      if (++depth_ > 100) return true;
      const bool fits =
          !declared || Check(*resolved.declaration->module, *declared, value, expr, loc);
      --depth_;
      return fits;
    }
    std::vector<std::string> names = Plain;
    for (const Dimension& dimension : Known) names.push_back(Name(dimension));
    for (const std::string& visible : VisibleNames(module)) names.push_back(visible);
    const auto meant = Meant(name, names);
    emitter_.Error("E0201", type.name.loc, "there is no type `" + name + "`")
        .Help(meant ? "did you mean `" + *meant + "`?" : "");
    return false;
  }

  bool CheckQuantity(const ast::TypeExpr& type, const Dimension& dimension, const ir::Value& value,
                     Loc loc) {
    const auto* quantity = value.As<Quantity>();
    const std::string name = type.name.text();
    if (!quantity) return Wrong(loc, type, WithArticle(TypeName(value)));
    if (quantity->dimension == dimension) return true;
    if (!quantity->dimension.none()) return Wrong(loc, type, WithArticle(TypeName(value)));
    emitter_
        .Error("E0304", loc,
               "`" + what_ + "` is " + WithArticle(name) + "; " + ir::Show(value) + " has no unit")
        .Help("like `" + ir::Show(value) + " " + std::string(SampleUnit(dimension)) + "`");
    return false;
  }

  bool CheckItems(const Module& module, const ast::TypeExpr& type, const ir::Value& value,
                  const ast::Expr* expr, Loc loc) {
    const auto* list = value.As<ir::List>();
    const auto* record = value.As<ir::Record>();
    const bool is_list = type.name.text() == "List";
    if (is_list ? !list : !record) return Wrong(loc, type, WithArticle(TypeName(value)));
    if (type.args.empty()) return true;
    const ast::TypeExpr& item = *type.args.back();
    bool good = true;
    if (is_list) {
      const auto* written = expr ? std::get_if<ast::ListExpr>(&expr->node) : nullptr;
      for (size_t i = 0; i < list->size(); ++i) {
        const bool here = written && i < written->items.size();
        Checker inner(emitter_, what_ + "[" + std::to_string(i) + "]");
        inner.depth_ = depth_;
        good =
            inner.Check(module, item, (*list)[i], here ? written->items[i].get() : nullptr, loc) &&
            good;
        if (!good && !here) return false;
      }
      return good;
    }
    for (const auto& [key, field] : *record) {
      Checker inner(emitter_, what_ + "." + key);
      inner.depth_ = depth_;
      good = inner.Check(module, item, field, FieldOf(expr, key), loc) && good;
    }
    return good;
  }

  bool CheckRecord(const Module& module, const ast::TypeExpr& type, const ir::Value& value,
                   const ast::Expr* expr, Loc loc) {
    const auto* record = value.As<ir::Record>();
    if (!record) return Wrong(loc, type, WithArticle(TypeName(value)));
    bool good = true;
    std::vector<std::string> names;
    for (const ast::TypeExpr::Field& field : type.fields) {
      names.push_back(field.name.text);
      const ir::Value* found = value.Find(field.name.text);
      if (!found) {
        if (field.type->optional) continue;
        emitter_.Error("E0205", loc, "`" + what_ + "` needs `" + field.name.text + "`")
            .Label(field.name.loc, "asked for here");
        good = false;
        continue;
      }
      Checker inner(emitter_, field.name.text);
      inner.depth_ = depth_;
      good = inner.Check(module, *field.type, *found, FieldOf(expr, field.name.text), loc) && good;
    }
    for (const auto& [key, field] : *record) {
      // Put there by a typed record.
      if (key == "type") continue;
      if (std::find(names.begin(), names.end(), key) != names.end()) continue;
      const auto meant = Meant(key, names);
      emitter_
          .Error("E0203", KeyLoc(expr, key).value_or(loc), "`" + what_ + "` has no `" + key + "`")
          .Help(meant ? "did you mean `" + *meant + "`?" : "");
      good = false;
    }
    return good;
  }

  bool CheckUnion(const ast::TypeExpr& type, const ir::Value& value, Loc loc) {
    const auto* text = value.As<std::string>();
    std::vector<std::string> names;
    for (const ast::Name& name : type.cases) {
      if (text && name.text == *text) return true;
      names.push_back(name.text);
    }
    const auto meant = text ? Meant(*text, names) : std::nullopt;
    emitter_
        .Error("E0302", loc, "`" + what_ + "` is " + Text(type) + "; this is " + ir::Show(value))
        .Help(meant ? "did you mean \"" + *meant + "\"?" : "");
    return false;
  }

  static const ast::Attribute* Written(const ast::Expr* expr, const std::string& key) {
    const auto* record = expr ? std::get_if<ast::RecordExpr>(&expr->node) : nullptr;
    if (!record || !record->body) return nullptr;
    for (const auto& item : record->body->items) {
      const auto* attribute = std::get_if<ast::Attribute>(&item);
      if (attribute && attribute->key.text() == key) return attribute;
    }
    return nullptr;
  }
  static const ast::Expr* FieldOf(const ast::Expr* expr, const std::string& key) {
    const ast::Attribute* attribute = Written(expr, key);
    return attribute ? attribute->value.get() : nullptr;
  }
  static std::optional<Loc> KeyLoc(const ast::Expr* expr, const std::string& key) {
    const ast::Attribute* attribute = Written(expr, key);
    return attribute ? std::optional(attribute->key.loc) : std::nullopt;
  }

  diag::Emitter& emitter_;
  std::string what_;  // what is checked, for messages
  int depth_ = 0;
};

}  // namespace

bool IsBuiltInType(const std::string& name) {
  return std::find(Plain.begin(), Plain.end(), name) != Plain.end() || DimensionOf(name) ||
         std::any_of(References.begin(), References.end(),
                     [&](const auto& reference) { return reference.first == name; });
}

bool CheckType(const Module& module, const ast::TypeExpr& type, const ir::Value& value,
               const std::string& what, const ast::Expr* expr, Loc loc, diag::Emitter& emitter) {
  return Checker(emitter, what).Check(module, type, value, expr, loc);
}

}  // namespace sprint::sema
