#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "engine/exchange/space4ai.h"
#include "engine/solver/search.h"

namespace sprint::bench {

// One line of the table. Costs in the problem's currency per hour.
struct Row {
  std::string family, problem, solver = "sprint";
  std::string state = {};  // optimal, feasible, infeasible, exhausted; or why there is none
  std::optional<double> cost = std::nullopt, bound = std::nullopt;
  double seconds = 0;  // of the search
  uint64_t steps = 0;
  std::optional<double> compile = std::nullopt;    // s from text to numbers
  bool wrong = false;                              // the independent check refuses the answer
  std::optional<double> certified = std::nullopt;  // s it took to write the proof down
  double Gap() const;
};

// How long a search may take, by the wall's clock; or by what it has of a processor, so that other
// work on the machine does not count.
struct Limit {
  double seconds = 60;
  bool processor = false;
};

// Searches and checks the answer on its own. With a folder it leaves a certificate of what is
// proven there, for tests/verify/verify.py.
Row Solve(const std::string& family, const std::string& name, const solver::Problem& problem,
          const Limit& limit, solver::SearchOptions options = {}, const std::string& folder = "");

// The whole way: system, text of its program, checked program, numbers.
struct Built {
  solver::Problem problem;
  double seconds = 0;
};
Result<Built> Compile(const exchange::space4ai::System& system);

double Now();   // s of a clock that only goes forward
double Used();  // s of a processor that this program has had

}  // namespace sprint::bench
