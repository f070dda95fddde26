#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "engine/cli/completion.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"
#include "engine/cli/usage.h"

namespace sprint::cli {
namespace {

using Verb = std::function<int(const Options&)>;

int ShowVersion(const Options& options) {
  if (options.json) {
    std::puts(value::ToJson(value::Object{{"version", Version}}).c_str());
  } else {
    std::printf("sprint %s\n", Version);
  }
  return Success;
}

constexpr double LeastFigure = 1e-9, MostFigure = 1e15;  // that can be reckoned with

CLI::Validator FigureFrom(double least, const std::string& what) {
  const auto check = [least](std::string& text) -> std::string {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (*end == '\0' && value >= least && value <= MostFigure) return "";
    return "`" + text + "` is no number " + (least > 0 ? "above 0" : "from 0") + " up to 1e15";
  };
  return {check, what};
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
    plan->add_option("--certificate", options_.certificate,
                     "write down the proof that no placement is cheaper, or that there is none,\n"
                     "for others to check: compiler/docs/certificate.schema.json")
        ->type_name("FILE");
    plan->add_flag("--peer-rules", options_.peer_rules,
                   "also show it by the rules of the SPACE4AI programs, for comparison only");
    plan->add_flag("--sensitivity", options_.sensitivity,
                   "and how far prices and bounds may move before it changes");
    CLI::App* apply = Add("apply", "plan, ask, and carry out; or carry out a saved plan", &Apply,
                          "sprint apply laptop.sprint --yes\n          sprint apply today.plan");
    apply->get_option("FILE")->description(
        "the program, default: the only .sprint file here; or a saved plan");
    apply->add_option("--plan", options_.plan_file, "carry out this saved plan")->type_name("FILE");
    apply->add_flag(
        "--replan", options_.replan,
        "go on with the next best placement when a zone has no capacity or quota left,\n"
        "at any cost; without it at no more than was approved");
    CLI::App* destroy = Add("destroy", "take away everything the state has", &Destroy,
                            "sprint destroy laptop.sprint --yes");
    for (CLI::App* verb : {plan, apply, destroy}) {
      verb->add_flag("!--no-refresh", options_.refresh,
                     "trust the state, ask no provider what exists");
    }
    for (CLI::App* verb : {plan, apply, destroy}) {
      Waiting(OfState(verb));
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
      verb->get_option("--json")->description(
          "print events, one JSON object a line: compiler/docs/events.schema.json");
      verb->add_flag("--yes", options_.auto_approve, "do not ask");
      verb->add_option("--parallel", options_.parallel, "provider calls at once")
          ->check(CLI::Range(1, 256))
          ->capture_default_str();
    }
    CLI::App* show = Add("show", "what exists, from the state; or what a saved plan would do",
                         &Show, "sprint show laptop.sprint\n          sprint show today.plan");
    show->get_option("FILE")->description(
        "the program, default: the only .sprint file here; or a saved plan");
    OfState(Subject(show, "ADDRESS", "only this", /*required=*/false));
    OfState(Subject(Add("output", "values a program gives out", &Output,
                        "sprint output laptop.sprint endpoint"),
                    "NAME", "only this, bare", /*required=*/false));
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
    AddState();
    AddWorkspace();
    AddLock();
    AddSecrets();
    Exchange();
    Json(AddBare("version", "which version this is", &ShowVersion, "sprint version --json"));
    Subject(AddBare(
                "completion", "completion for a shell",
                [this](const Options& options) { return Complete(options); },
                "source <(sprint completion bash)"),
            "SHELL", "bash, zsh or fish", /*required=*/true);
  }

