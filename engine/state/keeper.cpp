#include "engine/state/keeper.h"

#include <algorithm>
#include <chrono>

#include "compiler/support/thread.h"

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
      std::unique_ptr<Keeper> keeper(new Keeper(store, lease.TakeValue()));
      SPRINT_ASSIGN_OR_RETURN(keeper->heart_,
                              StartThread([it = keeper.get(), lasts = options.lasts](
                                              const std::stop_token&) { it->Beat(lasts); }));
      return keeper;
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

Keeper::~Keeper() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
  if (heart_.joinable()) heart_.join();
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
