#include "compiler/support/environment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sprint {
namespace {

ErrorCode CodeOf(int error) {
  switch (error) {
    case ENOENT:
      return ErrorCode::NotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::Denied;
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::Unavailable;
    default:
      return ErrorCode::Internal;
  }
}

Error SystemError(int error, const std::string& what, const std::string& path) {
  return {CodeOf(error), what + " `" + path + "`: " + std::strerror(error)};
}

class RealClock final : public Clock {
 public:
  std::chrono::system_clock::time_point Now() const override {
    return std::chrono::system_clock::now();
  }
  std::chrono::steady_clock::time_point Steady() const override {
    return std::chrono::steady_clock::now();
  }
};

class RealFiles final : public FileSystem {
 public:
  Result<std::string> Read(const std::string& path) const override {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return SystemError(errno, "cannot read", path);
    std::string text;
    char buffer[65536];
    for (;;) {
      const ssize_t count = read(fd, buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        const int error = errno;
        close(fd);
        return SystemError(error, "cannot read", path);
      }
      if (count == 0) break;
      text.append(buffer, static_cast<size_t>(count));
    }
    close(fd);
    return text;
  }

  Status Write(const std::string& path, const std::string& text, uint32_t mode) override {
    const std::string beside = path + ".tmp" + std::to_string(getpid());
    const int fd = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0) return SystemError(errno, "cannot write", path);
    size_t done = 0;
    int error = 0;
    while (done < text.size() && error == 0) {
      const ssize_t count = write(fd, text.data() + done, text.size() - done);
      if (count >= 0)
        done += static_cast<size_t>(count);
      else if (errno != EINTR)
        error = errno;
    }
    if (error == 0 && fsync(fd) != 0) error = errno;
    if (close(fd) != 0 && error == 0) error = errno;
    if (error == 0 && rename(beside.c_str(), path.c_str()) != 0) error = errno;
    if (error != 0) {
      unlink(beside.c_str());
      return SystemError(error, "cannot write", path);
    }
    return Ok();
  }

  bool Exists(const std::string& path) const override { return access(path.c_str(), F_OK) == 0; }
};

}  // namespace

const Clock& SystemClock() {
  static const RealClock clock;
  return clock;
}

FileSystem& RealFileSystem() {
  static RealFiles files;
  return files;
}

}  // namespace sprint
