#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <thread>

#include "compiler/support/environment.h"
#include "engine/agent/history.h"
#include "engine/agent/loop.h"
#include "engine/agent/observe.h"
#include "engine/cli/house.h"
#include "engine/cli/options.h"
#include "engine/cli/running.h"
#include "engine/cli/session.h"
#include "engine/cli/world.h"
#include "engine/profile/processor.h"

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

std::string Percent(double share) {
  if (!std::isfinite(share)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.0f %%", share * 100);
  return text;
}

std::string Difference(double measured, double predicted) {
  if (!std::isfinite(measured) || measured <= 0 || !std::isfinite(predicted)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%+.0f %%", (predicted / measured - 1) * 100);
  return text;
}

// Processor seconds that the processes on each slice have used, and the slices' cores:
// by pool, "plant/board". From resources of the types `local.process` and `local.node`.
struct Slices {
  std::map<std::string, double> seconds, cores;
};

Slices SlicesNow(const state::Snapshot& snapshot) {
  Slices slices;
  // "plant.board-0" is the first of pool plant/board.
  const auto pool_of = [](std::string node) {
    node.erase(std::min(node.rfind('-'), node.size()));
    const size_t dot = node.find('.');
    return dot == std::string::npos ? node : node.replace(dot, 1, "/");
  };
  for (const auto& [address, record] : snapshot.records) {
    const value::Value& attributes = record.attributes;
    if (record.type == "local.node") {
      slices.cores[pool_of(attributes.Text("name"))] += attributes.Number("cores");
    }
    if (record.type != "local.process") continue;
    const auto used = profile::ProcessorSeconds(attributes.Whole("pid"));
    if (used.ok()) slices.seconds[pool_of(attributes.Text("node"))] += *used;
  }
  return slices;
}

// Share of its slices that a pool was busy between two looks; NaN where nothing is known.
double BusyShare(const Slices& before, const Slices& after, double seconds,
                 const std::string& pool) {
  const auto used = after.seconds.find(pool), cores = after.cores.find(pool);
  const auto was = before.seconds.find(pool);
  if (used == after.seconds.end() || was == before.seconds.end() || cores == after.cores.end()) {
    return NAN;
  }
  return (used->second - was->second) / (cores->second * seconds);
}

// "agent: watching; decision 12 …"
std::string AgentLine(const std::string& program_path) {
  const std::string path = HistoryPath(program_path);
  std::string line = agent::AgentRuns(path) ? "agent: watching" : "agent: none is running";
  const auto entries = agent::ReadHistory(path);
  if (!entries.ok() || entries->empty()) return line;
  return line + "; last: " + agent::Describe(entries->back());
}

}  // namespace

// Whether an agent is there, what it said last, and predicted beside measured at the load
// that is there now.
int AgentStatus(const Options& options) {
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
  auto snapshot = ReadState(compiled);
  if (!snapshot.ok()) return Fail(snapshot.error());
  const Slices before = SlicesNow(*snapshot);
  if (options.wait > 0) {
    if (!options.json) std::fprintf(stderr, "measuring for %.0f s\n", options.wait);
    std::this_thread::sleep_for(std::chrono::duration<double>(options.wait));
  }
  const Slices after = SlicesNow(*snapshot);
  const double window = options.wait > 0 ? options.wait : options.window;
  const double now = agent::WallSeconds(SystemClock());
  const agent::Observation seen = agent::Observe(agent::ProxiesOf(*snapshot), window, now);

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
  const bool loaded_now = entry && std::isfinite(entry->arrival_rate) && entry->arrival_rate > 0;
  const double rate = loaded_now ? entry->arrival_rate : (*running)->workload;
  auto predicted = placement::Predict(program, **deploy, **running, rate);
  if (!predicted.ok()) return Fail(predicted.error());

  value::List list;
  if (!options.json) {
    if (loaded_now) {
      std::printf("at %.2f rps (measured over the last %.0f s; placed for %.2f rps)\n\n", rate,
                  window, (*running)->workload);
    } else {
      std::printf("no request in the last %.0f s; predicted for %.2f rps, as placed\n\n", window,
                  rate);
    }
    std::printf("%-16s %-13s %15s  %24s  %24s\n", "", "", "utilisation", "mean", "p95");
    std::printf("%-16s %-13s %6s %8s  %9s %8s %5s  %9s %8s\n", "", "on", "pred.", "measured",
                "predicted", "measured", "", "predicted", "measured");
  }
  for (const Row& row : rows) {
    const agent::Sample* sample = sample_of(row.component);
    // Nothing takes no time: where nothing was answered it is not known.
    const auto known = [](double seconds) { return seconds > 0 ? seconds : NAN; };
    const double mean = sample ? known(row.path ? sample->path_mean : sample->response_mean) : NAN;
    const double p95 = sample ? known(row.path ? sample->path_p95 : sample->response_p95) : NAN;
    const double predicted_mean = predicted->requirements[row.mean].value;
    const double predicted_p95 = predicted->requirements[row.p95].value;
    std::string on;
    double utilisation = NAN, busy = NAN;
    for (const placement::Placed& part : predicted->parts) {
      if (row.path || part.component_name != row.component) continue;
      on = part.zone_name + "/" + part.pool_name + " x" + std::to_string(part.replicas);
      utilisation = std::fmax(utilisation, part.utilisation);
      if (options.wait > 0) {
        busy = std::fmax(
            busy, BusyShare(before, after, options.wait, part.zone_name + "/" + part.pool_name));
      }
    }
    if (options.json) {
      const auto number = [](double number) {
        return std::isfinite(number) ? value::Value(number) : value::Value();
      };
      list.push_back(value::Object{{"name", row.name},
                                   {"on", on},
                                   {"utilisation_predicted", number(utilisation)},
                                   {"utilisation_measured", number(busy)},
                                   {"mean_predicted_s", predicted_mean},
                                   {"mean_measured_s", number(mean)},
                                   {"p95_predicted_s", predicted_p95},
                                   {"p95_measured_s", number(p95)}});
      continue;
    }
    std::printf("%-16s %-13s %6s %8s  %9s %8s %5s  %9s %8s %5s\n", row.name.c_str(), on.c_str(),
                row.path ? "" : Percent(utilisation).c_str(), row.path ? "" : Percent(busy).c_str(),
                Milliseconds(predicted_mean).c_str(), Milliseconds(mean).c_str(),
                Difference(mean, predicted_mean).c_str(), Milliseconds(predicted_p95).c_str(),
                Milliseconds(p95).c_str(), Difference(p95, predicted_p95).c_str());
  }
  if (options.json) {
    std::puts(value::ToJson(value::Object{{"agent", agent::AgentRuns(HistoryPath(compiled.path))},
                                          {"rate_rps", rate},
                                          {"rate_measured", loaded_now},
                                          {"placed_for_rps", (*running)->workload},
                                          {"rows", list}},
                            true)
                  .c_str());
  } else {
    std::printf("\n%s\n", AgentLine(compiled.path).c_str());
  }
  return Success;
}

}  // namespace sprint::cli
