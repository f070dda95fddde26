#include "engine/cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

namespace sprint::cli {
namespace {

std::atomic<bool> stop_asked = false;
struct sigaction old_int, old_term;

void OnSignal(int) {
  if (stop_asked.exchange(true)) _exit(130);
  constexpr char Text[] = "\nstopping: calls under way end first (again: stop now)\n";
  (void)!write(STDERR_FILENO, Text, sizeof Text - 1);
}

}  // namespace

Interrupt::Interrupt() {
  stop_asked = false;
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

}  // namespace sprint::cli
