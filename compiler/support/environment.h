#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "compiler/support/result.h"

namespace sprint {

// Effects come in as parameters: a test hands in a clock it moves by hand and files
// that exist in memory only.

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time, for records.
  virtual std::chrono::system_clock::time_point Now() const = 0;
  // Never goes back, for durations.
  virtual std::chrono::steady_clock::time_point Steady() const = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::string> Read(const std::string& path) const = 0;
  // The same for what somebody else may have put there: InvalidArgument when it is larger
  // than `most` bytes, of which no more are read.
  virtual Result<std::string> ReadAtMost(const std::string& path, size_t most) const;
  // Whole or not at all: written beside, synced, renamed. `mode` as in chmod, or AsItIs: that,
  // and the owner, of the file that is there, 0644 for a new one. A link of this user or of root
  // stays and its file is written. What a killed writer has left beside goes with the next one.
  // InvalidArgument where there is no regular file but something else.
  static constexpr uint32_t AsItIs = ~0U;
  virtual Status Write(const std::string& path, const std::string& text,
                       uint32_t mode = AsItIs) = 0;
  virtual bool Exists(const std::string& path) const = 0;
};

const Clock& SystemClock();
// Reads regular files only: a pipe could make its reader wait for ever, a device never end.
FileSystem& RealFileSystem();

}  // namespace sprint
