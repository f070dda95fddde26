#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "engine/cli/completion.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"

namespace sprint::cli {
namespace {

constexpr const char* Version = "0.1.0";

using Verb = std::function<int(const Options&)>;

int ShowVersion(const Options& options) {
  if (options.json) {
    std::puts(value::ToJson(value::Object{{"version", Version}}).c_str());
  } else {
    std::printf("sprint %s\n", Version);
  }
  return Success;
}

// Command line libraries throw; nothing of it passes Run().
class CommandLine {
 public:
  CommandLine() {
    app_.set_version_flag("--version", std::string("sprint ") + Version);
    app_.require_subcommand(1);
    app_.footer(
        "Start with:  sprint check FILE   then   sprint plan FILE\n"
        "Exit codes:  0 done   1 failed   2 changes pending   130 interrupted");
    Json(Subject(
        AddBare("init", "start a program that runs on this machine", &Init, "sprint init hello"),
        "FOLDER", "where; default: here", /*required=*/false));
    CLI::App* check = AddBare("check", "find the mistakes of programs", &Check,
                              "sprint check mask-detection.sprint");
    check->add_option("FILES", options_.files, "programs; default: all .sprint files here");
    Json(Params(check));
    CLI::App* format = AddBare("fmt", "write programs in the one way to write them", &Format,
                               "sprint fmt --check *.sprint");
    format->add_option("FILES", options_.files, "programs; `-`: from standard input to output")
        ->required();
    format->add_flag("--check", options_.check_only,
                     "change nothing; exit 2 if there is a difference");
    format->add_flag("--diff", options_.diff, "change nothing; show the differences, exit 2");
    Json(format);
    Json(Subject(AddBare("explain", "what a diagnostic means, with examples", &Explain,
                         "sprint explain E0304"),
                 "CODE", "like E0304; default: list all", /*required=*/false));
    CLI::App* plan = Add("plan", "placement, cost and the exact changes; nothing is changed", &Plan,
                         "sprint plan laptop.sprint --out today.plan");
    plan->add_option("--out", options_.out, "save the plan, to apply exactly it")
        ->type_name("FILE");
    plan->add_flag("--sensitivity", options_.sensitivity,
                   "and how far prices and bounds may move before it changes");
    CLI::App* apply = Add("apply", "carry out a plan", &Apply, "sprint apply laptop.sprint --yes");
    apply->add_option("--plan", options_.plan_file, "carry out this saved plan")->type_name("FILE");
    CLI::App* destroy = Add("destroy", "take away everything the state has", &Destroy,
                            "sprint destroy laptop.sprint --yes");
    for (CLI::App* verb : {plan, apply, destroy}) {
      verb->add_flag("!--no-refresh", options_.refresh,
                     "trust the state, ask no provider what exists");
    }
    for (CLI::App* verb : {plan, apply, destroy}) {
      verb->add_option("--target", options_.targets, "only this and what it depends on")
          ->type_name("ADDRESS");
      verb->add_option("--exclude", options_.excludes, "all but this and what depends on it")
          ->type_name("ADDRESS");
      verb->add_option("--not-made", options_.not_made,
                       "a creation that was cut off and made nothing: somebody looked")
          ->type_name("ADDRESS");
    }
    for (CLI::App* verb : {plan, apply}) {
      verb->add_option("--replace", options_.replace, "make a new object of this")
          ->type_name("ADDRESS");
      verb->add_flag("--refresh-only", options_.refresh_only,
                     "bring the state up to date and change nothing else");
    }
    for (CLI::App* verb : {apply, destroy}) {
      verb->add_flag("--yes", options_.auto_approve, "do not ask");
      verb->add_option("--parallel", options_.parallel, "provider calls at once")
          ->check(CLI::Range(1, 256))
          ->capture_default_str();
    }
    Subject(Add("show", "what exists, from the state", &Show, "sprint show laptop.sprint"),
            "ADDRESS", "only this", /*required=*/false);
    Subject(Add("output", "values a program gives out", &Output,
                "sprint output laptop.sprint endpoint"),
            "NAME", "only this, bare", /*required=*/false);
    Simulation(Add("simulate", "run a placement request by request beside what is predicted",
                   &Simulate, "sprint simulate laptop.sprint --rate 4 --requests 1000000"));
    AddProfile();
    AddAgent();
    Add("graph", "what a program makes, as a graph for dot", &Graph,
        "sprint graph laptop.sprint --svg > laptop.svg")
        ->add_flag("--svg", options_.svg, "a picture instead");
    CLI::App* why =
        AddBare("why", "why a component or resource is where it is, or not elsewhere", &Why,
                "sprint why laptop.sprint Detect\n"
                "          sprint why laptop.sprint Detect not on plant.board\n"
                "          sprint why laptop.sprint plant.space");
    why->add_option("QUESTION", options_.files,
                    "[FILE] COMPONENT [not on ZONE.POOL], or [FILE] ADDRESS")
        ->required();
    OfProgram(why);
    Exchange();
    Json(AddBare("version", "which version this is", &ShowVersion, "sprint version --json"));
    Subject(AddBare(
                "completion", "completion for a shell",
                [this](const Options& options) { return Complete(options); },
                "source <(sprint completion bash)"),
            "SHELL", "bash, zsh or fish", /*required=*/true);
  }

