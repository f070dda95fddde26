#include "engine/agent/step.h"

#include <algorithm>
#include <cmath>

#include "compiler/support/check.h"
#include "compiler/support/quantity.h"
#include "engine/agent/estimate.h"
#include "engine/agent/measure.h"

namespace sprint::agent {
namespace {

// Workloads closer than this are one question.
constexpr double SameWorkload = 0.05;
// Halvings of what cannot be held, to find what can.
constexpr int Halvings = 4;

std::string Rate(double rate) { return FormatNumber(rate, 3) + " requests/s"; }
std::string Span(Seconds seconds) { return FormatNumber(std::max(0.0, seconds), 3) + " s"; }
std::string Cost(double cost) { return FormatNumber(cost, 4) + " EUR/h"; }

bool Violates(const Requirement& requirement, double value) {
  if (std::isnan(value)) return false;
  return requirement.at_most ? value > requirement.bound : value < requirement.bound;
}

void Confirm(const Settings& settings, Held& held, Seconds now) {
  // Over a longer gap nobody can say that it held.
  const Seconds gap = std::max(3 * settings.sample, settings.window);
  if (!held.on() || now - held.seen > gap) held.since = now;
  held.seen = now;
}

// One call of Step.
class Stepper {
 public:
  Stepper(const Settings& settings, AgentState& state, const Model& model, Decision& decision)
      : settings_(settings), state_(state), model_(model), decision_(decision) {}

  void Run(const Observation& observation) {
    if (observation.refused) Reconsider(*observation.refused);
    const std::map<std::string, Seconds> before = state_.last_at;
    const auto samples = Accept(settings_, state_, observation, decision_.dropped);
    const auto load = Estimate(settings_, state_, samples, before);
    if (load) {
      decision_.level = load->level;
      decision_.peak = load->peak;
      Check(samples);
    }
    if (state_.acting) return Rest(Why::Busy, "a change is under way");
    if (!load) return Rest(Why::Blind, Blindness());
    if (const size_t worst = LongestViolated(); worst < settings_.requirements.size()) {
      state_.cheaper = {};
      return Repair(worst);
    }
    state_.fruitless_at = NotKnown;
    bool whole = load->complete;
    for (const Sample& sample : observation.samples) whole = whole && sample.fresh;
    Save(whole);
  }

 private:
  Seconds now() const { return state_.now; }

  void Rest(Why why, std::string reason) { decision_.what = Nothing{why, std::move(reason)}; }

  std::string Blindness() const {
    std::string text = "the load is not known";
    for (const std::string& entry : settings_.entries) {
      const auto last = state_.last_at.find(entry);
      text += last == state_.last_at.end()
                  ? ": `" + entry + "` was never measured"
                  : ": `" + entry + "` was last measured " + Span(now() - last->second) + " ago";
      break;
    }
    return text + "; the placement stays";
  }

  bool MayReconsider() const { return !std::isnan(state_.freed_at); }

  // What the optimiser said while more was left out holds no longer.
  void Reconsider(int64_t refused) {
    if (refused < state_.refused) {
      state_.freed_at = now();
      state_.cheaper_at = state_.none_at = state_.fruitless_at = NotKnown;
    }
    state_.refused = refused;
  }

  // Measures and predicts every requirement and takes note of which are violated.
  void Check(const std::map<std::string, Sample>& samples) {
    const size_t count = settings_.requirements.size();
    if (decision_.peak > 0 && model_.predict) decision_.predicted = model_.predict(decision_.peak);
    decision_.predicted.resize(count, NotKnown);
    for (size_t i = 0; i < count; ++i) {
      const Requirement& requirement = settings_.requirements[i];
      decision_.measured.push_back(OfTheOldPlacement() ? NotKnown : Measure(requirement, samples));
      const double measured = decision_.measured[i], predicted = decision_.predicted[i];
      const bool unknown = std::isnan(measured) && std::isnan(predicted) && decision_.peak > 0;
      Held& held = state_.violated[KeyOf(requirement)];
      if (Violates(requirement, measured) || Violates(requirement, predicted)) {
        Confirm(settings_, held, now());
      } else if (!unknown) {
        held = {};
      }
    }
  }

