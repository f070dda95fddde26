#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

// Processes of this machine, named so that a pid used again by somebody else is
// never taken for ours.
namespace sprint::local {

struct ProcessId {
  pid_t pid = 0;
  // Clock ticks from boot to its start: field 22 of /proc/PID/stat (proc(5)).
  uint64_t start = 0;

  friend bool operator==(const ProcessId&, const ProcessId&) = default;
};

// {0, 0} when there is no such process, or it is a zombie.
ProcessId Identify(pid_t pid);
bool Alive(const ProcessId& process);
// False when it has gone; never reaches another process that has its number now.
bool Signal(const ProcessId& process, int signal);

// Everything we start carries this variable; its children inherit it.
inline constexpr const char* MarkerName = "SPRINT_LOCAL_INSTANCE";
std::vector<ProcessId> Marked(const std::string& marker);
// Kills all of them, the ones they start meanwhile too. False if some would not die.
bool KillMarked(const std::string& marker);

// Changes with every boot of the kernel.
std::string BootId();

}  // namespace sprint::local
