#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/cli/session.h"
#include "engine/cli/teller.h"
#include "engine/cli/world.h"

// From a plan, a graph or a placement to a changed world.
namespace sprint::cli {

// What the agent knows to be carried out, so that a change need not look at all the rest
// again: reading the objects is most of the time that a plan takes.
struct Carried {
  std::optional<lower::DesiredGraph> graph;  // none: everything is to be looked at
  std::string lineage;                       // of the state then; with another, or another
  int64_t serial = 0;                        // serial, somebody else has been at work
  std::chrono::steady_clock::time_point looked;
  std::chrono::steady_clock::time_point planned;  // when the last plan was made
  // What somebody else changed is found so much later at most.
  static constexpr std::chrono::minutes Good{5};
};

struct Ran {
  int code = Success;
  // Machines were refused for want of capacity or quota that were not known to be: another
  // placement may do.
  bool refused = false;
};

// True when the user says `yes`, or --yes did; with --json only then.
bool MayCarryOut(const Options& options, const Teller& teller, const char* question);

// Carries out `plan`. What was refused is written into the state; `program` says which pools
// are of one kind, null: nothing was placed.
Ran CarryOut(const plan::Plan& plan, const ir::Program* program, World& world,
             const Options& options, const Teller& teller);

// Plans, asks, and carries out, with the state locked from here to the end of it; `placement`
// is shown above the plan. `carried` is used and brought up to date.
Ran ApplyGraph(const Compiled& compiled, lower::DesiredGraph graph, const std::string& placement,
               World& world, const Options& options, const Teller& teller,
               Carried* carried = nullptr);

// Places, plans, asks, and carries out; the exit code of `apply`. When machines are refused it
// places again without them: at no more than the cost that was approved, or with --replan at
// any cost, it goes on by itself; else it asks, or stops. The agent does the same with another
// workload and the running placement. `applied` gets the placement that runs afterwards.
int ApplyPlacement(Compiled& compiled, const ir::Deploy& deploy,
                   const placement::Options& placement_options, World& world,
                   const Options& options, const Teller& teller,
                   placement::Answer* applied = nullptr, Carried* carried = nullptr);

}  // namespace sprint::cli
