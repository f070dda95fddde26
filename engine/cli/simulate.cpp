#include "engine/simulate/simulate.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "compiler/support/environment.h"
#include "engine/cli/interrupt.h"
#include "engine/cli/options.h"
#include "engine/cli/plan_json.h"
#include "engine/cli/session.h"
#include "engine/placement/infeasible.h"
#include "engine/placement/model.h"
#include "engine/simulate/limits.h"
#include "engine/solver/evaluate.h"

namespace sprint::cli {
namespace {

using value::List;
using value::Object;
using value::Value;

// A placed program in numbers, with what is asked of it.
struct Subject {
  placement::Model model;
  solver::Placement placement;
  std::vector<std::vector<uint32_t>> paths;  // of two components or more
  std::vector<double> quantiles;             // ascending
};

// Ways from entry to end, `most` at most: what people ask about besides their requirements.
void AddWays(const solver::Problem& problem, std::vector<uint32_t> path, size_t most,
             std::set<std::vector<uint32_t>>& paths) {
  if (paths.size() >= most) return;
  bool ends = true;
  for (const solver::Flow& flow : problem.flows) {
    if (flow.from != path.back()) continue;
    ends = false;
    path.push_back(flow.to);
    AddWays(problem, path, most, paths);
    path.pop_back();
  }
  if (ends && path.size() > 1) paths.insert(path);
}

void AddQuestions(Subject& subject) {
  const solver::Problem& problem = subject.model.problem;
  std::set<std::vector<uint32_t>> paths;
  std::set<double> quantiles{0.5, 0.95, 0.99};
  for (const solver::Constraint& rule : problem.constraints) {
    if (rule.metric != solver::Metric::Response) continue;
    if (rule.path.size() > 1) paths.insert(rule.path);
    if (rule.percentile) quantiles.insert(*rule.percentile);
  }
  constexpr size_t MostWays = 8;
  for (uint32_t c = 0; c < problem.components.size(); ++c) {
    const bool entry = std::none_of(problem.flows.begin(), problem.flows.end(),
                                    [&](const auto& flow) { return flow.to == c; });
    if (entry) AddWays(problem, {c}, paths.size() + MostWays, paths);
  }
  subject.paths.assign(paths.begin(), paths.end());
  subject.quantiles.assign(quantiles.begin(), quantiles.end());
}

// Reads the trace into `settings`, and how much enters where into `options`.
Status UseTrace(const std::string& path, const ir::Program& program, const ir::Deploy& deploy,
                simulate::Settings& settings, placement::Options& options) {
  auto text = RealFileSystem().Read(path);
  if (!text.ok()) return text.TakeError().While("reading the trace");
  auto trace = simulate::ParseTrace(*text);
  if (!trace.ok()) return trace.TakeError().While("reading `" + path + "`");
  const ir::Application& application = program.applications[deploy.application];
  // A lone request has no length; one second keeps its rate finite.
  const double length = std::max(trace->Length(), 1.0);
  settings.process = simulate::Process::Trace;
  settings.seconds = length * (1 + 1e-9);
  settings.trace.resize(application.components.size());
  std::set<std::string> known;
  for (size_t c = 0; c < application.components.size(); ++c) {
    const ir::Index index = application.components[c];
    const bool entry =
        std::none_of(application.flows.begin(), application.flows.end(),
                     [&](const auto& flow) { return flow.to == index && flow.probability > 0; });
    if (!entry) continue;
    const std::string& name = deploy.components[index].name;
    known.insert(name);
    for (const simulate::Arrival& arrival : trace->arrivals) {
      if (arrival.component.empty() || arrival.component == name) {
        settings.trace[c].push_back(arrival.time);
      }
    }
    options.entry_rates.emplace_back(index, static_cast<double>(settings.trace[c].size()) / length);
  }
  for (const simulate::Arrival& arrival : trace->arrivals) {
    if (arrival.component.empty() || known.count(arrival.component)) continue;
    std::string names;
    for (const std::string& name : known) names += (names.empty() ? "`" : ", `") + name + "`";
    return Error(ErrorCode::InvalidArgument,
                 "requests cannot enter at `" + arrival.component + "`, only at " + names)
        .While("reading `" + path + "`");
  }
  return Ok();
}

simulate::Settings SettingsOf(const Options& options) {
  const auto& asked = options.simulate;
  simulate::Settings settings;
  settings.process =
      asked.arrivals == "poisson" ? simulate::Process::Poisson : simulate::Process::Deterministic;
  settings.service = asked.service == "stated"          ? simulate::Service::Stated
                     : asked.service == "exponential"   ? simulate::Service::Exponential
                     : asked.service == "deterministic" ? simulate::Service::Deterministic
                                                        : simulate::Service::LogNormal;
  settings.cv = asked.cv;
  settings.cores =
      asked.cores == "shared" ? simulate::Discipline::Shared : simulate::Discipline::Queued;
  settings.balance =
      asked.balance == "random" ? simulate::Balance::Random : simulate::Balance::RoundRobin;
  settings.seed = asked.seed;
  return settings;
}

void SetLength(const Options& options, const solver::Problem& problem,
               simulate::Settings& settings) {
  if (settings.process != simulate::Process::Trace) {
    double rate = 0;
    for (uint32_t c = 0; c < problem.components.size(); ++c) {
      const bool entry = std::none_of(problem.flows.begin(), problem.flows.end(),
                                      [&](const auto& flow) { return flow.to == c; });
      if (entry) rate += problem.components[c].rate;
    }
    settings.seconds = options.simulate.seconds > 0 ? options.simulate.seconds
                       : rate > 0                   ? options.simulate.requests / rate
                                                    : 3600;
    settings.warmup = settings.seconds / 10;
  }
  if (options.simulate.warmup >= 0) settings.warmup = options.simulate.warmup;
}

// One line of the comparison. Times in s, or shares.
struct Row {
  std::string name, measure;
  double predicted = 0;
  simulate::Estimate simulated;
  bool time = true;
  const solver::Constraint* rule = nullptr;  // what is asked of it
  const ir::Constraint* written = nullptr;

