#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/state/store.h"

namespace sprint::state {

struct KeepOptions {
  std::string purpose;  // "apply", for others to read
  // The lease ends this long after the last heartbeat. There are about four in it.
  std::chrono::milliseconds lasts{30'000};
  // How long to wait for another holder before giving up.
  std::chrono::milliseconds wait{0};
  // Called once when there is somebody to wait for.
  std::function<void(const Lease&)> waiting{};
};

// Holds the lease of a store with a heartbeat of its own, from Take to the end of this
// object; then it is given back. A lease that was lost shows as Conflict of the next
// write.
class Keeper {
 public:
  static Result<std::unique_ptr<Keeper>> Take(Store& store, const KeepOptions& options);
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  const Lease& lease() const { return lease_; }

 private:
  Keeper(Store& store, Lease lease) : store_(store), lease_(std::move(lease)) {}
  void Beat(std::chrono::milliseconds lasts);

  Store& store_;
  const Lease lease_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  std::jthread heart_;
};

}  // namespace sprint::state
