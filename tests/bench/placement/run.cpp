#include "tests/bench/placement/run.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

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

double Used() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

double Row::Gap() const {
  if (!cost || !bound) return 0;
  return *cost > 0 ? std::max(0.0, (*cost - *bound) / *cost) : 0;
}

namespace {

constexpr auto Tick = std::chrono::milliseconds(10);

// Searches, and gives the seconds that it took by the clock of the limit.
double Measured(const solver::Problem& problem, const Limit& limit, solver::SearchOptions options,
                solver::Outcome& outcome) {
  options.budget.steps = UINT64_MAX;
  const double start = limit.processor ? Used() : Now();
  if (!limit.processor) {
    options.budget.seconds = limit.seconds;
    outcome = solver::Search(problem, options);
    return Now() - start;
  }
  std::stop_source over;
  options.budget.stop = over.get_token();
  const std::jthread watch([&](const std::stop_token& done) {
    while (!done.stop_requested() && Used() - start < limit.seconds) {
      std::this_thread::sleep_for(Tick);
    }
    over.request_stop();
  });
  outcome = solver::Search(problem, options);
  return Used() - start;
}

// Has as long as the search, by the wall's clock.
void Certify(const solver::Problem& problem, const Limit& limit, solver::SearchOptions options,
             const solver::Outcome& outcome, const std::string& folder, Row& row) {
  options.budget.seconds = limit.seconds;
  options.budget.steps = UINT64_MAX;
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
          const Limit& limit, solver::SearchOptions options, const std::string& folder) {
  Row row{family, name};
  solver::Outcome outcome;
  row.seconds = Measured(problem, limit, options, outcome);
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
  if (!folder.empty()) Certify(problem, limit, options, outcome, folder, row);
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
