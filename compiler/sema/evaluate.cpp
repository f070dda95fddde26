#include "compiler/sema/evaluate.h"

#include <algorithm>
#include <cmath>

#include "compiler/support/check.h"

namespace sprint::sema {
namespace {

using ir::Value;

// What evaluation may take: so much for loops, and what a long program needs without any.
constexpr uint64_t BaseSteps = 2'000'000;
constexpr uint64_t StepsPerByte = 20;

const char* Symbol(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::Or:
      return "or";
    case ast::BinaryOp::And:
      return "and";
    case ast::BinaryOp::Eq:
      return "==";
    case ast::BinaryOp::Ne:
      return "!=";
    case ast::BinaryOp::Lt:
      return "<";
    case ast::BinaryOp::Le:
      return "<=";
    case ast::BinaryOp::Gt:
      return ">";
    case ast::BinaryOp::Ge:
      return ">=";
    case ast::BinaryOp::Add:
      return "+";
    case ast::BinaryOp::Sub:
      return "-";
    case ast::BinaryOp::Mul:
      return "*";
    case ast::BinaryOp::Div:
      return "/";
    case ast::BinaryOp::Mod:
      return "%";
  }
  SPRINT_UNREACHABLE("operator out of range");
}

// A unit that was meant, when `unit` is a misspelt one: the part before a slash may be any
// noun (`moves/h`), but not one letter off a unit (`Mbits/s`).
std::optional<std::string> MisspeltUnit(const std::string& unit) {
  static const std::vector<std::string> units = {
      "ns",  "us",  "ms",  "s",   "min", "h",   "d",    "B",    "kB",   "MB",  "GB",
      "TB",  "KiB", "MiB", "GiB", "TiB", "bit", "kbit", "Mbit", "Gbit", "rps", "EUR",
      "USD", "mW",  "W",   "kW",  "Wh",  "kWh", "J",    "%",    "g"};
  const size_t slash = std::min(unit.find('/'), unit.size());
  const std::string above = unit.substr(0, slash);
  if (ParseUnit(above)) return std::nullopt;
  const auto meant = diag::ClosestMatch(above, units);
  return meant ? std::optional(*meant + unit.substr(slash)) : std::nullopt;
}

Quantity Number(double number, const std::string& unit) {
  if (unit.empty()) return Quantity{number, {}, "", ""};
  return MakeQuantity(number, unit).value_or(Quantity{number, {}, "", ""});
}

}  // namespace

Evaluator::Evaluator(const Unit& unit, diag::Emitter& emitter,
                     std::vector<std::pair<std::string, std::string>> params)
    : unit_(unit),
      emitter_(emitter),
      params_(std::move(params)),
      steps_left_(BaseSteps + StepsPerByte * unit.bytes) {}

Value Evaluator::Mistake(const char* code, Loc loc, std::string message, std::string help) {
  emitter_.Error(code, loc, std::move(message)).Help(std::move(help));
  return ir::Poison{};
}

Value Evaluator::Evaluate(const Module& module, const ast::Expr& expr, const Bindings& bindings) {
  Scope scope{&module, bindings};
  return Eval(scope, expr);
}

const Value* Evaluator::Scope::Find(const std::string& name) const {
  for (const Bindings* bindings : {static_cast<const Bindings*>(&loops), &given}) {
    const auto found = std::find_if(bindings->rbegin(), bindings->rend(),
                                    [&name](const auto& bound) { return bound.first == name; });
    if (found != bindings->rend()) return &found->second;
  }
  return nullptr;
}

std::vector<std::string> Evaluator::Scope::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : given) names.push_back(name);
  for (const auto& [name, value] : loops) names.push_back(name);
  return names;
}

