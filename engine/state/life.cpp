#include "engine/state/life.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace sprint::state {
namespace {

std::string BootId() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

std::string ProcessNamespace() {
  struct stat info {};
  return stat("/proc/self/ns/pid", &info) == 0 ? std::to_string(info.st_ino) : "";
}

// Field 22 of /proc/PID/stat (proc(5)); 0 when there is no such process. The second
// field is the program's name in brackets and may hold anything, brackets too.
int64_t StartOf(int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return 0;
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) rest >> field;
  return std::strtoll(field.c_str(), nullptr, 10);
}

}  // namespace

int64_t SteadyMs(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.Steady().time_since_epoch())
      .count();
}

Sign SignOfThis(const Clock& clock, int64_t seconds) {
  Sign sign;
  sign.boot = BootId();
  sign.processes = ProcessNamespace();
  sign.pid = getpid();
  sign.started = StartOf(sign.pid);
  sign.beat_ms = SteadyMs(clock);
  sign.lasts_ms = seconds * 1000;
  return sign;
}

bool Watch::Lives(const Sign& sign, int64_t token) {
  const int64_t now = SteadyMs(clock_);
  if (!sign.boot.empty() && sign.boot == BootId()) {
    if (now - sign.beat_ms >= sign.lasts_ms) return false;
    // A process that cannot be seen from here is not taken for dead.
    return sign.processes.empty() || sign.processes != ProcessNamespace() ||
           StartOf(sign.pid) == sign.started;
  }
  if (seen_.token != token || seen_.beats != sign.beats) seen_ = {token, sign.beats, now};
  return now - seen_.since_ms < sign.lasts_ms;
}

}  // namespace sprint::state
