#include "engine/solver/staircase.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
constexpr double Unlimited = 1e30;
constexpr uint32_t Source = 0, Sink = 1;

// Cutting before `Entered(c)` makes c all cloud, between the two mixed, after both edge.
uint32_t Entered(uint32_t c) { return 2 + 2 * c; }
uint32_t Stayed(uint32_t c) { return 3 + 2 * c; }

}  // namespace

Staircase::Staircase(uint32_t components, const std::vector<std::array<uint32_t, 2>>& flows)
    : components_(components),
      out_(2 + 2 * components),
      level_(2 + 2 * components),
      next_(2 + 2 * components) {
  for (uint32_t c = 0; c < components; ++c) {
    Add(Source, Entered(c));
    Add(Entered(c), Stayed(c));
    Add(Stayed(c), Sink);
  }
  // A flow that others imply adds nothing.
  std::vector<std::vector<char>> before(components, std::vector<char>(components, 0));
  std::vector<std::vector<uint32_t>> sources(components);
  for (const auto& [from, to] : flows) sources[to].push_back(from);
  for (uint32_t c = 0; c < components; ++c) {
    std::sort(sources[c].begin(), sources[c].end(), std::greater<>());
    for (uint32_t from : sources[c]) {
      if (before[c][from]) continue;
      Add(Entered(c), Stayed(from));
      flows_.push_back({from, c});
      before[c][from] = 1;
      for (uint32_t a = 0; a < components; ++a) before[c][a] |= before[from][a];
    }
  }
}

void Staircase::Add(uint32_t from, uint32_t to) {
  out_[from].push_back(static_cast<uint32_t>(arcs_.size()));
  arcs_.push_back({to, 0});
  out_[to].push_back(static_cast<uint32_t>(arcs_.size()));
  arcs_.push_back({from, 0});
}

bool Staircase::Levels() {
  std::fill(level_.begin(), level_.end(), -1);
  queue_.assign(1, Source);
  level_[Source] = 0;
  for (size_t at = 0; at < queue_.size(); ++at) {
    for (uint32_t a : out_[queue_[at]]) {
      const Arc& arc = arcs_[a];
      if (arc.left <= small_ || level_[arc.to] >= 0) continue;
      level_[arc.to] = level_[queue_[at]] + 1;
      queue_.push_back(arc.to);
    }
  }
  return level_[Sink] >= 0;
}

double Staircase::Push(uint32_t node, double limit) {
  if (node == Sink) return limit;
  for (; next_[node] < out_[node].size(); ++next_[node]) {
    const uint32_t a = out_[node][next_[node]];
    if (arcs_[a].left <= small_ || level_[arcs_[a].to] != level_[node] + 1) continue;
    const double pushed = Push(arcs_[a].to, std::min(limit, arcs_[a].left));
    if (pushed <= 0) continue;
    arcs_[a].left -= pushed;
    arcs_[a ^ 1].left += pushed;
    return pushed;
  }
  return 0;
}

double Staircase::Solve(const std::vector<StepCosts>& costs, std::vector<Step>& steps) {
  double total = 0, largest = 0;
  steps.resize(components_);
  for (uint32_t c = 0; c < components_; ++c) {
    const auto least = std::min_element(costs[c].begin(), costs[c].end());
    if (*least == Infinity) return Infinity;
    steps[c] = static_cast<Step>(least - costs[c].begin());
    total += *least;
  }
  // Often what is cheapest for each already is what they can do together.
  const auto returns = [&](const std::array<uint32_t, 2>& flow) {
    return steps[flow[0]] != Edge && steps[flow[1]] != Cloud;
  };
  if (std::none_of(flows_.begin(), flows_.end(), returns)) return total;
  for (uint32_t c = 0; c < components_; ++c) {
    const double least = costs[c][steps[c]];
    // What every step costs goes along the whole chain at once. A chain is cut once
    // only, hence the unlimited opposites.
    const auto left = [&](Step step) {
      const double cost = costs[c][step];
      if (cost == Infinity) return Unlimited;
      largest = std::max(largest, cost);
      return cost - least;
    };
    const size_t first = 6 * size_t{c};
    arcs_[first] = {Entered(c), left(Cloud)};
    arcs_[first + 1] = {Source, Unlimited};
    arcs_[first + 2] = {Stayed(c), left(Mixed)};
    arcs_[first + 3] = {Entered(c), Unlimited};
    arcs_[first + 4] = {Sink, left(Edge)};
    arcs_[first + 5] = {Stayed(c), Unlimited};
  }
  for (size_t a = 6 * static_cast<size_t>(components_); a < arcs_.size(); a += 2) {
    arcs_[a].left = Unlimited;
    arcs_[a + 1].left = 0;
  }
  small_ = largest * 1e-13;
  while (Levels()) {
    std::fill(next_.begin(), next_.end(), 0);
    for (double pushed = Push(Source, Infinity); pushed != 0; pushed = Push(Source, Infinity)) {
      if (pushed >= Unlimited / 2) return Infinity;
      total += pushed;
    }
  }
  for (uint32_t c = 0; c < components_; ++c) {
    steps[c] = level_[Entered(c)] < 0 ? Cloud : level_[Stayed(c)] < 0 ? Mixed : Edge;
  }
  return total;
}

}  // namespace sprint::solver