  // The window began before the last change ended.
  bool OfTheOldPlacement() const { return now() < state_.changed_at + settings_.window; }

  // Of those seen violated now, the one violated for longest.
  size_t LongestViolated() const {
    size_t worst = settings_.requirements.size();
    Seconds since = 0;
    for (size_t i = 0; i < settings_.requirements.size(); ++i) {
      const auto held = state_.violated.find(KeyOf(settings_.requirements[i]));
      if (held == state_.violated.end() || !held->second.on()) continue;
      if (held->second.seen != now()) continue;
      if (worst < settings_.requirements.size() && held->second.since >= since) continue;
      worst = i;
      since = held->second.since;
    }
    return worst;
  }

  std::string Violation(size_t i) const {
    const Requirement& requirement = settings_.requirements[i];
    const Held& held = state_.violated.find(KeyOf(requirement))->second;
    std::string text = "`" + KeyOf(requirement) + "`";
    text += " violated for " + Span(now() - held.since) + ": ";
    text += Show(requirement, decision_.predicted[i]) + " predicted at " + Rate(decision_.peak);
    text += ", " + Show(requirement, decision_.measured[i]) + " measured, ";
    text += requirement.at_most ? "at most " : "at least ";
    return text + Show(requirement, requirement.bound) + " allowed";
  }

  Candidate Ask(double workload) {
    state_.asked_at = now();
    Candidate answer;
    if (model_.propose) {
      answer = model_.propose(workload);
    } else {
      answer.problem = "there is no optimiser";
    }
    decision_.asked.push_back({workload, answer});
    return answer;
  }
  bool AskedLately() const { return now() - state_.asked_at < settings_.every - 1e-6; }

  // The same load as at the last question that led nowhere, and not long ago.
  bool KnownFruitless() const {
    return now() - state_.fruitless_at < std::max(settings_.hold, settings_.every) &&
           std::abs(decision_.level - state_.fruitless_level) <=
               SameWorkload * state_.fruitless_level;
  }
  void Fruitless(Why why, std::string reason) {
    state_.cheaper = {};
    state_.fruitless_at = now();
    state_.fruitless_level = decision_.level;
    state_.fruitless = {why, reason};
    Rest(why, std::move(reason));
  }

  void Repair(size_t worst) {
    const std::string violation = Violation(worst);
    const Held& held = state_.violated[KeyOf(settings_.requirements[worst])];
    if (now() - held.since < settings_.hold - 1e-6) {
      return Rest(Why::Holding, violation + "; waits for " + Span(settings_.hold));
    }
    if (now() < state_.quiet_until) return Rest(Why::CoolingDown, violation + Quiet());
    if (KnownFruitless()) return Rest(state_.fruitless.why, state_.fruitless.reason);
    if (AskedLately()) {
      return Rest(Why::Holding, violation + "; the optimiser was asked a moment ago");
    }
    const double least = std::max(decision_.level, settings_.floor);
    double workload = std::max(decision_.level * (1 + settings_.margin), settings_.floor);
    Candidate candidate = Ask(workload);
    if (!candidate.feasible && least < workload) {
      workload = least;
      candidate = Ask(workload);
    }
    if (!candidate.feasible && candidate.problem.empty()) {
      const double wanted = workload;
      candidate = MostThatHolds(workload);
      if (candidate.feasible && !candidate.same_as_current) {
        return Take(workload, candidate, violation + "; no placement holds " + Rate(wanted));
      }
      candidate.feasible = false;
      workload = wanted;
    }
    if (!candidate.feasible) {
      return Fruitless(Why::NoBetter, violation + "; no placement for " + Rate(workload) +
                                          (candidate.problem.empty() ? "" : ": ") +
                                          candidate.problem);
    }
    if (candidate.same_as_current) {
      return Fruitless(Why::NoBetter, violation + "; the running placement is the best for " +
                                          Rate(workload) + " by the declared service times");
    }
    Take(workload, candidate, violation);
  }

