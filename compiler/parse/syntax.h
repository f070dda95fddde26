#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "compiler/parse/layout.h"
#include "grammar/SprintParser.h"

// Internal to compiler/parse: runs the generated parser.
namespace sprint::parse {

// One parser for all declarations of a file: to make a parser costs as much as to read
// a small declaration.
class Syntax {
 public:
  Syntax(std::string_view text, const Layout& layout, Log& log);
  ~Syntax();

  // Parses tokens [first, last) of the layout as one declaration and hands its tree to
  // `use`; the tree dies afterwards. Mistakes are reported, and skipped over up to the
  // next separator of the block they stand in. May throw what ANTLR throws.
  void WithTree(size_t first, size_t last,
                const std::function<void(grammar::SprintParser::DeclarationContext*)>& use);

 private:
  class Stream;
  const Layout& layout_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<grammar::SprintParser> parser_;
};

}  // namespace sprint::parse
