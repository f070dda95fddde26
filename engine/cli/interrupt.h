#pragma once

#include <atomic>

namespace sprint::cli {

// Ctrl-C and SIGTERM while something runs: the first asks to stop (running calls end),
// the second ends the program at once with 130; the journal says what was under way.
class Interrupt {
 public:
  // `say` is printed at the first; a literal.
  explicit Interrupt(const char* say = "stopping: calls under way end first (again: stop now)");
  ~Interrupt();
  const std::atomic<bool>& flag() const;
};

}  // namespace sprint::cli
