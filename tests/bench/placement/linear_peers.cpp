#include "tests/bench/placement/linear_peers.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sprint::bench {
namespace {

constexpr double Hour = 3600, Million = 1e6;

bool Allowed(const solver::Problem& problem, uint32_t component, uint32_t pool) {
  for (const solver::Constraint& rule : problem.constraints) {
    if (rule.metric == solver::Metric::Where && rule.path[0] == component && !rule.allowed[pool]) {
      return false;
    }
  }
  return true;
}

struct Use {
  uint32_t component = 0;
  double load = 0;    // share of one instance
  double memory = 0;  // share of an instance's
};
// Who may be on each pool.
std::vector<std::vector<Use>> Uses(const solver::Problem& problem) {
  std::vector<std::vector<Use>> uses(problem.pools.size());
  for (uint32_t c = 0; c < problem.components.size(); ++c) {
    const solver::Part& part = problem.components[c].variants[0].parts[0];
    for (const solver::Option& option : part.options) {
      const solver::Pool& pool = problem.pools[option.pool];
      const double load = option.demand * part.rate / solver::Capacity(problem, pool);
      const double memory = solver::Memory(part, option) / pool.memory;
      if (!Allowed(problem, c, option.pool) || memory > 1 || load > pool.max) continue;
      uses[option.pool].push_back({c, load, memory});
    }
  }
  return uses;
}

std::string X(uint32_t component, size_t pool) {
  return "x_" + std::to_string(component) + "_" + std::to_string(pool);
}

std::string Lp(const solver::Problem& problem) {
  const auto uses = Uses(problem);
  std::ostringstream out;
  out.precision(17);
  out << "Minimize\n cost:";
  for (size_t j = 0; j < uses.size(); ++j) {
    out << " + " << problem.pools[j].price * Hour << " n_" << j << "\n";
  }
  out << "Subject To\n";
  std::vector<std::string> sums(problem.components.size());
  for (size_t j = 0; j < uses.size(); ++j) {
    if (uses[j].empty()) continue;
    std::ostringstream load, memory;
    load.precision(17), memory.precision(17);
    for (const Use& use : uses[j]) {
      sums[use.component] += " + " + X(use.component, j) + "\n";
      load << " + " << use.load << " " << X(use.component, j) << "\n";
      memory << " + " << use.memory << " " << X(use.component, j) << "\n";
      out << " u_" << use.component << "_" << j << ": " << X(use.component, j) << " - n_" << j
          << " <= 0\n";
    }
    out << " l_" << j << ":" << load.str() << " - n_" << j << " <= 0\n";
    out << " m_" << j << ":" << memory.str() << " <= 1\n";
  }
  for (size_t c = 0; c < sums.size(); ++c) out << " one_" << c << ":" << sums[c] << " = 1\n";
  out << "Bounds\n";
  for (size_t j = 0; j < uses.size(); ++j) {
    out << " 0 <= n_" << j << " <= " << problem.pools[j].max << "\n";
  }
  out << "Binaries\n";
  for (size_t j = 0; j < uses.size(); ++j) {
    for (const Use& use : uses[j]) out << " " << X(use.component, j) << "\n";
  }
  out << "Generals\n";
  for (size_t j = 0; j < uses.size(); ++j) out << " n_" << j << "\n";
  out << "End\n";
  return out.str();
}

// Loads and memories are rounded up, so what Gecode finds holds.
std::string MiniZinc(const solver::Problem& problem) {
  const auto uses = Uses(problem);
  std::ostringstream out, cost;
  std::vector<std::string> domain(problem.components.size());
  for (size_t j = 0; j < uses.size(); ++j) {
    out << "var 0.." << problem.pools[j].max << ": n_" << j << ";\n";
    cost << (j ? " + " : "") << std::llround(problem.pools[j].price * Hour * Million) << "*n_" << j;
    for (const Use& use : uses[j]) {
      domain[use.component] += (domain[use.component].empty() ? "" : ",") + std::to_string(j);
    }
  }
  for (size_t c = 0; c < domain.size(); ++c) out << "var {" << domain[c] << "}: p_" << c << ";\n";
  for (size_t j = 0; j < uses.size(); ++j) {
    if (uses[j].empty()) continue;
    std::string load, memory;
    for (const Use& use : uses[j]) {
      const std::string here =
          "*bool2int(p_" + std::to_string(use.component) + " = " + std::to_string(j) + ")";
      const auto whole = [](double share) {
        return std::to_string(static_cast<int64_t>(std::ceil(share * Million)));
      };
      load += (load.empty() ? "" : " + ") + whole(use.load) + here;
      memory += (memory.empty() ? "" : " + ") + whole(use.memory) + here;
      out << "constraint p_" << use.component << " = " << j << " -> n_" << j << " >= 1;\n";
    }
    out << "constraint " << load << " <= 1000000*n_" << j << ";\n";
    out << "constraint " << memory << " <= 1000000;\n";
  }
  out << "var int: cost = " << cost.str() << ";\nsolve minimize cost;\n"
      << "output [\"cost=\" ++ show(cost) ++ \"\\n\"];\n";
  return out.str();
}

bool Installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

std::string Output(const std::string& command) {
  std::string out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return out;
  char buffer[4096];
  while (const size_t read = fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, read);
  pclose(pipe);
  return out;
}

std::optional<double> After(const std::string& text, const std::string& label) {
  const size_t at = text.rfind(label);
  if (at == std::string::npos) return std::nullopt;
  return std::strtod(text.c_str() + at + label.size(), nullptr);
}

Row RunCbc(Row row, const std::string& file, double seconds) {
  const double start = Now();
  const std::string said = Output("cbc " + file + " sec " + std::to_string(seconds) +
                                  " ratioGap 0 allowableGap 0 threads 0 solve");
  row.seconds = Now() - start;
  row.cost = After(said, "Objective value:");
  row.bound = After(said, "Lower bound:");
  const bool proven = said.find("Result - Optimal solution found") != std::string::npos;
  if (proven) row.bound = row.cost;
  row.state = proven ? "optimal" : row.cost ? "feasible" : "exhausted";
  if (said.find("infeasible") != std::string::npos && !row.cost) row.state = "infeasible";
  if (const auto nodes = After(said, "Enumerated nodes:")) row.steps = uint64_t(*nodes);
  return row;
}

Row RunGecode(Row row, const std::string& file, double seconds) {
  const double start = Now();
  const auto limit = static_cast<int64_t>(seconds * 1000);
  const std::string said = Output("minizinc --solver gecode -i --statistics --time-limit " +
                                  std::to_string(limit) + " " + file);
  row.seconds = Now() - start;
  if (const auto cost = After(said, "cost=")) row.cost = *cost / Million;
  const bool proven = said.find("==========") != std::string::npos;
  if (proven) row.bound = row.cost;
  row.state = proven ? "optimal" : row.cost ? "feasible" : "exhausted";
  if (said.find("=====UNSATISFIABLE=====") != std::string::npos) row.state = "infeasible";
  if (const auto nodes = After(said, "mzn-stat: nodes=")) row.steps = uint64_t(*nodes);
  return row;
}

}  // namespace

std::vector<Row> LinearPeers(const std::string& name, const solver::Problem& problem,
                             double seconds) {
  std::vector<Row> rows;
  const std::string folder =
      std::filesystem::temp_directory_path() / ("sprint-bench-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto add = [&](const char* solver, const char* program, const std::string& file,
                       const std::string& text, auto run) {
    Row row{"linear", name, solver};
    if (!Installed(program)) {
      row.state = std::string("skipped: no ") + program + ", see tests/setup bench";
    } else {
      std::ofstream(folder + "/" + file) << text;
      row = run(std::move(row), folder + "/" + file, seconds);
    }
    rows.push_back(std::move(row));
  };
  add("cbc", "cbc", "model.lp", Lp(problem), RunCbc);
  add("gecode", "minizinc", "model.mzn", MiniZinc(problem), RunGecode);
  std::filesystem::remove_all(folder);
  return rows;
}

}  // namespace sprint::bench
