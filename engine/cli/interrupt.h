#pragma once

#include <atomic>

namespace sprint::cli {

// Ctrl-C and SIGTERM while something runs. The first asks to stop: nothing new starts,
// running calls end. The second ends the program at once with 130, or asks to cancel, by
// which running calls are ended and what is known is saved; then the third ends it. The
// journal says what was under way.
class Interrupt {
 public:
  enum class Second { Ends, Cancels };
  // `say` is printed at the first; a literal, or null when the run tells of it itself.
  explicit Interrupt(const char* say = "stopping: calls under way end first (again: stop now)",
                     Second second = Second::Ends);
  ~Interrupt();
  const std::atomic<bool>& flag() const;
  const std::atomic<bool>& cancel() const;
};

}  // namespace sprint::cli
