// bench.placement [--space4ai DIR] [--family NAME]... [--seconds S] [--peers] [--json FILE]
//                 [--certificates DIR] [--processor]
// How good, how well proven and how fast placement is, on problems that are read from DIR
// (system_description*.json of the SPACE4AI family, at any depth) or generated. Same
// seeds, same problems. Exit code 1 when an answer does not hold or costs differ from
// what a proof elsewhere in the table says.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>

#include "compiler/support/environment.h"
#include "engine/solver/explain.h"
#include "providers/value/value.h"
#include "tests/bench/placement/cut_systems.h"
#include "tests/bench/placement/fog.h"
#include "tests/bench/placement/linear_peers.h"
#include "tests/bench/placement/run.h"

namespace sprint::bench {
namespace {

namespace space4ai = exchange::space4ai;

const char* const Usage =
    "bench.placement [--space4ai DIR] [--family NAME]... [--seconds S] [--peers] [--json FILE]\n"
    "families: published loads bounds cut twists fog linear infeasible lost (default: all)\n"
    "  published, loads, bounds need --space4ai\n"
    "  --lambda X   requests/s of the published problems (1.8; scenario2: 7.5, scenario3: 18)\n"
    "  --certificates DIR  write a certificate of each proof there, for tests/verify/verify.py\n"
    "  --processor  the seconds are those of a processor that the search has, not the wall's\n"
    "  --match TEXT only problems with TEXT in their names\n"
    "  --smoke      one small problem a family, in a second\n";

struct Options {
  std::string space4ai, json, match, certificates;
  std::set<std::string> families;
  double load = 1.8;
  Limit limit;
  bool peers = false, smoke = false;
};

class Bench {
 public:
  explicit Bench(Options options) : options_(std::move(options)) {}

  int Run() {
    std::printf("%-10s %-28s %-7s %-10s %12s %12s %8s %10s %12s\n", "family", "problem", "solver",
                "state", "cost", "bound", "gap", "seconds", "steps");
    if (!options_.space4ai.empty()) {
      if (Wanted("published")) Published("published", {0}, {1});
      if (Wanted("loads")) Published("loads", {0.3, 0.9, 2.4, 3.0, 6.0, 12.0}, {1});
      if (Wanted("bounds")) Published("bounds", {0}, {0.05, 0.03});
    }
    if (Wanted("cut")) Cut();
    if (Wanted("twists")) Twists();
    if (Wanted("fog")) Fogs();
    if (Wanted("linear")) Linear();
    if (Wanted("infeasible")) Planted();
    if (Wanted("lost")) Lost();
    Summary();
    if (!options_.json.empty()) WriteJson();
    return wrong_ ? 1 : 0;
  }

 private:
  bool Wanted(const std::string& family) const {
    return options_.families.empty() || options_.families.contains(family);
  }
  bool Matches(const std::string& name) const {
    return options_.match.empty() || name.find(options_.match) != std::string::npos;
  }

  void Add(Row row) {
    const auto number = [](const std::optional<double>& value) {
      char text[32];
      std::snprintf(text, sizeof text, "%.6f", value.value_or(0));
      return value ? std::string(text) : std::string("-");
    };
    std::printf("%-10s %-28s %-7s %-10s %12s %12s %7.3f%% %10.4f %12llu%s\n", row.family.c_str(),
                row.problem.c_str(), row.solver.c_str(), row.state.c_str(),
                number(row.cost).c_str(), number(row.bound).c_str(), row.Gap() * 100, row.seconds,
                static_cast<unsigned long long>(row.steps), row.wrong ? "  DOES NOT HOLD" : "");
    std::fflush(stdout);
    wrong_ = wrong_ || row.wrong;
    rows_.push_back(std::move(row));
  }

  void AddSystem(const std::string& family, const std::string& name,
                 const space4ai::System& system) {
    if (!Matches(name)) return;
    auto built = Compile(system);
    if (!built.ok()) {
      Row row{family, name};
      row.state = "no program: " + built.error().message();
      row.wrong = true;
      return Add(std::move(row));
    }
    Row row = Solve(family, name, built->problem, options_.limit, {}, options_.certificates);
    row.compile = built->seconds;
    Add(std::move(row));
  }