  int Run(int argc, char** argv) {
    std::vector<std::string> words(argv + 1, argv + argc);
    // As other commands have it: help of a verb.
    if (!words.empty() && words.front() == "help") {
      words.erase(words.begin());
      words.emplace_back("--help");
      if (const std::string text = NoSuchWord(words, VerbsOf(app_));
          words.size() > 1 && !text.empty()) {
        return Misused(text);
      }
    }
    try {
      app_.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == 0) return app_.exit(error);
      if (words.empty()) {
        std::fputs(app_.help().c_str(), stderr);
        return Failure;
      }
      const std::string text = NoSuchWord(words, VerbsOf(app_));
      if (!text.empty()) return Misused(text);
      std::string unexpected;
      for (const std::string& word : app_.remaining(/*recurse=*/true))
        unexpected += " `" + word + "`";
      return Misused(unexpected.empty() ? error.what()
                                        : "nothing is known to do with" + unexpected);
    }
    for (const std::string& param : params_) {
      const size_t equals = param.find('=');
      if (equals == std::string::npos) {
        std::fprintf(stderr, "sprint: --param needs NAME=VALUE; this is `%s`\n", param.c_str());
        return Failure;
      }
      options_.params[param.substr(0, equals)] = param.substr(equals + 1);
    }
    // What is given here counts for all that reads the environment, providers excepted.
    for (const auto& [name, text] :
         {std::pair{"SPRINT_STATE", &place_}, std::pair{"SPRINT_WORKSPACE", &workspace_},
          std::pair{"SPRINT_WAIT", &wait_}}) {
      if (!text->empty()) setenv(name, text->c_str(), /*overwrite=*/1);
    }
    options_.colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    return chosen_(options_);
  }

