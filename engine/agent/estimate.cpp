#include "engine/agent/estimate.h"

#include <algorithm>
#include <cmath>

namespace sprint::agent {
namespace {

void Update(const Settings& settings, Level& level, double rate, double elapsed) {
  level.latest = rate;
  if (std::isnan(level.value)) {
    level.value = rate;
    return;
  }
  const double window = std::max(settings.window, 0.1);
  const double deviation = std::sqrt(std::max(level.value, 1 / window) / window);
  const double difference = rate - level.value;
  if (std::abs(difference) > std::max(3 * deviation, 0.1 * level.value)) {
    const int64_t sign = difference > 0 ? 1 : -1;
    level.odd = level.odd * sign > 0 ? level.odd + sign : sign;
    if (std::abs(level.odd) >= 2) level.value = rate;
    return;
  }
  level.odd = 0;
  const double elapsed_known = elapsed > 0 ? elapsed : settings.sample;
  level.value += (1 - std::exp(-elapsed_known / (2 * window))) * difference;
}

}  // namespace

std::map<std::string, Sample> Accept(const Settings& settings, AgentState& state,
                                     const Observation& observation, int64_t& dropped) {
  std::map<std::string, Sample> newest;
  for (const Sample& sample : observation.samples) {
    const bool usable = sample.fresh && std::isfinite(sample.arrival_rate) &&
                        sample.arrival_rate >= 0 && std::isfinite(sample.at) &&
                        sample.at <= state.now + settings.sample &&
                        sample.at >= state.now - 3 * std::max(settings.window, settings.sample);
    const auto last = state.last_at.find(sample.component);
    const bool seen = last != state.last_at.end() && sample.at <= last->second;
    const auto other = newest.find(sample.component);
    if (!usable || seen) {
      ++dropped;
    } else if (other == newest.end()) {
      newest.emplace(sample.component, sample);
    } else {
      ++dropped;
      if (sample.at > other->second.at) other->second = sample;
    }
  }
  for (const auto& [component, sample] : newest) state.last_at[component] = sample.at;
  return newest;
}

std::optional<Load> Estimate(const Settings& settings, AgentState& state,
                             const std::map<std::string, Sample>& samples,
                             const std::map<std::string, Seconds>& before) {
  std::optional<Load> load;
  bool complete = true;
  for (const std::string& entry : settings.entries) {
    const auto sample = samples.find(entry);
    if (sample == samples.end()) {
      complete = false;
      continue;
    }
    const auto last = before.find(entry);
    Level& level = state.levels[entry];
    Update(settings, level, sample->second.arrival_rate,
           last == before.end() ? 0 : sample->second.at - last->second);
    if (!load) load = Load{};
    load->level = std::max(load->level, level.value);
    load->peak = std::max({load->peak, level.value, level.odd > 0 ? level.latest : 0});
  }
  if (load) load->complete = complete;
  return load;
}

}  // namespace sprint::agent