  // When no placement does for `workload`, one that does for as much of it as can be: late
  // requests are fewer then. Not feasible when it is hardly more than there is already.
  Candidate MostThatHolds(double& workload) {
    double low = std::isnan(state_.placed_for) ? settings_.floor : state_.placed_for;
    double high = workload;
    Candidate best;
    for (int i = 0; i < Halvings && high - low > SameWorkload * high; ++i) {
      const double middle = (low + high) / 2;
      const Candidate candidate = Ask(middle);
      (candidate.feasible ? low : high) = middle;
      if (!candidate.feasible) continue;
      best = candidate;
      workload = middle;
    }
    return best;
  }

  // Whether a cheaper placement would do, and has for long enough.
  void Save(bool whole) {
    const std::string fine = "every requirement holds at " + Rate(decision_.peak);
    double workload = std::max(decision_.peak * (1 + settings_.margin), settings_.floor);
    // The placement was the cheapest for what it was made for, so less load is what
    // makes a cheaper one possible; or machines that could not be had then.
    if (MayReconsider() && workload > (1 - SameWorkload) * state_.placed_for) {
      workload = state_.placed_for;
    } else if (workload <= 0 || workload > (1 - SameWorkload) * state_.placed_for) {
      state_.cheaper = {};
      state_.cheaper_at = state_.none_at = NotKnown;
      return Rest(Why::Fine, fine);
    }
    if (!whole) return Rest(Why::Fine, fine + "; not everything is measured");
    // What does for a workload does for less, and what does not, not for more.
    if (workload > (1 - SameWorkload) * state_.none_at) {
      state_.cheaper = {};
      return Rest(Why::Fine, fine);
    }
    bool asked = false;
    Candidate candidate;
    if (!(workload <= state_.cheaper_at)) {
      if (AskedLately()) return Rest(Why::Fine, fine);
      candidate = Ask(workload);
      asked = true;
      if (!Cheaper(candidate, workload)) return Rest(Why::Fine, fine);
    }
    Confirm(settings_, state_.cheaper, now());
    const Seconds held = now() - state_.cheaper.since;
    if (held < CheaperHoldOf(settings_) - 1e-6) {
      return Rest(Why::Holding, fine + "; a cheaper placement would do for " + Span(held) +
                                    ", waits for " + Span(CheaperHoldOf(settings_)));
    }
    if (now() < state_.quiet_until) return Rest(Why::CoolingDown, fine + Quiet());
    if (!asked) {
      if (AskedLately()) return Rest(Why::Holding, fine + "; asked a moment ago");
      candidate = Ask(workload);
      if (!Cheaper(candidate, workload)) return Rest(Why::Fine, fine);
    }
    Take(workload, candidate,
         fine +
             (MayReconsider() ? std::string("; machines that were refused may be had again")
                              : " with " + FormatNumber(settings_.margin * 100, 3) + " % more") +
             "; for " + Span(held) + " a placement of " + Cost(candidate.cost) +
             " would do instead of " + Cost(candidate.running_cost));
  }

  bool Cheaper(const Candidate& candidate, double workload) {
    const double saved = (candidate.running_cost - candidate.cost) / 3600 * settings_.horizon;
    const double price = candidate.moves * settings_.move_price;
    if (candidate.feasible && !candidate.same_as_current && saved > price + 1e-12) {
      state_.cheaper_at = workload;
      return true;
    }
    state_.freed_at = NotKnown;
    state_.none_at = workload;
    state_.cheaper_at = NotKnown;
    state_.cheaper = {};
    return false;
  }

  std::string Quiet() const {
    return "; rests " + Span(state_.quiet_until - now()) + " more after the last change";
  }

  // Moves made in the time that the budget is counted over: an hour, or as long as one
  // move takes to be earned.
  bool Affordable(uint32_t moves, std::string& why) {
    if (settings_.budget <= 0) return true;
    const Seconds period = std::max(3600.0, 1 / settings_.budget);
    std::erase_if(state_.moves, [&](const auto& made) { return made.first <= now() - period; });
    uint64_t made = 0;
    for (const auto& [at, count] : state_.moves) made += count;
    const double allowed = settings_.budget * period + 1e-9;
    if (static_cast<double>(made + moves) <= allowed) return true;
    why = "; needs " + std::to_string(moves) + " moves, " + std::to_string(made) + " of " +
          FormatNumber(std::floor(allowed)) + " in " + Span(period) + " are made";
    return false;
  }

