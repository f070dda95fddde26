#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "compiler/support/environment.h"

// Who lives, without a server to ask and without trusting the time of day.
namespace sprint::state {

// A sign of life as it is stored: the clock is the machine's since it started, which
// nobody can set, and so is worth something on that machine only.
struct Sign {
  std::string boot;       // of the kernel: its boot id
  std::string processes;  // of the pid namespace
  int64_t pid = 0;
  int64_t started = 0;  // of the process, clock ticks since boot
  int64_t beat_ms = 0;  // of the last heartbeat, on that boot's clock
  int64_t beats = 0;    // how many there were
  int64_t lasts_ms = 0;
};

// This process, now.
Sign SignOfThis(const Clock& clock, int64_t seconds);
int64_t SteadyMs(const Clock& clock);

// Judges the signs of others. On the same machine by its clock, and by looking for the
// process: who is dead holds nothing. Of another machine (a file on a network disk) by
// watching: a sign that has not changed for as long as it lasts, as this object saw it,
// is none.
class Watch {
 public:
  explicit Watch(const Clock& clock) : clock_(clock) {}
  bool Lives(const Sign& sign, int64_t token);

 private:
  struct Seen {
    int64_t token = 0, beats = -1, since_ms = 0;
  };
  const Clock& clock_;
  Seen seen_;
};

}  // namespace sprint::state
