#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/parse/layout.h"
#include "grammar/SprintParser.h"

// Internal to compiler/parse: from the generated parse tree to the tree of ast.h. Any
// child may be missing where a mistake has been reported: it becomes an ErrorExpr, or
// the statement is left out, as parse.h promises.
namespace sprint::parse {

class Builder {
 public:
  using P = grammar::SprintParser;

  Builder(std::string_view text, const Layout& layout, Log& log)
      : text_(text), layout_(layout), log_(log) {}

  // Null if nothing can be made of it.
  ast::BlockPtr Declaration(P::DeclarationContext* tree);

 private:
  using Item = std::variant<ast::Attribute, ast::BlockPtr>;

  // build_item.cpp
  std::optional<Item> BuildItem(P::ItemContext* tree);
  std::optional<ast::Attribute> BuildAttribute(P::AttributeContext* tree);
  ast::BlockPtr BuildStatement(P::ItemContext* tree);
  ast::BlockPtr Import(P::ImportStatementContext* tree);
  ast::BlockPtr Value(P::ValueStatementContext* tree);
  ast::BlockPtr Function(P::FunctionStatementContext* tree);
  ast::BlockPtr Type(P::TypeStatementContext* tree);
  ast::BlockPtr Pool(P::PoolStatementContext* tree);
  ast::BlockPtr Pair(antlr4::ParserRuleContext* tree, const std::vector<P::PathContext*>& paths,
                     P::BlockContext* body);
  ast::BlockPtr Measured(P::MeasuredStatementContext* tree);
  ast::BlockPtr Pin(P::PinStatementContext* tree);
  ast::BlockPtr Requirement(P::RequirementContext* tree);
  ast::BlockPtr Objective(P::ObjectiveContext* tree);
  ast::BlockPtr Other(P::OtherStatementContext* tree);
  ast::BlockPtr Start(antlr4::ParserRuleContext* tree);
  void CheckCommas(P::BlockContext* tree);
  void Body(ast::Block& block, P::BlockContext* tree);
  std::vector<ast::Param> Params(P::ParamsContext* tree);
  ast::TypeExpr BuildType(P::TypeContext* tree);
  std::unique_ptr<ast::TypeExpr> TypeOrError(P::TypeContext* tree, Loc otherwise);
  std::optional<ast::Name> BuildName(P::NameContext* tree);
  std::optional<ast::Name> BuildWord(P::WordContext* tree);
  std::optional<ast::Path> BuildPath(P::PathContext* tree);

  // build_expr.cpp
  ast::ExprPtr Expr(P::ExprContext* tree, Loc otherwise);
  // As Expr, and what is in braces behind it belongs to the statement: `condition { … }`.
  ast::ExprPtr ExprThenBody(P::ExprContext* tree, ast::Block& block);
  ast::Expr::Node Node(P::ExprContext* tree, Loc loc);
  ast::Expr::Node Infix(P::ExprContext* tree);
  ast::Expr::Node Primary(P::PrimaryContext* tree, Loc loc);
  ast::Expr::Node Number(P::NumberContext* tree);
  ast::Expr::Node TypedRecord(P::ExprContext* tree, Loc loc);
  ast::ExprPtr Make(Loc loc, ast::Expr::Node node);

  // build_text.cpp
  ast::TextExpr Text(P::TextContext* tree);
  // Of a text without holes; reports one that has some.
  std::optional<std::string> PlainText(P::TextContext* tree, const char* what);
  void Unescape(uint32_t begin, uint32_t end, std::string& into);

  Loc Range(antlr4::ParserRuleContext* tree) const;
  Loc Range(antlr4::Token* token) const;
  std::string_view Written(Loc loc) const { return text_.substr(loc.begin, loc.end - loc.begin); }
  std::string Doc(Loc loc) const;

  std::string_view text_;
  const Layout& layout_;
  Log& log_;
  // The block that ExprThenBody took off, and where what stays of the expression ends.
  P::BlockContext* detached_ = nullptr;
  Loc kept_;
};

}  // namespace sprint::parse
