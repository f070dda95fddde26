#include "engine/cli/interrupt.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sprint::cli {
namespace {

std::atomic<int> inside = 0;
std::atomic<bool> stop_asked = false, cancel_asked = false, cancels = false;
std::atomic<const char*> said = nullptr;
constexpr char LeftText[] =
    "\nleft at once: the next run finds out what became of the calls under way\n";

void OnSignal(int) {
  // Whoever is interrupted may be about to look at it.
  const int error = errno;
  if (stop_asked.exchange(true)) {
    if (!cancels || cancel_asked.exchange(true)) {
      if (cancels) (void)!write(STDERR_FILENO, LeftText, sizeof LeftText - 1);
      _exit(130);
    }
  } else if (const char* text = said) {
    (void)!write(STDERR_FILENO, "\n", 1);
    (void)!write(STDERR_FILENO, text, strlen(text));
    (void)!write(STDERR_FILENO, "\n", 1);
  }
  errno = error;
}

}  // namespace

Interrupt::Interrupt(const char* say, Second second) : said_(said), cancels_(cancels) {
  if (inside++ == 0) stop_asked = cancel_asked = false;
  said = say;
  cancels = second == Second::Cancels;
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &int_);
  sigaction(SIGTERM, &action, &term_);
  // Whoever was told to outlive its terminal (nohup) does.
  sigaction(SIGHUP, nullptr, &hup_);
  if (hup_.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, &pipe_);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &int_, nullptr);
  sigaction(SIGTERM, &term_, nullptr);
  sigaction(SIGHUP, &hup_, nullptr);
  sigaction(SIGPIPE, &pipe_, nullptr);
  said = said_;
  cancels = cancels_;
  --inside;
}

const std::atomic<bool>& Interrupt::flag() const { return stop_asked; }
const std::atomic<bool>& Interrupt::cancel() const { return cancel_asked; }

}  // namespace sprint::cli
