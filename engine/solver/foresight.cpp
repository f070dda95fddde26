#include "engine/solver/foresight.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// What goes brings to light more that goes; most of it at once.
constexpr int Passes = 2;

double Most(const Constraint& rule) {
  return rule.bound + 2e-9 * std::max(1e-9, std::fabs(rule.bound));
}

}  // namespace

Foresight::Foresight(const Problem& problem, const Domains& domains, const Partial& partial)
    : problem_(problem),
      partial_(partial),
      of_component_(problem.components.size()),
      sure_(problem.components.size()),
      mine_(problem.pools.size(), 0),
      means_(problem.components.size()) {
  for (size_t i = 0; i < problem.constraints.size(); ++i) {
    const Constraint& rule = problem.constraints[i];
    if (!domains.active(i) || rule.weight || !rule.at_most || rule.percentile) continue;
    if (rule.metric != Metric::Response) continue;
    for (uint32_t c : rule.path) of_component_[c].push_back(static_cast<uint32_t>(rules_.size()));
    rules_.push_back(&rule);
  }
  slack_.resize(rules_.size());
}

bool Foresight::Narrow(const std::vector<uint32_t>& components,
                       const std::vector<std::vector<Choice>>& choices,
                       std::vector<std::vector<uint32_t>>& alive) {
  bool gone = true;
  for (int pass = 0; gone && pass < Passes; ++pass) {
    gone = false;
    Expect(components, choices, alive);
    quickest_.assign(problem_.components.size(), 0);
    for (uint32_t c : components) {
      if (partial_.placed(c)) continue;
      double quickest = Infinity;
      auto& means = means_[c];
      means.clear();
      const size_t before = alive[c].size();
      std::erase_if(alive[c], [&](uint32_t k) {
        const double mean = Time(c, choices[c][k]);
        if (mean == Infinity) return true;
        means.push_back(mean);
        quickest = std::min(quickest, mean);
        return false;
      });
      if (alive[c].empty()) return false;
      gone = gone || alive[c].size() < before;
      quickest_[c] = quickest;
    }
    for (size_t i = 0; i < rules_.size(); ++i) {
      slack_[i] = Most(*rules_[i]) - partial_.Mean(rules_[i]->path, load_, quickest_);
      if (slack_[i] < 0) return false;
    }
    for (uint32_t c : components) {
      if (partial_.placed(c) || of_component_[c].empty()) continue;
      double most = Infinity;
      for (uint32_t i : of_component_[c]) most = std::min(most, quickest_[c] + slack_[i]);
      size_t kept = 0;
      for (size_t k = 0; k < alive[c].size(); ++k) {
        if (means_[c][k] <= most) alive[c][kept++] = alive[c][k];
      }
      gone = gone || kept < alive[c].size();
      alive[c].resize(kept);
    }
  }
  return true;
}

// The loads that are sure to come.
void Foresight::Expect(const std::vector<uint32_t>& components,
                       const std::vector<std::vector<Choice>>& choices,
                       const std::vector<std::vector<uint32_t>>& alive) {
  load_ = partial_.loads();
  for (uint32_t c : components) {
    auto& sure = sure_[c];
    sure.clear();
    if (partial_.placed(c)) continue;
    bool first = true;
    for (uint32_t k : alive[c]) {
      const Choice& choice = choices[c][k];
      for (const Item* item : choice.items) mine_[item->pool] += item->load;
      if (first) {
        for (const Item* item : choice.items) {
          if (mine_[item->pool] > 0) sure.push_back({item->pool, mine_[item->pool]});
          mine_[item->pool] = 0;
        }
      } else {
        for (auto& [pool, load] : sure) load = std::min(load, mine_[pool]);
        std::erase_if(sure, [](const auto& one) { return one.second <= 0; });
      }
      for (const Item* item : choice.items) mine_[item->pool] = 0;
      first = false;
      if (sure.empty()) break;
    }
    for (const auto& [pool, load] : sure) load_[pool] += load;
  }
}

// Mean time that c takes at least if it is placed so; infinite when there is no room for it.
double Foresight::Time(uint32_t c, const Choice& choice) {
  for (const auto& [pool, load] : sure_[c]) mine_[pool] -= load;
  for (const Item* item : choice.items) mine_[item->pool] += item->load;
  const auto& parts = problem_.components[c].variants[choice.variant].parts;
  double time = 0;
  for (size_t p = parts.size(); p-- > 0;) {
    const Item& item = *choice.items[p];
    const double load = load_[item.pool] + mine_[item.pool];
    if (load > partial_.most(item.pool)) {
      time = Infinity;
      break;
    }
    const double stay = p + 1 < parts.size() ? 1 - parts[p].exit : 0;
    if (stay > 0) {
      time = stay * (time + Hop(problem_, item.pool, choice.items[p + 1]->pool, parts[p].output));
    } else {
      time = 0;
    }
    time += partial_.MeanAt(parts[p].options[item.option], load);
  }
  for (const auto& [pool, load] : sure_[c]) mine_[pool] = 0;
  for (const Item* item : choice.items) mine_[item->pool] = 0;
  return time;
}

}  // namespace sprint::solver
