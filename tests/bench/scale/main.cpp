// One operation of the engine on one program, in a process of its own:
//   bench.scale program SHAPE N [changed]      the program, to standard output
//   bench.scale placed SHAPE N URL             the same, and something whose load URL tells
//   bench.scale tofu SHAPE N                   the same for OpenTofu
//   bench.scale plan|apply FILE STATE [PROVIDER [one-by-one]]
//   bench.scale change FILE STATE              a plan after one resource changed, all else warm
// PROVIDER is a program to be spoken to over the wire, in batches unless it is told to
// offer none; without one the provider is in process. The answer is one line of JSON: seconds of
// each phase, peak memory.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "compiler/diag/emitter.h"
#include "compiler/driver/compile.h"
#include "compiler/support/environment.h"
#include "engine/apply/apply.h"
#include "engine/plan/plan.h"
#include "tests/bench/scale/in_process.h"
#include "tests/bench/scale/program.h"
#include "tests/bench/scale/provider.h"

namespace sprint::bench {
namespace {

class Timings {
 public:
  // Wall and CPU: the first is what a user waits for, the second what a shared machine
  // leaves comparable.
  void Lap(const std::string& phase) {
    const Times now = Now();
    seconds_[phase] = now.wall - last_.wall;
    seconds_[phase + "_cpu"] = now.cpu - last_.cpu;
    last_ = now;
  }
  void Print(size_t changes) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    seconds_["changes"] = static_cast<int64_t>(changes);
    seconds_["peak_mib"] = static_cast<double>(usage.ru_maxrss) / 1024;
    std::puts(value::ToJson(seconds_).c_str());
  }

 private:
  struct Times {
    double wall, cpu;
  };
  static Times Now() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    const auto wall = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::duration<double>(wall).count(),
            seconds(usage.ru_utime) + seconds(usage.ru_stime)};
  }
  Times last_ = Now();
  value::Object seconds_;
};

[[noreturn]] void Die(const Error& error) {
  std::fprintf(stderr, "bench.scale: %s\n", error.ToString().c_str());
  std::exit(1);
}
template <typename T>
T OrDie(Result<T> result) {
  if (!result.ok()) Die(result.error());
  return result.TakeValue();
}

lower::DesiredGraph GraphOf(const std::string& file) {
  SourceTable sources;
  diag::Emitter emitter;
  auto program = driver::Compile(file, RealFileSystem(), sources, emitter, {});
  if (!program || emitter.has_errors()) Die(Error(ErrorCode::InvalidArgument, file));
  return OrDie(lower::Lower(*program));
}

int Change(const std::string& verb, const std::string& file, const std::string& path,
           const std::string& provider_path, bool batches) {
  Timings timings;
  const lower::DesiredGraph graph = GraphOf(file);
  timings.Lap("compile");
  const auto store = OrDie(state::OpenSqlite(path));
  const state::Snapshot snapshot = OrDie(store->Read());
  timings.Lap("state");
  ThingProvider things;
  InProcess in_process(things);
  std::unique_ptr<host::Provider> launched;
  plan::GivenProviders providers;
  if (!provider_path.empty()) {
    launched = OrDie(host::Launch(provider_path, {{sdk::NoBatchesName, batches ? "" : "1"}}));
    (void)OrDie(launched->Configure(value::Object{}));
  }
  providers.Add("bench", launched ? launched.get() : &in_process);
  timings.Lap("start");
  const plan::Plan plan = OrDie(plan::MakePlan(graph, snapshot, providers, {}));
  timings.Lap("plan");
  if (verb == "apply") {
    (void)OrDie(store->Acquire("bench", 3600));
    const auto report = OrDie(apply::Apply(plan, *store, providers, SystemClock(), {}));
    timings.Lap("apply");
    if (report.ExitCode() != 0) Die(Error(ErrorCode::Internal, "apply failed"));
  }
  timings.Print(plan.steps.size() - plan.Count(plan::Action::NoOp));
  return 0;
}

// What the agent does again and again: everything is in memory, one resource has changed.
int ChangeOne(const std::string& file, const std::string& path) {
  Timings timings;
  const lower::DesiredGraph before = GraphOf(file);
  lower::DesiredGraph after = before;
  value::Object& config = *after.resources[after.resources.size() / 2].config.As<value::Object>();
  config["size"] = 3;
  const auto store = OrDie(state::OpenSqlite(path));
  const state::Snapshot snapshot = OrDie(store->Read());
  ThingProvider things;
  InProcess in_process(things);
  plan::GivenProviders providers;
  providers.Add("bench", &in_process);
  timings.Lap("start");
  plan::PlanOptions options;
  options.only = plan::Changed(before, after);
  const plan::Plan plan = OrDie(plan::MakePlan(after, snapshot, providers, options));
  timings.Lap("plan");
  timings.Print(plan.steps.size() - plan.Count(plan::Action::NoOp));
  return 0;
}

int Main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  const std::string verb = args.empty() ? "" : args[0];
  if ((verb == "program" || verb == "tofu") && args.size() >= 3 && ShapeOf(args[1])) {
    const size_t count = std::strtoul(args[2].c_str(), nullptr, 10);
    const std::string text = verb == "tofu" ? TofuProgram(*ShapeOf(args[1]), count)
                                            : Program(*ShapeOf(args[1]), count, args.size() > 3);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }
  if (verb == "placed" && args.size() == 4 && ShapeOf(args[1])) {
    const size_t count = std::strtoul(args[2].c_str(), nullptr, 10);
    const std::string text = Program(*ShapeOf(args[1]), count, false) + Placed(args[3]);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }
  if ((verb == "plan" || verb == "apply") && args.size() >= 3) {
    return Change(verb, args[1], args[2], args.size() > 3 ? args[3] : "", args.size() <= 4);
  }
  if (verb == "change" && args.size() == 3) return ChangeOne(args[1], args[2]);
  std::fputs("usage: at the top of tests/bench/scale/main.cpp\n", stderr);
  return 1;
}

}  // namespace
}  // namespace sprint::bench

int main(int argc, char** argv) { return sprint::bench::Main(argc, argv); }