  int Run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app_.exit(error) == 0 ? Success : Failure;
    }
    for (const std::string& param : params_) {
      const size_t equals = param.find('=');
      if (equals == std::string::npos) {
        std::fprintf(stderr, "sprint: --param needs NAME=VALUE; this is `%s`\n", param.c_str());
        return Failure;
      }
      options_.params[param.substr(0, equals)] = param.substr(equals + 1);
    }
    options_.colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    return chosen_(options_);
  }

 private:
  void AddProfile() {
    CLI::App* profile =
        Add("profile", "measure what a request costs each component, on slices of this machine",
            &Profile, "sprint profile laptop.sprint --requests pictures --write");
    profile
        ->add_option("--requests", options_.requests,
                     "the bodies to send; what one component answers goes to the next")
        ->type_name("FOLDER")
        ->required();
    profile->add_option("--component", options_.component, "only this, like Detect or Detect/tiny");
    profile->add_option("--on", options_.kind, "only on this kind of machine")->type_name("KIND");
    profile->add_option("--count", options_.count, "requests to each, at least every body once")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    profile->add_flag("--write", options_.write,
                      "put the times into the program's `measured` lines");
  }

  void AddAgent() {
    CLI::App* agent = Add("agent", "watch what runs and place it anew when load or demands change",
                          &Agent, "sprint agent laptop.sprint");
    agent->add_option("--seconds", options_.seconds, "end after this long; 0: when told to stop");
    CLI::App* status = Program(AddTo(*agent, "status", "what it sees: predicted beside measured",
                                     &AgentStatus, "sprint agent status laptop.sprint --wait 60"));
    status->add_option("--window", options_.window, "seconds that measured values cover")
        ->check(CLI::Range(1.0, 3600.0))
        ->capture_default_str();
    status
        ->add_option("--wait", options_.wait,
                     "measure for so many seconds from now, utilisation too")
        ->check(CLI::Range(1.0, 3600.0));
    Program(AddTo(*agent, "history", "what it decided, and why", &AgentHistory,
                  "sprint agent history laptop.sprint"));
    CLI::App* why = AddTo(*agent, "why", "everything that one decision rests on", &AgentWhy,
                          "sprint agent why 12 laptop.sprint");
    why->add_option("N", options_.decision, "its number in the history")->required();
    Program(why);
    CLI::App* replay = AddTo(*agent, "replay", "decide a recorded history again, and compare",
                             &AgentReplay, "sprint agent replay .sprint/agent-history.jsonl");
    replay->add_option("FILE", options_.subject, "a recorded history")->required();
    Json(replay);
  }

  CLI::App* AddTo(CLI::App& parent, const char* name, const char* does, const Verb& verb,
                  const char* example) {
    CLI::App* app = parent.add_subcommand(name, does);
    app->footer(std::string("Example:  ") + example);
    // A verb's own callback comes after that of a verb within it.
    app->callback([this, app, verb] {
      if (app->get_subcommands().empty()) chosen_ = verb;
    });
    return app;
  }
  CLI::App* AddBare(const char* name, const char* does, const Verb& verb, const char* example) {
    return AddTo(app_, name, does, verb, example);
  }

  CLI::App* Json(CLI::App* app) {
    app->add_flag("--json", options_.json, "print JSON");
    return app;
  }

