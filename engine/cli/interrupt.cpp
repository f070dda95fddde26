#include "engine/cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <cstring>

namespace sprint::cli {
namespace {

std::atomic<bool> stop_asked = false, cancel_asked = false, cancels = false;
const char* volatile said = "";
constexpr char LeftText[] =
    "\nleft at once: the next run finds out what became of the calls under way\n";
struct sigaction old_int, old_term;

void OnSignal(int) {
  if (stop_asked.exchange(true)) {
    if (!cancels || cancel_asked.exchange(true)) {
      if (cancels) (void)!write(STDERR_FILENO, LeftText, sizeof LeftText - 1);
      _exit(130);
    }
    return;
  }
  if (!said) return;
  (void)!write(STDERR_FILENO, "\n", 1);
  (void)!write(STDERR_FILENO, said, strlen(said));
  (void)!write(STDERR_FILENO, "\n", 1);
}

}  // namespace

Interrupt::Interrupt(const char* say, Second second) {
  said = say;
  cancels = second == Second::Cancels;
  stop_asked = false;
  cancel_asked = false;
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &old_int);
  sigaction(SIGTERM, &action, &old_term);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &old_int, nullptr);
  sigaction(SIGTERM, &old_term, nullptr);
}

const std::atomic<bool>& Interrupt::flag() const { return stop_asked; }
const std::atomic<bool>& Interrupt::cancel() const { return cancel_asked; }

}  // namespace sprint::cli
