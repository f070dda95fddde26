#include "providers/local/machine.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <thread>

#include "compiler/support/environment.h"

namespace sprint::local {
namespace {

// Of a file in /proc; nothing where there is none, be it that its process went between opening
// and reading.
std::string TextOf(const std::string& file) {
  Result<std::string> text = RealFileSystem().Read("/proc/" + file);
  return text.ok() ? text.TakeValue() : "";
}

}  // namespace

ProcessId Identify(pid_t pid) {
  std::string stat = TextOf(std::to_string(pid) + "/stat");
  // The name, in brackets, may hold anything; what follows does not.
  size_t after = stat.rfind(')');
  if (after == std::string::npos) return {};
  std::istringstream fields(stat.substr(after + 1));
  std::string field;
  fields >> field;
  if (field == "Z" || field == "X") return {};
  for (int i = 4; i < 22; ++i) fields >> field;
  uint64_t start = 0;
  return fields >> start ? ProcessId{pid, start} : ProcessId{};
}

bool Alive(const ProcessId& process) { return process.pid > 0 && Identify(process.pid) == process; }

bool Signal(const ProcessId& process, int signal) {
  if (process.pid <= 0) return false;
  // By number: the header of glibc 2.36 does not declare these for C++.
  int fd = static_cast<int>(syscall(SYS_pidfd_open, process.pid, 0));
  if (fd < 0) return false;
  // Whoever the descriptor stands for cannot change any more: compare, then send.
  bool sent = Identify(process.pid) == process &&
              syscall(SYS_pidfd_send_signal, fd, signal, nullptr, 0) == 0;
  close(fd);
  return sent;
}

std::vector<ProcessId> Marked(const std::string& marker) {
  std::vector<ProcessId> found;
  std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc"), closedir);
  if (folder == nullptr) return found;
  const std::string wanted = std::string(MarkerName) + "=" + marker;
  while (const dirent* entry = readdir(folder.get())) {
    pid_t pid = std::atoi(entry->d_name);
    if (pid <= 0) continue;
    std::string environment = TextOf(std::to_string(pid) + "/environ");
    size_t at = environment.find(wanted);
    if (at == std::string::npos || (at > 0 && environment[at - 1] != '\0')) continue;
    size_t end = at + wanted.size();
    if (end < environment.size() && environment[end] != '\0') continue;
    if (ProcessId id = Identify(pid); id.pid != 0) found.push_back(id);
  }
  std::sort(found.begin(), found.end(),
            [](const ProcessId& a, const ProcessId& b) { return a.start < b.start; });
  return found;
}

bool KillMarked(const std::string& marker) {
  auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  while (true) {
    std::vector<ProcessId> left = Marked(marker);
    if (left.empty()) return true;
    // Oldest first: the supervisor, before it starts another one.
    for (const ProcessId& process : left) Signal(process, SIGKILL);
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string BootId() {
  std::string id = TextOf("sys/kernel/random/boot_id");
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

}  // namespace sprint::local
