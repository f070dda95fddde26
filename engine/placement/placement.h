#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/support/result.h"

namespace sprint::solver {
struct Watch;
}

// Where a checked program runs: its cheapest placement with a proof or a bound, or the
// lines of it that cannot hold together.
namespace sprint::placement {

enum class State {
  Optimal,     // proven
  Feasible,    // every requirement holds; `bound` says how much cheaper it might get
  Infeasible,  // proven; `cores` say why. From Predict: a requirement is missed.
  Exhausted,   // the budget ended before any placement was found
};
// "optimal", "feasible", "infeasible", "exhausted".
const char* Name(State state);

// "EUR/h", "W" or "g/h": what the goal and its bound are told in.
const char* UnitOf(ir::Goal goal);

// One part of a component's chosen variant. Indices are those of the deploy's
// components, the component's variants, the variant's parts, the continuum's zones and
// the zone's pools; names stay true when the program changes.
struct Placed {
  ir::Index component = 0, variant = 0, part = 0, zone = 0, pool = 0;
  std::string component_name, variant_name, part_name, zone_name, pool_name;
  // Of a component that is spread: which of its copies, from 0. They share its requests.
  uint32_t copy = 0;
  uint32_t replicas = 1;     // one on each used instance of the pool; functions: 1
  double response_mean = 0;  // s
  double utilisation = 0;    // of the pool, 0..1
  double rate = 0;           // requests/s that reach this part
};

struct PoolUse {
  ir::Index zone = 0, pool = 0;
  uint32_t count = 0;  // functions: 0
  double cost = 0;     // EUR/h
  double utilisation = 0;
};

struct Requirement {
  std::string name;  // "" when not named
  std::string text;  // as written
  ir::Metric metric = ir::Metric::Response;
  std::vector<ir::Index> path;  // of the deploy's components
  ir::Relation relation = ir::Relation::AtMost;
  double value = 0, bound = 0;  // base units
  std::string unit;             // the user's, for showing
  std::optional<double> percentile;
  bool met = true;
  std::optional<double> weight;  // prefer: EUR/h of missing it
  Loc loc;
};

// A line that takes part in a contradiction.
struct CoreLine {
  Loc loc;           // not ok() for what Options added
  std::string text;  // "cost <= 0.1 EUR/h", "Blur handles personal data: only in plant"
};

struct Relaxation {
  std::string text;  // "cost <= 0.124 EUR/h would do", "one more machine in upv.large would do"
  Loc loc;           // of what would have to change
};

struct Answer {
  State state = State::Exhausted;
  double workload = 0;  // requests/s it holds for
  double cost = 0;      // EUR/h, without moves and missed preferences
  double traffic = 0;   // EUR/h of the cost that is for priced links
  double energy = 0;    // W
  double carbon = 0;    // g/h
  // What is least possible: cost, energy or carbon, and the price of missed preferences.
  double objective = 0;
  // No placement is cheaper than this (EUR/h; W or g/h when energy or carbon is minimised).
  double bound = 0;
  uint64_t steps = 0;
  double seconds = 0;  // for the caller's clock to fill in
  std::vector<Placed> parts;
  std::vector<PoolUse> pools;  // the used ones
  std::vector<Requirement> requirements;
  // Sets that cannot hold together, and of which nothing can be left out as far as the budget
  // allows to tell; those that need no queueing formula first.
  // One empty set: the continuum itself is too small, whatever is required.
  std::vector<std::vector<CoreLine>> cores;
  bool cores_complete = false;
  // Then: what can be nowhere, and what cannot flow, each by itself. Nothing: only all of it
  // together is too much.
  std::vector<CoreLine> blockers;
  // What would make it possible, each by itself.
  std::vector<Relaxation> relaxations;
  // For Options::certify: see engine/placement/certificate.h. Empty: not proven, or not within
  // the steps by what a certificate can hold.
  std::string certificate;
  uint64_t certificate_cases = 0;
};

struct Options {
  uint64_t steps = 5'000'000;
  std::stop_token stop;
  solver::Watch* watch = nullptr;  // how far it is, for another thread; or null
  // What runs now; tried first. Matched by names, so it may stem from another program.
  std::optional<Answer> running;
  double move_price = 0;           // EUR/h for every part that is elsewhere than it runs
  std::optional<double> workload;  // requests/s instead of the application's
  // Requests/s that enter at single components, instead of the workload.
  std::vector<std::pair<ir::Index, double>> entry_rates;
  // Instances there are of a pool just now, instead of its maximum: lost nodes, refused
  // quota.
  struct Available {
    ir::Index zone = 0, pool = 0;
    uint32_t count = 0;
  };
  std::vector<Available> available;
  // Components that must be on a pool: asks "why is it not there?".
  struct Force {
    ir::Index component = 0, zone = 0, pool = 0;
  };
  std::vector<Force> force;
  // Write down the proof as well, for others to check.
  bool certify = false;
};

// InvalidArgument: the program asks for something placement does not know.
// Internal: an answer that the independent check refuses; it is never handed out.
Result<Answer> Place(const ir::Program& program, const ir::Deploy& deploy,
                     const Options& options = {});

// The same placement at another workload (requests/s): responses, utilisations and
// requirements as they would be. Conflict: the placement names what the program has not.
Result<Answer> Predict(const ir::Program& program, const ir::Deploy& deploy, const Answer& answer,
                       double workload);

// The placement by the rules of the peers' program (engine/solver/peer_rules.h), beside our
// own, as text that ends with a line feed. Conflict: as Predict.
Result<std::string> RenderAsPeers(const Answer& answer, const ir::Program& program,
                                  const ir::Deploy& deploy);

// The upper part of a plan as text, without the changes. Ends with a line feed.
std::string Render(const Answer& answer, const ir::Program& program, const ir::Deploy& deploy);

}  // namespace sprint::placement