Value Evaluator::Eval(Scope& scope, const ast::Expr& expr) {
  if (steps_left_ == 0) return ir::Poison{};
  if (--steps_left_ == 0) {
    return Mistake("E0307", loop_ ? loop_->loc : expr.loc,
                   "this expression used up the program's budget of evaluation steps");
  }
  struct Visit {
    Evaluator& self;
    Scope& scope;
    const ast::Expr& expr;
    Value operator()(const ast::ErrorExpr&) { return ir::Poison{}; }
    Value operator()(const ast::BoolExpr& e) { return e.value; }
    Value operator()(const ast::NullExpr&) { return {}; }
    Value operator()(const ast::NumberExpr& e) {
      if (!self.CheckUnit(e)) return ir::Poison{};
      return Number(e.value, e.unit);
    }
    Value operator()(const ast::TextExpr& e) { return self.EvalText(scope, e); }
    Value operator()(const ast::NameExpr& e) { return self.EvalName(scope, e.name, expr.loc); }
    Value operator()(const ast::MemberExpr& e) { return self.EvalMember(scope, expr, e); }
    Value operator()(const ast::IndexExpr& e) { return self.EvalIndex(scope, e, expr.loc); }
    Value operator()(const ast::CallExpr& e) { return self.EvalCall(scope, e, expr.loc); }
    Value operator()(const ast::UnaryExpr& e) {
      Value operand = self.Eval(scope, *e.operand);
      if (IsPoison(operand)) return operand;
      if (e.op == ast::UnaryOp::Not) {
        if (const bool* b = operand.As<bool>()) return !*b;
        return self.Mistake("E0301", e.operand->loc,
                            "`not` needs a Bool; this is " + TypeName(operand));
      }
      if (const auto* quantity = operand.As<Quantity>()) {
        Quantity negative = *quantity;
        negative.value = -negative.value;
        return negative;
      }
      return self.Mistake("E0301", e.operand->loc,
                          "`-` needs a number; this is " + TypeName(operand));
    }
    Value operator()(const ast::BinaryExpr& e) { return self.EvalBinary(scope, e, expr.loc); }
    Value operator()(const ast::FlowPathExpr&) {
      return self.Mistake("E0301", expr.loc, "a path of flows is no value",
                          "paths are arguments of `response(…)`");
    }
    Value operator()(const ast::AtExpr& e) { return self.Eval(scope, *e.operand); }
    Value operator()(const ast::IfExpr& e) {
      Value condition = self.Eval(scope, *e.condition);
      if (IsPoison(condition)) return condition;
      const bool* b = condition.As<bool>();
      if (condition.As<ir::Later>()) {
        return self.Mistake("E0313", e.condition->loc,
                            "a value known only after apply decides nothing here",
                            "later values may only fill attributes");
      }
      if (!b) {
        return self.Mistake("E0301", e.condition->loc,
                            "a condition must be a Bool; this is " + TypeName(condition));
      }
      return self.Eval(scope, *b ? *e.then_value : *e.else_value);
    }
    Value operator()(const ast::ListExpr& e) {
      ir::List list;
      for (const ast::ExprPtr& item : e.items) list.push_back(self.Eval(scope, *item));
      return list;
    }
    Value operator()(const ast::ForExpr& e) {
      const bool outermost = !self.loop_;
      if (outermost) self.loop_ = &expr;
      Value result = self.EvalFor(scope, e);
      if (outermost) self.loop_ = nullptr;
      return result;
    }
    Value operator()(const ast::RecordExpr& e) {
      Value record = self.EvalRecord(scope, e);
      if (!e.type) return record;
      ast::TypeExpr type;
      type.form = ast::TypeExpr::Form::Named;
      type.name = *e.type;
      type.loc = e.type->loc;
      const bool fits =
          CheckType(*scope.module, type, record, e.type->text(), &expr, expr.loc, self.emitter_);
      return fits ? record : Value(ir::Poison{});
    }
  };
  return std::visit(Visit{*this, scope, expr}, expr.node);
}

Value Evaluator::EvalName(Scope& scope, const std::string& name, Loc loc) {
  if (const Value* bound = scope.Find(name)) return *bound;
  const auto found = scope.module->declarations.find(name);
  if (found != scope.module->declarations.end()) return ValueOf(found->second);
  return UnknownName(*scope.module, name, loc, scope.Names());
}

