#pragma once

#include <string>

#include "compiler/support/result.h"

namespace sprint::secrets {

// Where a secret text comes from, never the text itself:
//   env:NAME        an environment variable
//   file:PATH       a file that only its owner may read; a last line end is dropped
//   command:WORDS   what a shell command prints; a last line end is dropped
//   pass:NAME       the first line that `pass show NAME` prints
//   prompt          typed on the terminal, unseen
struct Source {
  enum class Kind { Environment, File, Command, Pass, Prompt };
  Kind kind = Kind::Prompt;
  std::string argument;
};

// InvalidArgument, saying what is possible. The text is not repeated: it could be the
// secret itself.
Result<Source> ParseSource(const std::string& text);
std::string ToText(const Source& source);

// The secret. `what` is named when asking for it: "secret `db`". NotFound: there is none;
// Denied: a file that others may read; Unavailable: a command failed. No error holds what
// was read.
Result<std::string> Fetch(const Source& source, const std::string& what);

}  // namespace sprint::secrets
