#include <algorithm>
#include <cmath>
#include <cstdio>

#include "compiler/support/environment.h"
#include "engine/agent/loop.h"
#include "engine/agent/observe.h"
#include "engine/cli/options.h"
#include "engine/cli/running.h"
#include "engine/cli/session.h"

namespace sprint::cli {
namespace {

constexpr double P95 = 0.95;

ir::Constraint Question(std::vector<ir::Index> path, std::optional<double> percentile) {
  ir::Constraint question;
  question.metric = ir::Metric::Response;
  question.path = std::move(path);
  question.percentile = percentile;
  question.bound = INFINITY;
  question.unit = "ms";
  question.weight = 0.0;  // asked, not required
  return question;
}

// What is asked of the model: mean and p95 of each component, and of the way to the end
// from each entry of a program whose flows make one chain.
struct Row {
  std::string name;
  std::string component;
  bool path = false;
  size_t mean = 0, p95 = 0;  // indices of the answers
};

std::vector<Row> Ask(ir::Program& program, ir::Application& application) {
  application.constraints.clear();
  std::vector<Row> rows;
  const auto add = [&](Row row, const std::vector<ir::Index>& path) {
    row.mean = application.constraints.size();
    row.p95 = row.mean + 1;
    application.constraints.push_back(Question(path, std::nullopt));
    application.constraints.push_back(Question(path, P95));
    rows.push_back(std::move(row));
  };
  for (const ir::Index component : application.components) {
    const std::string& name = program.components[component].name;
    add({name, name, false, 0, 0}, {component});
  }
  for (const ir::Index entry : application.components) {
    const bool enters = std::none_of(application.flows.begin(), application.flows.end(),
                                     [&](const ir::Flow& flow) { return flow.to == entry; });
    if (!enters) continue;
    std::vector<ir::Index> path = {entry};
    std::string name = program.components[entry].name;
    for (;;) {
      const ir::Flow* next = nullptr;
      size_t ways = 0;
      for (const ir::Flow& flow : application.flows) {
        if (flow.from != path.back()) continue;
        next = &flow;
        ++ways;
      }
      if (ways != 1) break;
      path.push_back(next->to);
      name += " -> " + program.components[next->to].name;
    }
    if (path.size() > 1) add({name, program.components[entry].name, true, 0, 0}, path);
  }
  return rows;
}

std::string Milliseconds(double seconds) {
  if (!std::isfinite(seconds) || seconds <= 0) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.0f ms", seconds * 1e3);
  return text;
}

std::string Difference(double measured, double predicted) {
  if (!std::isfinite(measured) || measured <= 0 || !std::isfinite(predicted)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%+.0f %%", (predicted / measured - 1) * 100);
  return text;
}

}  // namespace

// Predicted beside measured, at the load that is there now.
int ShowStatus(const Options& options) {
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  const Compiled& compiled = **loaded;
  Print(compiled);
  if (!compiled.program) return Failure;
  ir::Program program = *compiled.program;
  auto deploy = ChooseDeploy(program, options);
  if (!deploy.ok()) return Fail(deploy.error());
  auto running = LoadRunning(compiled.path);
  if (!running.ok()) return Fail(running.error());
  if (!*running) return Fail(Error(ErrorCode::NotFound, "nothing runs: `sprint apply` first"));
  auto world = OpenWorld(compiled.path, {}, Access::Read);
  if (!world.ok()) return Fail(world.error());
  auto snapshot = (*world)->store->Read();
  if (!snapshot.ok()) return Fail(snapshot.error());
  const double now = agent::WallSeconds(SystemClock());
  const agent::Observation seen = agent::Observe(agent::ProxiesOf(*snapshot), options.window, now);

  ir::Application& application = program.applications[(*deploy)->application];
  const std::vector<Row> rows = Ask(program, application);
  const auto sample_of = [&](const std::string& component) -> const agent::Sample* {
    for (const agent::Sample& sample : seen.samples) {
      if (sample.component == component && sample.fresh) return &sample;
    }
    return nullptr;
  };
  const agent::Sample* entry =
      application.components.empty()
          ? nullptr
          : sample_of(program.components[application.components.front()].name);
  const double rate = entry && std::isfinite(entry->arrival_rate) && entry->arrival_rate > 0
                          ? entry->arrival_rate
                          : (*running)->workload;
  auto predicted = placement::Predict(program, **deploy, **running, rate);
  if (!predicted.ok()) return Fail(predicted.error());

  value::List list;
  if (!options.json) {
    std::printf("at %.2f rps (measured over the last %.0f s; placed for %.2f rps)\n\n", rate,
                options.window, (*running)->workload);
    std::printf("%-22s %-14s %6s  %22s  %22s\n", "", "", "util", "mean", "p95");
    std::printf("%-22s %-14s %6s  %9s %9s %5s  %9s %9s %5s\n", "", "on", "", "predicted",
                "measured", "", "predicted", "measured", "");
  }
  for (const Row& row : rows) {
    const agent::Sample* sample = sample_of(row.component);
    const double mean = sample ? (row.path ? sample->path_mean : sample->response_mean) : NAN;
    const double p95 = sample ? (row.path ? sample->path_p95 : sample->response_p95) : NAN;
    const double predicted_mean = predicted->requirements[row.mean].value;
    const double predicted_p95 = predicted->requirements[row.p95].value;
    std::string on;
    double utilisation = 0;
    for (const placement::Placed& part : predicted->parts) {
      if (row.path || part.component_name != row.component) continue;
      on = part.zone_name + "/" + part.pool_name + " x" + std::to_string(part.replicas);
      utilisation = std::max(utilisation, part.utilisation);
    }
    if (options.json) {
      list.push_back(value::Object{
          {"name", row.name},
          {"on", on},
          {"utilisation", utilisation},
          {"mean_predicted_s", predicted_mean},
          {"mean_measured_s", std::isfinite(mean) ? value::Value(mean) : value::Value()},
          {"p95_predicted_s", predicted_p95},
          {"p95_measured_s", std::isfinite(p95) ? value::Value(p95) : value::Value()}});
      continue;
    }
    char share[16] = "";
    if (!row.path) std::snprintf(share, sizeof share, "%.0f %%", utilisation * 100);
    std::printf("%-22s %-14s %6s  %9s %9s %5s  %9s %9s %5s\n", row.name.c_str(), on.c_str(), share,
                Milliseconds(predicted_mean).c_str(), Milliseconds(mean).c_str(),
                Difference(mean, predicted_mean).c_str(), Milliseconds(predicted_p95).c_str(),
                Milliseconds(p95).c_str(), Difference(p95, predicted_p95).c_str());
  }
  if (options.json) {
    std::puts(value::ToJson(value::Object{{"rate_rps", rate}, {"rows", list}}, true).c_str());
  }
  return Success;
}

}  // namespace sprint::cli
