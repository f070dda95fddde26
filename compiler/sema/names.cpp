#include <algorithm>

#include "compiler/sema/builder.h"

namespace sprint::sema {
namespace {

// Walks expressions that evaluation may pass over: the other branch of an `if`, the body of
// a function that nobody calls, of a loop over nothing. What evaluation finds too is told
// once, since equal diagnostics are.
class NameWalker {
 public:
  NameWalker(Evaluator& evaluator, const Module& module) : evaluator_(evaluator), module_(module) {}

  std::vector<std::string> locals;

  void Walk(const ast::Expr& expr) {
    struct Visit {
      NameWalker& self;
      const ast::Expr& expr;
      void operator()(const ast::ErrorExpr&) {}
      void operator()(const ast::BoolExpr&) {}
      void operator()(const ast::NullExpr&) {}
      void operator()(const ast::NumberExpr& e) { self.evaluator_.CheckUnit(e); }
      void operator()(const ast::TextExpr& e) {
        for (const ast::TextExpr::Piece& piece : e.pieces) {
          if (piece.hole) self.Walk(*piece.hole);
        }
      }
      void operator()(const ast::NameExpr& e) { self.Name(e.name, expr.loc); }
      void operator()(const ast::MemberExpr& e) {
        // `alias.Thing` is resolved as a whole, by evaluation.
        const auto path = AsPath(expr);
        if (path && self.module_.imports.contains(path->parts[0].text)) return;
        self.Walk(*e.base);
      }
      void operator()(const ast::IndexExpr& e) {
        self.Walk(*e.base);
        self.Walk(*e.index);
      }
      void operator()(const ast::CallExpr& e) {
        self.evaluator_.CheckCallee(self.module_, e);
        for (const ast::ExprPtr& arg : e.args) self.Walk(*arg);
      }
      void operator()(const ast::UnaryExpr& e) { self.Walk(*e.operand); }
      void operator()(const ast::BinaryExpr& e) {
        self.Walk(*e.left);
        self.Walk(*e.right);
      }
      void operator()(const ast::FlowPathExpr&) {}
      void operator()(const ast::AtExpr& e) { self.Walk(*e.operand); }
      void operator()(const ast::IfExpr& e) {
        self.Walk(*e.condition);
        self.Walk(*e.then_value);
        self.Walk(*e.else_value);
      }
      void operator()(const ast::ListExpr& e) {
        for (const ast::ExprPtr& item : e.items) self.Walk(*item);
      }
      void operator()(const ast::ForExpr& e) {
        self.Walk(*e.source);
        const size_t before = self.locals.size();
        for (const ast::Name& variable : e.variables) self.locals.push_back(variable.text);
        if (e.filter) self.Walk(*e.filter);
        self.Walk(*e.body);
        self.locals.resize(before);
      }
      void operator()(const ast::RecordExpr& e) {
        if (!e.body) return;
        for (const auto& item : e.body->items) {
          if (const auto* attribute = std::get_if<ast::Attribute>(&item)) {
            self.Walk(*attribute->value);
          }
        }
      }
    };
    std::visit(Visit{*this, expr}, expr.node);
  }

 private:
  void Name(const std::string& name, Loc loc) {
    if (std::find(locals.begin(), locals.end(), name) != locals.end()) return;
    if (module_.declarations.contains(name)) return;
    evaluator_.UnknownName(module_, name, loc, locals);
  }

  Evaluator& evaluator_;
  const Module& module_;
};

}  // namespace

void CheckNames(Builder& builder) {
  for (const Declaration* declaration : Declared(builder, {"param", "let", "output", "function"})) {
    const ast::Block& block = *declaration->block;
    if (!block.value) continue;
    NameWalker walker(builder.evaluator, *declaration->module);
    std::map<std::string, Loc> params;
    for (const ast::Param& param : block.params) {
      walker.locals.push_back(param.name.text);
      const auto [first, fresh] = params.try_emplace(param.name.text, param.name.loc);
      if (fresh) continue;
      builder.emitter
          .Error("E0207", param.name.loc, "there are two parameters `" + param.name.text + "`")
          .Label(first->second, "first declared here");
    }
    walker.Walk(*block.value);
  }
}

}  // namespace sprint::sema
