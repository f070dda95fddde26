#pragma once

#include "compiler/ast/ast.h"
#include "compiler/diag/emitter.h"
#include "compiler/support/loc.h"

namespace sprint::parse {

// What one file may cost. Each stops an attack: a huge file, a tower of brackets that
// would overflow the stack of whoever walks the tree, a storm of errors.
struct Limits {
  size_t bytes = 64u << 20;
  size_t tokens = 16'000'000;
  // Of one declaration: each has a tree of its own, which is thirty times as large.
  size_t declaration = 500'000;
  // Brackets within brackets.
  size_t depth = 200;
  // Operators of one expression: `a + b + c` is a tree of depth two.
  size_t operators = 1000;
  // Declarations behind this many errors are not read. Fewer than an emitter tells, so that
  // it is told.
  size_t errors = 40;
};

// The tree of `file`. Never throws; every mistake goes to `emitter` (codes E01xx) and
// costs at most the declaration, mostly only the line, that it stands in.
// What a consumer may rely on, also after errors:
//   - Attribute::value is never null (ErrorExpr where nothing could be read), nor are
//     the children of an Expr except those that ast.h says may be;
//   - a Block has the `names` its form lists, in number and none of them empty; one
//     whose names could not be read is left out;
//   - `require`, `prefer`, `minimize`, `maximize`, `let`, `output`, `function` and
//     `measured` have a value; `type` has a declared_type (Form::Error if unread).
// Beyond what ast.h shows: `import … version "1"` puts the version into an Attribute
// `version`; the percentile of `at p95` is "p95"; `moved a -> b` is of the form of
// `flow`; the result type of `function f(a): T = e` is in declared_type.
ast::File Parse(FileId file, const SourceTable& sources, diag::Emitter& emitter,
                const Limits& limits = {});

}  // namespace sprint::parse
