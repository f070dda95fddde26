#pragma once

#include <string>
#include <vector>

#include "engine/apply/apply.h"
#include "engine/cli/session.h"
#include "engine/settings/settings.h"
#include "engine/state/record.h"

// Machines that a provider refused for want of capacity or quota, and what placement makes of
// that: no more of them than are there, until it is worth asking again.
namespace sprint::cli {

// s since 1970.
int64_t NowSeconds();
// Those of `refused` that hold at `now`, s since 1970.
std::vector<state::Refusal> Live(std::vector<state::Refusal> refused, int64_t now);

// What is left of the deploy's pools.
std::vector<placement::Options::Available> AvailableWith(const std::vector<state::Refusal>& refused,
                                                         const ir::Program& program,
                                                         const ir::Deploy& deploy);

// What a run was refused: every pool of the same kind in the same zone, with as many instances
// as are there completely by now, for as long as `holds` says. `now`: s since 1970.
std::vector<state::Refusal> RefusalsOf(const apply::Report& report, const plan::Plan& plan,
                                       const state::Snapshot& snapshot, const ir::Program& program,
                                       const settings::Refused& holds, int64_t now);
// `now` with those of `before` that say nothing about the same pools. `news`: at least one of
// them leaves out more than was left out before.
std::vector<state::Refusal> Merged(const std::vector<state::Refusal>& before,
                                   const std::vector<state::Refusal>& now, bool& news);

// "`upv.large`: no more than 1 until 22:45 UTC (quota: …)".
std::string Describe(const state::Refusal& refusal);

}  // namespace sprint::cli
