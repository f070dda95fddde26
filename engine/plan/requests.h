#pragma once

#include <map>
#include <set>
#include <string>

#include "compiler/support/result.h"
#include "engine/lower/lower.h"
#include "engine/plan/plan.h"

namespace sprint::plan {

// What the command line and the program ask for by address.
struct Requests {
  std::set<std::string> replace;
  std::map<std::string, const lower::Adoption*> adoptions;  // into the graph
};

// InvalidArgument: something is asked for that is not there to be asked for, or that is
// still in the program and is to be forgotten.
Result<Requests> CheckRequests(const lower::DesiredGraph& graph, const PlanOptions& options);

}  // namespace sprint::plan
