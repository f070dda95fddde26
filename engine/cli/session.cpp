#include "engine/cli/session.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/SHA256.h>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "compiler/diag/emitter.h"
#include "compiler/diag/render.h"
#include "compiler/driver/compile.h"
#include "compiler/support/environment.h"
#include "compiler/support/quantity.h"
#include "engine/cli/patience.h"
#include "engine/cli/refusals.h"
#include "engine/solver/search.h"

namespace sprint::cli {
namespace {

// The only .sprint file of this folder.
Result<std::string> GuessFile() {
  const std::vector<std::string> found = ProgramsHere();
  if (found.size() == 1) return found.front();
  return Error(ErrorCode::NotFound,
               found.empty() ? "there is no .sprint file in this folder; name one"
                             : "there are several .sprint files in this folder; name one");
}

void Print(const std::vector<diag::Diagnostic>& diagnostics, const SourceTable& sources) {
  const bool terminal = isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  const std::string text =
      diag::RenderTerminal(diagnostics, sources, terminal ? diag::Color::On : diag::Color::Off);
  std::fputs(text.c_str(), stderr);
}

}  // namespace

std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

std::vector<std::string> ProgramsHere() {
  std::vector<std::string> found;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(".", error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".sprint" && entry->is_regular_file(error)) {
      found.push_back(entry->path().filename().string());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::string> ProgramFile(const Options& options) {
  return options.file.empty() ? GuessFile() : Result<std::string>(options.file);
}

Result<std::unique_ptr<Compiled>> Load(const Options& options) {
  auto compiled = std::make_unique<Compiled>();
  SPRINT_ASSIGN_OR_RETURN(compiled->path, ProgramFile(options));
  diag::Emitter emitter;
  compiled->program =
      driver::Compile(compiled->path, RealFileSystem(), compiled->sources, emitter, options.params);
  const bool errors = emitter.has_errors();
  compiled->diagnostics = emitter.Take();
  if (errors) compiled->program.reset();
  return compiled;
}

void Print(const Compiled& compiled) {
  if (!compiled.diagnostics.empty()) Print(compiled.diagnostics, compiled.sources);
}

Result<const ir::Deploy*> ChooseDeploy(const ir::Program& program, const Options& options) {
  std::string names;
  for (const ir::Deploy& deploy : program.deploys) {
    if (deploy.name == options.deploy) return &deploy;
    names += (names.empty() ? "`" : ", `") + deploy.name + "`";
  }
  if (!options.deploy.empty()) {
    return Error(ErrorCode::NotFound,
                 "there is no deploy `" + options.deploy + "`; there is " + names);
  }
  if (program.deploys.size() == 1) return &program.deploys.front();
  if (program.deploys.empty()) {
    return Error(ErrorCode::NotFound,
                 "the program asks for nothing: add a `resource` or `deploy APP on CONTINUUM { }`");
  }
  return Error(ErrorCode::InvalidArgument, "several deploys: choose with --deploy " + names);
}

Result<placement::Answer> PlaceNow(const ir::Program& program, const ir::Deploy& deploy,
                                   placement::Options options) {
  const auto start = SystemClock().Steady();
  solver::Watch watch;
  options.watch = &watch;
  const Patience patience("placing", [&] {
    const double unit = deploy.goal == ir::Goal::Energy ? 1 : 3600;  // per hour, but energy
    const double best = watch.best.load(std::memory_order_relaxed) * unit;
    const std::string steps = std::to_string(watch.steps.load(std::memory_order_relaxed));
    if (!std::isfinite(best)) return steps + " steps, nothing found yet";
    return steps + " steps, best so far " + FormatNumber(best, 4) + " " +
           placement::UnitOf(deploy.goal);
  });
  SPRINT_ASSIGN_OR_RETURN(placement::Answer answer, placement::Place(program, deploy, options));
  answer.seconds = std::chrono::duration<double>(SystemClock().Steady() - start).count();
  return answer;
}

Result<lower::DesiredGraph> LowerNow(const ir::Program& program, const ir::Deploy& deploy,
                                     const placement::Answer& answer, lower::DesiredGraph* before) {
  std::vector<lower::Assignment> assignments;
  for (const placement::Placed& part : answer.parts) {
    assignments.push_back(
        {part.component, part.variant, part.part, part.zone, part.pool, part.replicas, part.copy});
  }
  std::vector<lower::PoolCount> counts;
  for (const placement::PoolUse& use : answer.pools)
    counts.push_back({use.zone, use.pool, use.count});
  return lower::Lower(program, deploy, assignments, counts, before);
}

Result<Desired> Desire(const ir::Program& program, const Options& options,
                       const std::vector<state::Refusal>& refused) {
  Desired desired;
  if (program.deploys.empty() && !program.resources.empty() && options.deploy.empty()) {
    SPRINT_ASSIGN_OR_RETURN(desired.graph, lower::Lower(program));
    return desired;
  }
  SPRINT_ASSIGN_OR_RETURN(desired.deploy, ChooseDeploy(program, options));
  placement::Options wanted;
  wanted.available = AvailableWith(refused, program, *desired.deploy);
  wanted.certify = !options.certificate.empty();
  SPRINT_ASSIGN_OR_RETURN(desired.answer, PlaceNow(program, *desired.deploy, wanted));
  if (!desired.Placed()) return desired;
  SPRINT_ASSIGN_OR_RETURN(desired.graph, LowerNow(program, *desired.deploy, desired.answer));
  return desired;
}

std::string StateDirectory(const std::string& program_path) {
  return (std::filesystem::path(AbsolutePath(program_path)).parent_path() / ".sprint").string();
}

std::string StatePath(const std::string& program_path) {
  const std::string stem = std::filesystem::path(program_path).stem().string();
  return StateDirectory(program_path) + "/" + stem + ".db";
}

plan::PlanOptions PlanOptionsOf(const Options& options, const Compiled& compiled) {
  plan::PlanOptions plan_options;
  plan_options.refresh = options.refresh;
  plan_options.refresh_only = options.refresh_only;
  plan_options.targets = options.targets;
  plan_options.excludes = options.excludes;
  plan_options.replace = options.replace;
  plan_options.program_hash = HashOf(compiled);
  plan_options.where = [&compiled](Loc loc) { return Where(compiled.sources, loc); };
  return plan_options;
}

std::string HashOf(const Compiled& compiled) {
  if (!compiled.hash.empty()) return compiled.hash;
  llvm::SHA256 hash;
  for (uint32_t id = 1; id <= compiled.sources.size(); ++id) {
    const std::string_view text = compiled.sources.text(static_cast<FileId>(id));
    // The length first, so that text cannot move from one file to the next unseen.
    hash.update(std::to_string(text.size()) + ":");
    hash.update(llvm::StringRef(text.data(), text.size()));
  }
  return compiled.hash = llvm::toHex(hash.final(), /*LowerCase=*/true);
}

std::map<std::string, std::string> SourcesOf(const Compiled& compiled) {
  std::map<std::string, std::string> sources;
  const std::string folder = compiled.path.substr(0, compiled.path.rfind('/') + 1);
  for (uint32_t id = 1; id <= compiled.sources.size(); ++id) {
    const auto file = static_cast<FileId>(id);
    const std::string_view text = compiled.sources.text(file);
    const auto hash = llvm::SHA256::hash(
        llvm::ArrayRef(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
    std::string name(compiled.sources.name(file));
    if (name.starts_with(folder)) name.erase(0, folder.size());
    sources[std::move(name)] = llvm::toHex(hash, /*LowerCase=*/true);
  }
  return sources;
}

std::string Where(const SourceTable& sources, Loc loc) {
  if (!loc.ok()) return "";
  return std::string(sources.name(loc.file)) + ":" +
         std::to_string(sources.Where(loc.file, loc.begin).line);
}

Error NoPlacement() {
  return {ErrorCode::Conflict, "no placement meets the requirements; `sprint plan` says why"};
}

std::string ForShell(const std::string& word) {
  constexpr std::string_view Special = " \t\n\"'`$&|;<>()[]{}*?!#~\\";
  if (!word.empty() && word.find_first_of(Special) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string Counted(size_t resources) {
  return std::to_string(resources) + (resources == 1 ? " resource" : " resources");
}

void PrintJson(const value::Value& value) {
  std::puts(value::ToJson(value, /*pretty=*/true).c_str());
}

int Fail(const Error& error) {
  std::fprintf(stderr, "sprint: %s\n", error.ToString().c_str());
  return Failure;
}

int Fail(const Error& error, const Compiled& compiled) {
  if (!error.loc() || !error.loc()->ok()) return Fail(error);
  diag::Diagnostic diagnostic;
  diagnostic.loc = *error.loc();
  diagnostic.message = error.ToString();
  Print({diagnostic}, compiled.sources);
  return Failure;
}

}  // namespace sprint::cli
