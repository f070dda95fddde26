#include "engine/solver/cheapest.h"

#include <algorithm>
#include <limits>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
constexpr uint32_t Nothing = ~0U;

}  // namespace

Cheapest::Cheapest(const Items& items, std::vector<char> functions, bool one_way)
    : items_(items),
      functions_(std::move(functions)),
      one_way_(one_way),
      best_(items.size(), {Nothing, Nothing, Nothing}) {
  Reread();
}

void Cheapest::Reread() {
  variants_.assign(1, 0);
  begin_.assign(1, 0);
  all_.clear();
  all_offers_.clear();
  usable_.clear();
  for (const auto& variants : items_) {
    for (const auto& parts : variants) {
      if (parts.empty()) continue;
      for (const auto& options : parts) {
        Part part;
        part.begin = static_cast<uint32_t>(all_offers_.size());
        for (const bool cloud : {false, true}) {
          if (cloud) part.cloud = static_cast<uint32_t>(all_offers_.size());
          const Item* function = nullptr;
          for (const Item& item : options) {
            if ((one_way_ && item.cloud) != cloud) continue;
            if (!functions_[item.pool]) {
              all_offers_.push_back({item.load, item.fixed, item.pool});
            } else if (!function || item.fixed < function->fixed) {
              function = &item;
            }
          }
          if (function) all_offers_.push_back({function->load, function->fixed, function->pool});
        }
        part.end = static_cast<uint32_t>(all_offers_.size());
        all_.push_back(part);
      }
      begin_.push_back(static_cast<uint32_t>(all_.size()));
    }
    variants_.push_back(static_cast<uint32_t>(begin_.size() - 1));
  }
  parts_.resize(all_.size());
  least_.resize(all_.size());
}

void Cheapest::Enter(const std::vector<char>& usable) {
  if (usable == usable_) return;
  usable_ = usable;
  offers_.clear();
  const auto keep = [&](uint32_t from, uint32_t to) {
    for (uint32_t k = from; k < to; ++k) {
      const Offer& offer = all_offers_[k];
      if (usable[offer.pool] || functions_[offer.pool]) offers_.push_back(offer);
    }
    return static_cast<uint32_t>(offers_.size());
  };
  for (size_t p = 0; p < all_.size(); ++p) {
    parts_[p].begin = static_cast<uint32_t>(offers_.size());
    parts_[p].cloud = keep(all_[p].begin, all_[p].cloud);
    parts_[p].end = keep(all_[p].cloud, all_[p].end);
  }
}

StepCosts Cheapest::At(const std::vector<double>& prices, uint32_t c) {
  StepCosts best{Infinity, Infinity, Infinity};
  auto& variant = best_[c];
  variant = {Nothing, Nothing, Nothing};
  const auto least = [&](uint32_t from, uint32_t to) {
    Least found{Infinity, Nothing};
    for (uint32_t k = from; k < to; ++k) {
      const double due = offers_[k].fixed + prices[offers_[k].pool] * offers_[k].load;
      if (due < found.due) found = {due, k};
    }
    return found;
  };
  for (uint32_t v = variants_[c]; v < variants_[c + 1]; ++v) {
    // The chain so far: all at the edge, gone over to the cloud, in the cloud at once.
    double edge = 0, mixed = Infinity, cloud = 0;
    for (uint32_t p = begin_[v]; p < begin_[v + 1]; ++p) {
      const Part& part = parts_[p];
      least_[p] = {least(part.begin, part.cloud), least(part.cloud, part.end)};
      mixed = std::min(mixed, p > begin_[v] ? edge : Infinity) + least_[p][1].due;
      edge += least_[p][0].due;
      cloud += least_[p][1].due;
    }
    const double due[] = {edge, mixed, cloud};
    for (const Step step : {Edge, Mixed, Cloud}) {
      if (due[step] >= best[step]) continue;
      best[step] = due[step];
      variant[step] = v;
    }
  }
  if (!one_way_) return {best[Edge], Infinity, Infinity};
  return best;
}

void Cheapest::Charge(uint32_t c, Step step, std::vector<double>& load) const {
  const uint32_t v = best_[c][step];
  if (v == Nothing) return;
  const uint32_t begin = begin_[v], end = begin_[v + 1];
  uint32_t split = step == Edge ? end : begin;
  if (step == Mixed) {
    // The first parts at the edge, the others in the cloud: how many is cheapest?
    double most = Infinity;
    for (uint32_t first = begin + 1; first < end; ++first) {
      double due = 0;
      for (uint32_t p = begin; p < end; ++p) due += least_[p][p < first ? 0 : 1].due;
      if (due >= most) continue;
      most = due;
      split = first;
    }
  }
  for (uint32_t p = begin; p < end; ++p) {
    const Offer& offer = offers_[least_[p][p < split ? 0 : 1].offer];
    load[offer.pool] += offer.load;
  }
}

}  // namespace sprint::solver