  bool met() const {
    return !rule || (std::isfinite(simulated.value) && solver::Meets(*rule, simulated.value));
  }
};

// Copies are told by the zone they are in.
std::string PathName(const ir::Program& program, const ir::Deploy& deploy, const Subject& subject,
                     const std::vector<uint32_t>& path) {
  const placement::Model& model = subject.model;
  std::string name;
  for (const uint32_t c : path) {
    name += (name.empty() ? "" : " -> ") + deploy.components[model.components[c]].name;
    if (!model.problem.components[c].copy_of) continue;
    const ir::Index zone = model.pools[subject.placement.pool[c].front()].zone;
    name += " in " + program.continua[deploy.continuum].zones[zone].name;
  }
  return name;
}

std::string PoolName(const ir::Program& program, const ir::Deploy& deploy,
                     const placement::Model& model, uint32_t j) {
  const ir::Zone& zone = program.continua[deploy.continuum].zones[model.pools[j].zone];
  return zone.name + "." + zone.pools[model.pools[j].pool].name;
}

std::vector<Row> RowsOf(const ir::Program& program, const ir::Deploy& deploy,
                        const Subject& subject, const simulate::Report& report) {
  const solver::Problem& problem = subject.model.problem;
  const solver::Evaluation evaluation = solver::Evaluate(problem, subject.placement);
  std::vector<Row> rows;
  const auto ask = [&](Row& row, const auto& fits) {
    for (size_t i = 0; i < problem.constraints.size(); ++i) {
      if (!subject.model.constraints[i].written || !fits(problem.constraints[i])) continue;
      row.rule = &problem.constraints[i];
      row.written = subject.model.constraints[i].written;
    }
  };
  for (const simulate::Response& response : report.responses) {
    const auto predicted =
        solver::PathResponse(problem, subject.placement, evaluation.load, response.path);
    const std::string name = PathName(program, deploy, subject, response.path);
    const auto add = [&](const std::string& measure, std::optional<double> percentile,
                         const simulate::Estimate& simulated) {
      Row row{name, measure, solver::Value(predicted, percentile), simulated};
      ask(row, [&](const solver::Constraint& rule) {
        return rule.metric == solver::Metric::Response && rule.path == response.path &&
               rule.percentile == percentile;
      });
      rows.push_back(std::move(row));
    };
    if (response.requests == 0) continue;
    add("mean", std::nullopt, response.mean);
    for (size_t q = 0; q < subject.quantiles.size(); ++q) {
      add(FormatPercentile(subject.quantiles[q]), subject.quantiles[q], response.quantiles[q]);
    }
  }
  for (uint32_t j = 0; j < problem.pools.size(); ++j) {
    const bool function = problem.pools[j].form == solver::Form::Functions;
    const bool used = function ? evaluation.load[j] > 0 : subject.placement.count[j] > 0;
    if (!used) continue;
    const std::string name = PoolName(program, deploy, subject.model, j);
    const bool unlimited = function && problem.pools[j].concurrency <= 0;
    Row row{name, unlimited ? "busy" : "used",
            unlimited ? evaluation.load[j] : evaluation.utilisation[j], report.pools[j].utilisation,
            false};
    ask(row, [&](const solver::Constraint& rule) {
      return rule.metric == solver::Metric::Utilisation && rule.pool == j;
    });
    rows.push_back(std::move(row));
    if (!function || report.pools[j].executions == 0) continue;
    double colds = 0, all = 0;
    for (size_t c = 0; c < problem.components.size(); ++c) {
      const auto& parts = problem.components[c].variants[subject.placement.variant[c]].parts;
      for (size_t p = 0; p < parts.size(); ++p) {
        if (subject.placement.pool[c][p] != j) continue;
        for (const solver::Option& option : parts[p].options) {
          if (option.pool != j) continue;
          colds += parts[p].rate * performance::WarmPool(parts[p].rate, option.demand, option.cold,
                                                         problem.pools[j].idle)
                                       .cold_share;
        }
        all += parts[p].rate;
      }
    }
    rows.push_back({name,
                    "cold",
                    all > 0 ? colds / all : 0,
                    {static_cast<double>(report.pools[j].cold) /
                         static_cast<double>(report.pools[j].executions),
                     -1},
                    false});
  }
  return rows;
}

std::string Time(double seconds) {
  if (!std::isfinite(seconds)) return "never";
  return seconds < 1 ? FormatNumber(seconds * 1000, 3) + " ms" : FormatNumber(seconds, 3) + " s";
}
std::string Show(const Row& row, double value) {
  if (row.time) return Time(value);
  if (row.measure == "busy") return FormatNumber(value, 3);
  return FormatNumber(value * 100, 3) + " %";
}

void Print(const std::vector<Row>& rows) {
  size_t widest = 12;
  for (const Row& row : rows) widest = std::max(widest, row.name.size());
  const int width = static_cast<int>(widest);
  std::printf("  %-*s        %10s   %22s   %8s\n", width, "", "predicted", "simulated (95 %)",
              "off");
  std::string before;
  for (const Row& row : rows) {
    std::string simulated = Show(row, row.simulated.value);
    if (row.simulated.half_width >= 0) {
      // What rounding leaves of nothing is nothing.
      const bool none = row.simulated.half_width < 1e-9 * row.simulated.value;
      simulated += " ± " + Show(row, none ? 0 : row.simulated.half_width);
    }
    // The sign is two bytes and one column.
    const int bytes = row.simulated.half_width >= 0 ? 23 : 22;
    std::string off;
    if (std::isfinite(row.predicted) && row.simulated.value > 0) {
      char text[32];
      std::snprintf(text, sizeof text, "%+.1f %%",
                    (row.predicted - row.simulated.value) / row.simulated.value * 100);
      off = text;
    }
    std::string asked;
    if (row.written) {
      const auto unit = ParseUnit(row.written->unit);
      asked = row.written->relation == ir::Relation::AtMost ? "<= " : ">= ";
      asked += FormatNumber(unit ? row.written->bound / unit->factor : row.written->bound, 4) +
               " " + row.written->unit + (row.met() ? "   held" : "   MISSED");
    }
    std::string line(static_cast<size_t>(width) + 128, '\0');
    line.resize(static_cast<size_t>(std::snprintf(
        line.data(), line.size(), "  %-*s  %-5s %10s   %*s   %8s   %s", width,
        row.name == before ? "" : row.name.c_str(), row.measure.c_str(),
        Show(row, row.predicted).c_str(), bytes, simulated.c_str(), off.c_str(), asked.c_str())));
    while (line.back() == ' ') line.pop_back();
    std::puts(line.c_str());
    before = row.name;
  }
}

Value Json(const std::vector<Row>& rows, const simulate::Report& report,
           const simulate::Settings& settings, const Options& options, double took) {
  List list;
  for (const Row& row : rows) {
    Object object{{"name", row.name},
                  {"measure", row.measure},
                  {"unit", row.time                ? "s"
                           : row.measure == "busy" ? ""
                                                   : "share"},
                  {"predicted", std::isfinite(row.predicted) ? Value(row.predicted) : Value()},
                  {"simulated", row.simulated.value},
                  {"half_width_95",
                   row.simulated.half_width >= 0 ? Value(row.simulated.half_width) : Value()}};
    if (row.rule) {
      object["bound"] = row.rule->bound;
      object["met"] = row.met();
      object["hard"] = !row.rule->weight.has_value();
    }
    list.push_back(std::move(object));
  }
  return Object{{"results", std::move(list)},
                {"requests", static_cast<int64_t>(report.requests)},
                {"events", static_cast<int64_t>(report.events)},
                {"simulated_seconds", report.seconds},
                {"warmup_seconds", settings.warmup},
                {"seconds", took},
                {"arrivals", options.simulate.trace.empty() ? options.simulate.arrivals : "trace"},
                {"service", options.simulate.service},
                {"cores", options.simulate.cores},
                {"balance", options.simulate.balance},
                {"seed", static_cast<int64_t>(settings.seed)},
                {"whole", report.whole}};
}

// On a terminal, once it takes longer than a second.
class ProgressLine {
 public:
  void Show(double share) {
    if (!terminal_ || SystemClock().Steady() - begun_ < std::chrono::seconds(1)) return;
    const int percent = static_cast<int>(share * 100);
    if (percent == shown_) return;
    shown_ = percent;
    std::fprintf(stderr, "\rsimulating  %d %%", percent);
  }
  ~ProgressLine() {
    if (shown_ >= 0) std::fputs("\r\033[K", stderr);
  }

