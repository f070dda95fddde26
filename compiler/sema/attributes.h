#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/sema/evaluate.h"

namespace sprint::sema {

// The most that any number of a program may be, in base units. Whole numbers are exact up to
// there, and sums and products of them stay numbers that others beside them are not lost in.
inline constexpr double MostFigure = 1e15;

// What an attribute of a block may be.
struct Spec {
  enum class Form { Quantity, Int, Number, Text, Bool, Case, Cases, Texts, Reference, Any, Free };
  std::string name;
  Form form = Form::Any;
  Dimension dimension;             // Quantity
  std::vector<std::string> cases;  // Case, Cases: names; empty: any name.  Reference: keywords
  bool required = false;
  std::string unit = "";     // Quantity: the unit to suggest, where the usual one would be odd
  double most = MostFigure;  // Quantity, Int, Number; in base units

  std::string Unit() const;
};

// A block's attributes after checking. What was wrong is absent, and reported.
class Attributes {
 public:
  bool Has(const std::string& name) const { return found_.contains(name); }
  double Number(const std::string& name, double otherwise) const;
  std::string Text(const std::string& name, const std::string& otherwise = "") const;
  bool Bool(const std::string& name, bool otherwise = false) const;
  std::vector<std::string> Texts(const std::string& name) const;
  const ir::Value* Value(const std::string& name) const;
  const Declaration* Reference(const std::string& name) const;
  Loc ValueLoc(const std::string& name) const;
  Loc KeyLoc(const std::string& name) const;

 private:
  friend class AttributeReader;
  struct Entry {
    const ast::Attribute* attribute = nullptr;
    ir::Value value;
    const Declaration* reference = nullptr;
  };
  std::map<std::string, Entry> found_;
};

class AttributeReader {
 public:
  AttributeReader(Evaluator& evaluator, const Module& module)
      : evaluator_(evaluator), module_(module) {}

  diag::Emitter& emitter() { return evaluator_.emitter(); }

  // Reads the attributes of `block` against `specs`. Blocks inside must have one of the
  // keywords `blocks`. With `open`, attributes that no spec names are evaluated as they are.
  Attributes Read(const ast::Block& block, const std::vector<Spec>& specs,
                  const std::vector<std::string>& blocks = {}, bool open = false,
                  const Evaluator::Bindings& bindings = {});

  // One value against one spec; nullopt after reporting.
  std::optional<ir::Value> ReadValue(const ast::Expr& expr, const Spec& spec,
                                     const Evaluator::Bindings& bindings = {});
  // A dotted path to a declaration of one of `keywords`; null after reporting.
  const Declaration* ReadReference(const ast::Path& path, const std::vector<std::string>& keywords,
                                   size_t* used = nullptr);

 private:
  Evaluator& evaluator_;
  const Module& module_;
};

// The blocks of `block` with this keyword.
std::vector<const ast::Block*> Inner(const ast::Block& block, const std::string& keyword);
// "node or function_service"
std::string Plainly(const std::vector<std::string>& keywords);
// "`a`, `b` or `c`"
std::string Joined(const std::vector<std::string>& items, const char* last = "or");

}  // namespace sprint::sema
