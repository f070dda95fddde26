#include "engine/solver/traffic.h"

#include <algorithm>

namespace sprint::solver {

Traffic::Traffic(const Problem& problem) : problem_(problem), flows_(problem.components.size()) {
  for (const auto& row : problem.routes) {
    for (const auto& routes : row) {
      for (const Route& route : routes) dearest_ = std::max(dearest_, route.price);
    }
  }
  priced_ = dearest_ > 0;
  for (const Flow& flow : problem.flows) {
    flows_[flow.from].push_back(flow);
    flows_[flow.to].push_back(flow);
  }
}

double Traffic::Inside(uint32_t c, const Placement& placement) const {
  const auto& parts = problem_.components[c].variants[placement.variant[c]].parts;
  const auto& pools = placement.pool[c];
  double sum = 0;
  for (size_t p = 0; p + 1 < parts.size(); ++p) {
    sum += parts[p + 1].rate * Fare(problem_, pools[p], pools[p + 1], parts[p].output);
  }
  return sum;
}

double Traffic::Along(const Flow& flow, const Placement& placement) const {
  const auto& parts = problem_.components[flow.from].variants[placement.variant[flow.from]].parts;
  const double bytes = flow.bytes.value_or(parts.back().output);
  double sum = 0;
  for (size_t p = 0; p < parts.size(); ++p) {
    const double leaves = p + 1 == parts.size() ? 1 : parts[p].exit;
    if (leaves <= 0) continue;
    sum += parts[p].rate * leaves *
           Fare(problem_, placement.pool[flow.from][p], placement.pool[flow.to][0], bytes);
  }
  return sum * flow.probability;
}

double Traffic::Of(uint32_t c, const Placement& placement, const std::vector<char>& placed) const {
  if (!priced_) return 0;
  double sum = Inside(c, placement);
  for (const Flow& flow : flows_[c]) {
    if (placed[flow.from == c ? flow.to : flow.from]) sum += Along(flow, placement);
  }
  return sum;
}

double Traffic::All(const Placement& placement, const std::vector<char>* placed) const {
  if (!priced_) return 0;
  const auto there = [&](uint32_t c) { return !placed || (*placed)[c]; };
  double sum = 0;
  for (uint32_t c = 0; c < problem_.components.size(); ++c) {
    if (there(c)) sum += Inside(c, placement);
  }
  for (const Flow& flow : problem_.flows) {
    if (there(flow.from) && there(flow.to)) sum += Along(flow, placement);
  }
  return sum;
}

double Traffic::Most() const {
  double bytes = 0;
  for (uint32_t c = 0; c < problem_.components.size() && priced_; ++c) {
    double inside = 0, output = 0, rate = 0;
    for (const Variant& variant : problem_.components[c].variants) {
      double sum = 0;
      for (size_t p = 0; p + 1 < variant.parts.size(); ++p) {
        sum += variant.parts[p + 1].rate * variant.parts[p].output;
      }
      inside = std::max(inside, sum);
      output = std::max(output, variant.parts.back().output);
      rate = std::max(rate, variant.parts.front().rate);
    }
    bytes += inside;
    for (const Flow& flow : flows_[c]) {
      if (flow.from != c) continue;
      bytes += rate * flow.probability * flow.bytes.value_or(output);
    }
  }
  return bytes * dearest_;
}

}  // namespace sprint::solver
