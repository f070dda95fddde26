// verify.certificates RANDOM CUT   certificates of so many small random problems and of so many of
// the family of the published benchmarks, one a line, for tests/verify/verify_test.py.
#include <cstdio>
#include <cstdlib>

#include "engine/placement/certificate.h"
#include "engine/solver/certificate.h"
#include "engine/solver/search.h"
#include "tests/unit/engine/solver/problems.h"

namespace sprint::solver {
namespace {

void Print(const Problem& problem, const SearchOptions& options = {}) {
  const Outcome outcome = Search(problem, options);
  const auto certificate = Certify(problem, options, outcome);
  if (!certificate) {
    std::puts("none");
    return;
  }
  std::puts(placement::WriteCertificate(problem, {}, options, outcome, *certificate).c_str());
}

// From where it runs, to itself and with a constraint less: moving costs something.
void PrintMoved(Problem problem, uint32_t seed) {
  const Outcome outcome = Search(problem, {});
  const auto* solved = std::get_if<Solved>(&outcome);
  if (!solved) return;
  SearchOptions options;
  options.previous = solved->placement;
  options.move = 0.01 * (1 + seed % 7);
  for (Pool& pool : problem.pools) pool.price *= 1 + (seed % 3);
  if (!problem.constraints.empty()) problem.constraints.pop_back();
  Print(problem, options);
}

}  // namespace
}  // namespace sprint::solver

int main(int argc, char** argv) {
  if (argc != 3) return 1;
  const auto number = [&](int k) { return static_cast<uint32_t>(std::atoi(argv[k])); };
  for (uint32_t seed = 0; seed < number(1); ++seed) {
    const sprint::solver::Problem problem = sprint::solver::Random(seed);
    sprint::solver::Print(problem);
    if (seed % 2 == 0 && problem.components.size() < 3) {
      sprint::solver::Print(sprint::solver::Spread(problem, 0, 2));
    }
    if (seed % 4 == 0) sprint::solver::PrintMoved(sprint::solver::Random(seed), seed);
  }
  for (uint32_t seed = 1; seed <= number(2); ++seed) {
    sprint::solver::Problem problem = sprint::solver::CutNetworks(seed, 4 + seed % 4);
    sprint::solver::Print(problem);
    // And with a bound that nothing can hold.
    problem.constraints[0].bound /= 20;
    sprint::solver::Print(problem);
  }
}
