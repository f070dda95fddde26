#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "compiler/support/environment.h"
#include "compiler/support/result.h"
#include "engine/lower/lower.h"
#include "engine/plan/provider_calls.h"
#include "engine/state/store.h"

// The exact change set between what should be and what is.
namespace sprint::plan {

// Forget: the object is gone from the world and from the program; only its record goes.
enum class Action { NoOp, Create, Update, Replace, Delete, Forget };
const char* Name(Action action);  // "create", …, as in the JSON of a plan

struct Step {
  std::string address, type, provider;
  Action action = Action::NoOp;
  value::Value before;  // refreshed; null when there is nothing
  value::Value after;   // planned, may hold Unknown; null when it is to go
  value::Value config;  // unresolved, see engine/lower/config.h; null when it is to go
  std::string reason;   // for people
  std::string forcing;  // the attribute that forces a replacement, or ""
  std::string private_bytes;
  std::vector<std::string> dependencies;      // of the program
  std::vector<std::string> old_dependencies;  // of the state: what a deletion must not outrun
  Loc loc;                                    // not in a saved plan
  std::string where;                          // "mask.sprint:12", or ""
};

struct Plan {
  std::string lineage;
  int64_t serial = 0;
  std::string program_hash;
  std::vector<Step> steps;         // in the order of the program, then what goes, by address
  std::vector<std::string> notes;  // what the user should know besides
  std::vector<lower::ProviderConfig> providers;

  size_t Count(Action action) const;
  // False when applying would do nothing.
  bool HasChanges() const;
};

struct PlanOptions {
  bool refresh = true;
  bool destroy = false;  // everything of the state goes
  std::string program_hash;
  std::function<std::string(Loc)> where;  // for messages and saved plans; may be empty
};

// A provider that is not installed is no error: its resources are planned from the
// program alone and a note says so. Errors: what a provider objects to, with the
// resource's Loc; Conflict when the snapshot has open intents (recover them first).
Result<Plan> MakePlan(const lower::DesiredGraph& graph, const state::Snapshot& snapshot,
                      ProviderSet& providers, const PlanOptions& options);

// Conflict, saying what moved, when `plan` was not made of this state and program.
// An empty `program_hash` is not compared.
Status CheckFresh(const Plan& plan, const state::Snapshot& snapshot,
                  const std::string& program_hash);

// A saved plan: one JSON document (format 1).
std::string ToText(const Plan& plan);
Result<Plan> FromText(const std::string& text);
// Written whole or not at all, mode 0600.
Status Save(const Plan& plan, const std::string& path, FileSystem& files);
Result<Plan> Load(const std::string& path, const FileSystem& files);

// What changes, one block a step, and the summary line.
std::string Render(const Plan& plan, bool colour);
// The `changes` array of `plan --json`.
value::Value Changes(const Plan& plan);

}  // namespace sprint::plan
