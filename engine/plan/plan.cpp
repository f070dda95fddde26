#include "engine/plan/plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/lower/config.h"

namespace sprint::plan {

namespace {

// Names of the attributes that differ, sorted.
std::vector<std::string> Differing(const value::Value& before, const value::Value& after) {
  if (before == after) return {};
  std::set<std::string> names;
  for (const value::Value* side : {&before, &after}) {
    if (const auto* object = side->As<value::Object>()) {
      for (const auto& [name, field] : *object) names.insert(name);
    }
  }
  std::vector<std::string> differing;
  const value::Value null;
  for (const std::string& name : names) {
    const value::Value* a = before.Find(name);
    const value::Value* b = after.Find(name);
    if (!((a ? *a : null) == (b ? *b : null))) differing.push_back(name);
  }
  return differing;
}

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

// The resources of `graph` by index, in waves: each depends on earlier waves only.
std::vector<std::vector<size_t>> Waves(const lower::DesiredGraph& graph) {
  const std::vector<lower::Resource>& resources = graph.resources;
  std::unordered_map<std::string_view, size_t> index;
  index.reserve(resources.size());
  for (size_t i = 0; i < resources.size(); ++i) index.emplace(resources[i].address, i);
  std::vector<size_t> waiting(resources.size(), 0);
  std::vector<std::vector<size_t>> dependants(resources.size());
  std::vector<size_t> wave;
  for (size_t i = 0; i < resources.size(); ++i) {
    for (const std::string& need : resources[i].dependencies) {
      const auto found = index.find(need);
      if (found == index.end()) continue;
      ++waiting[i];
      dependants[found->second].push_back(i);
    }
    if (waiting[i] == 0) wave.push_back(i);
  }
  std::vector<std::vector<size_t>> waves;
  while (!wave.empty()) {
    std::vector<size_t> next;
    for (const size_t done : wave) {
      for (const size_t dependant : dependants[done]) {
        if (--waiting[dependant] == 0) next.push_back(dependant);
      }
    }
    std::sort(next.begin(), next.end());
    waves.push_back(std::move(wave));
    wave = std::move(next);
  }
  return waves;
}

class Planner {
 public:
  Planner(const state::Snapshot& snapshot, ProviderSet& providers, const PlanOptions& options)
      : snapshot_(snapshot), providers_(providers), options_(options) {}

  Result<Plan> Make(const lower::DesiredGraph& graph) {
    if (!snapshot_.open.empty()) {
      return Error(ErrorCode::Conflict, "a call for `" + snapshot_.open.front().object.address +
                                            "` was cut off; its outcome must be found out first");
    }
    plan_.lineage = snapshot_.lineage;
    plan_.serial = snapshot_.serial;
    plan_.program_hash = options_.program_hash;
    plan_.providers = graph.providers;
    SPRINT_RETURN_IF_ERROR(Refresh());
    if (!options_.destroy) SPRINT_RETURN_IF_ERROR(PlanDesired(graph));
    for (const auto& [address, record] : snapshot_.records) {
      if (known_.contains(address)) continue;
      auto step = Removal(record);
      if (!step.ok()) return step.TakeError().While("planning `" + address + "`");
      plan_.steps.push_back(step.TakeValue());
    }
    return std::move(plan_);
  }

 private:
  // Null: the provider is not installed, which has been noted.
  Result<host::Provider*> Provider(const std::string& name) {
    const auto known = installed_.find(name);
    if (known != installed_.end()) return known->second;
    auto provider = providers_.Get(name);
    if (!provider.ok() && provider.error().code() != ErrorCode::NotFound) return provider;
    if (!provider.ok()) {
      plan_.notes.push_back("provider `" + name + "` is not installed: its resources are planned " +
                            "from the program alone; apply will refuse");
    }
    return installed_[name] = provider.ok() ? *provider : nullptr;
  }

  // Reads every object of the state, many at once.
  Status Refresh() {
    struct Group {
      std::vector<const state::Record*> records;
      std::vector<std::string> wires;
    };
    std::map<std::string, Group> groups;  // by provider
    if (!options_.refresh) return Ok();
    for (const auto& [address, record] : snapshot_.records) {
      groups[record.provider].records.push_back(&record);
    }
    for (auto& [name, group] : groups) {
      SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, Provider(name));
      if (!provider) continue;
      for (const state::Record* record : group.records) {
        auto wire = WireType(*provider, record->type);
        if (!wire.ok()) return wire.TakeError().While("planning `" + record->address + "`");
        group.wires.push_back(wire.TakeValue());
      }
      std::vector<host::ReadCall> calls;
      for (size_t i = 0; i < group.records.size(); ++i) {
        calls.push_back(
            {group.wires[i], group.records[i]->attributes, group.records[i]->private_bytes});
      }
      auto answers = provider->ReadMany(calls);
      for (size_t i = 0; i < answers.size(); ++i) {
        const std::string& address = group.records[i]->address;
        if (!answers[i].ok()) return answers[i].TakeError().While("planning `" + address + "`");
        if (std::string text = Objections(answers[i]->messages); !text.empty()) {
          return Error(ErrorCode::Unavailable, std::move(text)).While("planning `" + address + "`");
        }
        refreshed_.emplace(address, answers[i].TakeValue());
      }
    }
    return Ok();
  }

