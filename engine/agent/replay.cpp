#include "engine/agent/replay.h"

#include <algorithm>
#include <cmath>

namespace sprint::agent {
namespace {

// Answers as they were given then, to the questions of then.
struct Recorded {
  const Decision& decision;
  size_t next = 0;
  std::string other_question;

  Model AsModel() {
    Model model;
    model.predict = [this](double workload) {
      if (workload != decision.peak) other_question = "a prediction for another load";
      return decision.predicted;
    };
    model.propose = [this](double workload) {
      if (next >= decision.asked.size() || decision.asked[next].workload != workload) {
        other_question = "another question to the optimiser";
        return Candidate{.problem = "never asked"};
      }
      return decision.asked[next++].answer;
    };
    return model;
  }
};

}  // namespace

Result<Replayed> Replay(const std::vector<Entry>& entries) {
  Replayed out;
  if (entries.empty() || !std::holds_alternative<Started>(entries.front())) {
    return Error(ErrorCode::InvalidArgument, "the history does not begin with a start");
  }
  for (const Entry& entry : entries) {
    if (const auto* started = std::get_if<Started>(&entry)) {
      out.settings = started->settings;
      out.state = started->state;
    } else if (const auto* decided = std::get_if<Decided>(&entry)) {
      Recorded recorded{decided->decision, 0, ""};
      const Decision again = Step(out.settings, out.state, decided->decision.at,
                                  decided->observation, recorded.AsModel());
      ++out.decisions;
      out.replans += again.replan() != nullptr ? 1 : 0;
      const Decided now{decided->observation, again};
      if (value::ToJson(ToValue(now)) != value::ToJson(ToValue(*decided))) {
        std::string text = "decision " + std::to_string(decided->decision.number);
        if (!recorded.other_question.empty()) text += ": " + recorded.other_question;
        out.differences.push_back(text + ": recorded `" + decided->decision.reason() +
                                  "`, decided now `" + again.reason() + "`");
      }
    } else {
      const auto& finished = *std::get_if<Finished>(&entry);
      if (out.state.acting) {
        Finish(out.settings, out.state, finished.at, finished.outcome);
      } else {
        out.differences.emplace_back("a change ended that was not decided now");
      }
    }
  }
  return out;
}

AgentState Resume(const std::vector<Entry>& entries, const Settings& settings, double placed_for,
                  Seconds now) {
  AgentState state;
  if (auto replayed = Replay(entries)) {
    const AgentState& before = replayed->state;
    state.placed_for = before.placed_for;
    state.decisions = before.decisions;
    state.quiet_until = before.quiet_until;
    state.changed_at = before.changed_at;
    state.freed_at = before.freed_at;
    state.refused = before.refused;
    state.failures = before.failures;
    state.moves = before.moves;
    state.acting = before.acting;
    state.acting_for = before.acting_for;
  }
  state.now = now;
  if (state.acting) {
    Finish(settings, state, now, {End::Failed, std::nullopt, "the agent ended during it"});
  }
  // The clock may have been set back since.
  for (auto& [at, count] : state.moves) at = std::min(at, now);
  state.quiet_until = std::min(state.quiet_until, now + 32 * CooldownOf(settings));
  if (!std::isnan(placed_for)) state.placed_for = placed_for;
  return state;
}

}  // namespace sprint::agent
