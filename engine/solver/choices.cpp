#include "engine/solver/choices.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();

}  // namespace

Choices::Choices(const Problem& problem, const Items& items, Partial& partial, Progress& progress)
    : problem_(problem), items_(items), partial_(partial), progress_(progress) {}

void Choices::Find(uint32_t c, const Hardware& hardware, const std::vector<double>& prices,
                   const StepCosts& most, std::vector<Choice>& found, size_t limit) {
  component_ = c;
  hardware_ = &hardware;
  prices_ = &prices;
  most_ = most;
  quickest_ = Infinity;
  found_ = &found;
  limit_ = limit;
  found.clear();
  for (uint32_t v = 0; v < items_[c].size(); ++v) {
    const auto& parts = items_[c][v];
    if (parts.empty()) continue;
    rest_.assign(parts.size() + 1, 0);
    for (size_t p = parts.size(); p-- > 0;) {
      double least = Infinity;
      for (const Item& item : parts[p]) {
        if (!hardware.usable[item.pool]) continue;
        least = std::min(least, item.fixed + prices[item.pool] * item.load);
      }
      rest_[p] = rest_[p + 1] + least;
    }
    Choice choice;
    choice.variant = v;
    Grow(0, choice);
  }
  if (!found.empty()) partial_.SetFloor(c, quickest_);
}

void Choices::Grow(double due, Choice choice) {
  const auto& parts = items_[component_][choice.variant];
  const size_t p = so_far_.size();
  // What step it takes may be open yet.
  const bool cloud = problem_.one_way && choice.ends_in_cloud;
  const Step first = cloud ? choice.touches_edge ? Mixed : Cloud : Edge;
  double most = most_[first];
  if (problem_.one_way && first == Edge && p < parts.size()) {
    most = std::max(most, most_[Mixed]);
    if (p == 0) most = std::max(most, most_[Cloud]);
  }
  if (!(due + rest_[p] < most)) return;
  if (p == parts.size()) {
    if (!progress_.Stop()) Keep(choice);
    return;
  }
  const auto& written = problem_.components[component_].variants[choice.variant].parts;
  for (const Item& item : parts[p]) {
    if (!hardware_->usable[item.pool]) continue;
    const double more = due + item.fixed + (*prices_)[item.pool] * item.load;
    if (!(more + rest_[p + 1] < most)) continue;
    if (problem_.one_way && !item.cloud && choice.ends_in_cloud) continue;
    if (p > 0 &&
        !std::isfinite(Hop(problem_, so_far_.back()->pool, item.pool, written[p - 1].output))) {
      continue;
    }
    Choice next = choice;
    next.fixed += item.fixed;
    next.cost += item.cost;
    next.ends_in_cloud = choice.ends_in_cloud || item.cloud;
    next.touches_edge = choice.touches_edge || !item.cloud;
    so_far_.push_back(&item);
    Grow(more, next);
    so_far_.pop_back();
    if (progress_.stopped || found_->size() > limit_) return;
  }
}

void Choices::Keep(const Choice& choice) {
  Choice whole = choice;
  whole.items = so_far_;
  partial_.Put(component_, whole);
  const bool holds = partial_.Fits(component_) && partial_.Lost(false) < Infinity;
  const double mean = holds ? partial_.Mean(component_) : Infinity;
  partial_.Take(component_);
  if (!holds) return;
  quickest_ = std::min(quickest_, mean);
  // An array of pointers.
  auto* kept = static_cast<const Item**>(  // NOLINTNEXTLINE(bugprone-sizeof-expression)
      memory_.allocate(so_far_.size() * sizeof(const Item*), alignof(const Item*)));
  std::copy(so_far_.begin(), so_far_.end(), kept);
  whole.items = {kept, so_far_.size()};
  found_->push_back(whole);
}

}  // namespace sprint::solver
