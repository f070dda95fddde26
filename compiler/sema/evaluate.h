#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/diag/emitter.h"
#include "compiler/ir/value.h"
#include "compiler/sema/module.h"

namespace sprint::sema {

// Evaluates expressions to values. Total: no recursion in the language, and a budget of
// steps, linear in the size of the program, whose end names the expression that used it up.
// A mistake is reported once and gives Poison, which everything accepts in silence.
class Evaluator {
 public:
  // `params` are values given from outside for the root's params, as text.
  Evaluator(const Unit& unit, diag::Emitter& emitter,
            std::vector<std::pair<std::string, std::string>> params);

  using Bindings = std::vector<std::pair<std::string, ir::Value>>;
  ir::Value Evaluate(const Module& module, const ast::Expr& expr, const Bindings& bindings = {});
  // The value of a `param`, `let` or `secret`.
  ir::Value ValueOf(const Declaration& declaration);

  // The mistakes of a name, a unit and a callee, told without evaluating anything.
  ir::Value UnknownName(const Module& module, const std::string& name, Loc loc,
                        const std::vector<std::string>& locals);
  bool CheckUnit(const ast::NumberExpr& number);
  bool CheckCallee(const Module& module, const ast::CallExpr& call);

  diag::Emitter& emitter() { return emitter_; }

 private:
  // What names mean in an expression: those of its loops, the inner ones last, then what it
  // was given.
  struct Scope {
    const Module* module;
    const Bindings& given;
    Bindings loops{};
    const ir::Value* Find(const std::string& name) const;
    std::vector<std::string> Names() const;
  };
  ir::Value Eval(Scope& scope, const ast::Expr& expr);
  ir::Value EvalName(Scope& scope, const std::string& name, Loc loc);
  ir::Value EvalMember(Scope& scope, const ast::Expr& expr, const ast::MemberExpr& member);
  ir::Value EvalIndex(Scope& scope, const ast::IndexExpr& index, Loc loc);
  ir::Value EvalCall(Scope& scope, const ast::CallExpr& call, Loc loc);
  ir::Value EvalBinary(Scope& scope, const ast::BinaryExpr& binary, Loc loc);
  ir::Value EvalText(Scope& scope, const ast::TextExpr& text);
  ir::Value EvalFor(Scope& scope, const ast::ForExpr& loop);
  ir::Value ReadFile(const Module& module, const std::vector<ir::Value>& args,
                     const ast::CallExpr& call, Loc loc);
  ir::Value CallFunction(const Declaration& function, std::vector<ir::Value> args,
                         const ast::CallExpr& call, Loc loc);
  ir::Value EvalRecord(Scope& scope, const ast::RecordExpr& record);
  ir::Value CheckParam(const Declaration& declaration, ir::Value value, bool given);
  std::vector<std::string> FunctionNames(const Module& module) const;
  ir::Value TooDeep(Loc loc);
  ir::Value Circle(const Declaration& declaration);
  ir::Value Mistake(const char* code, Loc loc, std::string message, std::string help = "");

  const Unit& unit_;
  diag::Emitter& emitter_;
  std::vector<std::pair<std::string, std::string>> params_;
  std::unordered_map<const Declaration*, ir::Value> known_;
  std::vector<const Declaration*> underway_;
  // Definitions within definitions: each takes some of the stack.
  static constexpr size_t MostDepth = 200;
  uint64_t steps_left_;
  // The outermost loop underway: what uses a budget up is a loop, not what it repeats.
  const ast::Expr* loop_ = nullptr;
};

// A built-in function on evaluated arguments. nullopt: there is none of this name.
// `mistake` says what is wrong with the arguments.
std::optional<ir::Value> CallBuiltin(const std::string& name, std::vector<ir::Value> args,
                                     std::string& mistake);
std::vector<std::string> BuiltinNames();

// Whether `value` is of `type`; what is wrong is reported, where `expr` (may be null) says
// it, else at `loc`. `what` names the value: a param, a field, an argument.
bool CheckType(const Module& module, const ast::TypeExpr& type, const ir::Value& value,
               const std::string& what, const ast::Expr* expr, Loc loc, diag::Emitter& emitter);
// "an Int", "a Text"
std::string WithArticle(const std::string& noun);

// "Time", "Text", "List", … for messages.
std::string TypeName(const ir::Value& value);
// a op b with dimensions; `mistake` says why not.
ir::Value Arithmetic(ast::BinaryOp op, const Quantity& a, const Quantity& b, std::string& mistake);
bool IsPoison(const ir::Value& value);
bool Same(const ir::Value& a, const ir::Value& b);

// `Int`, `Size`, `Component`, …: what a program cannot call a type of its own.
bool IsBuiltInType(const std::string& name);

}  // namespace sprint::sema
