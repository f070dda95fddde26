#include "engine/progress/waiting.h"

#include <utility>

#include "engine/progress/board.h"

namespace sprint::progress {

namespace {

// s: what is quicker is not worth a word.
constexpr double FirstDrawing = 0.5, Redrawing = 0.2, Line = 5;

}  // namespace

Waiting::Waiting(Write write, const Clock& clock, std::string what, bool terminal)
    : write_(std::move(write)),
      clock_(clock),
      what_(std::move(what)),
      terminal_(terminal),
      began_(clock.Steady()),
      next_(terminal ? FirstDrawing : Line) {}

void Waiting::Tick(const std::string& how_far) {
  const double now = std::chrono::duration<double>(clock_.Steady() - began_).count();
  if (now < next_) return;
  next_ = now + (terminal_ ? Redrawing : Line);
  const std::string text = what_ + ": " + Duration(now) + (how_far.empty() ? "" : ", ") + how_far;
  write_(terminal_ ? "\r\033[K" + text : "  ... " + text + "\n");
  drawn_ = terminal_;
}

void Waiting::End() {
  if (drawn_) write_("\r\033[K");
  drawn_ = false;
}

}  // namespace sprint::progress
