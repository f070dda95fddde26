#pragma once

#include <functional>
#include <memory>
#include <string>

#include "compiler/support/environment.h"
#include "engine/apply/apply.h"

// What is told while a plan is carried out: to people at a terminal, to a log, to programs.
namespace sprint::progress {

// Interrupted once: nothing new starts. Twice: what runs is ended.
enum class Interrupted { No, Once, Twice };

// Called from one thread, Begin first and End last.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void Begin(const plan::Plan& plan) = 0;
  virtual void On(const apply::Event& event) = 0;
  // Many times a second; `interrupted` never goes back.
  virtual void Tick(Interrupted interrupted) = 0;
  virtual void End(const apply::Report& report) = 0;
};

// Takes what is to be shown, whole lines or a whole redrawing at a time.
using Write = std::function<void(const std::string&)>;

// A line for every event. While nothing happens a line says after a second what is being
// waited for, and then every five.
std::unique_ptr<Progress> Lines(Write write, const Clock& clock);

// What of the terminal can be drawn on, in characters.
struct Screen {
  size_t columns = 80, rows = 24;
};
// Smaller screens get lines.
inline constexpr Screen SmallestScreen{40, 8};

// A table at the end of the screen, redrawn in place at most ten times a second: what runs
// with its time, and how much is done, failed and waits. What has finished scrolls away
// above it. `screen` is asked every time, since windows change.
std::unique_ptr<Progress> Table(Write write, const Clock& clock, std::function<Screen()> screen,
                                bool colour);

}  // namespace sprint::progress
