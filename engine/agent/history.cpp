#include "engine/agent/history.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <thread>

#include "compiler/support/environment.h"

namespace sprint::agent {
namespace {

Error Failed(int error, const std::string& what, const std::string& path) {
  ErrorCode code = ErrorCode::Unavailable;
  if (error == EACCES || error == EPERM || error == EROFS) code = ErrorCode::Denied;
  if (error == ENOENT) code = ErrorCode::NotFound;
  return {code, "cannot " + what + " `" + path + "`: " + std::strerror(error)};
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A file is only there for good when its folder says so.
void SyncFolder(const std::string& path) {
  const int fd = open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

// Where the last whole line ends.
Result<int64_t> WholeSize(int fd, const std::string& path) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return Failed(errno, "look at", path);
  int64_t end = info.st_size;
  char buffer[4096];
  while (end > 0) {
    const int64_t from =
        end > static_cast<int64_t>(sizeof buffer) ? end - static_cast<int64_t>(sizeof buffer) : 0;
    const ssize_t count = pread(fd, buffer, static_cast<size_t>(end - from), from);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return Failed(count < 0 ? errno : EIO, "read", path);
    const size_t feed = std::string_view(buffer, static_cast<size_t>(count)).rfind('\n');
    if (feed != std::string_view::npos) return from + static_cast<int64_t>(feed) + 1;
    end = from;
  }
  return int64_t{0};
}

}  // namespace

Result<History> History::Open(const std::string& path) {
  const std::string folder = FolderOf(path);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return Failed(errno, "make", folder);
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Failed(errno, "open", path);
  History history(path, fd, 0);  // closes it from here on
  // Who only looks whether one runs has it, too, for a moment.
  constexpr int Looks = 20;
  for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (tries == Looks) {
      return Error(ErrorCode::Conflict, "another agent is running: it has `" + path + "` open");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  SPRINT_ASSIGN_OR_RETURN(history.size_, WholeSize(fd, path));
  if (ftruncate(fd, history.size_) != 0) return Failed(errno, "write", path);
  SyncFolder(path);
  return history;
}

History::~History() {
  if (fd_ >= 0) close(fd_);
}

History::History(History&& other) noexcept
    : path_(std::move(other.path_)), fd_(other.fd_), size_(other.size_) {
  other.fd_ = -1;
}

Status History::Append(const Entry& entry) {
  const std::string line = value::ToJson(ToValue(entry)) + "\n";
  size_t done = 0;
  int error = 0;
  while (done < line.size() && error == 0) {
    const ssize_t count =
        pwrite(fd_, line.data() + done, line.size() - done, size_ + static_cast<int64_t>(done));
    if (count > 0) done += static_cast<size_t>(count);
    if (count == 0) error = EIO;
    if (count < 0 && errno != EINTR) error = errno;
  }
  if (error == 0 && fsync(fd_) != 0) error = errno;
  if (error != 0) {
    // Half a line would damage the next one.
    if (ftruncate(fd_, size_) != 0) error = errno;
    return Failed(error, "write", path_);
  }
  size_ += static_cast<int64_t>(line.size());
  return Ok();
}

Status History::Rotate() {
  const std::string aside = path_ + ".1";
  const std::string fresh = path_ + ".new";
  // Locked before it has the name, so that no other agent comes between.
  const int fd = open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return Failed(errno, "open", fresh);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0 || rename(path_.c_str(), aside.c_str()) != 0) {
    const int error = errno;
    close(fd);
    unlink(fresh.c_str());
    return Failed(error, "put aside", path_);
  }
  if (rename(fresh.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    close(fd);
    unlink(fresh.c_str());
    rename(aside.c_str(), path_.c_str());
    return Failed(error, "put aside", path_);
  }
  close(fd_);
  fd_ = fd;
  size_ = 0;
  SyncFolder(path_);
  return Ok();
}

bool AgentRuns(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool runs = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(fd);
  return runs;
}

Result<std::vector<Entry>> ReadHistory(const std::string& path) {
  std::vector<Entry> entries;
  auto text = RealFileSystem().Read(path);
  if (!text) {
    if (text.error().code() == ErrorCode::NotFound) return entries;
    return text.TakeError();
  }
  size_t begin = 0;
  for (size_t line = 1;; ++line) {
    const size_t end = text->find('\n', begin);
    if (end == std::string::npos) return entries;
    const std::string where = "reading line " + std::to_string(line) + " of `" + path + "`";
    auto value = value::FromJson(text->substr(begin, end - begin));
    if (!value) return Error(ErrorCode::Protocol, value.error().message()).While(where);
    auto entry = EntryFrom(*value);
    if (!entry) return entry.TakeError().While(where);
    entries.push_back(entry.TakeValue());
    begin = end + 1;
  }
}

}  // namespace sprint::agent