Value Evaluator::UnknownName(const Module& module, const std::string& name, Loc loc,
                             const std::vector<std::string>& locals) {
  std::vector<std::string> names = VisibleNames(module);
  names.insert(names.end(), locals.begin(), locals.end());
  const auto meant = Meant(name, names);
  return Mistake("E0201", loc, "there is no `" + name + "` here",
                 meant ? "did you mean `" + *meant + "`?" : "");
}

bool Evaluator::CheckUnit(const ast::NumberExpr& number) {
  if (number.unit.empty()) return true;
  if (const auto meant = MisspeltUnit(number.unit)) {
    emitter_.Error("E0305", number.unit_loc, "`" + number.unit + "` is no unit")
        .Help("did you mean `" + *meant + "`?")
        .FixIt(number.unit_loc, *meant);
    return false;
  }
  if (ParseUnit(number.unit)) return true;
  Mistake("E0305", number.unit_loc, "`" + number.unit + "` is no unit",
          "units are ms s min h d, B KiB MiB GiB, Mbit/s, rps, EUR/h, W, Wh, %");
  return false;
}

Value Evaluator::ValueOf(const Declaration& declaration) {
  const std::string& keyword = declaration.keyword();
  if (keyword == "resource") return ir::Ref{keyword, declaration.name};
  if (keyword == "secret") return ir::SecretRef{declaration.name};
  if (keyword != "param" && keyword != "let") {
    return ir::Ref{keyword, declaration.module->prefix + declaration.name};
  }
  if (const auto known = known_.find(&declaration); known != known_.end()) return known->second;
  if (std::find(underway_.begin(), underway_.end(), &declaration) != underway_.end()) {
    return Circle(declaration);
  }
  if (underway_.size() >= MostDepth) return TooDeep(declaration.block->names.front().loc);
  underway_.push_back(&declaration);
  Value value;
  bool given = false;
  if (keyword == "param" && declaration.module == unit_.modules.front().get()) {
    for (const auto& [name, text] : params_) {
      if (name != declaration.name) continue;
      given = true;
      const auto* type = declaration.block->declared_type.get();
      if (type && type->form == ast::TypeExpr::Form::Named && type->name.text() == "Text") {
        value = Value(text);
        continue;
      }
      char* end = nullptr;
      const double number = std::strtod(text.c_str(), &end);
      const std::string unit = end == text.c_str() ? "" : std::string(end + (*end == ' ' ? 1 : 0));
      if (text == "true" || text == "false")
        value = Value(text == "true");
      else if (end != text.c_str() && unit.empty())
        value = Value(number);
      else if (auto quantity = MakeQuantity(number, unit); end != text.c_str() && quantity)
        value = *quantity;
      else
        value = Value(text);
    }
  }
  if (!given && declaration.block->value)
    value = Evaluate(*declaration.module, *declaration.block->value);
  else if (!given) {
    value = Mistake("E0310", declaration.block->names.front().loc,
                    "`" + declaration.name + "` has no value",
                    "give it one: `--param " + declaration.name + "=…`, or a default here");
  }
  underway_.pop_back();
  if (keyword == "param") value = CheckParam(declaration, std::move(value), given);
  known_.emplace(&declaration, value);
  return value;
}

Value Evaluator::TooDeep(Loc loc) {
  return Mistake("E0307", loc,
                 "definitions lean on each other more than " + std::to_string(MostDepth) + " deep");
}

Value Evaluator::Circle(const Declaration& declaration) {
  auto report = emitter_.Error("E0309", declaration.block->names.front().loc,
                               "`" + declaration.name + "` is defined by itself");
  const auto first = std::find(underway_.begin(), underway_.end(), &declaration);
  for (auto step = first + 1; step < underway_.end(); ++step) {
    report.Label((*step)->block->names.front().loc, "by way of `" + (*step)->name + "`");
  }
  return ir::Poison{};
}

