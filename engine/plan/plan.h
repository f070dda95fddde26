#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/support/environment.h"
#include "compiler/support/result.h"
#include "engine/lower/lower.h"
#include "engine/plan/provider_calls.h"
#include "engine/state/store.h"

// The exact change set between what should be and what is.
namespace sprint::plan {

// Forget: only the record goes: the object is gone already, or is given up.
// Refresh: only the record changes, to what the refresh found.
enum class Action { NoOp, Create, Update, Replace, Delete, Forget, Refresh };
const char* Name(Action action);  // "create", …, as in the JSON of a plan

// Why a step is what it is, for programs; `Step::reason` says it to people.
enum class Why {
  None,       // nothing is to do
  New,        // the program asks for it and the state has none
  Gone,       // somebody else deleted the object
  Changed,    // attributes differ
  Forced,     // an attribute differs that cannot change on the existing object
  Tainted,    // its creation failed half way
  Asked,      // --replace
  Triggered,  // `replace_when`: what it depends on changes
  Removed,    // no longer in the program
  Destroyed,  // everything is to go
  Deposed,    // its replacement is there
  Given,      // `forget`, or retained
  Drifted,    // --refresh-only
  Unready,    // its conditions have not held yet
};
const char* Name(Why why);  // "new", "gone", …

// A managed attribute that somebody else changed.
struct Drifted {
  std::string attribute;
  value::Value recorded, found;
  lower::Drift policy = lower::Drift::Enforce;
};

struct Step {
  std::string address, type, provider;
  Action action = Action::NoOp;
  Why why = Why::None;
  value::Value before;  // refreshed; null when there is nothing
  value::Value after;   // planned, may hold Unknown; null when it is to go
  value::Value config;  // unresolved, see engine/lower/config.h; null when it is to go
  std::string reason;   // for people
  std::string forcing;  // the attribute that forces a replacement, or ""
  std::vector<std::string> replace_paths{};  // all that do
  std::string private_bytes;
  std::vector<std::string> dependencies;      // of the program
  std::vector<std::string> old_dependencies;  // of the state: what a deletion must not outrun
  Loc loc;                                    // not in a saved plan
  std::string where;                          // "mask.sprint:12", or ""
  std::string instance{};                     // lower::Resource::instance
  // As planned: create_before_destroy also where what depends on it needs it.
  lower::Lifecycle lifecycle{};
  std::string deposed{};     // of a Delete: the key of the deposed object it is about
  std::string moved_from{};  // the address the state knows it by, when it moved
  std::string adopt{};       // the id of the object that is adopted
  std::vector<Drifted> drift{};
  std::vector<std::string> sensitive{};  // attributes never to be shown
  // Of attributes that are quantities: the unit they are shown in.
  std::map<std::string, std::string> units{};
  // n > 0: it waits for a provider that is configured in phase n, see Phase.
  int phase = 0;
  // Planned from the program alone, because its provider cannot be configured yet. `action`
  // is the most that may be done (see Within in phases.h), `before` is what the state has, and
  // `after` what is known. Its provider plans it when its phase begins.
  bool bounded = false;

  // True when carrying it out changes the world or the state beyond a refresh.
  bool Changes() const { return action != Action::NoOp || !moved_from.empty() || !adopt.empty(); }
};

// A provider that is configured by what this very plan makes. Its steps are bounded until
// that is there.
struct Phase {
  int number = 1;  // one more than the highest phase among `after`
  std::string provider;
  std::vector<std::string> after;  // addresses that its configuration refers to, sorted
};

// A change that this plan makes asks by `replace_when` for a new object elsewhere. Should that
// not be made, because it fails or was not chosen, it is due from then on.
struct Due {
  std::string address;  // of the record
  std::string trigger;  // state::Record::due
  std::string cause;    // the address that changes
};

struct Plan {
  std::string lineage;
  int64_t serial = 0;
  std::string program_hash;
  std::vector<Step> steps;         // in the order of the program, then what goes, by address
  std::vector<std::string> notes;  // what the user should know besides
  std::vector<lower::ProviderConfig> providers;
  std::vector<Due> due{};
  std::vector<Phase> phases{};  // by number, then as they were found; mostly none
  std::map<std::string, std::string> provider_hashes{};  // of the programs, by name
  // What the command line and the files were: a saved plan fixes them.
  std::string program;                           // the root file's path, absolute, or ""
  std::map<std::string, std::string> sources{};  // hashes of the files, by the names they have
  std::map<std::string, std::string> params{};
  // Where components run, for showing and to go on from; null when nothing is deployed.
  value::Value placement{};
  // What kept steps from being planned: such a plan can be looked at and not carried out.
  std::vector<std::string> errors{};
  bool partial = false;       // --target or --exclude: not everything was looked at
  bool refresh_only = false;  // only the state changes

  size_t Count(Action action) const { return Count(action, nullptr); }
  // Of the bounded steps of `phase`; null: of all.
  size_t Count(Action action, const Phase* phase) const;
  // False when applying would do nothing.
  bool HasChanges() const;
};

struct PlanOptions {
  bool refresh = true;
  bool refresh_only = false;
  bool destroy = false;  // everything of the state goes
  // Prefixes of addresses, as lower::Covers has it. Targets with what they depend on;
  // excludes with what depends on them. At most one of the two.
  std::vector<std::string> targets{}, excludes{};
  // Exact addresses: nothing else is read or planned. For who knows that all the rest is as
  // the program says; see `Changed`.
  std::optional<std::set<std::string>> only{};
  // Steps that are not planned again and that those of `only` lean on: as they are known now.
  std::map<std::string, Step> beside{};
  std::vector<std::string> replace{};  // exact addresses
  std::string program_hash;
  std::function<std::string(Loc)> where;  // for messages and saved plans; may be empty
};

// A provider that is not installed is no error: its resources are planned from the
// program alone and a note says so. What a provider objects to, and what is protected, is
// among the plan's errors. Errors: requests that make no sense together, a provider that does
// not start; Conflict when the snapshot has open intents (recover them first).
Result<Plan> MakePlan(const lower::DesiredGraph& graph, const state::Snapshot& snapshot,
                      ProviderSet& providers, const PlanOptions& options);

// Gives providers whose configuration refers to resources the configuration that `snapshot`
// makes of it, where it has all of them: what they made is in the world as the state knows it.
Status ConfigureByState(const std::vector<lower::ProviderConfig>& configs,
                        const state::Snapshot& snapshot, ProviderSet& providers);

// Two graphs of one program, of which `before` has been carried out: the addresses whose
// resource is new, different or gone in `now`, and of all that depends on these. What `now` has
// taken out of `before` is the same in both.
std::set<std::string> Changed(const lower::DesiredGraph& before, const lower::DesiredGraph& now);

// Conflict, saying what moved, when `plan` was not made of this state; Denied when it has
// errors.
Status CheckFresh(const Plan& plan, const state::Snapshot& snapshot);
// Conflict, naming the files, when it was not made of this program.
Status CheckProgram(const Plan& plan, const std::string& program_hash,
                    const std::map<std::string, std::string>& sources);

// A saved plan: one JSON document (format 4).
std::string ToText(const Plan& plan);
Result<Plan> FromText(const std::string& text);
// Written whole or not at all, mode 0600.
Status Save(const Plan& plan, const std::string& path, FileSystem& files);
Result<Plan> Load(const std::string& path, const FileSystem& files);

// What changes, one block a step, and the summary line.
std::string Render(const Plan& plan, bool colour);
// The `changes` array of `plan --json`.
value::Value Changes(const Plan& plan);
value::Object Change(const Step& step);

}  // namespace sprint::plan
