#include "providers/local/traffic.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sprint::local {

Traffic::Trip::~Trip() {
  if (traffic_ != nullptr) traffic_->Arrived(target_.address);
}

void Traffic::Use(ProxyConfig config) {
  std::lock_guard lock(mutex_);
  config_ = std::move(config);
  WakeFirst();
}

std::string Traffic::component() const {
  std::lock_guard lock(mutex_);
  return config_.component;
}

std::string Traffic::config_id() const {
  std::lock_guard lock(mutex_);
  return config_.id;
}

Traffic::Choice Traffic::ToBackend(const std::set<std::string>& avoid, Moment give_up,
                                   std::mt19937_64& random) {
  std::unique_lock lock(mutex_);
  std::list<Waiter>::iterator place = waiting_.end();
  auto leave = [&](Choice choice) {
    if (place != waiting_.end()) waiting_.erase(place);
    // There may be room for the next one, too.
    WakeFirst();
    return choice;
  };
  while (true) {
    bool any = false;
    std::vector<const ProxyTarget*> free;
    for (const ProxyTarget& backend : config_.backends) {
      if (avoid.contains(backend.address)) continue;
      any = true;
      auto found = under_way_.find(backend.address);
      if (found == under_way_.end() || found->second < AtOnce) free.push_back(&backend);
    }
    if (!any) return leave({std::nullopt, Refusal::NoTarget});
    const bool first = waiting_.empty() || place == waiting_.begin();
    if (first && !free.empty()) {
      std::uniform_int_distribution<size_t> index(0, free.size() - 1);
      return leave({SetOut(*free[index(random)])});
    }
    if (place == waiting_.end()) place = waiting_.emplace(waiting_.end());
    if (place->turn.wait_until(lock, give_up) == std::cv_status::timeout) {
      return leave({std::nullopt, Refusal::Late});
    }
  }
}

Traffic::Choice Traffic::ToNext(double die, const std::set<std::string>& avoid) {
  std::lock_guard lock(mutex_);
  for (const ProxyTarget& next : config_.next) {
    if (die >= next.probability) {
      die -= next.probability;
      continue;
    }
    if (!avoid.contains(next.address)) return {SetOut(next)};
    for (const ProxyTarget& copy : config_.next) {
      if (copy.component == next.component && !avoid.contains(copy.address)) return {SetOut(copy)};
    }
    return {SetOut(next)};
  }
  return {};
}

int64_t Traffic::Leaving() const {
  std::lock_guard lock(mutex_);
  std::set<std::string> named;
  for (const ProxyTarget& target : config_.backends) named.insert(target.address);
  for (const ProxyTarget& target : config_.next) named.insert(target.address);
  int64_t leaving = 0;
  for (const auto& [address, count] : under_way_) {
    if (!named.contains(address)) leaving += count;
  }
  return leaving;
}

Traffic::Trip Traffic::SetOut(ProxyTarget target) {
  ++under_way_[target.address];
  return Trip(this, std::move(target));
}

void Traffic::Arrived(const std::string& address) {
  std::lock_guard lock(mutex_);
  auto found = under_way_.find(address);
  if (--found->second == 0) under_way_.erase(found);
  WakeFirst();
}

void Traffic::WakeFirst() {
  if (!waiting_.empty()) waiting_.front().turn.notify_one();
}

}  // namespace sprint::local
