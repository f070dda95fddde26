#pragma once

#include <atomic>
#include <csignal>

namespace sprint::cli {

// Ctrl-C, SIGTERM and the end of the terminal while something runs. The first asks to stop:
// nothing new starts, running calls end. The second ends the program at once with 130, or asks
// to cancel, by which running calls are ended and what is known is saved; then the third ends
// it. The journal says what was under way. A reader of the output that goes stops nothing.
//
// One within another goes on with what the other was asked, and leaves it what it is asked.
class Interrupt {
 public:
  enum class Second { Ends, Cancels };
  // `say` is printed at the first; a literal, or null when the run tells of it itself.
  explicit Interrupt(const char* say = "stopping: calls under way end first (again: stop now)",
                     Second second = Second::Ends);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  const std::atomic<bool>& flag() const;
  const std::atomic<bool>& cancel() const;

 private:
  // What was in force before.
  const char* said_;
  bool cancels_;
  struct sigaction int_, term_, hup_, pipe_;
};

}  // namespace sprint::cli
