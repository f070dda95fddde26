#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "compiler/support/result.h"

// Internal to providers/host: where a provider's socket lies.
namespace sprint::host {

// sockaddr_un holds 108 bytes; leave room for the plugin's own file name.
inline constexpr size_t kLongestFolder = 62;

// Folders of hosts that were killed: "sprint-PID-…" of a process that is no more.
inline void SweepFolders(const std::string& base) {
  std::error_code error;
  for (std::filesystem::directory_iterator it(base, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    char* rest = nullptr;
    const long pid = name.starts_with("sprint-") ? std::strtol(name.c_str() + 7, &rest, 10) : 0;
    struct stat info {};
    if (pid <= 0 || *rest != '-' || kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH) {
      continue;
    }
    if (lstat(it->path().c_str(), &info) != 0 || info.st_uid != geteuid()) continue;
    std::error_code ignored;
    std::filesystem::remove_all(it->path(), ignored);
  }
}

// A folder only this user can enter, gone with this object.
class PrivateFolder {
 public:
  static Result<std::unique_ptr<PrivateFolder>> Make() {
    const char* base = std::getenv("TMPDIR");
    std::string path = base == nullptr || std::string(base).size() > kLongestFolder ? "/tmp" : base;
    SweepFolders(path);
    path += "/sprint-" + std::to_string(getpid()) + "-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
      return Error(ErrorCode::Internal, "cannot make a temporary folder " + path);
    }
    return std::unique_ptr<PrivateFolder>(new PrivateFolder(path));
  }
  ~PrivateFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  explicit PrivateFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace sprint::host