  void Take(double workload, const Candidate& candidate, const std::string& because) {
    std::string why;
    if (!Affordable(candidate.moves, why)) return Fruitless(Why::NoBudget, because + why);
    std::string reason = because + "; places for " + Rate(workload) + ": " +
                         std::to_string(candidate.moves) +
                         (candidate.moves == 1 ? " move, " : " moves, ") + Cost(candidate.cost) +
                         " instead of " + Cost(candidate.running_cost);
    if (settings_.approve == Approve::Never) {
      return Fruitless(Why::NotApproved, reason + "; `approve = never`");
    }
    state_.acting = true;
    state_.acting_for = workload;
    state_.acting_since = now();
    state_.moves.emplace_back(now(), candidate.moves);
    decision_.what =
        Replan{workload, settings_.approve == Approve::Ask, candidate, std::move(reason)};
  }

  const Settings& settings_;
  AgentState& state_;
  const Model& model_;
  Decision& decision_;
};

}  // namespace

const std::string& Decision::reason() const {
  const Replan* change = replan();
  return change != nullptr ? change->reason : std::get_if<Nothing>(&what)->reason;
}

Decision Step(const Settings& settings, AgentState& state, Seconds now,
              const Observation& observation, const Model& model) {
  Decision decision;
  state.now = std::max(state.now, now);
  decision.at = state.now;
  decision.number = ++state.decisions;
  Stepper(settings, state, model, decision).Run(observation);
  return decision;
}

void Finish(const Settings& settings, AgentState& state, Seconds now, const Outcome& outcome) {
  SPRINT_CHECK(state.acting, "the end of a change that was never begun");
  state.now = std::max(state.now, now);
  state.acting = false;
  if (!state.moves.empty()) {
    if (outcome.moves) state.moves.back().second = *outcome.moves;
    if (outcome.end == End::Declined) state.moves.pop_back();
  }
  Seconds rest = CooldownOf(settings);
  // It was decided with all that could be had then.
  if (outcome.end != End::Failed && state.freed_at <= state.acting_since) {
    state.freed_at = NotKnown;
  }
  switch (outcome.end) {
    case End::Done:
      state.placed_for = state.acting_for;
      state.changed_at = state.now;
      state.failures = 0;
      break;
    case End::Declined:
      // Whoever said no is not asked again at once.
      rest = std::max(rest, CheaperHoldOf(settings));
      break;
    case End::Failed:
      ++state.failures;
      rest *= std::pow(2.0, static_cast<double>(std::min<int64_t>(state.failures, 5)));
      break;
  }
  state.acting_for = state.acting_since = NotKnown;
  state.quiet_until = state.now + rest;
  // What was seen before the change says nothing about what runs now.
  state.violated.clear();
  state.cheaper = {};
  state.cheaper_at = state.none_at = NotKnown;
  state.fruitless_at = NotKnown;
}

Seconds CooldownOf(const Settings& settings) {
  return settings.cooldown > 0 ? settings.cooldown : settings.hold;
}

Seconds CheaperHoldOf(const Settings& settings) {
  return settings.cheaper_hold > 0 ? settings.cheaper_hold : 3 * settings.hold;
}

const std::string& KeyOf(const Requirement& requirement) {
  return requirement.name.empty() ? requirement.text : requirement.name;
}

const char* Name(Why why) {
  switch (why) {
    case Why::Fine:
      return "fine";
    case Why::Blind:
      return "blind";
    case Why::Busy:
      return "busy";
    case Why::Holding:
      return "holding";
    case Why::CoolingDown:
      return "cooling down";
    case Why::NoBetter:
      return "no better";
    case Why::NoBudget:
      return "no budget";
    case Why::NotApproved:
      return "not approved";
  }
  SPRINT_UNREACHABLE("Why");
}

const char* Name(End end) {
  switch (end) {
    case End::Done:
      return "done";
    case End::Declined:
      return "declined";
    case End::Failed:
      return "failed";
  }
  SPRINT_UNREACHABLE("End");
}

const char* Name(Approve approve) {
  switch (approve) {
    case Approve::Automatic:
      return "automatic";
    case Approve::Ask:
      return "ask";
    case Approve::Never:
      return "never";
  }
  SPRINT_UNREACHABLE("Approve");
}

}  // namespace sprint::agent
