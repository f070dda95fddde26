#include "engine/solver/check.h"

#include "engine/solver/violations.h"

namespace sprint::solver {

Status Check(const Problem& problem, const SearchOptions& options, const Outcome& outcome) {
  const auto* solved = std::get_if<Solved>(&outcome);
  if (!solved) return Ok();
  const auto violations =
      Violations(problem, solved->placement, solved->burden - solved->moves, options.active);
  if (!violations.empty()) {
    return Error(ErrorCode::Internal,
                 "internal error: the placement found does not hold: " + violations.front());
  }
  // NaN is not below anything.
  if (!(solved->bound <= solved->burden)) {
    return Error(ErrorCode::Internal, "internal error: the placement costs less than its bound");
  }
  return Ok();
}

Result<Outcome> CheckedSearch(const Problem& problem, const SearchOptions& options) {
  Outcome outcome = Search(problem, options);
  SPRINT_RETURN_IF_ERROR(Check(problem, options, outcome));
  return outcome;
}

}  // namespace sprint::solver
