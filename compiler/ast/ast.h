#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/support/loc.h"

// The tree of one source file, as written. Nodes are immutable after parsing, own
// their children by value or unique_ptr, carry byte ranges and no behaviour.
// Expressions are one family; everything between braces is a Block whose items are
// of a few forms. What a block may hold is not the grammar's business but sema's:
// so an unknown attribute gets a suggestion instead of a syntax error.
namespace sprint::ast {

struct Name {
  std::string text;
  Loc loc;
};

// `edge.RaspberryPi4`, `app.Detect.tiny`, `Frame`.
struct Path {
  std::vector<Name> parts;
  Loc loc;
  std::string text() const;
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;
struct Block;
using BlockPtr = std::unique_ptr<Block>;

// What the parser could not read; already reported, accepted in silence later.
struct ErrorExpr {};
struct BoolExpr {
  bool value;
};
// `2`, `1.8 MiB`, `40 %`, `0.002 EUR/h`; `unit` empty for a bare number.
struct NumberExpr {
  double value;
  bool integer;  // written without a point
  std::string unit;
  Loc unit_loc;
};
// "10.0.0.{11 + index}": literal pieces and holes in turn. Escapes are resolved.
struct TextExpr {
  struct Piece {
    std::string literal;
    ExprPtr hole;  // null for a literal piece
  };
  std::vector<Piece> pieces;
};
struct NullExpr {};
struct NameExpr {
  std::string name;
};
struct MemberExpr {
  ExprPtr base;
  Name member;
};
struct IndexExpr {
  ExprPtr base;
  ExprPtr index;
};
struct CallExpr {
  ExprPtr callee;
  std::vector<ExprPtr> args;
};
enum class UnaryOp { Not, Minus };
struct UnaryExpr {
  UnaryOp op;
  ExprPtr operand;
};
enum class BinaryOp { Or, And, Eq, Ne, Lt, Le, Gt, Ge, Add, Sub, Mul, Div, Mod };
struct BinaryExpr {
  BinaryOp op;
  Loc op_loc;
  ExprPtr left;
  ExprPtr right;
};
// `Blur -> Detect -> Report`, two or more steps.
struct FlowPathExpr {
  std::vector<ExprPtr> steps;
};
// `condition at p95`
struct AtExpr {
  ExprPtr operand;
  Name percentile;
};
struct IfExpr {
  ExprPtr condition, then_value, else_value;
};
struct ListExpr {
  std::vector<ExprPtr> items;
};
// `[for x in xs if c: e]`, `[for k, v in m: e]`
struct ForExpr {
  std::vector<Name> variables;
  ExprPtr source;
  ExprPtr filter;  // may be null
  ExprPtr body;
};
// `{ a = 1, b = 2 }` with no type, or `openstack.Cloud { … }`.
struct RecordExpr {
  std::optional<Path> type;
  BlockPtr body;
};

struct Expr {
  using Node = std::variant<ErrorExpr, BoolExpr, NumberExpr, TextExpr, NullExpr, NameExpr,
                            MemberExpr, IndexExpr, CallExpr, UnaryExpr, BinaryExpr, FlowPathExpr,
                            AtExpr, IfExpr, ListExpr, ForExpr, RecordExpr>;
  Loc loc;
  Node node;
};

// A type as written: `Int`, `List[Text]`, `Text?`, `later Text`, `secret Text`,
// `{ a: Int, b: Text? }`, `"a" | "b"`.
struct TypeExpr {
  enum class Form { Named, Record, Union, Error };
  struct Field {
    Name name;
    std::unique_ptr<TypeExpr> type;
  };
  Form form = Form::Error;
  Path name;                                    // Named
  std::vector<std::unique_ptr<TypeExpr>> args;  // List[T]
  std::vector<Field> fields;                    // Record
  std::vector<Name> cases;                      // Union of texts
  bool optional = false, later = false, secret = false;
  Loc loc;
};

// `name = value`; the key may be dotted or a text: `edge.RaspberryPi4 = 180 ms`.
struct Attribute {
  Path key;
  ExprPtr value;
  Loc loc;
  std::string doc;
};

// `[3]` (min absent), `[0..4]`
struct Count {
  ExprPtr min;
  ExprPtr max;
  Loc loc;
};

// Everything of the form `keyword … { … }` or `keyword …` without braces:
//   component Blur { … }      keyword, names=[Blur]
//   declassify Frame { … }    keyword, names=[Frame]
//   nodes rpi[3]: K { … }     keyword, names, count, type
//   link a <-> b { … }        keyword, names=[a, b]
//   flow X -> Y { … }         keyword, names=[X, Y, …]
//   measured X on K = t       keyword, names=[X, K], value
//   pin X in zone / forbid X on K / forbid X in zone   names=[X, K], preposition "in" | "on"
//   deploy A on T { … }       keyword, names=[A, T]
//   require n: cond / prefer cond { weight = p }       label, value
//   minimize cost / maximize accuracy(X)               value
//   run(c) { … }              keyword, params=[c]
//   resource local.zone z { } names=[local.zone, z]
//   param x: Int = 4 { … }    names=[x], declared_type, value
//   let x = e, output x = e, secret x   names=[x], value
//   function f(a: Int, b) = e           names=[f], params, value
//   type T = { … }                      names=[T], declared_type
//   import std.edge / import "f" as m version "1"   names=[path], value=text, label=alias
struct Param {
  Name name;
  std::unique_ptr<TypeExpr> type;  // may be null
};
struct Block {
  Name keyword;
  std::vector<Path> names;
  std::string preposition;
  std::optional<Name> label;
  std::vector<Param> params;
  std::unique_ptr<Count> count;
  std::optional<Path> type;  // after `:` of nodes, machines, functions
  std::unique_ptr<TypeExpr> declared_type;
  ExprPtr value;
  bool braces = false;
  std::vector<std::variant<Attribute, BlockPtr>> items;
  Loc loc;
  Loc header_loc;   // from the keyword to just before the opening brace
  std::string doc;  // the `///` lines above, without the slashes
};

struct File {
  FileId id = FileId::None;
  std::string doc;  // leading `///` block that belongs to no declaration
  std::vector<BlockPtr> declarations;
};

}  // namespace sprint::ast
