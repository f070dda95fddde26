#pragma once

#include <string>

#include "compiler/support/result.h"

namespace sprint::state {

// Where states are kept, as people write it:
//   sqlite:PATH      a file; a bare path is one too
struct Location {
  enum class Kind { Sqlite };
  Kind kind = Kind::Sqlite;
  std::string path;  // of the file
};

// InvalidArgument, saying what is possible.
Result<Location> ParseLocation(const std::string& url);

}  // namespace sprint::state
