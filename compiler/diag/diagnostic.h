#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/support/loc.h"

namespace sprint::diag {

enum class Severity { Error, Warning, Note };

// Another place that explains the message.
struct Label {
  Loc loc;
  std::string message;
};

// A change that certainly mends it: replace `loc` by `text`.
struct Fix {
  Loc loc;
  std::string text;
};

// One fact about the user's program. `loc` is the narrowest text to change.
struct Diagnostic {
  std::string code;  // "E0203"
  Severity severity = Severity::Error;
  Loc loc;
  std::string message;
  std::vector<Label> labels;
  std::string help;
  std::optional<Fix> fix;
};

}  // namespace sprint::diag