 private:
  int Misused(const std::string& text) {
    std::string verb;  // that was recognised
    for (const CLI::App* app = &app_; !app->get_subcommands().empty();) {
      app = app->get_subcommands().front();
      verb += " " + app->get_name();
    }
    std::fprintf(stderr, "sprint: %s\nSee `sprint%s --help`.\n", text.c_str(), verb.c_str());
    return Failure;
  }

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
    agent->get_option("--json")->description(
        "print each decision and event of a change, one JSON object a line");
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
                             &AgentReplay, "sprint agent replay .sprint/blur.agent-history.jsonl");
    replay->add_option("FILE", options_.subject, "a recorded history")->required();
    Json(replay);
  }

  // A group of verbs; without one of them it is `otherwise`.
  CLI::App* Group(const char* name, const char* does, const Verb& otherwise, const char* example) {
    CLI::App* group = AddBare(name, does, otherwise, example);
    if (!otherwise) group->require_subcommand(1);
    return group;
  }

  // A verb of the state of a program, whose text may have mistakes.
  CLI::App* AddOfState(CLI::App& group, const char* name, const char* does, const Verb& verb,
                       const char* example, const char* argument = nullptr,
                       const char* argument_is = nullptr) {
    CLI::App* app = AddTo(group, name, does, verb, example);
    if (argument) Subject(app, argument, argument_is, /*required=*/true);
    return OfStateAlone(app);
  }
  CLI::App* OfStateAlone(CLI::App* app) {
    app->add_option("PROGRAM", options_.file, "whose state; default: the only .sprint file here");
    return Json(OfState(app));
  }
  CLI::App* OfState(CLI::App* app) {
    app->add_option("--state", place_, "where it is kept, instead of what sprint.yaml says")
        ->type_name("URL");
    app->add_option("--workspace", workspace_,
                    "which of the program's states, instead of the "
                    "selected one")
        ->type_name("NAME");
    return app;
  }
  CLI::App* Waiting(CLI::App* app) {
    app->add_option("--wait", wait_, "for another holder of the state's lock, at most so long")
        ->check(FigureFrom(0, ""))
        ->type_name("SECONDS");
    return app;
  }
  CLI::App* Asking(CLI::App* app) {
    app->add_flag("--yes", options_.auto_approve, "do not ask");
    return app;
  }
  CLI::App* Forcing(CLI::App* app, const char* does) {
    app->add_flag("--force", options_.force, does);
    return app;
  }

  void AddState() {
    CLI::App* group = Group("state", "what exists, and changes to what is known of it", nullptr,
                            "sprint state list laptop.sprint");
    AddOfState(*group, "list", "the addresses of what exists", &StateList, "sprint state list");
    AddOfState(*group, "show", "all that is known of one resource", &StateShow,
               "sprint state show plant.space", "ADDRESS", "like plant.space")
        ->add_flag("--sensitive", options_.sensitive, "show what is not to be seen as well");
    CLI::App* move = AddTo(*group, "mv", "another address for a resource and all below it",
                           &StateMove, "sprint state mv plant factory");
    move->add_option("FROM", options_.from, "its address")->required();
    move->add_option("TO", options_.to, "the new one")->required();
    Waiting(OfStateAlone(move));
    Asking(Waiting(AddOfState(*group, "rm", "forget a resource and all below it; it is not deleted",
                              &StateForget, "sprint state rm plant.space --yes", "ADDRESS",
                              "like plant.space")));
    CLI::App* write = AddOfState(*group, "export", "the whole state as one JSON document",
                                 &StateExport, "sprint state export -o state.json --sealed");
    write->add_option("-o,--out", options_.out, "write here, mode 0600; default: standard output")
        ->type_name("FILE");
    CLI::Option* sealed = write->add_flag("--sealed", options_.sealed,
                                          "all of it, encrypted: the key of the state opens it");
    write
        ->add_flag("--sensitive", options_.sensitive,
                   "all of it, in clear: what is not to be seen as well")
        ->excludes(sealed);
    Forcing(Asking(Waiting(
                AddOfState(*group, "import", "take a state from an exported document", &StateImport,
                           "sprint state import state.json", "FILE",
                           "as `state export` writes it, or of Terraform or OpenTofu (v4)"))),
            "also an older state, or of another lineage");
    CLI::App* migrate =
        AddOfState(*group, "migrate", "copy all workspaces, or the one named, to another place",
                   &StateMigrate, "sprint state migrate --to etcd://host/team");
    migrate
        ->add_option("--to", options_.to,
                     "sqlite:PATH, etcd://HOST/PREFIX or "
                     "postgres://HOST/DATABASE")
        ->type_name("URL")
        ->required();
    Waiting(migrate);
  }

  void AddWorkspace() {
    CLI::App* group = Group("workspace", "several states of one program", nullptr,
                            "sprint workspace new staging");
    AddOfState(*group, "list", "all of them", &WorkspaceList, "sprint workspace list");
    AddOfState(*group, "show", "the one in use", &WorkspaceShow, "sprint workspace show");
    AddOfState(*group, "new", "make one and select it", &WorkspaceNew,
               "sprint workspace new staging", "NAME", "of the new one");
    AddOfState(*group, "select", "use it from now on", &WorkspaceSelect,
               "sprint workspace select staging", "NAME", "of one that is there");
    Forcing(Asking(Waiting(AddOfState(*group, "delete", "of one that holds nothing",
                                      &WorkspaceDelete, "sprint workspace delete staging --yes",
                                      "NAME", "not the one in use"))),
            "also of one that holds something, which is forgotten");
  }

  void AddLock() {
    CLI::App* group =
        Group("lock", "who is changing the state", &LockShow, "sprint lock laptop.sprint");
    AddOfState(*group, "show", "who holds it, and since when", &LockShow, "sprint lock show");
    Asking(AddOfState(*group, "break", "end it; what its holder does next is refused", &LockBreak,
                      "sprint lock break --token 12 --yes"))
        ->add_option("--token", options_.token, "only if it is still this one");
    OfStateAlone(group);
  }

  void AddSecrets() {
    CLI::App* group = Group("secrets", "where secrets come from, and the keys of the state",
                            nullptr, "sprint secrets check laptop.sprint");
    AddOfState(*group, "list", "their names and where they come from", &SecretsList,
               "sprint secrets list");
    AddOfState(*group, "check", "whether each is there; none is shown", &SecretsCheck,
               "sprint secrets check");
    Waiting(AddOfState(*group, "rotate", "encrypt the state with new keys", &SecretsRotate,
                       "sprint secrets rotate --to file:team.key"))
        ->add_option("--to", options_.source,
                     "and what opens it: env:NAME, file:PATH (made when "
                     "it is not there), command:WORDS, pass:NAME, prompt")
        ->type_name("SOURCE");
    Waiting(AddOfState(*group, "encrypt", "encrypt the state", &SecretsEncrypt,
                       "sprint secrets encrypt"));
    Forcing(Asking(Waiting(AddOfState(*group, "decrypt", "write the state in clear",
                                      &SecretsDecrypt, "sprint secrets decrypt --yes"))),
            "also when it holds sensitive values or fingerprints of secrets");
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
            ->check(FigureFrom(LeastFigure, "POSITIVE"));
    app->add_option("--requests", simulate.requests, "requests that enter in the measured time")
        ->check(FigureFrom(LeastFigure, "POSITIVE"))
        ->excludes(seconds)
        ->capture_default_str();
    app->add_option("--warmup", simulate.warmup,
                    "simulated seconds before it; default: a tenth of it")
        ->check(FigureFrom(0, "NONNEGATIVE"));
    CLI::Option* rate =
        app->add_option("--rate", simulate.rate,
                        "requests/s at every entry, of the placement for the program's workload")
            ->check(FigureFrom(LeastFigure, "POSITIVE"));
    app->add_option("--arrivals", simulate.arrivals, "how requests enter")
        ->check(CLI::IsMember({"poisson", "deterministic"}))
        ->capture_default_str();
    app->add_option("--trace", simulate.trace,
                    "requests enter as this file says: a line each, seconds [component]")
        ->type_name("FILE")
        ->excludes(rate)
        ->excludes(seconds);
    app->add_option("--service", simulate.service,
                    "distribution of the service times; stated: as the demands vary, exponential "
                    "where nothing is said")
        ->check(CLI::IsMember({"stated", "exponential", "deterministic", "lognormal"}))
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
        ->check(FigureFrom(LeastFigure, "POSITIVE"));
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

  static std::vector<VerbWords> VerbsOf(const CLI::App& parent) {
    std::vector<VerbWords> verbs;
    for (const CLI::App* app : parent.get_subcommands({})) {
      VerbWords verb{app->get_name(),
                     app->get_description(),
                     {},
                     VerbsOf(*app),
                     app->get_require_subcommand_min() == 0};
      for (const CLI::Option* option : app->get_options()) {
        if (option->get_lnames().empty()) continue;
        verb.options.emplace_back("--" + option->get_lnames().front(), option->get_description());
      }
      verbs.push_back(std::move(verb));
    }
    return verbs;
  }

  int Complete(const Options& options) {
    auto script = CompletionScript(options.subject, VerbsOf(app_));
    if (!script.ok()) return Fail(script.error());
    std::fputs(script->c_str(), stdout);
    return Success;
  }

  CLI::App app_{"Sprint: places AI applications on the edge-to-cloud continuum, and runs them",
                "sprint"};
  Options options_;
  std::vector<std::string> params_;
  std::string place_, workspace_, wait_;  // of the state: set in the environment
  Verb chosen_;
};

// Whoever started us may have left less than a program counts on.
void PutInOrder() {
  // A file must not be opened as standard output: what is printed would go into it.
  int file = 0;
  while (file >= 0 && file <= STDERR_FILENO) file = open("/dev/null", O_RDWR);
  if (file > STDERR_FILENO) close(file);
  // Where it is ignored nobody hears how a program that was started has ended.
  std::signal(SIGCHLD, SIG_DFL);
}

// `code`, unless what was printed did not get where it should: a full disk makes no good copy.
int WithOutput(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fputs("sprint: not all of the output could be written\n", stderr);
  return code == Success || code == Pending ? Failure : code;
}

}  // namespace
}  // namespace sprint::cli

int main(int argc, char** argv) {
  try {
    sprint::cli::PutInOrder();
    return sprint::cli::WithOutput(sprint::cli::CommandLine().Run(argc, argv));
  } catch (...) {
    std::fputs("sprint: internal error\n", stderr);
    return sprint::cli::Failure;
  }
}
