#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <numeric>

#include "compiler/support/environment.h"
#include "engine/apply/apply.h"
#include "engine/cli/interrupt.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"
#include "engine/cli/world.h"
#include "engine/profile/bodies.h"
#include "engine/profile/measured_lines.h"
#include "engine/profile/processor.h"

// Runs each component alone on a slice of this machine and measures what a request costs.
namespace sprint::cli {
namespace {

constexpr size_t WarmUp = 3;  // requests not counted: caches, page faults
constexpr double AnswerTime = 60;

// One part of a variant on one kind of machine.
struct Target {
  ir::Index component = 0, variant = 0, part = 0, zone = 0, pool = 0;
  ir::Demand demand;              // as the program has it
  std::string label, name, kind;  // "Detect/tiny", "app.Detect.tiny", "local.Slice"
};
struct Measured {
  double seconds = 0;    // a request
  double variation = 0;  // standard deviation over mean
  std::vector<profile::Body> answers;
};

// "app." of `deploy app.MaskDetection on Laptop`: components are named the same way.
std::string PrefixOf(const Compiled& compiled, const ir::Deploy& deploy) {
  const std::string header(compiled.sources.text(deploy.loc));
  const size_t name = header.find_first_not_of(' ', header.find(' '));
  const size_t dot = header.rfind('.', header.find(' ', name));
  return dot == std::string::npos || dot < name ? "" : header.substr(name, dot + 1 - name);
}

bool Names(const std::string& wanted, const Target& target, const ir::Component& component) {
  return wanted.empty() || wanted == target.name || wanted == target.label ||
         wanted == component.name;
}

// What the program says a time of, in the order of the flows, so that answers of the first
// are there for the second. Of the pools of a kind, the fastest.
std::vector<Target> TargetsOf(const Compiled& compiled, const ir::Deploy& deploy,
                              const Options& options) {
  const ir::Program& program = *compiled.program;
  const std::string prefix = PrefixOf(compiled, deploy);
  const std::vector<ir::Zone>& zones = program.continua[deploy.continuum].zones;
  std::vector<Target> targets;
  const auto add = [&](Target target) {
    const ir::Kind& kind = program.kinds[target.demand.kind];
    if (!options.kind.empty() && options.kind != kind.name) return;
    double cores = 0;
    for (ir::Index z = 0; z < zones.size(); ++z) {
      for (ir::Index p = 0; p < zones[z].pools.size(); ++p) {
        const ir::Pool& pool = zones[z].pools[p];
        if (pool.kind != target.demand.kind || pool.form == ir::PoolForm::Functions) continue;
        if (pool.cores <= cores) continue;
        cores = pool.cores;
        target.zone = z;
        target.pool = p;
      }
    }
    target.kind = kind.name;
    if (cores > 0) targets.push_back(std::move(target));
  };
  for (const ir::Index c : program.applications[deploy.application].components) {
    const ir::Component& component = deploy.components[c];
    for (ir::Index v = 0; v < component.variants.size(); ++v) {
      const ir::Variant& variant = component.variants[v];
      for (ir::Index p = 0; p < variant.parts.size(); ++p) {
        Target target{c, v, p, 0, 0, {}, "", "", ""};
        target.label = ir::LabelOf(component.name, variant.name, variant.parts[p].name);
        target.name = prefix + component.name;
        for (const std::string& inner : {variant.name, variant.parts[p].name}) {
          if (!inner.empty()) target.name += "." + inner;
        }
        if (!Names(options.component, target, component)) continue;
        for (const ir::Demand& demand : variant.parts[p].demands) {
          target.demand = demand;
          add(target);
        }
      }
    }
  }
  return targets;
}

// The part alone on one node of its pool.
Result<lower::DesiredGraph> Alone(const ir::Program& whole, const ir::Deploy& deploy,
                                  const Target& target) {
  ir::Program program = whole;
  ir::Deploy single = deploy;
  ir::Application& application = program.applications[deploy.application];
  application.components = {target.component};
  application.flows.clear();
  program.resources.clear();
  auto& parts = single.components[target.component].variants[target.variant].parts;
  parts = {parts[target.part]};
  SPRINT_ASSIGN_OR_RETURN(
      lower::DesiredGraph graph,
      lower::Lower(program, single,
                   {{target.component, target.variant, 0, target.zone, target.pool, 1}},
                   {{target.zone, target.pool, 1}}));
  for (const lower::Resource& resource : graph.resources) {
    if (resource.provider == "local") continue;
    return Error(ErrorCode::InvalidArgument,
                 "`" + target.kind + "` is made by provider `" + resource.provider +
                     "`; components are measured on slices of this machine: `import std.local`");
  }
  return graph;
}

// A world of its own beside the program's, so that nothing that runs is touched. What a
// killed one has left is taken away by the next.
class Bench {
 public:
  static Result<std::unique_ptr<Bench>> Open(const Compiled& compiled,
                                             const std::vector<lower::ProviderConfig>& configs) {
    auto bench = std::make_unique<Bench>();
    const std::filesystem::path path(compiled.path);
    bench->path_ = (path.parent_path() / (path.stem().string() + ".profile.sprint")).string();
    const bool secrets = compiled.program && !compiled.program->secrets.empty();
    SPRINT_ASSIGN_OR_RETURN(bench->world_, OpenWorldAt(bench->path_, secrets));
    SPRINT_RETURN_IF_ERROR(Lock(*bench->world_, "profile"));
    SPRINT_RETURN_IF_ERROR(UseProviders(*bench->world_, configs));
    auto recovered =
        apply::Recover(*bench->world_->store, *bench->world_->providers, SystemClock());
    if (!recovered.ok()) return recovered.TakeError().While("taking away an earlier measurement");
    SPRINT_RETURN_IF_ERROR(bench->Make({}));
    return bench;
  }

