#include "engine/agent/measure.h"

#include <cmath>

#include "compiler/support/quantity.h"

namespace sprint::agent {
namespace {

constexpr double FewestForMean = 5, FewestForP95 = 20;

// A response of 0 s means that nothing ended well.
double Positive(double value) { return std::isfinite(value) && value > 0 ? value : NotKnown; }

}  // namespace

double Measure(const Requirement& requirement, const std::map<std::string, Sample>& samples) {
  if (!requirement.response || requirement.path.empty()) return NotKnown;
  const bool p95 = requirement.percentile.has_value();
  if (p95 && std::abs(*requirement.percentile - 0.95) > 1e-9) return NotKnown;
  const auto first = samples.find(requirement.path.front());
  if (first == samples.end()) return NotKnown;
  const Sample& entry = first->second;
  if (!(entry.requests >= (p95 ? FewestForP95 : FewestForMean))) return NotKnown;
  if (requirement.path.size() == 1) {
    return Positive(p95 ? entry.response_p95 : entry.response_mean);
  }
  if (requirement.to_end) return Positive(p95 ? entry.path_p95 : entry.path_mean);
  if (p95) return NotKnown;
  // Means add up, but for the links between: the difference of two paths has them.
  const auto last = samples.find(requirement.path.back());
  if (last == samples.end()) return NotKnown;
  return Positive(entry.path_mean - last->second.path_mean + last->second.response_mean);
}

std::string Show(const Requirement& requirement, double value) {
  if (!std::isfinite(value)) return std::isinf(value) ? "no end" : "unknown";
  const auto info = ParseUnit(requirement.unit);
  if (!info) return FormatNumber(value, 3);
  const double shown = value / info->factor;
  return FormatNumber(shown, std::abs(shown) >= 1000 ? 6 : 3) + " " + requirement.unit;
}

}  // namespace sprint::agent