Value Evaluator::CheckParam(const Declaration& declaration, Value value, bool given) {
  if (IsPoison(value)) return value;
  const ast::Block& block = *declaration.block;
  // A value from outside is in no text: then the param itself is marked.
  const ast::Expr* expr = given ? nullptr : block.value.get();
  const Loc loc = expr ? expr->loc : block.names.front().loc;
  if (block.declared_type && !CheckType(*declaration.module, *block.declared_type, value,
                                        declaration.name, expr, loc, emitter_)) {
    return ir::Poison{};
  }
  for (const auto& item : block.items) {
    const auto* attribute = std::get_if<ast::Attribute>(&item);
    if (!attribute) continue;
    const std::string key = attribute->key.text();
    if (key != "min" && key != "max") {
      return Mistake("E0203", attribute->key.loc, "`param` has no attribute `" + key + "`",
                     "it has `min` and `max`");
    }
    const Value limit = Evaluate(*declaration.module, *attribute->value);
    if (IsPoison(limit)) continue;
    const auto* a = value.As<Quantity>();
    const auto* b = limit.As<Quantity>();
    if (!a || !b || !(a->dimension == b->dimension)) {
      return Mistake("E0303", attribute->value->loc,
                     "`" + declaration.name + "` is " + WithArticle(TypeName(value)) + "; its " +
                         key + " is " + WithArticle(TypeName(limit)));
    }
    if (key == "min" ? a->value < b->value : a->value > b->value) {
      emitter_
          .Error("E0311", loc,
                 "`" + declaration.name + "` is " + ir::Show(value) + "; its " + key + " is " +
                     ir::Show(limit))
          .Label(attribute->loc, "limited here");
      return ir::Poison{};
    }
  }
  return value;
}

Value Evaluator::EvalMember(Scope& scope, const ast::Expr& expr, const ast::MemberExpr& member) {
  // `alias.Thing` is a path; everything else a field of a value.
  if (const auto path = AsPath(expr)) {
    const bool bound = scope.Find(path->parts[0].text) != nullptr;
    if (!bound && scope.module->imports.contains(path->parts[0].text)) {
      const Resolved resolved = Resolve(*scope.module, *path);
      if (resolved.declaration && resolved.used == path->parts.size())
        return ValueOf(*resolved.declaration);
      if (!resolved.declaration && path->parts.size() == 2) {
        const auto meant = Meant(path->text(), VisibleNames(*scope.module));
        return Mistake("E0201", path->parts[1].loc,
                       "`" + path->parts[0].text + "` has no `" + path->parts[1].text + "`",
                       meant ? "did you mean `" + *meant + "`?" : "");
      }
    }
  }
  Value base = Eval(scope, *member.base);
  if (IsPoison(base)) return base;
  if (const auto* ref = base.As<ir::Ref>(); ref && ref->kind == "resource") {
    return ir::Later{ref->name, member.member.text};
  }
  // `app.MaskDetection.cost`: an application is a record where outputs are evaluated.
  if (const auto* ref = base.As<ir::Ref>(); ref && ref->kind == "application") {
    const Value* application = scope.Find(ref->name);
    const Value* field = application ? application->Find(member.member.text) : nullptr;
    if (field) return *field;
  }
  if (const auto* later = base.As<ir::Later>()) {
    return ir::Later{later->address, later->path + "." + member.member.text};
  }
  if (const Value* field = base.Find(member.member.text)) return *field;
  const auto named = AsPath(*member.base);
  std::vector<std::string> fields;
  if (const auto* record = base.As<ir::Record>()) {
    for (const auto& [key, value] : *record) fields.push_back(key);
  }
  const auto meant = Meant(member.member.text, fields);
  return Mistake("E0203", member.member.loc,
                 (named ? "`" + named->text() + "`" : WithArticle(TypeName(base))) + " has no `" +
                     member.member.text + "`",
                 meant ? "did you mean `" + *meant + "`?" : "");
}