  // Makes the world hold this and nothing else.
  Status Make(const lower::DesiredGraph& graph) {
    SPRINT_ASSIGN_OR_RETURN(const state::Snapshot snapshot, world_->store->Read());
    plan::PlanOptions options;
    options.destroy = graph.resources.empty();
    SPRINT_ASSIGN_OR_RETURN(plan::Plan plan,
                            plan::MakePlan(graph, snapshot, *world_->providers, options));
    SPRINT_ASSIGN_OR_RETURN(
        const apply::Report report,
        apply::Apply(plan, *world_->store, *world_->providers, SystemClock(), {}));
    for (const apply::Item& item : report.items) {
      if (!item.error.empty()) return Error(ErrorCode::Unavailable, item.error).While(item.address);
    }
    return Ok();
  }

  // The process that runs and where it is reached.
  Result<std::pair<int64_t, std::string>> Process() const {
    SPRINT_ASSIGN_OR_RETURN(const state::Snapshot snapshot, world_->store->Read());
    for (const auto& [address, record] : snapshot.records) {
      const int64_t pid = record.attributes.Whole("pid");
      if (pid <= 0) continue;
      return std::pair(pid, "http://" + record.attributes.Text("address") + "/");
    }
    return Error(ErrorCode::NotFound, "its host starts no process here");
  }

  // Takes everything away, the state of it too.
  Status Close() {
    SPRINT_RETURN_IF_ERROR(Make({}));
    world_.reset();
    for (const char* ending : {"", "-wal", "-shm"})
      std::remove((StatePath(path_) + ending).c_str());
    return Ok();
  }

