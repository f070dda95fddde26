#include "compiler/ast/ast.h"

namespace sprint::ast {

std::string Path::text() const {
  std::string joined;
  for (const Name& part : parts) {
    if (!joined.empty()) joined += '.';
    joined += part.text;
  }
  return joined;
}

}  // namespace sprint::ast
