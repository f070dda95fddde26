#include "tests/bench/placement/run.h"

#include <algorithm>
#include <chrono>

#include "compiler/driver/compile.h"
#include "compiler/support/environment.h"
#include "engine/placement/certificate.h"
#include "engine/placement/model.h"
#include "engine/solver/violations.h"
#include "tests/testing/memory_files.h"

namespace sprint::bench {

constexpr double Hour = 3600;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double Row::Gap() const {
  if (!cost || !bound) return 0;
  return *cost > 0 ? std::max(0.0, (*cost - *bound) / *cost) : 0;
}

namespace {

void Certify(const solver::Problem& problem, const solver::SearchOptions& options,
             const solver::Outcome& outcome, const std::string& folder, Row& row) {
  const double start = Now();
  const auto certificate = solver::Certify(problem, options, outcome);
  if (!certificate) return;
  row.certified = Now() - start;
  std::string file = row.family + " " + row.problem + ".json";
  for (char& c : file) {
    if (c == '/' || c == ' ') c = '-';
  }
  const Status written = RealFileSystem().Write(
      folder + "/" + file,
      placement::WriteCertificate(problem, {}, options, outcome, *certificate) + "\n");
  if (!written.ok()) std::fprintf(stderr, "%s\n", written.error().ToString().c_str());
}

}  // namespace

Row Solve(const std::string& family, const std::string& name, const solver::Problem& problem,
          double seconds, solver::SearchOptions options, const std::string& folder) {
  Row row{family, name};
  options.budget.seconds = seconds;
  options.budget.steps = UINT64_MAX;
  const double start = Now();
  const solver::Outcome outcome = solver::Search(problem, options);
  row.seconds = Now() - start;
  if (const auto* solved = std::get_if<solver::Solved>(&outcome)) {
    row.state = solved->proven ? "optimal" : "feasible";
    row.cost = (solved->burden - solved->moves) * Hour;
    row.bound = (solved->bound - solved->moves) * Hour;
    row.steps = solved->steps;
    row.wrong =
        !solver::Violations(problem, solved->placement, solved->burden - solved->moves).empty();
  } else if (const auto* infeasible = std::get_if<solver::Infeasible>(&outcome)) {
    row.state = "infeasible";
    row.steps = infeasible->steps;
  } else {
    const auto& exhausted = std::get<solver::Exhausted>(outcome);
    row.state = "exhausted";
    row.bound = exhausted.bound * Hour;
    row.steps = exhausted.steps;
  }
  if (!folder.empty()) Certify(problem, options, outcome, folder, row);
  return row;
}

Result<Built> Compile(const exchange::space4ai::System& system) {
  const std::string text = exchange::space4ai::Program(system, "bench");
  const double start = Now();
  const testing::MemoryFiles files({{"bench.sprint", text}});
  SourceTable sources;
  diag::Emitter emitter;
  const auto program = driver::Compile("bench.sprint", files, sources, emitter, {});
  if (!program || emitter.has_errors() || program->deploys.empty()) {
    const auto problems = emitter.Take();
    return Error(ErrorCode::Internal, problems.empty() ? "no deploy" : problems.front().message);
  }
  SPRINT_ASSIGN_OR_RETURN(placement::Model model,
                          placement::Build(*program, program->deploys.front(), {}));
  return Built{std::move(model.problem), Now() - start};
}

}  // namespace sprint::bench