 private:
  std::string path_;
  std::unique_ptr<World> world_;
};

Result<Measured> Send(const Bench& bench, const Target& target, const ir::Kind& kind,
                      const std::vector<profile::Body>& bodies, const Options& options,
                      const Interrupt& interrupt) {
  SPRINT_ASSIGN_OR_RETURN(const auto process, bench.Process());
  profile::Caller caller(process.second, AnswerTime);
  Measured measured;
  std::vector<double> times;
  // Every body once, so that what comes next sees all of them.
  const size_t count = std::max<size_t>(options.count, bodies.size());
  for (size_t i = 0; i < WarmUp + count; ++i) {
    if (interrupt.flag()) return Error(ErrorCode::Cancelled, "stopped");
    SPRINT_ASSIGN_OR_RETURN(const double before, profile::ProcessorSeconds(process.first));
    const auto begin = SystemClock().Steady();
    SPRINT_ASSIGN_OR_RETURN(profile::Body answer, caller.Post(bodies[i % bodies.size()]));
    const std::chrono::duration<double> took = SystemClock().Steady() - begin;
    SPRINT_ASSIGN_OR_RETURN(const double after, profile::ProcessorSeconds(process.first));
    if (measured.answers.size() < bodies.size()) measured.answers.push_back(std::move(answer));
    // Given per core, a demand is processor time; given per node, it is how long a lone
    // request takes there.
    if (i >= WarmUp) times.push_back(kind.per_core ? after - before : took.count());
  }
  const auto size = static_cast<double>(times.size());
  measured.seconds = std::accumulate(times.begin(), times.end(), 0.0) / size;
  double squares = 0;
  for (const double time : times) squares += (time - measured.seconds) * (time - measured.seconds);
  if (measured.seconds <= 0) {
    return Error(ErrorCode::InvalidArgument, target.label +
                                                 " used less processor time than can be "
                                                 "measured; send it more work");
  }
  measured.variation = std::sqrt(squares / size) / measured.seconds;
  return measured;
}

using Answers = std::map<std::pair<ir::Index, ir::Index>, std::vector<profile::Body>>;

// What comes to this part: the answers of what is before it, when that was measured too.
const std::vector<profile::Body>& BodiesFor(const Target& target,
                                            const ir::Application& application,
                                            const std::vector<profile::Body>& given,
                                            const Answers& answers) {
  if (target.part > 0) {
    const auto before = answers.find({target.component, target.part - 1});
    return before == answers.end() ? given : before->second;
  }
  for (const ir::Flow& flow : application.flows) {
    const auto before = answers.find({flow.from, ir::NoIndex});
    if (flow.to == target.component && before != answers.end()) return before->second;
  }
  return given;
}

void Show(const Target& target, const Measured& measured, size_t width, const Options& options,
          value::List& list) {
  if (options.json) {
    list.push_back(value::Object{{"component", target.name},
                                 {"kind", target.kind},
                                 {"seconds", measured.seconds},
                                 {"variation", measured.variation}});
    return;
  }
  std::printf("  measured %-*s on %s = %s\n", static_cast<int>(width), target.name.c_str(),
              target.kind.c_str(),
              profile::FormatDemand(measured.seconds, measured.variation).c_str());
  std::fflush(stdout);
}

// The root file, which has the deploy, with the new times.
Status WriteLines(const Compiled& compiled, const ir::Deploy& deploy,
                  const std::vector<std::pair<Target, Measured>>& results) {
  size_t last = deploy.loc.begin;
  for (const auto& [target, measured] : results) {
    if (target.demand.measured) last = std::max<size_t>(last, target.demand.loc.begin);
  }
  const std::string_view text = compiled.sources.text(deploy.loc.file);
  std::vector<profile::Edit> edits;
  for (const auto& [target, measured] : results) {
    const Loc loc = target.demand.loc;
    const bool sized = target.demand.measured && target.demand.memory &&
                       compiled.sources.text(loc).find("memory") != std::string_view::npos;
    const std::string time = profile::FormatDemand(measured.seconds, measured.variation,
                                                   sized ? target.demand.memory : std::nullopt);
    edits.push_back(target.demand.measured ? profile::Edit{loc.begin, loc.end, time}
                                           : profile::LineBelow(text, last,
                                                                "measured " + target.name + " on " +
                                                                    target.kind + " = " + time));
  }
  SPRINT_RETURN_IF_ERROR(
      RealFileSystem().Write(compiled.path, profile::Edited(text, std::move(edits))));
  std::fprintf(stderr, "written to %s\n", compiled.path.c_str());
  return Ok();
}

Status Run(const Compiled& compiled, const ir::Deploy& deploy, const Options& options,
           const Interrupt& interrupt) {
  const ir::Program& program = *compiled.program;
  SPRINT_ASSIGN_OR_RETURN(const std::vector<profile::Body> given,
                          profile::ReadBodies(options.requests));
  const std::vector<Target> targets = TargetsOf(compiled, deploy, options);
  if (targets.empty()) {
    return Error(ErrorCode::NotFound,
                 "there is nothing to measure: no component" +
                     (options.component.empty() ? "" : " `" + options.component + "`") +
                     " has a demand on a kind of machine that the continuum has");
  }
  std::vector<lower::DesiredGraph> graphs;
  size_t width = 0;
  for (const Target& target : targets) {
    SPRINT_ASSIGN_OR_RETURN(lower::DesiredGraph graph, Alone(program, deploy, target));
    graphs.push_back(std::move(graph));
    width = std::max(width, target.name.size());
  }
  SPRINT_ASSIGN_OR_RETURN(const std::unique_ptr<Bench> bench,
                          Bench::Open(compiled, graphs.front().providers));
  Answers answers;
  std::vector<std::pair<Target, Measured>> results;
  value::List list;
  const auto measure = [&](const Target& target, const lower::DesiredGraph& graph) -> Status {
    const std::vector<profile::Body>& bodies =
        BodiesFor(target, program.applications[deploy.application], given, answers);
    SPRINT_RETURN_IF_ERROR(bench->Make(graph));
    SPRINT_ASSIGN_OR_RETURN(
        Measured measured,
        Send(*bench, target, program.kinds[target.demand.kind], bodies, options, interrupt));
    Show(target, measured, width, options, list);
    const size_t parts = deploy.components[target.component].variants[target.variant].parts.size();
    answers[{target.component, target.part}] = measured.answers;
    if (target.part + 1 == parts) {
      answers.try_emplace({target.component, ir::NoIndex}, measured.answers);
    }
    measured.answers.clear();
    results.emplace_back(target, std::move(measured));
    return Ok();
  };
  for (size_t i = 0; i < targets.size(); ++i) {
    Status status = measure(targets[i], graphs[i]);
    if (status.ok()) continue;
    (void)bench->Close();
    return status.TakeError().While("measuring " + targets[i].label + " on " + targets[i].kind);
  }
  SPRINT_RETURN_IF_ERROR(bench->Close());
  if (options.json) std::puts(value::ToJson(value::Value(std::move(list)), true).c_str());
  return options.write ? WriteLines(compiled, deploy, results) : Ok();
}

}  // namespace

int Profile(const Options& options) {
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  const Compiled& compiled = **loaded;
  Print(compiled);
  if (!compiled.program) return Failure;
  auto deploy = ChooseDeploy(*compiled.program, options);
  if (!deploy.ok()) return Fail(deploy.error());
  const Interrupt interrupt;
  const Status status = Run(compiled, **deploy, options, interrupt);
  if (status.ok()) return Success;
  if (status.error().code() == ErrorCode::Cancelled) return Interrupted;
  return Fail(status.error(), compiled);
}

}  // namespace sprint::cli
