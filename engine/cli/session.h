#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/ir/program.h"
#include "compiler/support/loc.h"
#include "compiler/support/result.h"
#include "engine/cli/options.h"
#include "engine/lower/lower.h"
#include "engine/placement/placement.h"
#include "engine/plan/plan.h"
#include "engine/state/record.h"

namespace sprint::cli {

// A compiled program with what was said about it. The texts live here: ranges of the
// program and of diagnostics point into them.
struct Compiled {
  SourceTable sources;
  std::vector<diag::Diagnostic> diagnostics;
  std::optional<ir::Program> program;  // none when there are errors
  std::string path;                    // of the root file
  mutable std::string hash;            // of HashOf, once it was asked for
};
// The .sprint files of this folder, sorted.
std::vector<std::string> ProgramsHere();

// The program that was named, or the only one here. NotFound: none can be guessed.
Result<std::string> ProgramFile(const Options& options);
// Errors as of ProgramFile.
Result<std::unique_ptr<Compiled>> Load(const Options& options);

// Diagnostics to stderr, in colour on a terminal. Nothing when there are none.
void Print(const Compiled& compiled);

// The deploy that was asked for, or the only one; one error naming all otherwise.
Result<const ir::Deploy*> ChooseDeploy(const ir::Program& program, const Options& options);

// Placement with its time taken.
Result<placement::Answer> PlaceNow(const ir::Program& program, const ir::Deploy& deploy,
                                   placement::Options options);
// `before` as in lower::Lower.
Result<lower::DesiredGraph> LowerNow(const ir::Program& program, const ir::Deploy& deploy,
                                     const placement::Answer& answer,
                                     lower::DesiredGraph* before = nullptr);

// What a program asks for.
struct Desired {
  const ir::Deploy* deploy = nullptr;  // null: it deploys nothing, it only writes resources
  placement::Answer answer;            // of the deploy
  lower::DesiredGraph graph;           // empty when there is no placement
  bool Placed() const { return !deploy || !answer.parts.empty(); }
};
// The chosen deploy, placed without what was refused lately; or the resources of a program
// that deploys nothing.
Result<Desired> Desire(const ir::Program& program, const Options& options,
                       const std::vector<state::Refusal>& refused);

// `.sprint/` beside the root file: the state of the program of this name.
std::string StateDirectory(const std::string& program_path);
std::string StatePath(const std::string& program_path);

// What the command line says about planning `compiled`, which must outlive it.
plan::PlanOptions PlanOptionsOf(const Options& options, const Compiled& compiled);

// Changes with one text and another with the next: what a saved plan was made of.
std::string HashOf(const Compiled& compiled);
std::string AbsolutePath(const std::string& path);
// Hashes of its files, by their names as seen from the folder of the root file.
std::map<std::string, std::string> SourcesOf(const Compiled& compiled);
// "file:line"
std::string Where(const SourceTable& sources, Loc loc);

// For verbs that need a placement and do not say why there is none.
Error NoPlacement();

// `word` as it is typed in a shell: between quotes where it must be.
std::string ForShell(const std::string& word);
// "1 resource", "3 resources"
std::string Counted(size_t resources);
// On stdout, for people and programs.
void PrintJson(const value::Value& value);
// "sprint: message; while …" on stderr; gives `Failure`.
int Fail(const Error& error);
// With the line of the program it came from, where it knows one.
int Fail(const Error& error, const Compiled& compiled);

}  // namespace sprint::cli
