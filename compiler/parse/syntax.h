#pragma once

#include <functional>
#include <string_view>

#include "compiler/parse/layout.h"
#include "grammar/SprintParser.h"

// Internal to compiler/parse: runs the generated parser.
namespace sprint::parse {

// Parses tokens [first, last) of `layout` as one declaration and hands its tree to
// `use`; the tree dies afterwards. Mistakes are reported, and skipped over up to the
// next separator of the block they stand in. May throw what ANTLR throws.
void WithTree(std::string_view text, const Layout& layout, size_t first, size_t last, Log& log,
              const std::function<void(grammar::SprintParser::DeclarationContext*)>& use);

}  // namespace sprint::parse
