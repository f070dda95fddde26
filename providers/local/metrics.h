#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>

#include "providers/value/value.h"

namespace sprint::local {

// What one proxy has seen lately. Times come in, so a test needs no clock. Safe from
// several threads.
class Metrics {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  explicit Metrics(Moment born) : born_(born) {}

  void Arrived(Moment at);
  // `own`: seconds in the component itself, negative when it gave no answer of 200;
  // `path`: seconds until the last component of the path had answered; `good`: the
  // caller got a 2xx.
  void Done(Moment at, double own, double path, bool good);

  // Over the last `window` seconds: requests that arrived, errors among those that
  // ended, requests under way, arrival_rate in 1/s (over the proxy's age if that is
  // shorter); mean and 95th percentile (nearest rank) in seconds of the component's own
  // response and of the whole path, of what ended well in the window; 0 when nothing did.
  value::Value Report(const std::string& component, double window, Moment now) const;

 private:
  struct Ended {
    Moment at;
    double own, path;
    bool good;
  };
  mutable std::mutex mutex_;
  Moment born_;
  std::deque<Moment> arrived_;
  std::deque<Ended> ended_;
  int64_t in_flight_ = 0;
};

}  // namespace sprint::local
