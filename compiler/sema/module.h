#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/support/environment.h"

namespace sprint::sema {

struct Module;

// A named thing of a file. Its address is its identity.
struct Declaration {
  std::string name;
  const ast::Block* block = nullptr;
  const Module* module = nullptr;
  const std::string& keyword() const { return block->keyword.text; }
};

// One source file with what it declares and what it imports.
struct Module {
  std::string name;    // "std.local", or the path of a file
  std::string prefix;  // before the names it declares when they are shown: "local.", or ""
  bool library = false;
  ast::File file;
  std::map<std::string, Declaration> declarations;
  std::map<std::string, const Module*> imports;  // by alias
};

// Every file of a program; the first is the root. Shared with the templates of hosts,
// which are evaluated long after analysis.
struct Unit {
  std::vector<std::unique_ptr<Module>> modules;
  size_t bytes = 0;  // of their texts
  // For `file(…)`; must live as long as the templates made of the unit. Null: no files.
  const FileSystem* files = nullptr;

  // The text of a file that a module names, beside it, and its path. InvalidArgument when it
  // is larger than `most` bytes, or there are no files for this module.
  Result<std::string> ReadBeside(const Module& module, const std::string& name, size_t most) const;
};
// The path of `name` seen from where the module's own file is.
std::string PathBeside(const Module& module, const std::string& name);

// What a dotted path means: a declaration, and the parts that follow it.
struct Resolved {
  const Declaration* declaration = nullptr;  // null: none
  size_t used = 0;                           // parts consumed
};
Resolved Resolve(const Module& module, const ast::Path& path);
// `a.b.c` written as an expression, as a path; nullopt for anything else.
std::optional<ast::Path> AsPath(const ast::Expr& expr);
// The name under which a block is declared: the second one of a resource, whose first is
// its type. `block` has names.
const ast::Path& NameOf(const ast::Block& block);
// The candidate that `name` was most likely meant to be. Nothing for a single letter: any
// other name is as near.
std::optional<std::string> Meant(std::string_view name, const std::vector<std::string>& candidates);
// What could have been meant, for suggestions.
std::vector<std::string> VisibleNames(const Module& module);

}  // namespace sprint::sema