 private:
  bool terminal_ = isatty(STDERR_FILENO) != 0;
  std::chrono::steady_clock::time_point begun_ = SystemClock().Steady();
  int shown_ = -1;
};

}  // namespace

// place -> the same placement at the load asked for -> simulate -> both side by side.
int Simulate(const Options& options) {
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  Compiled& compiled = **loaded;
  if (!compiled.program) {
    Print(compiled);
    return Failure;
  }
  const ir::Program& program = *compiled.program;
  auto chosen = ChooseDeploy(program, options);
  if (!chosen.ok()) return Fail(chosen.error());
  const ir::Deploy& deploy = **chosen;
  auto placed = PlaceNow(program, deploy, {});
  if (!placed.ok()) return Fail(placed.error(), compiled);
  if (placed->state == placement::State::Infeasible) {
    compiled.diagnostics.push_back(placement::InfeasibleDiagnostic(*placed, deploy));
  }
  Print(compiled);
  if (placed->parts.empty()) {
    std::fputs(placement::Render(*placed, program, deploy).c_str(), stderr);
    return Failure;
  }

  simulate::Settings settings = SettingsOf(options);
  placement::Options model_options;
  if (options.simulate.rate > 0) model_options.workload = options.simulate.rate;
  if (!options.simulate.trace.empty()) {
    const Status used = UseTrace(options.simulate.trace, program, deploy, settings, model_options);
    if (!used.ok()) return Fail(used.error());
  }
  auto model = placement::Build(program, deploy, model_options);
  if (!model.ok()) return Fail(model.error(), compiled);
  auto placement = placement::Recall(program, deploy, *model, *placed);
  if (!placement) return Fail(Error(ErrorCode::Internal, "the placement fits no longer"));
  if (!settings.trace.empty()) {
    // By the components of the model, where nothing enters at a copy.
    std::vector<std::vector<double>> trace;
    size_t component = 0;
    for (const uint32_t copy : model->copy) {
      const bool first = copy == 0;
      trace.push_back(first ? std::move(settings.trace[component++]) : std::vector<double>{});
    }
    settings.trace = std::move(trace);
  }
  Subject subject{model.TakeValue(), std::move(*placement), {}, {}};
  AddQuestions(subject);
  SetLength(options, subject.model.problem, settings);

  if (const Status fits = simulate::CheckLimits(subject.model.problem, subject.placement, settings);
      !fits.ok()) {
    return Fail(fits.error(), compiled);
  }
  const Interrupt interrupt("stopping: what was simulated until now follows");
  const auto begun = SystemClock().Steady();
  simulate::Report report;
  {
    ProgressLine progress;
    settings.go_on = [&](double share) {
      progress.Show(share);
      return !interrupt.flag().load();
    };
    report = simulate::Simulate(subject.model.problem, subject.placement, subject.paths,
                                subject.quantiles, settings);
  }
  const double took = std::chrono::duration<double>(SystemClock().Steady() - begun).count();
  const std::vector<Row> rows = RowsOf(program, deploy, subject, report);
  if (options.json) {
    std::puts(value::ToJson(Json(rows, report, settings, options, took), /*pretty=*/true).c_str());
  } else {
    const std::string arrivals =
        options.simulate.trace.empty() ? options.simulate.arrivals : options.simulate.trace;
    std::printf("%s   %s rps, arrivals %s, service %s\n\n", deploy.name.c_str(),
                FormatNumber(static_cast<double>(report.requests) / report.seconds, 3).c_str(),
                arrivals.c_str(), options.simulate.service.c_str());
    Print(rows);
    std::printf(
        "\n  %llu requests in %s s, %.1f M events in %.2f s, seed %llu; intervals by %u batch "
        "means%s\n",
        static_cast<unsigned long long>(report.requests), FormatNumber(report.seconds, 6).c_str(),
        static_cast<double>(report.events) / 1e6, took,
        static_cast<unsigned long long>(settings.seed), simulate::Batches,
        report.whole ? "" : "; ended early");
  }
  if (!report.whole) return Interrupted;
  const bool missed = std::any_of(rows.begin(), rows.end(), [](const Row& row) {
    return row.rule && !row.rule->weight && !row.met();
  });
  return missed ? Pending : Success;
}

}  // namespace sprint::cli
