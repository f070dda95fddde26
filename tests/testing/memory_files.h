#pragma once

#include <map>
#include <string>

#include "compiler/support/environment.h"

namespace sprint::testing {

// Files that exist in memory only.
class MemoryFiles : public FileSystem {
 public:
  MemoryFiles() = default;
  explicit MemoryFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  Result<std::string> Read(const std::string& path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return Error(ErrorCode::NotFound, "no file `" + path + "`");
    return found->second;
  }
  Status Write(const std::string& path, const std::string& text, uint32_t) override {
    files_[path] = text;
    return Ok();
  }
  bool Exists(const std::string& path) const override { return files_.contains(path); }

 private:
  std::map<std::string, std::string> files_;
};

}  // namespace sprint::testing
