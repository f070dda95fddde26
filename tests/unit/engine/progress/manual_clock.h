#pragma once

#include <chrono>

#include "compiler/support/environment.h"

namespace sprint::progress {

// Stands still unless it is told that time passes.
class ManualClock final : public Clock {
 public:
  std::chrono::system_clock::time_point Now() const override { return {}; }
  std::chrono::steady_clock::time_point Steady() const override { return now; }
  void Pass(double seconds) {
    now += std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::chrono::duration<double>(seconds));
  }
  std::chrono::steady_clock::time_point now{};
};

}  // namespace sprint::progress
