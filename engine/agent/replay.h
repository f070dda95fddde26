#pragma once

#include <string>
#include <vector>

#include "engine/agent/history.h"

namespace sprint::agent {

struct Replayed {
  int64_t decisions = 0;
  int64_t replans = 0;
  // "decision 12: recorded …, decided now …"; empty: all the same.
  std::vector<std::string> differences;
  Settings settings;
  AgentState state;  // after the last entry
};

// Decides everything again from the recorded samples and the recorded answers of the
// model. InvalidArgument when the entries do not begin with a Started.
Result<Replayed> Replay(const std::vector<Entry>& entries);

// What an agent that starts now takes over from the one before: budget spent, rest,
// failures; a change without an end has failed. What must be seen without a break begins
// anew. `placed_for` as in AgentState; NotKnown: as recorded.
AgentState Resume(const std::vector<Entry>& entries, const Settings& settings, double placed_for,
                  Seconds now);

}  // namespace sprint::agent
