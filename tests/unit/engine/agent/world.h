#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/agent/step.h"

namespace sprint::agent {

inline Requirement Quick(double bound = 0.3) {
  Requirement quick;
  quick.name = "quick";
  quick.text = "response(Blur) <= 300 ms";
  quick.path = {"Blur"};
  quick.bound = bound;
  quick.unit = "ms";
  return quick;
}

// The laptop's: observed every 2 s, hold 10 s.
inline Settings Laptop() {
  Settings settings;
  settings.sample = 2;
  settings.every = 5;
  settings.hold = 10;
  settings.window = 4;
  settings.floor = 3;
  settings.approve = Approve::Automatic;
  settings.entries = {"Blur"};
  settings.requirements = {Quick()};
  return settings;
}

// One component on n machines of 100 ms each: requests are spread evenly over queues, so
// the mean response is 0.1 / (1 - rate * 0.1 / n). A machine costs 0.1 EUR/h. An agent
// watches it second by second.
struct World {
  Settings settings = Laptop();
  AgentState state;
  double t = 1e9;
  uint32_t machines = 1, most = 6;
  bool noise = false;
  bool up = true;        // metrics can be had
  bool measures = true;  // response times, too
  // EUR/h of a machine, by what the optimiser knows now; `paid` by what runs.
  double price = 0.1, paid = 0.1;
  std::optional<int64_t> refused;
  int proposals = 0;
  std::function<Outcome(const Replan&)> act;
  std::vector<Decision> decisions;
  std::vector<std::pair<double, Replan>> replans;
  // Every observation goes through this before the agent sees it.
  std::function<void(Observation&)> spoil;

  World() { state.placed_for = settings.floor; }

  static double Response(double rate, uint32_t machines) {
    const double load = rate * 0.1 / machines;
    return load < 1 ? 0.1 / (1 - load) : std::numeric_limits<double>::infinity();
  }

  Model AsModel() {
    Model model;
    model.predict = [this](double rate) { return std::vector<double>{Response(rate, machines)}; };
    model.propose = [this](double rate) {
      ++proposals;
      Candidate candidate;
      uint32_t needed = 1;
      while (needed <= most && Response(rate, needed) > settings.requirements[0].bound) ++needed;
      candidate.feasible = needed <= most;
      candidate.cost = price * needed;
      candidate.running_cost = paid * machines;
      candidate.moves = needed > machines ? needed - machines : machines - needed;
      if (price != paid) candidate.moves = needed;
      candidate.same_as_current = candidate.moves == 0;
      return candidate;
    };
    return model;
  }

  // The average over the window, or a count of chance arrivals.
  double Rate(double from_rate, double rate, double since) {
    const double share = std::min(1.0, (t - since) / settings.window);
    const double mean = (from_rate * (1 - share) + rate * share) * settings.window;
    if (!noise || mean <= 0) return mean / settings.window;
    return std::poisson_distribution<int>(mean)(random_) / settings.window;
  }

  Observation See(double arrivals) {
    Sample sample;
    sample.component = "Blur";
    sample.at = t;
    sample.arrival_rate = arrivals;
    sample.requests = arrivals * settings.window;
    if (measures) sample.response_mean = std::min(20.0, Response(arrivals, machines));
    if (!up) {
      sample = {};
      sample.component = "Blur";
      sample.at = t;
      sample.fresh = false;
      sample.problem = "no answer";
    }
    Observation observation{{sample}, refused};
    if (spoil) spoil(observation);
    return observation;
  }

  // `rate` requests/s for that long.
  void Load(double rate, double seconds) {
    const double since = t, end = t + seconds, before = rate_ < 0 ? rate : rate_;
    rate_ = rate;
    for (; t < end; t += settings.sample) {
      Look(See(Rate(before, rate, since)));
    }
  }

  const Decision& Look(const Observation& observation) {
    decisions.push_back(Step(settings, state, t, observation, AsModel()));
    if (const Replan* replan = decisions.back().replan()) {
      replans.emplace_back(t, *replan);
      Outcome outcome;
      if (act) outcome = act(*replan);
      if (outcome.end == End::Done) {
        machines = static_cast<uint32_t>(std::lround(replan->candidate.cost / price));
        paid = price;
      }
      Finish(settings, state, t, outcome);
    }
    return decisions.back();
  }

  Why LastWhy() const { return std::get_if<Nothing>(&decisions.back().what)->why; }
  bool Ever(Why why) const {
    return std::any_of(decisions.begin(), decisions.end(), [&](const Decision& decision) {
      const auto* nothing = std::get_if<Nothing>(&decision.what);
      return nothing != nullptr && nothing->why == why;
    });
  }

 private:
  double rate_ = -1;
  std::mt19937 random_{7};
};

}  // namespace sprint::agent
