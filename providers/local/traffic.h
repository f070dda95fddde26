#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "providers/local/spec.h"

namespace sprint::local {

// Where the requests of one proxy go: the config in use, and how many are under way to
// each address. A request looks at the config when it sets out, not when it arrives, so
// that one which waits goes where there is room now. Safe from several threads.
class Traffic {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  // Requests under way to one backend. More wait in the proxy, in the order in which they
  // came, for whichever backend is free first: a backlog inside one instance would stay there when
  // a second one comes to help.
  static constexpr int64_t AtOnce = 8;

  // Counts as under way to its target for as long as it lives.
  class Trip {
   public:
    Trip(Traffic* traffic, ProxyTarget target) : traffic_(traffic), target_(std::move(target)) {}
    Trip(Trip&& other) noexcept
        : traffic_(std::exchange(other.traffic_, nullptr)), target_(std::move(other.target_)) {}
    Trip& operator=(Trip&&) = delete;
    ~Trip();
    const ProxyTarget& target() const { return target_; }

   private:
    Traffic* traffic_;
    ProxyTarget target_;
  };

  enum class Refusal {
    NoTarget,  // the config names none, or only such as are to be avoided
    Late,      // none was free in time
  };
  struct Choice {
    std::optional<Trip> trip;
    Refusal refusal = Refusal::NoTarget;  // without a trip
  };

  // From now on; those under way go on.
  void Use(ProxyConfig config);

  std::string component() const;
  std::string config_id() const;

  // One of the backends with room, uniformly at random; waits until `give_up` for one.
  Choice ToBackend(const std::set<std::string>& avoid, Moment give_up, std::mt19937_64& random);
  // The component that comes next for a die in [0, 1); NoTarget: the path ends here. In place of
  // an address to avoid another one of the same component, where there is one.
  Choice ToNext(double die, const std::set<std::string>& avoid = {});

  // Requests under way to addresses that the config no longer names. At 0 what was there
  // may be ended.
  int64_t Leaving() const;

 private:
  // A request that waits; woken when it is the first and there may be room.
  struct Waiter {
    std::condition_variable turn;
  };

  Trip SetOut(ProxyTarget target);  // under the lock
  void Arrived(const std::string& address);
  void WakeFirst();  // under the lock

  mutable std::mutex mutex_;
  ProxyConfig config_;
  std::map<std::string, int64_t> under_way_;  // by address; none is 0
  std::list<Waiter> waiting_;
};

}  // namespace sprint::local
