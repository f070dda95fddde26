#pragma once

#include "compiler/support/result.h"
#include "engine/solver/search.h"

namespace sprint::solver {

// Internal: the placement breaks a rule or does not cost what is said, by a check that shares
// nothing with the search (violations.h). Such an answer is nobody's to see.
Status Check(const Problem& problem, const SearchOptions& options, const Outcome& outcome);

// Search, and the check of what it finds, in every build. Errors as of Check.
Result<Outcome> CheckedSearch(const Problem& problem, const SearchOptions& options);

}  // namespace sprint::solver
