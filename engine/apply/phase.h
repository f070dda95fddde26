#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/support/result.h"
#include "engine/apply/ledger.h"
#include "engine/plan/plan.h"

// Providers that resources configure, as a plan is carried out.
namespace sprint::apply {

// Configures those that could be asked when `plan` was made, by what it saw.
Status ConfigureAsPlanned(const plan::Plan& plan, const state::Snapshot& snapshot,
                          plan::ProviderSet& providers);

// What became of the bounded steps of a phase, by their indices in the plan.
using Exact = std::vector<std::pair<size_t, plan::Step>>;

// Configures the provider of `phase`, now that all it refers to is there, and has it look at
// its objects and plan its steps. `beside`: what these depend on, as it is by now. Denied:
// something would be done that the plan does not cover. Nothing has been touched.
Result<Exact> OpenPhase(const plan::Plan& plan, const plan::Phase& phase, const Ledger& ledger,
                        plan::ProviderSet& providers, std::map<std::string, plan::Step> beside);

}  // namespace sprint::apply
