#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// The agent's mind: what was seen goes in, what is to be done comes out. No clock, no
// file, no network: the same calls in the same order give the same decisions, which is
// how recorded days are replayed.
namespace sprint::agent {

// A moment: seconds since 1970, never going back. A duration: seconds.
using Seconds = double;
// A number nobody knows. JSON has none, so files have null.
inline constexpr double NotKnown = std::numeric_limits<double>::quiet_NaN();

enum class Approve { Automatic, Ask, Never };

// One `require` of the program. Those that are only preferred do not belong here.
struct Requirement {
  std::string name;  // "" when not named
  std::string text;  // as written: "response(Blur) <= 300 ms"
  // Response time along `path` is measured; of anything else only the prediction is known.
  bool response = true;
  std::vector<std::string> path;
  // The path ends where requests leave the application.
  bool to_end = true;
  std::optional<double> percentile;  // 0.95 for p95; absent: the mean
  bool at_most = true;
  double bound = 0;  // base units
  std::string unit;  // the user's, for showing
};

struct Settings {
  Seconds sample = 10;   // between two observations (`monitor { every }`)
  Seconds every = 30;    // at least this between two questions to the optimiser
  Seconds hold = 120;    // so long must a requirement be violated
  Seconds cooldown = 0;  // rest after a change; 0: as `hold`
  // So long must a cheaper placement do before it is taken; 0: three times `hold`.
  Seconds cheaper_hold = 0;
  Seconds window = 10;  // that the measured values cover
  double budget = 0;    // moves/s; 0: unlimited
  double margin = 0.1;  // places for the estimate and this share more
  double floor = 0;     // requests/s the program declares: never places for less
  // What a move costs, against what a cheaper placement saves within the horizon.
  double move_price = 0;  // EUR
  Seconds horizon = 3600;
  Approve approve = Approve::Ask;
  std::vector<std::string> entries;  // components where requests enter
  std::vector<Requirement> requirements;
};

// What one component's proxy has measured over the window that ended at `at`. Times in
// s, rates in 1/s; NotKnown where nothing is.
struct Sample {
  std::string component;
  Seconds at = 0;
  bool fresh = true;  // false: no answer; the rest means nothing
  double arrival_rate = NotKnown;
  double response_mean = NotKnown, response_p95 = NotKnown;  // the component itself
  double path_mean = NotKnown, path_p95 = NotKnown;          // from here to the end
  double requests = 0, errors = 0, in_flight = 0;
  std::string problem;  // why not fresh
};

// Samples may be missing, late, doubled, out of order, or nonsense.
struct Observation {
  std::vector<Sample> samples;
  // Pools of machines that placement leaves out, because they were refused lately.
  std::optional<int64_t> refused{};  // absent: not known
};

// What the optimiser offers for a workload.
struct Candidate {
  bool feasible = false;
  double cost = 0;          // EUR/h
  double running_cost = 0;  // EUR/h of the placement that runs
  uint32_t moves = 0;       // parts that run elsewhere than they do now
  bool same_as_current = false;
  std::string problem;  // why it has no answer; "" when infeasible is the answer
};

// Questions to the model of the program. `workload` in requests/s at each entry.
struct Model {
  // The value of each requirement if the running placement had this workload, in the
  // order of Settings::requirements; fewer, or NotKnown, where there is no answer.
  std::function<std::vector<double>(double workload)> predict;
  std::function<Candidate(double workload)> propose;
};

enum class Why {
  Fine,         // every requirement holds and nothing is too large
  Blind,        // no load is known
  Busy,         // a change is under way
  Holding,      // not long enough yet
  CoolingDown,  // a change was made just now
  NoBetter,     // the optimiser has nothing (better)
  NoBudget,     // too many moves lately
  NotApproved,  // the program's `approve` says never
};
struct Nothing {
  Why why = Why::Fine;
  std::string reason;
};
struct Replan {
  double workload = 0;  // requests/s to place for
  bool ask = false;     // somebody must say yes first
  Candidate candidate;
  std::string reason;
};

struct Asked {
  double workload = 0;
  Candidate answer;
};
// With everything it rests on.
struct Decision {
  int64_t number = 0;
  Seconds at = 0;
  std::variant<Nothing, Replan> what;
  double level = NotKnown;        // requests/s, smoothed
  double peak = NotKnown;         // the same, or a sudden higher rate that may be noise
  std::vector<double> measured;   // of each requirement
  std::vector<double> predicted;  // at `peak`
  std::vector<Asked> asked;
  int64_t dropped = 0;  // samples of no use

  const Replan* replan() const { return std::get_if<Replan>(&what); }
  const std::string& reason() const;
};

enum class End { Done, Declined, Failed };
// What became of a Replan.
struct Outcome {
  End end = End::Done;
  std::optional<uint32_t> moves;  // made; absent: as many as were proposed
  std::string problem;
  Seconds planned = NotKnown;  // after so long it was planned, placing included
};

// A condition and for how long it has been seen without a break.
struct Held {
  Seconds since = NotKnown, seen = NotKnown;
  bool on() const { return since == since; }
};

// The smoothed rate of one entry.
struct Level {
  double value = NotKnown, latest = NotKnown;
  // Samples in a row that were too high (positive) or too low for chance.
  int64_t odd = 0;
};

// All the agent remembers.
struct AgentState {
  double placed_for = NotKnown;  // requests/s the running placement was made for
  Seconds now = 0;
  int64_t decisions = 0;
  std::map<std::string, Seconds> last_at;  // of each component's newest sample
  std::map<std::string, Level> levels;
  std::map<std::string, Held> violated;  // by Requirement::name, or text
  Held cheaper;
  // A cheaper placement is known for this workload, and none for that.
  double cheaper_at = NotKnown, none_at = NotKnown;
  // Since when some of what was refused when the running placement was made may be had again.
  Seconds freed_at = NotKnown;
  int64_t refused = 0;  // as observed last
  Seconds asked_at = NotKnown;
  // The last question that led nowhere: when, at which load, and why.
  Seconds fruitless_at = NotKnown;
  double fruitless_level = NotKnown;
  Nothing fruitless;
  bool acting = false;
  double acting_for = NotKnown;
  Seconds acting_since = NotKnown;
  Seconds quiet_until = 0;
  Seconds changed_at = NotKnown;  // when the last change ended
  int64_t failures = 0;           // in a row
  std::vector<std::pair<Seconds, uint32_t>> moves;
};

// One look at the world. After a Replan the next call must be Finish.
Decision Step(const Settings& settings, AgentState& state, Seconds now,
              const Observation& observation, const Model& model);
void Finish(const Settings& settings, AgentState& state, Seconds now, const Outcome& outcome);

// The durations that stand for 0 in `settings`.
Seconds CooldownOf(const Settings& settings);
Seconds CheaperHoldOf(const Settings& settings);
// "quick_blur", or the text of one that has no name.
const std::string& KeyOf(const Requirement& requirement);
const char* Name(Why why);
const char* Name(End end);
const char* Name(Approve approve);

}  // namespace sprint::agent
