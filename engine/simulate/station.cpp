#include "engine/simulate/station.h"

#include <algorithm>

namespace sprint::simulate {

double Station::Speed() const {
  const auto n = jobs_.size();
  return n > cores_ ? static_cast<double>(cores_) / static_cast<double>(n) : 1;
}

void Station::Advance(double now) {
  const double passed = now - last_;
  last_ = now;
  if (jobs_.empty()) return;
  clock_ += passed * Speed();
  worked_ += passed * static_cast<double>(std::min<size_t>(jobs_.size(), cores_));
}

void Station::Start(Token token, double finish) {
  jobs_.push_back({finish, order_++, token});
  std::push_heap(jobs_.begin(), jobs_.end());
}

void Station::Arrive(double now, Token token, double service) {
  Advance(now);
  if (discipline_ == Discipline::Shared) {
    Start(token, clock_ + service);
  } else if (jobs_.size() < cores_) {
    Start(token, now + service);
  } else {
    queue_.push_back({token, service});
  }
}

double Station::Next() const {
  if (jobs_.empty()) return Never;
  if (discipline_ == Discipline::Queued) return jobs_.front().finish;
  return last_ + std::max(0.0, jobs_.front().finish - clock_) / Speed();
}

Token Station::Complete(double now) {
  Advance(now);
  std::pop_heap(jobs_.begin(), jobs_.end());
  const Job done = jobs_.back();
  jobs_.pop_back();
  // Rounding never lets one finish before the work it asked for.
  clock_ = jobs_.empty() ? 0 : std::max(clock_, done.finish);
  if (!queue_.empty()) {
    Start(queue_.front().token, now + queue_.front().service);
    queue_.pop_front();
  }
  return done.token;
}

double Station::Worked(double now) {
  Advance(now);
  return worked_;
}

}  // namespace sprint::simulate
