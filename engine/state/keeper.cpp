#include "engine/state/keeper.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sprint::state {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Result<std::unique_ptr<Keeper>> Keeper::Take(Store& store, const KeepOptions& options) {
  const auto until = steady_clock::now() + options.wait;
  const int64_t seconds = std::max<int64_t>(options.lasts.count() / 1000, 1);
  bool told = false;
  while (true) {
    auto lease = store.Acquire(options.purpose, seconds);
    if (lease.ok()) {
      return std::unique_ptr<Keeper>(new Keeper(store, lease.TakeValue(), options.lasts));
    }
    if (lease.error().code() != ErrorCode::Conflict || steady_clock::now() >= until) {
      return lease.TakeError();
    }
    if (!told && options.waiting) {
      auto holder = store.Holder();
      if (holder.ok() && *holder) options.waiting(**holder);
      told = true;
    }
    std::this_thread::sleep_for(milliseconds(200));
  }
}

Keeper::Keeper(Store& store, Lease lease, milliseconds lasts)
    : store_(store), lease_(std::move(lease)), heart_([this, lasts] { Beat(lasts); }) {}

Keeper::~Keeper() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
  heart_.join();
  // Lost or not: there is nothing left to write.
  (void)store_.Release();
}

void Keeper::Beat(milliseconds lasts) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, lasts / 4, [this] { return ended_; })) {
    lock.unlock();
    const Status status = store_.Heartbeat();
    lock.lock();
    // A server that is away may come back in time; a lost lease never does.
    if (!status.ok() && status.error().code() == ErrorCode::Conflict) return;
  }
}

}  // namespace sprint::state
