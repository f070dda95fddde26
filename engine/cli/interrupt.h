#pragma once

#include <atomic>

namespace sprint::cli {

// Ctrl-C and SIGTERM while something runs: the first asks to stop (running calls end),
// the second ends the program at once with 130; the journal says what was under way.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  const std::atomic<bool>& flag() const;
};

}  // namespace sprint::cli
