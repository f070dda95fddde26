#include "compiler/support/environment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>

#include "compiler/support/leftovers.h"

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

Error TooLarge(const std::string& path, size_t most) {
  const bool whole = most >= 1u << 20;
  return {ErrorCode::InvalidArgument, "`" + path + "` is larger than " +
                                          std::to_string(whole ? most >> 20 : most) +
                                          (whole ? " MiB" : " bytes")};
}

// A file that is closed when this goes out of scope.
struct OpenFile {
  int fd;
  ~OpenFile() { close(fd); }
};

// What is written to, and how it is to be.
struct Place {
  std::string path;
  mode_t mode;
  bool kept = false;  // mode and owner are those of the file that is there
  uid_t owner = 0;
  gid_t group = 0;
};

Result<Place> PlaceOf(const std::string& path, uint32_t mode) {
  Place place{path, mode == FileSystem::AsItIs ? 0644 : mode};
  struct stat link {
  }, file{};
  if (lstat(path.c_str(), &link) != 0 || stat(path.c_str(), &file) != 0) return place;
  // Devices, pipes and sockets: a rename would put a file where they are.
  if (!S_ISREG(file.st_mode) && !S_ISDIR(file.st_mode)) {
    return Error(ErrorCode::InvalidArgument, "cannot write `" + path + "`: it is no regular file");
  }
  if (S_ISLNK(link.st_mode) && (link.st_uid == geteuid() || link.st_uid == 0)) {
    const std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), std::free);
    if (real) place.path = real.get();
  }
  if (mode == FileSystem::AsItIs && S_ISREG(file.st_mode)) {
    place = {std::move(place.path), file.st_mode & 0777, true, file.st_uid, file.st_gid};
  }
  return place;
}

class RealFiles final : public FileSystem {
 public:
  Result<std::string> Read(const std::string& path) const override {
    return ReadAtMost(path, std::numeric_limits<size_t>::max());
  }

  Result<std::string> ReadAtMost(const std::string& path, size_t most) const override {
    // Without waiting for the other end of a pipe.
    const OpenFile file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat about {};
    if (file.fd < 0 || fstat(file.fd, &about) != 0) return SystemError(errno, "cannot read", path);
    if (S_ISDIR(about.st_mode)) {
      return Error(ErrorCode::InvalidArgument, "cannot read `" + path + "`: it is a folder");
    }
    if (!S_ISREG(about.st_mode)) {
      return Error(ErrorCode::InvalidArgument, "cannot read `" + path + "`: it is no regular file");
    }
    std::string text;
    char buffer[65536];
    for (;;) {
      const ssize_t count = read(file.fd, buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return SystemError(errno, "cannot read", path);
      if (count == 0) return text;
      if (static_cast<size_t>(count) > most - text.size()) return TooLarge(path, most);
      text.append(buffer, static_cast<size_t>(count));
    }
  }

  Status Write(const std::string& given, const std::string& text, uint32_t mode) override {
    SPRINT_ASSIGN_OR_RETURN(const Place place, PlaceOf(given, mode));
    const std::string& path = place.path;
    // Writers that were killed here have left what they had begun.
    const size_t name = path.rfind('/') + 1;  // npos + 1 is 0
    RemoveLeftovers(name > 0 ? path.substr(0, name) : ".", path.substr(name) + ".tmp");
    static std::atomic<unsigned> count{0};
    const std::string beside =
        path + ".tmp" + std::to_string(getpid()) + "-" + std::to_string(++count);
    const int fd = open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, place.mode);
    if (fd < 0) return SystemError(errno, "cannot write", path);
    size_t done = 0;
    int error = 0;
    if (place.kept) {
      // Only root can give a file away; for anybody else it is theirs.
      (void)!fchown(fd, place.owner, place.group);
      if (fchmod(fd, place.mode) != 0) error = errno;
    }
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

Result<std::string> FileSystem::ReadAtMost(const std::string& path, size_t most) const {
  Result<std::string> text = Read(path);
  if (text.ok() && text->size() > most) return TooLarge(path, most);
  return text;
}

const Clock& SystemClock() {
  static const RealClock clock;
  return clock;
}

FileSystem& RealFileSystem() {
  static RealFiles files;
  return files;
}

}  // namespace sprint
