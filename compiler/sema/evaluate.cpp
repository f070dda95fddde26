#include "compiler/sema/evaluate.h"

#include <algorithm>
#include <cmath>

#include "compiler/support/check.h"

namespace sprint::sema {
namespace {

using ir::Value;

constexpr uint64_t MostSteps = 2'000'000;

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

// "plain text of a value inside a longer text"
std::string Plain(const Value& value) {
  if (const auto* text = value.As<std::string>()) return *text;
  return ir::Show(value);
}

Quantity Number(double number, const std::string& unit) {
  if (unit.empty()) return Quantity{number, {}, "", ""};
  return MakeQuantity(number, unit).value_or(Quantity{number, {}, "", ""});
}

}  // namespace

Evaluator::Evaluator(const Unit& unit, diag::Emitter& emitter,
                     std::vector<std::pair<std::string, std::string>> params)
    : unit_(unit), emitter_(emitter), params_(std::move(params)) {}

Value Evaluator::Mistake(const char* code, Loc loc, std::string message, std::string help) {
  emitter_.Error(code, loc, std::move(message)).Help(std::move(help));
  return ir::Poison{};
}

Value Evaluator::Evaluate(const Module& module, const ast::Expr& expr, const Bindings& bindings) {
  Scope scope{&module, bindings};
  return Eval(scope, expr);
}

Value Evaluator::Eval(Scope& scope, const ast::Expr& expr) {
  if (++steps_ == MostSteps) {
    return Mistake(
        "E0307", expr.loc,
        "this expression used up the budget of " + std::to_string(MostSteps) + " evaluation steps");
  }
  if (steps_ > MostSteps) return ir::Poison{};
  struct Visit {
    Evaluator& self;
    Scope& scope;
    const ast::Expr& expr;
    Value operator()(const ast::ErrorExpr&) { return ir::Poison{}; }
    Value operator()(const ast::BoolExpr& e) { return e.value; }
    Value operator()(const ast::NullExpr&) { return {}; }
    Value operator()(const ast::NumberExpr& e) {
      if (!e.unit.empty() && !ParseUnit(e.unit)) {
        return self.Mistake("E0305", e.unit_loc, "`" + e.unit + "` is no unit",
                            "units are ms s min h d, B KiB MiB GiB, Mbit/s, rps, EUR/h, W, Wh, %");
      }
      return Number(e.value, e.unit);
    }
    Value operator()(const ast::TextExpr& e) { return self.EvalText(scope, e); }
    Value operator()(const ast::NameExpr& e) { return self.EvalName(scope, e.name, expr.loc); }
    Value operator()(const ast::MemberExpr& e) { return self.EvalMember(scope, expr, e); }
    Value operator()(const ast::IndexExpr& e) { return self.EvalIndex(scope, e, expr.loc); }
    Value operator()(const ast::CallExpr& e) { return self.EvalCall(scope, e, expr.loc); }
    Value operator()(const ast::UnaryExpr& e) {
      const Value operand = self.Eval(scope, *e.operand);
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
      const Value condition = self.Eval(scope, *e.condition);
      if (IsPoison(condition)) return condition;
      const bool* b = condition.As<bool>();
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
    Value operator()(const ast::ForExpr& e) { return self.EvalFor(scope, e); }
    Value operator()(const ast::RecordExpr& e) { return self.EvalRecord(scope, e); }
  };
  return std::visit(Visit{*this, scope, expr}, expr.node);
}

Value Evaluator::EvalName(Scope& scope, const std::string& name, Loc loc) {
  for (auto binding = scope.bindings.rbegin(); binding != scope.bindings.rend(); ++binding) {
    if (binding->first == name) return binding->second;
  }
  const auto found = scope.module->declarations.find(name);
  if (found != scope.module->declarations.end()) return ValueOf(found->second);
  std::vector<std::string> names = VisibleNames(*scope.module);
  for (const auto& [bound, value] : scope.bindings) names.push_back(bound);
  const auto meant = diag::ClosestMatch(name, names);
  return Mistake("E0201", loc, "there is no `" + name + "` here",
                 meant ? "did you mean `" + *meant + "`?" : "");
}

Value Evaluator::ValueOf(const Declaration& declaration) {
  const std::string& keyword = declaration.keyword();
  if (keyword == "secret") return ir::SecretRef{declaration.name};
  if (keyword != "param" && keyword != "let") {
    return ir::Ref{keyword, declaration.module->prefix + declaration.name};
  }
  for (const auto& [known, value] : known_) {
    if (known == &declaration) return value;
  }
  if (std::find(underway_.begin(), underway_.end(), &declaration) != underway_.end()) {
    return Mistake("E0309", declaration.block->names.front().loc,
                   "`" + declaration.name + "` is defined by itself");
  }
  underway_.push_back(&declaration);
  Value value;
  bool given = false;
  if (keyword == "param" && declaration.module == unit_.modules.front().get()) {
    for (const auto& [name, text] : params_) {
      if (name != declaration.name) continue;
      given = true;
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
  if (keyword == "param") value = CheckParam(declaration, std::move(value));
  known_.emplace_back(&declaration, value);
  return value;
}

Value Evaluator::CheckParam(const Declaration& declaration, Value value) {
  if (IsPoison(value)) return value;
  const ast::Block& block = *declaration.block;
  const Loc loc = block.value ? block.value->loc : block.names.front().loc;
  if (block.declared_type && block.declared_type->form == ast::TypeExpr::Form::Named) {
    const std::string type = block.declared_type->name.text();
    const auto* number = value.As<Quantity>();
    const bool right = type == "Int" ? number && number->dimension.none() &&
                                           number->value == std::floor(number->value)
                       : type == "Number" ? number && number->dimension.none()
                       : type == "Text"   ? value.As<std::string>() != nullptr
                       : type == "Bool"   ? value.As<bool>() != nullptr
                       : number           ? Name(number->dimension) == type
                                          : true;
    if (!right) {
      return Mistake("E0301", loc,
                     "`" + declaration.name + "` is a " + type + "; " + ir::Show(value) + " is " +
                         (number && number->dimension.none() ? "not" : TypeName(value)));
    }
  }
  for (const auto& item : block.items) {
    const auto* attribute = std::get_if<ast::Attribute>(&item);
    if (!attribute) continue;
    const std::string key = attribute->key.text();
    if (key != "min" && key != "max") continue;
    const Value limit = Evaluate(*declaration.module, *attribute->value);
    const auto* a = value.As<Quantity>();
    const auto* b = limit.As<Quantity>();
    if (!a || !b) continue;
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
    const bool bound = std::any_of(scope.bindings.begin(), scope.bindings.end(),
                                   [&](const auto& b) { return b.first == path->parts[0].text; });
    if (!bound && scope.module->imports.contains(path->parts[0].text)) {
      const Resolved resolved = Resolve(*scope.module, *path);
      if (resolved.declaration && resolved.used == path->parts.size())
        return ValueOf(*resolved.declaration);
      if (!resolved.declaration && path->parts.size() == 2) {
        const auto meant = diag::ClosestMatch(path->text(), VisibleNames(*scope.module));
        return Mistake("E0201", path->parts[1].loc,
                       "`" + path->parts[0].text + "` has no `" + path->parts[1].text + "`",
                       meant ? "did you mean `" + *meant + "`?" : "");
      }
    }
  }
  const Value base = Eval(scope, *member.base);
  if (IsPoison(base)) return base;
  if (const auto* ref = base.As<ir::Ref>(); ref && ref->kind == "resource") {
    return ir::Later{ref->name, member.member.text};
  }
  if (const auto* later = base.As<ir::Later>()) {
    return ir::Later{later->address, later->path + "." + member.member.text};
  }
  if (const Value* field = base.Find(member.member.text)) return *field;
  std::vector<std::string> fields;
  if (const auto* record = base.As<ir::Record>()) {
    for (const auto& [key, value] : *record) fields.push_back(key);
  }
  const auto meant = diag::ClosestMatch(member.member.text, fields);
  return Mistake("E0203", member.member.loc,
                 TypeName(base) + " has no `" + member.member.text + "`",
                 meant ? "did you mean `" + *meant + "`?" : "");
}

Value Evaluator::EvalIndex(Scope& scope, const ast::IndexExpr& index, Loc loc) {
  const Value base = Eval(scope, *index.base);
  const Value at = Eval(scope, *index.index);
  if (IsPoison(base) || IsPoison(at)) return ir::Poison{};
  const auto* list = base.As<ir::List>();
  if (const auto* number = at.As<Quantity>(); list && number) {
    if (number->value >= 0 && number->value < static_cast<double>(list->size())) {
      return (*list)[static_cast<size_t>(number->value)];
    }
    return Mistake("E0312", loc,
                   "index " + ir::Show(at) + " of a list of " + std::to_string(list->size()));
  }
  if (const auto* key = at.As<std::string>()) {
    if (const Value* field = base.Find(*key)) return *field;
    return Mistake("E0312", loc, "there is no key " + ir::Show(at));
  }
  return Mistake("E0301", loc, TypeName(base) + " cannot be indexed by " + TypeName(at));
}

Value Evaluator::EvalCall(Scope& scope, const ast::CallExpr& call, Loc loc) {
  const auto path = AsPath(*call.callee);
  if (!path) return Mistake("E0301", call.callee->loc, "this is no function");
  std::vector<Value> args;
  for (const ast::ExprPtr& arg : call.args) {
    args.push_back(Eval(scope, *arg));
    if (IsPoison(args.back())) return ir::Poison{};
  }
  const Resolved resolved = Resolve(*scope.module, *path);
  if (resolved.declaration && resolved.declaration->keyword() == "function") {
    const Declaration& function = *resolved.declaration;
    if (function.block->params.size() != args.size()) {
      return Mistake("E0308", loc,
                     "`" + function.name + "` takes " +
                         std::to_string(function.block->params.size()) + " arguments; these are " +
                         std::to_string(args.size()));
    }
    if (std::find(underway_.begin(), underway_.end(), &function) != underway_.end()) {
      return Mistake("E0309", loc,
                     "`" + function.name + "` calls itself; functions are not recursive");
    }
    if (!function.block->value) return ir::Poison{};
    underway_.push_back(&function);
    Bindings bindings;
    for (size_t i = 0; i < args.size(); ++i) {
      bindings.emplace_back(function.block->params[i].name.text, std::move(args[i]));
    }
    Value result = Evaluate(*function.module, *function.block->value, bindings);
    underway_.pop_back();
    return result;
  }
  std::string mistake;
  auto result = CallBuiltin(path->text(), std::move(args), mistake);
  if (!result) {
    const auto meant = diag::ClosestMatch(path->text(), BuiltinNames());
    return Mistake("E0306", call.callee->loc, "there is no function `" + path->text() + "`",
                   meant ? "did you mean `" + *meant + "`?" : "");
  }
  if (!mistake.empty()) return Mistake("E0301", loc, mistake);
  return *result;
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

Value Evaluator::EvalText(Scope& scope, const ast::TextExpr& text) {
  ir::Join join;
  bool later = false;
  std::string whole;
  for (const ast::TextExpr::Piece& piece : text.pieces) {
    Value value = piece.hole ? Eval(scope, *piece.hole) : Value(piece.literal);
    if (IsPoison(value)) return value;
    if (value.As<ir::SecretRef>()) {
      return Mistake("E0314", piece.hole->loc, "a secret cannot become part of a text",
                     "pass it as an attribute of its own");
    }
    if (value.As<ir::Later>() || value.As<ir::Join>())
      later = true;
    else
      whole += Plain(value);
    join.pieces.push_back(later || value.As<std::string>() ? value : Value(Plain(value)));
  }
  if (!later) return whole;
  return join;
}

Value Evaluator::EvalFor(Scope& scope, const ast::ForExpr& loop) {
  const Value source = Eval(scope, *loop.source);
  if (IsPoison(source)) return source;
  std::vector<std::pair<Value, Value>> items;
  if (const auto* list = source.As<ir::List>()) {
    for (size_t i = 0; i < list->size(); ++i)
      items.emplace_back(Value(static_cast<double>(i)), (*list)[i]);
  } else if (const auto* record = source.As<ir::Record>()) {
    for (const auto& [key, value] : *record) items.emplace_back(Value(key), value);
  } else {
    return Mistake("E0301", loop.source->loc,
                   "`for` needs a list or a map; this is " + TypeName(source));
  }
  ir::List out;
  for (auto& [key, value] : items) {
    const size_t before = scope.bindings.size();
    if (loop.variables.size() == 2) scope.bindings.emplace_back(loop.variables[0].text, key);
    if (!loop.variables.empty()) scope.bindings.emplace_back(loop.variables.back().text, value);
    bool keep = true;
    if (loop.filter) {
      const Value filter = Eval(scope, *loop.filter);
      const bool* b = filter.As<bool>();
      if (!b && !IsPoison(filter)) {
        Mistake("E0301", loop.filter->loc,
                "a condition must be a Bool; this is " + TypeName(filter));
      }
      keep = b && *b;
    }
    if (keep) out.push_back(Eval(scope, *loop.body));
    scope.bindings.resize(before);
  }
  return out;
}

Value Evaluator::EvalRecord(Scope& scope, const ast::RecordExpr& record) {
  ir::Record out;
  if (record.type) out.emplace_back("type", Value(record.type->text()));
  if (!record.body) return out;
  for (const auto& item : record.body->items) {
    if (const auto* attribute = std::get_if<ast::Attribute>(&item)) {
      out.emplace_back(attribute->key.text(), Eval(scope, *attribute->value));
    }
  }
  return out;
}

}  // namespace sprint::sema