  // Loads of 0: as published. Bounds are multiplied.
  void Published(const std::string& family, const std::vector<double>& loads,
                 const std::vector<double>& factors) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.space4ai)) {
      const std::string name = entry.path().filename();
      if (name.starts_with("system_description") && entry.path().extension() == ".json") {
        files.push_back(entry.path());
      }
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
      auto text = RealFileSystem().Read(file);
      auto read = space4ai::Read(text.ok() ? *text : "");
      const std::string relative = std::filesystem::relative(file, options_.space4ai);
      if (!read.system) {
        std::fprintf(stderr, "%s: %s\n", relative.c_str(),
                     read.errors.empty() ? "?" : read.errors.front().message.c_str());
        continue;
      }
      const bool scenario = relative.find("scenario") != std::string::npos;
      // Strict files are the light ones with tighter bounds: swept from one of the two.
      if (family != "published" && (scenario || relative.find("Strict") == std::string::npos)) {
        continue;
      }
      for (const double load : loads) {
        for (const double factor : factors) {
          space4ai::System system = *read.system;
          system.load = load > 0                                          ? load
                        : relative.find("scenario2") != std::string::npos ? 7.5
                        : relative.find("scenario3") != std::string::npos ? 18
                                                                          : options_.load;
          // The light bounds are ten times the strict ones.
          const double strict = factor == 1 ? 1 : factor * 10;
          for (space4ai::Bound& bound : system.bounds) bound.seconds *= strict;
          std::string name = Short(relative);
          if (load > 0) name += " load " + Digits(load);
          if (factor != 1) name += " bounds x" + Digits(factor);
          AddSystem(family, name, system);
        }
      }
    }
  }

  static std::string Digits(double number) { return value::ToJson(value::Value(number)); }
  static std::string Short(std::string path) {
    for (const char* word : {"GeneralWorkflows/", "RunningExample/", "system_description", ".json",
                             "-components", "_"}) {
      for (size_t at; (at = path.find(word)) != std::string::npos;) path.erase(at, strlen(word));
    }
    return path;
  }

  void Cut() {
    const std::vector<uint32_t> sizes =
        options_.smoke ? std::vector<uint32_t>{4} : std::vector<uint32_t>{15, 20, 30, 50};
    for (const uint32_t components : sizes) {
      for (uint32_t layers = 4; layers <= (options_.smoke ? 4U : 6U); ++layers) {
        AddSystem("cut",
                  std::to_string(components) + " components, " + std::to_string(layers) + " layers",
                  CutSystem(components * 10 + layers, components, layers, Twist::None));
      }
    }
  }

  void Twists() {
    const uint32_t components = options_.smoke ? 4 : 12;
    for (uint32_t seed = 1; seed <= (options_.smoke ? 1U : 3U); ++seed) {
      const std::string number = " " + std::to_string(seed);
      AddSystem("twists", "memory" + number, CutSystem(seed, components, 2, Twist::Memory));
      AddSystem("twists", "shared functions" + number,
                CutSystem(seed, components, 2, Twist::SharedFunctions));
      AddSystem("twists", "two sources" + number,
                CutSystem(seed, components, 2, Twist::TwoSources));
    }
  }

  // Services and nodes.
  std::vector<std::pair<uint32_t, uint32_t>> Sizes() const {
    if (options_.smoke) return {{4, 16}};
    return {{13, 16}, {13, 64}, {13, 512}, {20, 512}, {60, 512}, {120, 1024}, {200, 2000}};
  }
  static std::string Named(uint32_t services, uint32_t nodes) {
    return std::to_string(services) + " services, " + std::to_string(nodes) + " nodes";
  }

  void Fogs() {
    for (const auto& [services, nodes] : Sizes()) {
      if (!Matches(Named(services, nodes))) continue;
      Add(Solve("fog", Named(services, nodes), Fog(services + nodes, {services, nodes, true}),
                options_.limit));
    }
  }

  void Linear() {
    for (const auto& [services, nodes] : Sizes()) {
      const std::string name = Named(services, nodes);
      if (!Matches(name)) continue;
      const solver::Problem problem = Fog(services + nodes, {services, nodes, false});
      Row ours = Solve("linear", name, problem, options_.limit);
      Add(ours);
      if (!options_.peers) continue;
      for (Row& row : LinearPeers(name, problem, options_.limit.seconds)) {
        // Two proofs agree, and nobody is below a proven bound.
        const double slack = 1e-5 * std::max(1.0, ours.cost.value_or(0));
        row.wrong = row.cost && ours.bound && *row.cost < *ours.bound - slack;
        row.wrong =
            row.wrong || (row.state == "optimal" && ours.cost && *row.cost > *ours.cost + slack);
        Add(std::move(row));
      }
    }
  }

  void Planted() {
    const auto [services, nodes] = options_.smoke ? std::pair(4U, 16U) : std::pair(60U, 512U);
    solver::Problem problem = Fog(7, {services, nodes, true});
    const std::vector<uint32_t> planted = PlantContradiction(problem);
    Row row = Solve("infeasible", Named(services, nodes), problem, options_.limit, {},
                    options_.certificates);
    row.wrong = row.wrong || row.state == "optimal" || row.state == "feasible";
    Add(row);
    solver::Budget budget;
    budget.seconds = options_.limit.seconds;
    const double start = Now();
    const solver::Explanation found = solver::Explain(problem, budget);
    row.seconds = Now() - start;
    row.problem += ", core";
    row.steps = found.cores.size();
    const bool named =
        std::find(found.cores.begin(), found.cores.end(), planted) != found.cores.end();
    row.state = named ? "core found" : "no core";
    Add(row);
  }

  // Of what runs, one node goes: how soon there is a placement again, and how much dearer it is
  // than what ran; then what a second makes of it. Each pool in use loses one, each by itself.
  void Lost() {
    const auto [services, nodes] = options_.smoke ? std::pair(4U, 16U) : std::pair(60U, 1280U);
    constexpr double Deadline = 1;  // s
    // All losses; those of a pool that has no node to spare, so that something must move; these
    // given the whole second.
    struct Asked {
      std::vector<double> times, dearer;
    } all, moving, improved;
    for (uint32_t seed = 11; seed < (options_.smoke ? 12 : 18); ++seed) {
      const solver::Problem problem = Fog(seed, {services, nodes, true});
      solver::SearchOptions first;
      first.budget.seconds = options_.limit.seconds;
      first.budget.steps = UINT64_MAX;
      const solver::Outcome outcome = solver::Search(problem, first);
      const auto* running = std::get_if<solver::Solved>(&outcome);
      if (!running) return Add({"lost", Named(services, nodes), "sprint", "nothing runs"});
      for (uint32_t j = 0; j < problem.pools.size(); ++j) {
        if (running->placement.count[j] == 0) continue;
        solver::Problem less = problem;
        --less.pools[j].max;
        less.pools[j].min = std::min(less.pools[j].min, less.pools[j].max);
        solver::SearchOptions again;
        again.previous = running->placement;
        again.move = 0.01 / 3600;
        again.any = true;
        const auto ask = [&](std::initializer_list<Asked*> kept) {
          const Row row = Solve("lost", "", less, {Deadline}, again);
          const double before = running->burden * 3600;
          for (Asked* asked : kept) {
            asked->times.push_back(row.seconds);
            asked->dearer.push_back(row.cost ? (*row.cost - before) / before : INFINITY);
          }
          wrong_ = wrong_ || row.wrong;
        };
        const bool moves = running->placement.count[j] > less.pools[j].max;
        if (!moves) {
          ask({&all});
          continue;
        }
        ask({&all, &moving});
        again.any = false;
        if (seed < 14) ask({&improved});
      }
    }
    Times("repaired", all.times, all.dearer, Named(services, nodes));
    Times("moved", moving.times, moving.dearer, Named(services, nodes));
    Times("improved", improved.times, improved.dearer, Named(services, nodes));
  }

  void Times(const std::string& what, std::vector<double> times, const std::vector<double>& dearer,
             const std::string& problem) {
    if (times.empty()) return;
    std::sort(times.begin(), times.end());
    double sum = 0, worst = 0;
    size_t placed = 0;
    for (const double more : dearer) {
      if (!std::isfinite(more)) continue;
      ++placed;
      sum += more;
      worst = std::max(worst, more);
    }
    std::printf("%-10s %s %s: %zu of %zu, dearer by %.2f %% on average, %.2f %% at worst\n", "lost",
                problem.c_str(), what.c_str(), placed, times.size(),
                placed > 0 ? 100 * sum / static_cast<double>(placed) : 0, 100 * worst);
    const auto at = [&](double share) {
      return times[std::min(times.size() - 1, static_cast<size_t>(share * times.size()))];
    };
    for (const auto& [name, share] : {std::pair("median", 0.5), {"p99", 0.99}, {"worst", 1.0}}) {
      Row row{"lost", problem + " " + name};
      row.state = what;
      row.seconds = at(share);
      Add(std::move(row));
    }
  }

  // Per family: how many of each state, and times.
  void Summary() {
    std::printf("\n%-10s %-7s %8s %10s %10s %10s %10s\n", "family", "solver", "problems", "proven",
                "median s", "worst s", "worst gap");
    std::vector<std::pair<std::string, std::string>> groups;
    for (const Row& row : rows_) {
      const std::pair group(row.family, row.solver);
      if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
    }
    for (const auto& [family, solver] : groups) {
      std::vector<double> times;
      int proven = 0;
      double gap = 0;
      for (const Row& row : rows_) {
        if (row.family != family || row.solver != solver) continue;
        times.push_back(row.seconds);
        proven += row.state == "optimal" || row.state == "infeasible";
        gap = std::max(gap, row.state == "exhausted" ? 1 : row.Gap());
      }
      std::sort(times.begin(), times.end());
      std::printf("%-10s %-7s %8zu %10d %10.4f %10.4f %9.3f%%\n", family.c_str(), solver.c_str(),
                  times.size(), proven, times[times.size() / 2], times.back(), gap * 100);
    }
  }

  void WriteJson() const {
    value::List list;
    for (const Row& row : rows_) {
      const auto number = [](const std::optional<double>& n) {
        return n ? value::Value(*n) : value::Value();
      };
      list.push_back(value::Object{{"family", row.family},
                                   {"problem", row.problem},
                                   {"solver", row.solver},
                                   {"state", row.state},
                                   {"cost", number(row.cost)},
                                   {"bound", number(row.bound)},
                                   {"seconds", row.seconds},
                                   {"compile_seconds", number(row.compile)},
                                   {"certify_seconds", number(row.certified)},
                                   {"steps", static_cast<int64_t>(row.steps)},
                                   {"holds", !row.wrong}});
    }
    const std::string text = value::ToJson(list, /*pretty=*/true) + "\n";
    if (Status written = RealFileSystem().Write(options_.json, text); !written.ok()) {
      std::fprintf(stderr, "%s\n", written.error().ToString().c_str());
    }
  }

  Options options_;
  std::vector<Row> rows_;
  bool wrong_ = false;
};

}  // namespace
}  // namespace sprint::bench

int main(int argc, char** argv) {
  sprint::bench::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto next = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
    if (word == "--space4ai")
      options.space4ai = next();
    else if (word == "--family")
      options.families.insert(next());
    else if (word == "--certificates")
      options.certificates = next();
    else if (word == "--match")
      options.match = next();
    else if (word == "--json")
      options.json = next();
    else if (word == "--seconds")
      options.limit.seconds = std::strtod(next().c_str(), nullptr);
    else if (word == "--processor")
      options.limit.processor = true;
    else if (word == "--lambda")
      options.load = std::strtod(next().c_str(), nullptr);
    else if (word == "--peers")
      options.peers = true;
    else if (word == "--smoke")
      options.smoke = true;
    else
      return std::fputs(sprint::bench::Usage, stderr), 1;
  }
  if (options.smoke) options.limit.seconds = 1;
  return sprint::bench::Bench(std::move(options)).Run();
}
