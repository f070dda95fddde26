#include "engine/cli/patience.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <utility>

#include "compiler/support/thread.h"

namespace sprint::cli {
namespace {

bool CanRedraw() {
  const char* kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && kind && std::string_view(kind) != "dumb";
}

void Say(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

// Whoever has it may write on the terminal.
std::mutex turn;
Patience* telling = nullptr;

}  // namespace

Patience::Patience(const std::string& what, std::function<std::string()> how_far)
    : waiting_(&Say, SystemClock(), what, CanRedraw()) {
  const std::lock_guard lock(turn);
  telling = this;
  auto thread = StartThread([this, how_far = std::move(how_far)](const std::stop_token& done) {
    std::condition_variable_any never;
    std::unique_lock lock(turn);
    while (!done.stop_requested()) {
      never.wait_for(lock, done, std::chrono::milliseconds(100), [] { return false; });
      if (!done.stop_requested()) waiting_.Tick(how_far ? how_far() : "");
    }
  });
  // What takes its time goes on without a word where there is nobody to say it.
  if (thread.ok()) thread_ = thread.TakeValue();
}

Patience::~Patience() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(turn);
  telling = nullptr;
  waiting_.End();
}

Hush::Hush() : lock_(turn) {
  if (telling) telling->waiting_.End();
}

}  // namespace sprint::cli
