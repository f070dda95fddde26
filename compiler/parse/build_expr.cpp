#include <charconv>
#include <cmath>

#include "compiler/parse/build.h"
#include "grammar/SprintLexer.h"

namespace sprint::parse {
namespace {

using grammar::SprintLexer;
using P = grammar::SprintParser;

std::optional<ast::BinaryOp> Binary(size_t type) {
  switch (type) {
    case SprintLexer::OR:
      return ast::BinaryOp::Or;
    case SprintLexer::AND:
      return ast::BinaryOp::And;
    case SprintLexer::EQ:
      return ast::BinaryOp::Eq;
    case SprintLexer::NE:
      return ast::BinaryOp::Ne;
    case SprintLexer::LT:
      return ast::BinaryOp::Lt;
    case SprintLexer::LE:
      return ast::BinaryOp::Le;
    case SprintLexer::GT:
      return ast::BinaryOp::Gt;
    case SprintLexer::GE:
      return ast::BinaryOp::Ge;
    case SprintLexer::PLUS:
      return ast::BinaryOp::Add;
    case SprintLexer::MINUS:
      return ast::BinaryOp::Sub;
    case SprintLexer::STAR:
      return ast::BinaryOp::Mul;
    case SprintLexer::SLASH:
      return ast::BinaryOp::Div;
    case SprintLexer::PERCENT:
      return ast::BinaryOp::Mod;
    default:
      return std::nullopt;
  }
}

bool IsComparison(const P::ExprContext* tree) {
  if (tree == nullptr || tree->op == nullptr) return false;
  const size_t type = tree->op->getType();
  return type >= SprintLexer::EQ && type <= SprintLexer::GT;
}

bool IsTypedRecord(P::ExprContext* tree) {
  return tree->op == nullptr && tree->block() != nullptr && tree->expr().size() == 1;
}

// The `name { … }` that an expression ends with, or null.
P::ExprContext* TrailingRecord(P::ExprContext* tree) {
  while (tree != nullptr && !IsTypedRecord(tree)) {
    tree = tree->children.empty() ? nullptr : grammar::As<P::ExprContext>(tree->children.back());
  }
  return tree;
}

// `a.b.c` as a path, if that is what `expr` is.
bool ToPath(const ast::Expr& expr, ast::Path& path) {
  if (const auto* name = std::get_if<ast::NameExpr>(&expr.node)) {
    path.parts.push_back({name->name, expr.loc});
    return true;
  }
  const auto* member = std::get_if<ast::MemberExpr>(&expr.node);
  if (member == nullptr || !ToPath(*member->base, path)) return false;
  path.parts.push_back(member->member);
  return true;
}

}  // namespace

ast::ExprPtr Builder::Make(Loc loc, ast::Expr::Node node) {
  auto made = std::make_unique<ast::Expr>();
  made->loc = loc;
  made->node = std::move(node);
  return made;
}

ast::ExprPtr Builder::Expr(P::ExprContext* tree, Loc otherwise) {
  if (tree == nullptr || tree->children.empty()) return Make(otherwise, ast::ErrorExpr{});
  if (detached_ != nullptr && IsTypedRecord(tree) && tree->block() == detached_) {
    return Expr(tree->expr(0), otherwise);
  }
  // Parentheses are no node: only the range of what is around them includes them.
  if (tree->op == nullptr && tree->start->getType() == SprintLexer::LPAREN && tree->primary()) {
    const auto inner = tree->primary()->expr();
    return Expr(inner.empty() ? nullptr : inner.front(), Range(tree));
  }
  const Loc loc = Range(tree);
  return Make(loc, Node(tree, loc));
}

ast::ExprPtr Builder::ExprThenBody(P::ExprContext* tree, ast::Block& block) {
  P::ExprContext* record = TrailingRecord(tree);
  if (record == nullptr) return Expr(tree, block.loc);
  P::BlockContext* body = record->block();
  detached_ = body;
  kept_ = Range(record->expr(0));
  ast::ExprPtr value = Expr(tree, block.loc);
  detached_ = nullptr;
  Body(block, body);
  return value;
}

ast::Expr::Node Builder::Node(P::ExprContext* tree, Loc loc) {
  if (tree->op != nullptr) return Infix(tree);
  if (tree->primary() != nullptr) return Primary(tree->primary(), loc);
  if (IsTypedRecord(tree)) return TypedRecord(tree, loc);
  return ast::ErrorExpr{};
}

ast::Expr::Node Builder::Infix(P::ExprContext* tree) {
  const auto operands = tree->expr();
  const auto operand = [&](size_t i) {
    return Expr(i < operands.size() ? operands[i] : nullptr, Range(tree->op));
  };
  const bool prefix = tree->op == tree->start;
  const size_t op = tree->op->getType();
  switch (op) {
    case SprintLexer::DOT: {
      auto member = BuildWord(tree->word());
      if (!member) return ast::ErrorExpr{};
      return ast::MemberExpr{operand(0), std::move(*member)};
    }
    case SprintLexer::LPAREN: {
      ast::CallExpr call{operand(0), {}};
      for (size_t i = 1; i < operands.size(); ++i) call.args.push_back(operand(i));
      return call;
    }
    case SprintLexer::LBRACKET:
      return ast::IndexExpr{operand(0), operand(1)};
    case SprintLexer::AT: {
      auto percentile = BuildName(tree->name());
      if (!percentile) return ast::ErrorExpr{};
      return ast::AtExpr{operand(0), std::move(*percentile)};
    }
    case SprintLexer::NOT:
      return ast::UnaryExpr{ast::UnaryOp::Not, operand(0)};
    case SprintLexer::IF:
      return ast::IfExpr{operand(0), operand(1), operand(2)};
    case SprintLexer::ARROW: {
      ast::FlowPathExpr path;
      // Grouped to the left: `(A -> B) -> C`.
      ast::ExprPtr first = operand(0);
      if (auto* steps = std::get_if<ast::FlowPathExpr>(&first->node))
        path = std::move(*steps);
      else
        path.steps.push_back(std::move(first));
      path.steps.push_back(operand(1));
      return path;
    }
    default:
      break;
  }
  if (op == SprintLexer::MINUS && prefix) return ast::UnaryExpr{ast::UnaryOp::Minus, operand(0)};
  if (IsComparison(tree) && !operands.empty() && IsComparison(operands.front())) {
    const Loc at = Range(tree->op);
    log_.Error("E0106", at.begin, at.end, "comparisons do not chain")
        .Label(Range(operands.front()->op), "the first comparison")
        .Help("write `a < b and b < c`");
  }
  const auto binary = Binary(op);
  if (!binary) return ast::ErrorExpr{};
  return ast::BinaryExpr{*binary, Range(tree->op), operand(0), operand(1)};
}

ast::Expr::Node Builder::TypedRecord(P::ExprContext* tree, Loc loc) {
  const ast::ExprPtr base = Expr(tree->expr(0), loc);
  ast::RecordExpr record;
  ast::Path type;
  if (ToPath(*base, type)) {
    type.loc = base->loc;
    record.type = std::move(type);
  } else if (!std::holds_alternative<ast::ErrorExpr>(base->node)) {
    const Loc brace = Range(tree->block()->start);
    if (log_.HasErrorIn(brace.begin, brace.end)) return ast::ErrorExpr{};
    log_.Error("E0101", brace.begin, brace.end, "a block cannot follow this value")
        .Label(base->loc, "only the name of a type can stand before `{`");
    return ast::ErrorExpr{};
  }
  record.body = Start(tree->block());
  Body(*record.body, tree->block());
  return record;
}

ast::Expr::Node Builder::Primary(P::PrimaryContext* tree, Loc loc) {
  const auto inner = tree->expr();
  const auto value = [&](size_t i) { return Expr(i < inner.size() ? inner[i] : nullptr, loc); };
  if (tree->number() != nullptr) return Number(tree->number());
  if (tree->text() != nullptr) return Text(tree->text());
  if (tree->constant != nullptr) {
    if (tree->constant->getType() == SprintLexer::NULL_VALUE) return ast::NullExpr{};
    return ast::BoolExpr{tree->constant->getType() == SprintLexer::TRUE};
  }
  const bool list_or_loop = tree->start->getType() == SprintLexer::LBRACKET;
  if (list_or_loop && tree->FOR() != nullptr) {
    ast::ForExpr loop;
    for (P::NameContext* variable : tree->name()) {
      if (auto name = BuildName(variable)) loop.variables.push_back(std::move(*name));
    }
    if (loop.variables.empty() || tree->COLON() == nullptr) return ast::ErrorExpr{};
    const bool filtered = tree->IF() != nullptr;
    loop.source = value(0);
    if (filtered) loop.filter = value(1);
    loop.body = value(filtered ? 2 : 1);
    return loop;
  }
  if (list_or_loop) {
    ast::ListExpr list;
    for (size_t i = 0; i < inner.size(); ++i) list.items.push_back(value(i));
    return list;
  }
  if (tree->block() != nullptr) {
    ast::RecordExpr record;
    record.body = Start(tree->block());
    Body(*record.body, tree->block());
    return record;
  }
  const auto names = tree->name();
  if (names.size() == 1) {
    if (auto name = BuildName(names.front())) return ast::NameExpr{std::move(name->text)};
  }
  return ast::ErrorExpr{};
}

ast::Expr::Node Builder::Number(P::NumberContext* tree) {
  if (tree->NUMBER() == nullptr) return ast::ErrorExpr{};
  const Loc loc = Range(tree->NUMBER()->getSymbol());
  const std::string_view written = Written(loc);
  ast::NumberExpr number{};
  const auto read = std::from_chars(written.data(), written.data() + written.size(), number.value);
  if (read.ec != std::errc{} || !std::isfinite(number.value)) {
    log_.Error("E0112", loc.begin, loc.end,
               "`" + std::string(written.substr(0, 40)) + "` is out of the range of numbers");
    return ast::ErrorExpr{};
  }
  number.integer = written.find_first_of(".eE") == std::string_view::npos;
  if (tree->UNIT() != nullptr) {
    number.unit_loc = Range(tree->UNIT()->getSymbol());
    number.unit = std::string(Written(number.unit_loc));
  }
  return number;
}

}  // namespace sprint::parse