  // The object as it is now, null when it is gone, and the provider's bytes about it.
  void TakeRefreshed(const state::Record& record, Step& step) {
    const auto found = refreshed_.find(record.address);
    if (found == refreshed_.end()) {
      step.before = record.attributes;
      step.private_bytes = record.private_bytes;
    } else {
      step.before = std::move(found->second.new_state);
      step.private_bytes = std::move(found->second.private_bytes);
    }
  }

  Result<Step> Removal(const state::Record& record) {
    Step step;
    step.address = record.address;
    step.type = record.type;
    step.provider = record.provider;
    step.old_dependencies = record.dependencies;
    SPRINT_RETURN_IF_ERROR(Provider(record.provider));
    TakeRefreshed(record, step);
    const bool gone = step.before.is_null();
    step.action = gone ? Action::Forget : Action::Delete;
    step.reason = gone               ? "is already gone"
                  : options_.destroy ? "everything is to go"
                                     : "is no longer in the program";
    return step;
  }

  // A step that waits for its provider's plan.
  struct Asked {
    Step* step;
    host::Provider* provider;
    bool tainted;
    bool recorded;  // the state has the object, even if it is gone
  };

  Status PlanDesired(const lower::DesiredGraph& graph) {
    plan_.steps.resize(graph.resources.size());
    for (const std::vector<size_t>& wave : Waves(graph)) {
      std::vector<Asked> asked;
      std::vector<Question> questions;
      for (const size_t index : wave) {
        const lower::Resource& resource = graph.resources[index];
        Step& step = plan_.steps[index];
        if (Status status = Prepare(resource, step, asked, questions); !status.ok()) {
          return Named(status.TakeError(), step);
        }
      }
      SPRINT_RETURN_IF_ERROR(AskAll(asked, std::move(questions)));
      for (const size_t index : wave) {
        known_.emplace(graph.resources[index].address, &plan_.steps[index].after);
      }
    }
    return Ok();
  }

  static Error Named(Error error, const Step& step) {
    return std::move(error).While("planning `" + step.address + "`").At(step.loc);
  }

  value::Value Known(const value::Value& config) const {
    return lower::Resolve(config, [this](const std::string& address) {
      const auto known = known_.find(address);
      return known == known_.end() ? nullptr : known->second;
    });
  }

  // Everything about a step that needs no provider's plan; asks for one.
  Status Prepare(const lower::Resource& resource, Step& step, std::vector<Asked>& asked,
                 std::vector<Question>& questions) {
    step.address = resource.address;
    step.type = resource.type;
    step.provider = resource.provider;
    step.config = resource.config;
    step.dependencies = resource.dependencies;
    step.loc = resource.loc;
    if (options_.where && resource.loc.ok()) step.where = options_.where(resource.loc);
    SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, Provider(resource.provider));
    const auto found = snapshot_.records.find(resource.address);
    const state::Record* record = found == snapshot_.records.end() ? nullptr : &found->second;
    if (record && record->type != resource.type) {
      return Error(ErrorCode::InvalidArgument, "its type changes from `" + record->type + "` to `" +
                                                   resource.type +
                                                   "`; give the new resource another name");
    }
    if (record) {
      step.old_dependencies = record->dependencies;
      TakeRefreshed(*record, step);
    }
    value::Value config = Known(resource.config);
    if (!provider) {
      PlanAlone(step, config);
      return Ok();
    }
    const bool tainted = record && record->tainted && !step.before.is_null();
    const bool anew = tainted || step.before.is_null();
    asked.push_back({&step, provider, tainted, record != nullptr});
    questions.push_back({provider, &step.type, anew ? &nothing_ : &step.before, std::move(config),
                         anew ? &no_bytes_ : &step.private_bytes});
    return Ok();
  }

  // Without its provider: as configured, and an id that is not known.
  static void PlanAlone(Step& step, const value::Value& config) {
    if (step.before.is_null()) {
      step.action = Action::Create;
      step.reason = "is new";
      step.after = config;
      if (auto* fields = step.after.As<value::Object>()) {
        fields->try_emplace("id", value::Unknown{});
        fields->try_emplace("address", value::Unknown{});
      }
      return;
    }
    step.after = step.before;
    if (const auto* fields = config.As<value::Object>()) {
      for (const auto& [name, field] : *fields) (*step.after.As<value::Object>())[name] = field;
    }
    const std::vector<std::string> changed = Differing(step.before, step.after);
    if (changed.empty()) return;
    step.action = Action::Update;
    step.reason = Listed(changed) + (changed.size() == 1 ? " changes" : " change");
  }

