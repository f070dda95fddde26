#include "providers/local/cgroups.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

namespace sprint::local {
namespace {

namespace fs = std::filesystem;

// Microseconds. Short, so that a slice is evenly slow: with the kernel's default of
// 100 ms a request of 50 ms runs at full speed and the next one stands still. But not
// shorter: the kernel leaves up to 1 ms of a quota with each processor that a thread has
// just left, so that of a quota of a few ms much is lost. It takes none below 1 ms.
constexpr double Period = 10'000;
constexpr double LeastQuota = 1'000;
// More than any machine has, and still a whole number.
constexpr double MostFigure = 1e15;

// A slice stands for a machine of its own, so it gets its quota whatever else is busy here:
// twenty times the share of an ordinary group (cgroups(7): 100 or 1024).
constexpr const char* Weight = "2000";
constexpr const char* Shares = "20480";

Status WriteFile(const std::string& path, const std::string& text) {
  int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  bool written = fd >= 0 && write(fd, text.data(), text.size()) == ssize_t(text.size());
  int error = errno;
  if (fd >= 0) close(fd);
  if (written) return Ok();
  return Error(ErrorCode::Internal, "cannot write " + path + ": " + std::strerror(error));
}

Status MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0755) == 0 || errno == EEXIST) return Ok();
  return Error(ErrorCode::Internal, "cannot make " + path + ": " + std::strerror(errno));
}

bool Lists(const std::string& words, const std::string& word, char separator) {
  std::istringstream stream(words);
  for (std::string item; std::getline(stream, item, separator);) {
    if (item == word) return true;
  }
  return false;
}

bool KillMembers(const std::string& folder) {
  bool any = false;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; it != end && !error; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) any |= KillMembers(it->path());
  }
  std::ifstream procs(folder + "/cgroup.procs");
  for (pid_t pid = 0; procs >> pid; any = true) kill(pid, SIGKILL);
  return any;
}

bool RemoveFolders(const std::string& folder) {
  std::vector<fs::path> inner;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; it != end && !error; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) inner.push_back(it->path());
  }
  for (const fs::path& path : inner) RemoveFolders(path);
  return rmdir(folder.c_str()) == 0 || errno == ENOENT;
}

}  // namespace

Cgroups Cgroups::Detect() {
  Cgroups found;
  std::string unified;
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    // "ID PARENT DEV ROOT POINT OPTIONS... - TYPE SOURCE SUPER_OPTIONS": proc(5).
    std::istringstream fields(line);
    std::string field, point, type, source, options;
    for (int i = 0; i < 5; ++i) fields >> (i == 4 ? point : field);
    while (fields >> field && field != "-") {
    }
    fields >> type >> source >> options;
    if (type == "cgroup2") unified = point;
    if (type == "cgroup" && Lists(options, "cpu", ',')) found.cpu_ = point;
    if (type == "cgroup" && Lists(options, "memory", ',')) found.memory_ = point;
  }
  if (found.cpu_.empty() && !unified.empty()) {
    std::ifstream file(unified + "/cgroup.controllers");
    std::string controllers;
    std::getline(file, controllers);
    if (Lists(controllers, "cpu", ' ')) {
      found.unified_ = true;
      found.cpu_ = unified;
      if (Lists(controllers, "memory", ' ')) found.memory_ = unified;
    }
  }
  if (found.cpu_.empty()) return found;
  found.why_not_.clear();
  if (geteuid() != 0) found.why_not_ = "not root";
  if (found.usable()) {
    // Mounted is not yet ours to use: in a container it may be for reading only.
    std::string trial = "spr-trial-" + std::to_string(getpid());
    Status made = found.Set(trial, 1, 0);
    if (!made.ok()) found.why_not_ = made.error().message();
    (void)found.Remove(trial);
  }
  return found;
}

Cgroups Cgroups::At(bool unified, std::string cpu, std::string memory) {
  Cgroups made;
  made.unified_ = unified;
  made.cpu_ = std::move(cpu);
  made.memory_ = std::move(memory);
  made.why_not_.clear();
  return made;
}

