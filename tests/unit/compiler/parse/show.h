#pragma once

#include <string>

#include "compiler/ast/ast.h"

// The tree as one text, fully bracketed, without ranges: what tests compare.
namespace sprint::parse {

std::string ShowBlock(const ast::Block& block);

inline std::string ShowNumber(double number) {
  std::string text = std::to_string(number);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

struct ShowExpr {
  std::string operator()(const ast::ExprPtr& expr) const {
    return expr ? std::visit(*this, expr->node) : "NULL";
  }
  std::string operator()(const ast::ErrorExpr&) const { return "<error>"; }
  std::string operator()(const ast::BoolExpr& e) const { return e.value ? "true" : "false"; }
  std::string operator()(const ast::NumberExpr& e) const {
    return ShowNumber(e.value) + (e.integer ? "" : "f") + (e.unit.empty() ? "" : "_" + e.unit);
  }
  std::string operator()(const ast::TextExpr& e) const {
    std::string out = "\"";
    for (const auto& piece : e.pieces) {
      out += piece.hole ? "{" + (*this)(piece.hole) + "}" : piece.literal;
    }
    return out + "\"";
  }
  std::string operator()(const ast::NullExpr&) const { return "null"; }
  std::string operator()(const ast::NameExpr& e) const { return e.name; }
  std::string operator()(const ast::MemberExpr& e) const {
    return (*this)(e.base) + "." + e.member.text;
  }
  std::string operator()(const ast::IndexExpr& e) const {
    return (*this)(e.base) + "[" + (*this)(e.index) + "]";
  }
  std::string operator()(const ast::CallExpr& e) const {
    std::string out = (*this)(e.callee) + "(";
    for (size_t i = 0; i < e.args.size(); ++i) out += (i ? ", " : "") + (*this)(e.args[i]);
    return out + ")";
  }
  std::string operator()(const ast::UnaryExpr& e) const {
    return (e.op == ast::UnaryOp::Not ? "(not " : "(-") + (*this)(e.operand) + ")";
  }
  std::string operator()(const ast::BinaryExpr& e) const {
    static const char* const Ops[] = {"or", "and", "==", "!=", "<", "<=", ">",
                                      ">=", "+",   "-",  "*",  "/", "%"};
    return "(" + (*this)(e.left) + " " + Ops[static_cast<int>(e.op)] + " " + (*this)(e.right) + ")";
  }
  std::string operator()(const ast::FlowPathExpr& e) const {
    std::string out = "<";
    for (size_t i = 0; i < e.steps.size(); ++i) out += (i ? " -> " : "") + (*this)(e.steps[i]);
    return out + ">";
  }
  std::string operator()(const ast::AtExpr& e) const {
    return "(" + (*this)(e.operand) + " at " + e.percentile.text + ")";
  }
  std::string operator()(const ast::IfExpr& e) const {
    return "(if " + (*this)(e.condition) + " then " + (*this)(e.then_value) + " else " +
           (*this)(e.else_value) + ")";
  }
  std::string operator()(const ast::ListExpr& e) const {
    std::string out = "[";
    for (size_t i = 0; i < e.items.size(); ++i) out += (i ? ", " : "") + (*this)(e.items[i]);
    return out + "]";
  }
  std::string operator()(const ast::ForExpr& e) const {
    std::string out = "[for";
    for (const auto& name : e.variables) out += " " + name.text;
    out += " in " + (*this)(e.source);
    if (e.filter) out += " if " + (*this)(e.filter);
    return out + ": " + (*this)(e.body) + "]";
  }
  std::string operator()(const ast::RecordExpr& e) const {
    return (e.type ? e.type->text() : "") + ShowBlock(*e.body);
  }
};

inline std::string ShowType(const ast::TypeExpr& type) {
  std::string out = type.later ? "later " : "";
  if (type.secret) out += "secret ";
  switch (type.form) {
    case ast::TypeExpr::Form::Named:
      out += type.name.text();
      for (const auto& arg : type.args) out += "[" + ShowType(*arg) + "]";
      break;
    case ast::TypeExpr::Form::Record:
      out += "{";
      for (const auto& field : type.fields)
        out += field.name.text + ":" + ShowType(*field.type) + ";";
      out += "}";
      break;
    case ast::TypeExpr::Form::Union:
      for (const auto& text : type.cases) out += "|" + text.text;
      break;
    case ast::TypeExpr::Form::Error:
      out += "<error>";
      break;
  }
  return out + (type.optional ? "?" : "");
}

inline std::string ShowBlock(const ast::Block& block) {
  const ShowExpr show;
  std::string out = block.keyword.text;
  for (const auto& name : block.names) out += " " + name.text();
  if (!block.preposition.empty()) out += " <" + block.preposition + ">";
  if (block.label) out += " label:" + block.label->text;
  for (const auto& param : block.params) {
    out += " $" + param.name.text + (param.type ? ":" + ShowType(*param.type) : "");
  }
  if (block.count) {
    out += " [" + (block.count->min ? show(block.count->min) + ".." : "") + show(block.count->max) +
           "]";
  }
  if (block.type) out += " :" + block.type->text();
  if (block.declared_type) out += " :" + ShowType(*block.declared_type);
  if (block.value) out += " = " + show(block.value);
  if (!block.doc.empty()) out += " doc(" + block.doc + ")";
  if (block.braces) out += "{";
  for (const auto& item : block.items) {
    if (const auto* attribute = std::get_if<ast::Attribute>(&item)) {
      out += attribute->key.text() + "=" + show(attribute->value);
      if (!attribute->doc.empty()) out += " doc(" + attribute->doc + ")";
    } else {
      out += ShowBlock(*std::get<ast::BlockPtr>(item));
    }
    out += "; ";
  }
  if (block.braces) out += "}";
  return out;
}

inline std::string ShowFile(const ast::File& file) {
  std::string out = file.doc.empty() ? "" : "doc(" + file.doc + ")\n";
  for (const auto& block : file.declarations) out += ShowBlock(*block) + "\n";
  return out;
}

}  // namespace sprint::parse
