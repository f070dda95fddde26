#include "compiler/support/leftovers.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

namespace sprint {

void RemoveLeftovers(const std::string& folder, const std::string& prefix) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    char* rest = nullptr;
    const long pid = std::strtol(name.c_str() + prefix.size(), &rest, 10);
    if (pid <= 0 || *rest != '-') continue;
    const bool gone = kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH;
    struct stat info {};
    if (!gone || lstat(it->path().c_str(), &info) != 0 || info.st_uid != geteuid()) continue;
    std::error_code ignored;
    fs::remove_all(it->path(), ignored);
  }
}

}  // namespace sprint
