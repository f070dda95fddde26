#include "providers/local/registry.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "compiler/support/environment.h"
#include "providers/local/machine.h"
#include "providers/local/spec.h"

namespace sprint::local {
namespace {

namespace fs = std::filesystem;

constexpr const char* RecordSuffix = "record";
constexpr size_t LongestName = 80;

// Only the last folders are ours, and private; those above are the user's.
Status MakeFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return Ok();
  ErrorCode code = errno == EACCES || errno == EPERM ? ErrorCode::Denied : ErrorCode::Internal;
  return Error(code, "cannot make the folder " + path + ": " + std::strerror(errno));
}

// "NAME.tmpPID-N" of a writer that was killed before there was any record.
void RemoveHalfWritten(const std::string& folder) {
  std::vector<fs::path> dead;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; it != end && !error; it.increment(error)) {
    std::string suffix = it->path().extension().string();
    if (!suffix.starts_with(".tmp")) continue;
    if (Identify(std::atoi(suffix.c_str() + 4)).pid == 0) dead.push_back(it->path());
  }
  for (const fs::path& path : dead) fs::remove(path, error);
}

}  // namespace

std::string FileName(const std::string& name) {
  std::string safe = name;
  for (char& c : safe) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (!plain && std::string_view("-_@").find(c) == std::string_view::npos) c = '_';
  }
  if (safe == name && !name.empty() && name.size() <= LongestName) return name;
  return safe.substr(0, LongestName) + "_" + Hash(name).substr(0, 8);
}

Registry::Lock::~Lock() {
  if (fd_ >= 0) close(fd_);
}

Result<std::unique_ptr<Registry::Lock>> Registry::Acquire() {
  std::unique_ptr<Lock> lock(new Lock(mutex_));
  while (true) {
    SPRINT_RETURN_IF_ERROR(MakeFolder(directory_));
    lock->fd_ = open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock->fd_ < 0) {
      if (errno == ENOENT) continue;
      return Error(ErrorCode::Denied, "cannot open " + directory_ + ": " + std::strerror(errno));
    }
    while (flock(lock->fd_, LOCK_EX) != 0 && errno == EINTR) {
    }
    // Whoever held it may have removed the folder: then ours is no longer the one there.
    struct stat held {
    }, there{};
    if (fstat(lock->fd_, &held) == 0 && stat(directory_.c_str(), &there) == 0 &&
        held.st_ino == there.st_ino && held.st_dev == there.st_dev) {
      return lock;
    }
    close(lock->fd_);
    lock->fd_ = -1;
  }
}

std::string Registry::File(const std::string& kind, const std::string& id,
                           const std::string& suffix) const {
  return directory_ + "/" + kind + "/" + FileName(id) + "." + suffix;
}

std::string Registry::LogFile(const std::string& kind, const std::string& id) const {
  return directory_ + "/logs/" + kind + "-" + FileName(id) + ".log";
}

std::optional<value::Value> Registry::Get(const std::string& kind, const std::string& id) const {
  Result<value::Value> record = ReadJsonFile(File(kind, id, RecordSuffix));
  if (!record.ok()) return std::nullopt;
  return record.TakeValue();
}

std::vector<value::Value> Registry::All(const std::string& kind) const {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator it(directory_ + "/" + kind, error), end; it != end && !error;
       it.increment(error)) {
    if (it->path().extension() == std::string(".") + RecordSuffix) paths.push_back(it->path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<value::Value> records;
  for (const std::string& path : paths) {
    if (auto record = ReadJsonFile(path); record.ok()) records.push_back(record.TakeValue());
  }
  return records;
}

Status Registry::Put(const std::string& kind, const std::string& id, const value::Value& record) {
  SPRINT_RETURN_IF_ERROR(MakeFolder(directory_ + "/" + kind));
  SPRINT_RETURN_IF_ERROR(MakeFolder(directory_ + "/logs"));
  return RealFileSystem().Write(File(kind, id, RecordSuffix), value::ToJson(record), 0600);
}

void Registry::Remove(const std::string& kind, const std::string& id) {
  std::error_code error;
  const fs::path record = File(kind, id, RecordSuffix);
  // File names hold no other dot: also what a killed writer has left beside them is found.
  std::vector<fs::path> files;
  for (fs::directory_iterator it(directory_ + "/" + kind, error), end; it != end && !error;
       it.increment(error)) {
    if (it->path().filename().string().starts_with(FileName(id) + ".")) files.push_back(it->path());
  }
  for (const fs::path& file : files) {
    if (file != record) fs::remove(file, error);
  }
  std::string log = LogFile(kind, id);
  for (const char* old : {"", ".1", ".2"}) fs::remove(log + old, error);
  // The record goes last: while it is there, somebody will come back for the rest.
  fs::remove(record, error);
}

void Registry::Tidy() {
  std::error_code error;
  for (const char* kind : {"zones", "links", "nodes", "processes", "proxies", "logs"}) {
    std::string folder = directory_ + "/" + kind;
    if (rmdir(folder.c_str()) != 0) RemoveHalfWritten(folder);
    rmdir(folder.c_str());
  }
  if (rmdir(directory_.c_str()) != 0) return;
  fs::path above = fs::path(directory_).parent_path();
  if (above.filename() == ".sprint") rmdir(above.c_str());
}

}  // namespace sprint::local
