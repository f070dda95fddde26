#pragma once

#include <string>

#include "compiler/support/loc.h"

namespace sprint::parse {

// The one way to write `file`: two spaces a level, one space between words, at most one
// blank line, attributes and one-line blocks that follow each other in columns. Which
// things share a line is left to the writer, but a block is on one line or begins and
// ends its own. Comments and texts stay as they are. Formatting twice changes nothing,
// and what is parsed is the same. A text with syntax errors comes back unchanged.
std::string Format(FileId file, const SourceTable& sources);

}  // namespace sprint::parse
