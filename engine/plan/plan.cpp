#include "engine/plan/plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/lower/config.h"

namespace sprint::plan {

namespace {

// Names of the attributes that differ, sorted.
std::vector<std::string> Differing(const value::Value& before, const value::Value& after) {
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

// Direct dependencies first; the order of `graph` among equals.
std::vector<const lower::Resource*> Sorted(const lower::DesiredGraph& graph) {
  std::map<std::string, const lower::Resource*> by_address;
  for (const lower::Resource& resource : graph.resources) by_address[resource.address] = &resource;
  std::map<std::string, size_t> waiting;
  std::map<std::string, std::vector<const lower::Resource*>> dependants;
  std::vector<const lower::Resource*> sorted;
  for (const lower::Resource& resource : graph.resources) {
    size_t& count = waiting[resource.address];
    for (const std::string& need : resource.dependencies) {
      if (!by_address.count(need)) continue;
      ++count;
      dependants[need].push_back(&resource);
    }
    if (count == 0) sorted.push_back(&resource);
  }
  for (size_t i = 0; i < sorted.size(); ++i) {
    const std::string done = sorted[i]->address;
    for (const lower::Resource* next : dependants[done]) {
      if (--waiting[next->address] == 0) sorted.push_back(next);
    }
  }
  return sorted;
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
    std::map<std::string, Step> desired;
    if (!options_.destroy) {
      for (const lower::Resource* resource : Sorted(graph)) {
        auto step = StepFor(*resource);
        if (!step.ok()) {
          return step.TakeError().While("planning `" + resource->address + "`").At(resource->loc);
        }
        known_[resource->address] = step->after;
        desired.emplace(resource->address, step.TakeValue());
      }
    }
    for (const lower::Resource& resource : graph.resources) {
      const auto found = desired.find(resource.address);
      if (found != desired.end()) plan_.steps.push_back(std::move(found->second));
    }
    for (const auto& [address, record] : snapshot_.records) {
      if (desired.count(address)) continue;
      auto step = Removal(record);
      if (!step.ok()) return step.TakeError().While("planning `" + address + "`");
      plan_.steps.push_back(step.TakeValue());
    }
    return std::move(plan_);
  }

 private:
  // Null: the provider is not installed, which has been noted.
  Result<host::Provider*> Provider(const std::string& name) {
    auto provider = providers_.Get(name);
    if (provider.ok() || provider.error().code() != ErrorCode::NotFound) return provider;
    if (missing_.insert(name).second) {
      plan_.notes.push_back("provider `" + name + "` is not installed: its resources are planned " +
                            "from the program alone; apply will refuse");
    }
    return static_cast<host::Provider*>(nullptr);
  }

  // The object as it is now; null when it is gone.
  Result<value::Value> Refreshed(const state::Record& record, host::Provider* provider,
                                 std::string& private_bytes) {
    if (!provider || !options_.refresh) return record.attributes;
    SPRINT_ASSIGN_OR_RETURN(std::string wire, WireType(*provider, record.type));
    SPRINT_ASSIGN_OR_RETURN(host::ReadAnswer answer,
                            provider->Read(wire, record.attributes, record.private_bytes));
    if (std::string text = Objections(answer.messages); !text.empty()) {
      return Error(ErrorCode::Unavailable, std::move(text));
    }
    private_bytes = answer.private_bytes;
    return answer.new_state;
  }

  Result<Step> Removal(const state::Record& record) {
    Step step;
    step.address = record.address;
    step.type = record.type;
    step.provider = record.provider;
    step.private_bytes = record.private_bytes;
    step.old_dependencies = record.dependencies;
    SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, Provider(record.provider));
    SPRINT_ASSIGN_OR_RETURN(step.before, Refreshed(record, provider, step.private_bytes));
    const bool gone = step.before.is_null();
    step.action = gone ? Action::Forget : Action::Delete;
    step.reason = gone               ? "is already gone"
                  : options_.destroy ? "everything is to go"
                                     : "is no longer in the program";
    return step;
  }

  Result<Step> StepFor(const lower::Resource& resource) {
    Step step;
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
      step.private_bytes = record->private_bytes;
      step.old_dependencies = record->dependencies;
      SPRINT_ASSIGN_OR_RETURN(step.before, Refreshed(*record, provider, step.private_bytes));
    }
    const value::Value config = lower::Resolve(resource.config, [this](const std::string& address) {
      const auto known = known_.find(address);
      return known == known_.end() ? nullptr : &known->second;
    });
    if (!provider) {
      PlanAlone(step, config);
      return step;
    }
    SPRINT_RETURN_IF_ERROR(PlanWith(*provider, step, config, record));
    return step;
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

  static Status PlanWith(host::Provider& provider, Step& step, const value::Value& config,
                         const state::Record* record) {
    const bool tainted = record && record->tainted && !step.before.is_null();
    const value::Value prior = tainted ? value::Value() : step.before;
    SPRINT_ASSIGN_OR_RETURN(Planned answer, AskPlan(provider, step.type, prior, config,
                                                    prior.is_null() ? "" : step.private_bytes));
    step.after = answer.planned;
    if (step.before.is_null()) {
      step.action = Action::Create;
      step.reason = record ? "is gone and made again" : "is new";
      return Ok();
    }
    if (tainted) {
      step.action = Action::Replace;
      step.reason = "its creation failed half way";
      return Ok();
    }
    const std::vector<std::string> changed = Differing(step.before, step.after);
    if (changed.empty()) return Ok();
    for (const std::string& name : answer.requires_replace) {
      if (std::find(changed.begin(), changed.end(), name) == changed.end()) continue;
      step.forcing = name;
      break;
    }
    if (step.forcing.empty()) {
      step.action = Action::Update;
      step.reason = Listed(changed) + (changed.size() == 1 ? " changes" : " change");
      return Ok();
    }
    step.action = Action::Replace;
    step.reason = "`" + step.forcing + "` cannot change on the existing object";
    SPRINT_ASSIGN_OR_RETURN(Planned again, AskPlan(provider, step.type, {}, config, ""));
    step.after = again.planned;
    return Ok();
  }

  const state::Snapshot& snapshot_;
  ProviderSet& providers_;
  const PlanOptions& options_;
  Plan plan_;
  std::set<std::string> missing_;
  std::map<std::string, value::Value> known_;  // planned attributes by address
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
  }
  return "no-op";
}

size_t Plan::Count(Action action) const {
  return static_cast<size_t>(std::count_if(
      steps.begin(), steps.end(), [action](const Step& step) { return step.action == action; }));
}

bool Plan::HasChanges() const { return Count(Action::NoOp) != steps.size(); }

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