Value Evaluator::EvalIndex(Scope& scope, const ast::IndexExpr& index, Loc loc) {
  const Value base = Eval(scope, *index.base);
  const Value at = Eval(scope, *index.index);
  if (IsPoison(base) || IsPoison(at)) return ir::Poison{};
  if (const auto* later = base.As<ir::Later>()) {
    const auto* key = at.As<std::string>();
    return ir::Later{later->address, later->path + "." + (key ? *key : ir::Show(at))};
  }
  if (const auto* list = base.As<ir::List>()) {
    const auto* number = at.As<Quantity>();
    if (!number || !number->dimension.none() || number->value != std::floor(number->value)) {
      return Mistake("E0301", index.index->loc,
                     "a list is indexed by a whole number; this is " +
                         (number ? ir::Show(at) : WithArticle(TypeName(at))));
    }
    if (number->value >= 0 && number->value < static_cast<double>(list->size())) {
      return (*list)[static_cast<size_t>(number->value)];
    }
    return Mistake(
        "E0312", index.index->loc,
        "there is no index " + ir::Show(at) + " in a list of " + std::to_string(list->size()),
        list->empty() ? "" : "indices go from 0 to " + std::to_string(list->size() - 1));
  }
  if (const auto* record = base.As<ir::Record>()) {
    const auto* key = at.As<std::string>();
    if (!key) {
      return Mistake("E0301", index.index->loc,
                     "a map is indexed by a Text; this is " + WithArticle(TypeName(at)));
    }
    if (const Value* field = base.Find(*key)) return *field;
    std::vector<std::string> keys;
    for (const auto& [name, value] : *record) keys.push_back(name);
    const auto meant = Meant(*key, keys);
    return Mistake("E0312", index.index->loc, "there is no key " + ir::Show(at),
                   meant ? "did you mean \"" + *meant + "\"?" : "");
  }
  return Mistake("E0301", loc, WithArticle(TypeName(base)) + " cannot be indexed");
}

Value Evaluator::EvalBinary(Scope& scope, const ast::BinaryExpr& binary, Loc loc) {
  const Value left = Eval(scope, *binary.left);
  if (binary.op == ast::BinaryOp::And || binary.op == ast::BinaryOp::Or) {
    const bool* a = left.As<bool>();
    if (a && *a == (binary.op == ast::BinaryOp::Or)) return *a;
    const Value right = Eval(scope, *binary.right);
    if (IsPoison(left) || IsPoison(right)) return ir::Poison{};
    const bool* b = right.As<bool>();
    if (a && b) return *b;
    return Mistake("E0301", loc,
                   std::string("`") + Symbol(binary.op) + "` needs two Bools; these are " +
                       TypeName(left) + " and " + TypeName(right));
  }
  const Value right = Eval(scope, *binary.right);
  if (IsPoison(left) || IsPoison(right)) return ir::Poison{};
  if (left.As<ir::Later>() || right.As<ir::Later>()) {
    return Mistake("E0313", loc, "a value known only after apply decides nothing here",
                   "later values may only fill attributes");
  }
  if (binary.op == ast::BinaryOp::Eq) return Same(left, right);
  if (binary.op == ast::BinaryOp::Ne) return !Same(left, right);
  const auto* a = left.As<Quantity>();
  const auto* b = right.As<Quantity>();
  if (binary.op == ast::BinaryOp::Add && left.As<std::string>() && right.As<std::string>()) {
    return *left.As<std::string>() + *right.As<std::string>();
  }
  if (!a || !b) {
    return Mistake("E0301", binary.op_loc,
                   std::string("`") + Symbol(binary.op) + "` needs two numbers; these are " +
                       TypeName(left) + " and " + TypeName(right));
  }
  const bool compares = binary.op == ast::BinaryOp::Lt || binary.op == ast::BinaryOp::Le ||
                        binary.op == ast::BinaryOp::Gt || binary.op == ast::BinaryOp::Ge;
  if (compares) {
    if (!(a->dimension == b->dimension)) {
      return Mistake("E0303", loc,
                     "cannot compare " + Name(a->dimension) + " with " + Name(b->dimension));
    }
    switch (binary.op) {
      case ast::BinaryOp::Lt:
        return a->value < b->value;
      case ast::BinaryOp::Le:
        return a->value <= b->value;
      case ast::BinaryOp::Gt:
        return a->value > b->value;
      default:
        return a->value >= b->value;
    }
  }
  std::string mistake;
  Value result = Arithmetic(binary.op, *a, *b, mistake);
  if (!mistake.empty()) return Mistake("E0303", loc, mistake);
  return result;
}

}  // namespace sprint::sema
