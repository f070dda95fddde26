#pragma once

#include <cstddef>
#include <typeinfo>
#include <vector>

#include "Parser.h"
#include "ParserRuleContext.h"
#include "TokenStream.h"
#include "tree/TerminalNode.h"

// What the generated parser derives from instead of the runtime's own. It does the same, for
// a grammar whose contexts are all of the generated kind, in two thirds of the time: there a
// rule is a std::function and three dynamic_casts, and an accessor two for each child.
namespace sprint::grammar {

// `node` as a T, if that is what it is and no class derived from it; null else.
template <typename T>
T* As(antlr4::tree::ParseTree* node) {
  return node != nullptr && typeid(*node) == typeid(T) ? static_cast<T*>(node) : nullptr;
}

class Context : public antlr4::ParserRuleContext {
 public:
  // Most have so many children; one by one a vector grows by copying.
  Context(ParserRuleContext* parent, size_t state) : ParserRuleContext(parent, state) {
    children.reserve(3);
  }

  // What `tree->expr(i)` and `tree->expr()` come to.
  template <typename T>
  T* getRuleContext(size_t i) {
    for (antlr4::tree::ParseTree* child : children) {
      if (T* found = As<T>(child); found != nullptr && i-- == 0) return found;
    }
    return nullptr;
  }
  template <typename T>
  std::vector<T*> getRuleContexts() {
    std::vector<T*> found;
    for (antlr4::tree::ParseTree* child : children) {
      if (T* match = As<T>(child)) found.push_back(match);
    }
    return found;
  }
};

// Generated rules call what is here by name: it shadows where it cannot override.
class BaseParser : public antlr4::Parser {
 public:
  using Parser::Parser;

  void enterRule(antlr4::ParserRuleContext* context, size_t state, size_t) override {
    setState(state);
    _ctx = context;
    _ctx->start = _input->LT(1);
    if (Context* parent = Parent()) parent->addChild(_ctx);
  }
  void exitRule() {
    _ctx->stop = _input->LT(_matchedEOF ? 1 : -1);
    setState(_ctx->invokingState);
    _ctx = Parent();
  }
  // Only labelled alternatives have a context of their own, and there are none.
  void enterOuterAlt(antlr4::ParserRuleContext*, size_t) override {}

 protected:
  // In place of antlrcpp::finally.
  template <typename F>
  class AtEnd {
   public:
    explicit AtEnd(F run) : run_(run) {}
    ~AtEnd() { run_(); }
    AtEnd(const AtEnd&) = delete;

   private:
    F run_;
  };
  template <typename F>
  static AtEnd<F> finally(F run) {
    return AtEnd<F>(run);
  }

 private:
  Context* Parent() const { return static_cast<Context*>(_ctx->parent); }
};

}  // namespace sprint::grammar
