#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/support/loc.h"

namespace sprint::diag {

// Collects what is wrong with the user's program. Whoever finds a mistake reports it
// and goes on, so that all independent ones are told in one run.
class Emitter {
 public:
  // How many are told at most; the rest is counted.
  static constexpr size_t Cap = 50;

  void Emit(Diagnostic diagnostic) { all_.push_back(std::move(diagnostic)); }
  bool has_errors() const;

  // In source order (file, then begin, else as emitted), without duplicates, at most
  // `Cap` and then one note "and N more". Leaves the emitter empty.
  std::vector<Diagnostic> Take();

 private:
  std::vector<Diagnostic> all_;
};

// The candidate a misspelt `name` most likely meant: the smallest edit distance, at
// most a third of the name's length and never above 5; the first of equals.
std::optional<std::string> ClosestMatch(std::string_view name,
                                        const std::vector<std::string>& candidates);

// One line a fact, for logs and golden tests:
//   a.sprint:3:5: error[E0203]: message
//   a.sprint:1:1: label: message
//   help: message
std::string RenderCompact(const std::vector<Diagnostic>& diagnostics, const SourceTable& sources);

}  // namespace sprint::diag