  void Simulation(CLI::App* app) {
    auto& simulate = options_.simulate;
    CLI::Option* seconds =
        app->add_option("--seconds", simulate.seconds, "simulated time that is measured")
            ->check(CLI::PositiveNumber);
    app->add_option("--requests", simulate.requests, "requests that enter in the measured time")
        ->check(CLI::PositiveNumber)
        ->excludes(seconds)
        ->capture_default_str();
    app->add_option("--warmup", simulate.warmup,
                    "simulated seconds before it; default: a tenth of it")
        ->check(CLI::NonNegativeNumber);
    CLI::Option* rate =
        app->add_option("--rate", simulate.rate,
                        "requests/s at every entry, of the placement for the program's workload")
            ->check(CLI::PositiveNumber);
    app->add_option("--arrivals", simulate.arrivals, "how requests enter")
        ->check(CLI::IsMember({"poisson", "deterministic"}))
        ->capture_default_str();
    app->add_option("--trace", simulate.trace,
                    "requests enter as this file says: a line each, seconds [component]")
        ->type_name("FILE")
        ->excludes(rate)
        ->excludes(seconds);
    app->add_option("--service", simulate.service, "distribution of the service times")
        ->check(CLI::IsMember({"exponential", "deterministic", "lognormal"}))
        ->capture_default_str();
    app->add_option("--cv", simulate.cv, "lognormal: standard deviation over mean")
        ->check(CLI::Range(0.01, 10.0))
        ->capture_default_str();
    app->add_option("--cores", simulate.cores,
                    "several cores are shared evenly, or queued for in order of arrival")
        ->check(CLI::IsMember({"shared", "queued"}))
        ->capture_default_str();
    app->add_option("--balance", simulate.balance, "which instance of a pool gets a request")
        ->check(CLI::IsMember({"random", "round-robin"}))
        ->capture_default_str();
    app->add_option("--seed", simulate.seed, "of the random numbers: same seed, same output")
        ->capture_default_str();
  }

  // Formats of others. So far there is one.
  void Exchange() {
    const std::vector<std::string> formats = {"space4ai"};
    CLI::App* import = AddBare("import", "a program from a placement problem of others", &Import,
                               "sprint import space4ai system_description.json -o out.sprint");
    import->add_option("FORMAT", options_.subject, "space4ai")
        ->required()
        ->check(CLI::IsMember(formats));
    import->add_option("FILE", options_.file, "system_description.json")->required();
    import->add_option("--lambda", options_.workload, "requests/s instead of the file's `Lambda`")
        ->check(CLI::PositiveNumber);
    CLI::App* write =
        AddBare("export", "the placement of an imported program, as others write it", &Export,
                "sprint export space4ai out.sprint --system system_description.json");
    write->add_option("FORMAT", options_.subject, "space4ai")
        ->required()
        ->check(CLI::IsMember(formats));
    write->add_option("FILE", options_.file, "the imported program")->required();
    write->add_option("--system", options_.system, "the file it was imported from")
        ->type_name("FILE")
        ->required();
    write->add_flag("--flat", options_.flat, "no level of deployments, as the C++ tool writes");
    for (CLI::App* verb : {import, write}) {
      verb->add_option("-o,--out", options_.out, "write here; default: standard output")
          ->type_name("FILE");
    }
  }

  CLI::App* Params(CLI::App* app) {
    app->add_option("--param", params_, "a value for a param")->type_name("NAME=VALUE");
    return app;
  }

  // A verb that reads a program.
  CLI::App* Add(const char* name, const char* does, const Verb& verb, const char* example) {
    return Program(AddBare(name, does, verb, example));
  }
  CLI::App* Program(CLI::App* app) {
    app->add_option("FILE", options_.file, "the program; default: the only .sprint file here");
    return OfProgram(app);
  }

  CLI::App* OfProgram(CLI::App* app) {
    app->add_option("--deploy", options_.deploy, "which deploy, when there are several")
        ->type_name("NAME");
    return Json(Params(app));
  }

  CLI::App* Subject(CLI::App* app, const char* name, const char* does, bool required) {
    app->add_option(name, options_.subject, does)->required(required);
    return app;
  }

  int Complete(const Options& options) {
    std::vector<VerbWords> verbs;
    for (const CLI::App* app : app_.get_subcommands({})) {
      VerbWords verb{app->get_name(), app->get_description(), {}};
      for (const CLI::Option* option : app->get_options()) {
        if (option->get_lnames().empty()) continue;
        verb.options.emplace_back("--" + option->get_lnames().front(), option->get_description());
      }
      verbs.push_back(std::move(verb));
    }
    auto script = CompletionScript(options.subject, verbs);
    if (!script.ok()) return Fail(script.error());
    std::fputs(script->c_str(), stdout);
    return Success;
  }

  CLI::App app_{"Sprint: places AI applications on the edge-to-cloud continuum, and runs them",
                "sprint"};
  Options options_;
  std::vector<std::string> params_;
  Verb chosen_;
};

}  // namespace
}  // namespace sprint::cli

int main(int argc, char** argv) {
  try {
    return sprint::cli::CommandLine().Run(argc, argv);
  } catch (...) {
    std::fputs("sprint: internal error\n", stderr);
    return sprint::cli::Failure;
  }
}