std::vector<std::string> Cgroups::Folders(const std::string& group) const {
  std::vector<std::string> folders{cpu_ + "/" + group};
  if (!memory_.empty() && memory_ != cpu_) folders.push_back(memory_ + "/" + group);
  return folders;
}

Status Cgroups::Limit(const std::string& group, double cores, double memory) const {
  double period = Period;
  if (cores > 0) period = std::min(1e6, std::max(Period, LeastQuota / cores));
  std::string quota =
      std::to_string(std::llround(std::clamp(cores * period, LeastQuota, MostFigure)));
  std::string length = std::to_string(std::llround(period));
  std::string bytes = std::to_string(std::llround(std::min(memory, MostFigure)));
  std::string cpu = cpu_ + "/" + group, mem = memory_ + "/" + group;
  if (unified_) {
    std::string limit = cores > 0 ? quota : "max";
    SPRINT_RETURN_IF_ERROR(WriteFile(cpu + "/cpu.max", limit.append(" ").append(length)));
    if (cores > 0) (void)WriteFile(cpu + "/cpu.weight", Weight);
    if (memory_.empty()) return Ok();
    // Where there is swap, what does not fit would only become slow.
    (void)WriteFile(mem + "/memory.swap.max", memory > 0 ? "0" : "max");
    return WriteFile(mem + "/memory.max", memory > 0 ? bytes : "max");
  }
  SPRINT_RETURN_IF_ERROR(WriteFile(cpu + "/cpu.cfs_period_us", length));
  SPRINT_RETURN_IF_ERROR(WriteFile(cpu + "/cpu.cfs_quota_us", cores > 0 ? quota : "-1"));
  if (cores > 0) (void)WriteFile(cpu + "/cpu.shares", Shares);
  if (memory_.empty()) return Ok();
  return WriteFile(mem + "/memory.limit_in_bytes", memory > 0 ? bytes : "-1");
}

void Cgroups::HandDown(const std::string& folder) const {
  if (!unified_) return;
  // Each on its own: one that is not there would stop the other. Systemd has usually
  // done it at the top; where it cannot be done, Limit says what is missing.
  (void)WriteFile(folder + "/cgroup.subtree_control", "+cpu");
  if (!memory_.empty()) (void)WriteFile(folder + "/cgroup.subtree_control", "+memory");
}

Status Cgroups::Set(const std::string& name, double cores, double memory) const {
  HandDown(cpu_);
  for (const std::string& folder : Folders(name)) SPRINT_RETURN_IF_ERROR(MakeFolder(folder));
  HandDown(cpu_ + "/" + name);
  return Limit(name, cores, memory);
}

bool Cgroups::Exists(const std::string& name) const {
  std::error_code error;
  return usable() && fs::exists(cpu_ + "/" + name, error);
}

Status Cgroups::SetMember(const std::string& slice, const std::string& member,
                          double memory) const {
  std::string group = slice + "/" + member;
  for (const std::string& folder : Folders(group)) SPRINT_RETURN_IF_ERROR(MakeFolder(folder));
  return Limit(group, 0, memory);
}

std::vector<std::string> Cgroups::MemberFiles(const std::string& slice,
                                              const std::string& member) const {
  const std::string group = slice + "/" + member;
  std::vector<std::string> files;
  for (const std::string& folder : Folders(group)) {
    files.emplace_back(folder).append("/cgroup.procs");
  }
  return files;
}

Status Cgroups::Remove(const std::string& name) const {
  if (cpu_.empty() || name.empty()) return Ok();
  auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  while (true) {
    bool running = false, removed = true;
    for (const std::string& folder : Folders(name)) running |= KillMembers(folder);
    for (const std::string& folder : Folders(name)) removed &= RemoveFolders(folder);
    if (removed && !running) return Ok();
    if (std::chrono::steady_clock::now() > give_up) {
      return Error(ErrorCode::Internal, "cannot remove the cgroup " + name);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace sprint::local
