#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "compiler/support/leftovers.h"
#include "compiler/support/result.h"

// Internal to providers/host: where a provider's socket lies.
namespace sprint::host {

// sockaddr_un holds 108 bytes; leave room for the plugin's own file name.
inline constexpr size_t kLongestFolder = 62;

// A folder only this user can enter, gone with this object.
class PrivateFolder {
 public:
  static Result<std::unique_ptr<PrivateFolder>> Make() {
    const char* base = std::getenv("TMPDIR");
    std::string path = base == nullptr || std::string(base).size() > kLongestFolder ? "/tmp" : base;
    RemoveLeftovers(path, "sprint-");
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
