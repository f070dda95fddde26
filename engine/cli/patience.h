#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "engine/progress/waiting.h"

namespace sprint::cli {

// As long as this lives, it tells on stderr that something takes its time, and how far it is;
// nothing of what is quick (engine/progress/waiting.h).
class Patience {
 public:
  // `how_far` is called from another thread.
  explicit Patience(const std::string& what, std::function<std::string()> how_far = {});
  ~Patience();
  Patience(const Patience&) = delete;

 private:
  friend class Hush;
  progress::Waiting waiting_;
  std::jthread thread_;
};

// As long as this lives, no patience is told of: somebody is being asked something.
class Hush {
 public:
  Hush();

 private:
  const std::unique_lock<std::mutex> lock_;
};

}  // namespace sprint::cli
