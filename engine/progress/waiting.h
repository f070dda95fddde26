#pragma once

#include <string>

#include "compiler/support/environment.h"
#include "engine/progress/progress.h"

namespace sprint::progress {

// Tells that something takes its time, and how far it is: on a terminal a line that is redrawn
// in place, from half a second on and several times a second; elsewhere a line every five
// seconds.
class Waiting {
 public:
  // `what`: "placing".
  Waiting(Write write, const Clock& clock, std::string what, bool terminal);
  // Many times a second, with how far it is, or "".
  void Tick(const std::string& how_far);
  // Takes the line away.
  void End();

 private:
  const Write write_;
  const Clock& clock_;
  const std::string what_;
  const bool terminal_;
  const std::chrono::steady_clock::time_point began_;
  double next_;  // s after the beginning
  bool drawn_ = false;
};

}  // namespace sprint::progress