  // Puts the answers into the steps. Those whose object cannot change are asked again, as
  // new ones: what such an object will be is not what the old one would have become.
  Status AskAll(const std::vector<Asked>& asked, std::vector<Question> questions) {
    std::vector<Asked> replaced;
    std::vector<Question> again;
    auto answers = AskPlans(std::move(questions));
    for (size_t i = 0; i < asked.size(); ++i) {
      Step& step = *asked[i].step;
      if (!answers[i].ok()) return Named(answers[i].TakeError(), step);
      Planned& answer = *answers[i];
      step.after = std::move(answer.planned);
      Decide(asked[i], answer.requires_replace);
      if (step.forcing.empty()) continue;
      replaced.push_back(asked[i]);
      again.push_back(
          {asked[i].provider, &step.type, &nothing_, std::move(answer.config), &no_bytes_});
    }
    auto anew = AskPlans(std::move(again));
    for (size_t i = 0; i < replaced.size(); ++i) {
      if (!anew[i].ok()) return Named(anew[i].TakeError(), *replaced[i].step);
      replaced[i].step->after = std::move(anew[i]->planned);
    }
    return Ok();
  }

  // Action, reason and what forces it.
  static void Decide(const Asked& asked, const std::vector<std::string>& requires_replace) {
    Step& step = *asked.step;
    if (step.before.is_null()) {
      step.action = Action::Create;
      step.reason = asked.recorded ? "is gone and made again" : "is new";
      return;
    }
    if (asked.tainted) {
      step.action = Action::Replace;
      step.reason = "its creation failed half way";
      return;
    }
    const std::vector<std::string> changed = Differing(step.before, step.after);
    if (changed.empty()) return;
    // What the program sets says more than what the provider derives from it.
    for (const std::string& name : requires_replace) {
      if (std::find(changed.begin(), changed.end(), name) == changed.end()) continue;
      if (step.forcing.empty()) step.forcing = name;
      if (!step.config.Find(name)) continue;
      step.forcing = name;
      break;
    }
    if (step.forcing.empty()) {
      step.action = Action::Update;
      step.reason = Listed(changed) + (changed.size() == 1 ? " changes" : " change");
      return;
    }
    step.action = Action::Replace;
    step.reason = "`" + step.forcing + "` cannot change on the existing object";
  }

  const state::Snapshot& snapshot_;
  ProviderSet& providers_;
  const PlanOptions& options_;
  Plan plan_;
  std::map<std::string, host::Provider*> installed_;  // null: not installed
  std::unordered_map<std::string, host::ReadAnswer> refreshed_;
  // Planned attributes by address; they live in the plan's steps.
  std::unordered_map<std::string, const value::Value*> known_;
  const value::Value nothing_;
  const std::string no_bytes_;
};

}  // namespace

const char* Name(Action action) {
  switch (action) {
    case Action::NoOp:
      return "no-op";
    case Action::Create:
      return "create";
    case Action::Update:
      return "update";
    case Action::Replace:
      return "replace";
    case Action::Delete:
      return "delete";
    case Action::Forget:
      return "forget";
    case Action::Refresh:
      return "refresh";
  }
  return "no-op";
}

const char* Name(Why why) {
  constexpr const char* Names[] = {"none",    "new",   "gone",      "changed", "forced",
                                   "tainted", "asked", "triggered", "removed", "destroyed",
                                   "deposed", "given", "drifted"};
  return Names[static_cast<size_t>(why)];
}

size_t Plan::Count(Action action) const {
  return static_cast<size_t>(std::count_if(
      steps.begin(), steps.end(), [action](const Step& step) { return step.action == action; }));
}

bool Plan::HasChanges() const {
  return std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.Changes(); });
}

Result<Plan> MakePlan(const lower::DesiredGraph& graph, const state::Snapshot& snapshot,
                      ProviderSet& providers, const PlanOptions& options) {
  return Planner(snapshot, providers, options).Make(graph);
}

Status CheckFresh(const Plan& plan, const state::Snapshot& snapshot,
                  const std::string& program_hash) {
  if (plan.lineage != snapshot.lineage) {
    return Error(ErrorCode::Conflict, "the plan was made for another state");
  }
  if (plan.serial != snapshot.serial) {
    return Error(ErrorCode::Conflict, "the state moved since the plan was made, from serial " +
                                          std::to_string(plan.serial) + " to " +
                                          std::to_string(snapshot.serial));
  }
  if (!program_hash.empty() && plan.program_hash != program_hash) {
    return Error(ErrorCode::Conflict, "the program changed since the plan was made");
  }
  return Ok();
}

}  // namespace sprint::plan
