// Desired against refreshed, per instance: what a plan is made of.
#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/lower/config.h"
#include "engine/plan/differences.h"
#include "engine/plan/moves.h"
#include "engine/plan/plan.h"
#include "engine/plan/selection.h"

namespace sprint::plan {

namespace {

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

// What must be there before its old object goes: asked for, or needed by such a one, since
// the old object of the needed one must outlive the old object of that.
std::set<std::string> CreatedFirst(const lower::DesiredGraph& graph) {
  std::map<std::string, const lower::Resource*> by_address;
  std::vector<const lower::Resource*> open;
  for (const lower::Resource& resource : graph.resources) {
    if (resource.lifecycle.create_before_destroy) open.push_back(&resource);
  }
  std::set<std::string> first;
  if (open.empty()) return first;
  for (const lower::Resource& resource : graph.resources) by_address[resource.address] = &resource;
  while (!open.empty()) {
    const lower::Resource* resource = open.back();
    open.pop_back();
    if (!first.insert(resource->address).second) continue;
    for (const std::string& need : resource->dependencies) {
      if (const auto found = by_address.find(need); found != by_address.end()) {
        open.push_back(found->second);
      }
    }
  }
  return first;
}

class Planner {
 public:
  Planner(const lower::DesiredGraph& graph, const state::Snapshot& snapshot, ProviderSet& providers,
          const PlanOptions& options)
      : graph_(graph), snapshot_(snapshot), providers_(providers), options_(options) {}

  Result<Plan> Make() {
    if (!snapshot_.open.empty()) {
      return Error(ErrorCode::Conflict, "a call for `" + snapshot_.open.front().object.address +
                                            "` was cut off; its outcome must be found out first");
    }
    plan_.lineage = snapshot_.lineage;
    plan_.serial = snapshot_.serial;
    plan_.program_hash = options_.program_hash;
    plan_.providers = graph_.providers;
    plan_.refresh_only = options_.refresh_only;
    SPRINT_ASSIGN_OR_RETURN(inventory_, TakeInventory(snapshot_, graph_));
    SPRINT_ASSIGN_OR_RETURN(selection_, Selection::Make(graph_, inventory_, options_));
    plan_.partial = !selection_.all();
    if (plan_.partial) {
      plan_.notes.push_back(
          "this plan is partial: what was not chosen may differ from the program");
    }
    SPRINT_RETURN_IF_ERROR(CheckRequests());
    SPRINT_RETURN_IF_ERROR(Refresh());
    created_first_ = CreatedFirst(graph_);
    if (!options_.destroy) SPRINT_RETURN_IF_ERROR(PlanDesired());
    SPRINT_RETURN_IF_ERROR(PlanRemovals());
    PlanDeposed();
    NoteDrift();
    NoteRenames();
    std::erase_if(plan_.steps, [this](const Step& step) { return !selection_.Has(step.address); });
    for (const auto& [name, provider] : installed_) {
      if (!provider) continue;
      if (std::string hash = providers_.Fingerprint(name); !hash.empty()) {
        plan_.provider_hashes[name] = std::move(hash);
      }
    }
    return std::move(plan_);
  }

 private:
  // What was asked for by address must be there to be asked for.
  Status CheckRequests() {
    std::set<std::string> made;
    for (const lower::Resource& resource : graph_.resources) made.insert(resource.address);
    for (const std::string& address : options_.replace) {
      if (options_.destroy || options_.refresh_only) {
        return Error(ErrorCode::InvalidArgument,
                     "`" + address + "` cannot be replaced while everything is only " +
                         (options_.destroy ? "destroyed" : "refreshed"));
      }
      if (!made.contains(address)) {
        return Error(ErrorCode::InvalidArgument,
                     "`" + address + "` is to be replaced, and is not in the program");
      }
      replace_.insert(address);
    }
    for (const lower::Adoption& adoption : graph_.adoptions) {
      if (!made.contains(adoption.address)) {
        return Error(ErrorCode::InvalidArgument, "`" + adoption.address +
                                                     "` is to be adopted, and is not declared; "
                                                     "declare the resource first")
            .At(adoption.loc);
      }
      adoptions_[adoption.address] = &adoption;
    }
    for (const lower::Forget& forget : graph_.forgets) {
      const auto kept = std::find_if(made.begin(), made.end(), [&](const std::string& address) {
        return lower::Covers(forget.address, address);
      });
      if (kept == made.end()) continue;
      return Error(ErrorCode::InvalidArgument,
                   "`" + *kept + "` is to be forgotten, and is still in the program")
          .At(forget.loc);
    }
    return Ok();
  }

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

  // Reads every object of the state that the plan looks at, many at once.
  Status Refresh() {
    struct Group {
      std::vector<const std::string*> addresses;
      std::vector<const state::Record*> records;
      std::vector<std::string> wires;
    };
    std::map<std::string, Group> groups;  // by provider
    if (!options_.refresh) return Ok();
    for (const auto& [address, held] : inventory_.held) {
      if (held.record->attributes.is_null() || !selection_.Has(address)) continue;
      Group& group = groups[held.record->provider];
      group.addresses.push_back(&address);
      group.records.push_back(held.record);
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
        const std::string& address = *group.addresses[i];
        if (!answers[i].ok()) return answers[i].TakeError().While("reading `" + address + "`");
        if (std::string text = Objections(answers[i]->messages); !text.empty()) {
          return Error(ErrorCode::Unavailable, std::move(text)).While("reading `" + address + "`");
        }
        refreshed_.emplace(address, answers[i].TakeValue());
      }
    }
    return Ok();
  }

  const Held* HeldAt(const std::string& address) const {
    const auto found = inventory_.held.find(address);
    return found == inventory_.held.end() ? nullptr : &found->second;
  }

  // The object as it is now, null when it is gone, and the provider's bytes about it.
  void TakeRefreshed(const Held& held, Step& step) {
    const auto found = refreshed_.find(step.address);
    if (found == refreshed_.end()) {
      step.before = held.record->attributes;
      step.private_bytes = held.record->private_bytes;
    } else {
      step.before = std::move(found->second.new_state);
      step.private_bytes = std::move(found->second.private_bytes);
    }
    step.old_dependencies = held.dependencies;
    step.moved_from = held.moved_from;
  }

  // A step that waits for its provider's plan.
  struct Asked {
    Step* step;
    host::Provider* provider;
    bool tainted;
    bool recorded;  // the state has the object, even if it is gone
    bool unready;
  };

  Status PlanDesired() {
    // What is known of steps points into them: they must not move.
    size_t most = graph_.resources.size() + inventory_.left_behind.size();
    for (const auto& [address, held] : inventory_.held) most += 1 + held.record->deposed.size();
    plan_.steps.reserve(most);
    plan_.steps.resize(graph_.resources.size());
    for (const std::vector<size_t>& wave : Waves(graph_)) {
      std::vector<Asked> asked;
      std::vector<Question> questions;
      for (const size_t index : wave) {
        Step& step = plan_.steps[index];
        if (Status status = Prepare(graph_.resources[index], step, asked, questions);
            !status.ok()) {
          return Named(status.TakeError(), step);
        }
      }
      SPRINT_RETURN_IF_ERROR(AskAll(asked, std::move(questions)));
      for (const size_t index : wave) {
        Step& step = plan_.steps[index];
        SPRINT_RETURN_IF_ERROR(Trigger(step));
        SPRINT_RETURN_IF_ERROR(CheckProtected(step));
        if (step.reason.empty() && !step.adopt.empty()) step.reason = "is adopted as it is";
        if (step.reason.empty() && !step.moved_from.empty()) step.reason = "has another address";
        known_.emplace(step.address, &step.after);
        by_address_.emplace(step.address, &step);
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
    step.units = resource.units;
    step.lifecycle = resource.lifecycle;
    step.lifecycle.create_before_destroy = created_first_.contains(step.address);
    if (options_.where && resource.loc.ok()) step.where = options_.where(resource.loc);
    const Held* held = HeldAt(step.address);
    if (!selection_.Has(step.address)) {
      // Not looked at: what others see of it is what the state has.
      if (held) step.after = held->record->attributes;
      if (step.after.is_null()) step.after = value::Unknown{};
      return Ok();
    }
    SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, Provider(resource.provider));
    if (held && held->record->type != resource.type) {
      return Error(ErrorCode::InvalidArgument, "its type changes from `" + held->record->type +
                                                   "` to `" + resource.type +
                                                   "`; give the new resource another name");
    }
    if (held) TakeRefreshed(*held, step);
    SPRINT_RETURN_IF_ERROR(Adopt(provider, step, held));
    value::Value config = Known(resource.config);
    if (held) {
      step.drift = DriftOf(held->record->attributes, step.before, config, step.lifecycle);
    }
    if (options_.refresh_only) {
      OnlyRefresh(step, held);
      return Ok();
    }
    config = LetBe(std::move(config), step.before, step.lifecycle, step.drift);
    if (!provider) {
      PlanAlone(step, config);
      return Ok();
    }
    if (const auto wire = WireType(*provider, step.type); wire.ok()) {
      for (const value::Attribute& attribute : provider->resources().at(*wire).attributes) {
        if (attribute.sensitive) step.sensitive.push_back(attribute.name);
      }
    }
    const bool there = !step.before.is_null();
    const bool tainted = held && held->record->tainted && there;
    const bool anew = tainted || !there || replace_.contains(step.address);
    const bool recorded = held && !held->record->attributes.is_null();
    asked.push_back({&step, provider, tainted, recorded, held && held->record->unready});
    questions.push_back({provider, &step.type, anew ? &nothing_ : &step.before, std::move(config),
                         anew ? &no_bytes_ : &step.private_bytes});
    return Ok();
  }

  // Looks up the object that the program says exists already.
  Status Adopt(host::Provider* provider, Step& step, const Held* held) {
    const auto found = adoptions_.find(step.address);
    if (found == adoptions_.end()) return Ok();
    const std::string& id = found->second->id;
    if (held && !held->record->attributes.is_null()) {
      if (held->record->attributes.Text("id") == id) return Ok();
      return Error(ErrorCode::InvalidArgument, "`" + id + "` cannot be adopted: the address has `" +
                                                   held->record->attributes.Text("id") +
                                                   "` already");
    }
    for (const auto& [address, other] : inventory_.held) {
      if (other.record->type != step.type || other.record->attributes.Text("id") != id) continue;
      return Error(ErrorCode::InvalidArgument,
                   "`" + id + "` cannot be adopted: it is `" + address + "` already");
    }
    if (!provider) {
      return Error(ErrorCode::NotFound, "its provider is needed to adopt `" + id + "`");
    }
    SPRINT_ASSIGN_OR_RETURN(std::string wire, WireType(*provider, step.type));
    SPRINT_ASSIGN_OR_RETURN(host::ReadAnswer answer, provider->Import(wire, id));
    if (std::string text = Objections(answer.messages); !text.empty()) {
      return Error(ErrorCode::Unavailable, std::move(text)).While("adopting `" + id + "`");
    }
    if (answer.new_state.is_null()) {
      return Error(ErrorCode::NotFound, "there is no `" + id + "` to adopt");
    }
    step.adopt = id;
    step.before = std::move(answer.new_state);
    step.private_bytes = std::move(answer.private_bytes);
    return Ok();
  }

  void OnlyRefresh(Step& step, const Held* held) const {
    step.after = step.before;
    if (!held || held->record->attributes.is_null()) {
      // Not made yet, and not now.
      if (step.after.is_null()) step.after = value::Unknown{};
      return;
    }
    if (step.before.is_null()) {
      step.action = Action::Forget;
      step.why = Why::Gone;
      step.reason = "is gone";
      return;
    }
    const std::vector<std::string> changed = Differing(held->record->attributes, step.before);
    if (changed.empty()) return;
    step.action = Action::Refresh;
    step.why = Why::Drifted;
    step.reason = Changing(changed) + " in the state";
  }

  // Without its provider: as configured, and an id that is not known.
  static void PlanAlone(Step& step, const value::Value& config) {
    if (step.before.is_null()) {
      step.action = Action::Create;
      step.why = Why::New;
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
    step.why = Why::Changed;
    step.reason = Changing(changed);
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
  void Decide(const Asked& asked, const std::vector<std::string>& requires_replace) const {
    Step& step = *asked.step;
    const auto set = [&step](Action action, Why why, std::string reason) {
      step.action = action;
      step.why = why;
      step.reason = std::move(reason);
    };
    if (step.before.is_null()) {
      return asked.recorded ? set(Action::Create, Why::Gone, "is gone and made again")
                            : set(Action::Create, Why::New, "is new");
    }
    if (asked.tainted) return set(Action::Replace, Why::Tainted, "its creation failed half way");
    if (replace_.contains(step.address)) {
      return set(Action::Replace, Why::Asked, "a new one was asked for");
    }
    const std::vector<std::string> changed = Differing(step.before, step.after);
    if (changed.empty()) {
      if (asked.unready && !step.lifecycle.ready.empty()) {
        set(Action::Refresh, Why::Unready, "was not ready when it was made; is looked at again");
      }
      return;
    }
    // What the program sets says more than what the provider derives from it.
    for (const std::string& name : requires_replace) {
      if (std::find(changed.begin(), changed.end(), name) == changed.end()) continue;
      if (step.forcing.empty()) step.forcing = name;
      if (!step.config.Find(name)) continue;
      step.forcing = name;
      break;
    }
    if (step.forcing.empty()) return set(Action::Update, Why::Changed, Changing(changed));
    set(Action::Replace, Why::Forced,
        "`" + step.forcing + "` cannot change on the existing object");
  }

  // `replace_when`: a change of what it names makes a new object.
  Status Trigger(Step& step) {
    if (step.action != Action::NoOp && step.action != Action::Update) return Ok();
    if (step.before.is_null() || options_.refresh_only) return Ok();
    for (const lower::Trigger& trigger : step.lifecycle.replace_when) {
      const auto found = by_address_.find(trigger.address);
      if (found == by_address_.end() || !found->second->Changes()) continue;
      const Step& cause = *found->second;
      const std::vector<std::string> changed = Differing(cause.before, cause.after);
      const std::string name = trigger.path.substr(0, trigger.path.find('.'));
      if (!name.empty() && std::find(changed.begin(), changed.end(), name) == changed.end()) {
        continue;
      }
      SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, Provider(step.provider));
      step.action = Action::Replace;
      step.why = Why::Triggered;
      step.reason = "`" + trigger.address + (name.empty() ? "" : "." + name) + "` changes";
      if (!provider) return Ok();
      auto again = AskPlan(*provider, step.type, {}, Known(step.config), "");
      if (!again.ok()) return Named(again.TakeError(), step);
      step.after = std::move(again->planned);
      return Ok();
    }
    return Ok();
  }

  // Protection holds whatever the program says today: it is released in a step of its own,
  // by an apply of the program without it.
  Status CheckProtected(const Step& step) const {
    if (step.action != Action::Replace && step.action != Action::Delete) return Ok();
    const Held* held = HeldAt(step.address);
    const bool stored = held && held->record->lifecycle.protect;
    if (!stored && !step.lifecycle.protect) return Ok();
    Error error(ErrorCode::Denied,
                "`" + step.address + "` is protected and would be " +
                    (step.action == Action::Replace ? "replaced: " : "deleted: ") + step.reason);
    return std::move(error)
        .While(step.config.is_null()
                   ? "planning; the state keeps the protection: to go ahead, first apply the "
                     "program with the resource and `protect = false`"
                   : "planning; to go ahead, first apply the program with `protect = false` there")
        .At(step.loc);
  }

  const lower::Forget* Forgotten(const std::string& address) const {
    for (const lower::Forget& forget : graph_.forgets) {
      if (lower::Covers(forget.address, address)) return &forget;
    }
    return nullptr;
  }

  // What the state has and the program has not.
  Status PlanRemovals() {
    for (const state::Record* record : inventory_.left_behind) {
      Step step;
      step.address = record->address;
      step.type = record->type;
      step.provider = record->provider;
      step.action = Action::Forget;
      step.why = Why::Removed;
      step.reason = "has moved";
      plan_.steps.push_back(std::move(step));
    }
    for (const auto& [address, held] : inventory_.held) {
      if (known_.contains(address) || !selection_.Has(address)) continue;
      const state::Record& record = *held.record;
      if (record.attributes.is_null()) continue;  // only deposed objects are left
      Step step;
      step.address = address;
      step.type = record.type;
      step.provider = record.provider;
      SPRINT_RETURN_IF_ERROR(Provider(record.provider));
      TakeRefreshed(held, step);
      step.lifecycle.protect = record.lifecycle.protect;
      step.lifecycle.retain = record.lifecycle.retain;
      step.lifecycle.create_before_destroy = record.lifecycle.create_before_destroy;
      if (options_.refresh_only) {
        OnlyRefresh(step, &held);
        plan_.steps.push_back(std::move(step));
        continue;
      }
      if (step.before.is_null()) {
        step.action = Action::Forget;
        step.why = Why::Gone;
        step.reason = "is already gone";
      } else if (const lower::Forget* forget = Forgotten(address);
                 forget || record.lifecycle.retain) {
        step.action = Action::Forget;
        step.why = Why::Given;
        step.reason = forget ? "is given up by the program; the object stays"
                             : "is retained; the object stays";
        if (forget) step.loc = forget->loc;
      } else {
        step.action = Action::Delete;
        step.why = options_.destroy ? Why::Destroyed : Why::Removed;
        step.reason = options_.destroy ? "everything is to go" : "is no longer in the program";
      }
      SPRINT_RETURN_IF_ERROR(CheckProtected(step));
      plan_.steps.push_back(std::move(step));
    }
    return Ok();
  }

  // Objects whose replacement is there already.
  void PlanDeposed() {
    if (options_.refresh_only) return;
    for (const auto& [address, held] : inventory_.held) {
      if (!selection_.Has(address)) continue;
      for (const state::Deposed& old : held.record->deposed) {
        Step step;
        step.address = address;
        step.type = held.record->type;
        step.provider = held.record->provider;
        step.action = Action::Delete;
        step.why = Why::Deposed;
        step.reason = "its replacement is there";
        step.deposed = old.key;
        step.before = old.attributes;
        step.private_bytes = old.private_bytes;
        step.old_dependencies = held.dependencies;
        step.moved_from = held.moved_from;
        step.lifecycle.create_before_destroy = true;
        plan_.steps.push_back(std::move(step));
      }
    }
  }

  void NoteDrift() {
    for (const Step& step : plan_.steps) {
      for (const Drifted& drifted : step.drift) {
        const std::string what = "`" + drifted.attribute + "` of `" + step.address + "`";
        if (drifted.policy == lower::Drift::Accept) {
          plan_.notes.push_back(what + " was changed by somebody else, which is accepted");
        } else if (drifted.policy == lower::Drift::Alert) {
          plan_.notes.push_back("alert: " + what + " was changed by somebody else");
        }
      }
    }
  }

  // The same object under another name is most likely a rename: destroying it and making
  // it again is what nobody wants.
  void NoteRenames() {
    if (options_.destroy) return;
    std::set<const Step*> taken;
    for (const Step& gone : plan_.steps) {
      if (gone.action != Action::Delete || !gone.deposed.empty()) continue;
      for (const Step& made : plan_.steps) {
        if (made.action != Action::Create || made.type != gone.type || taken.contains(&made)) {
          continue;
        }
        const value::Value config = Known(made.config);
        const auto* fields = config.As<value::Object>();
        if (!fields || fields->empty()) continue;
        const bool same = std::all_of(fields->begin(), fields->end(), [&](const auto& field) {
          const value::Value* is = gone.before.Find(field.first);
          return is && *is == field.second;
        });
        if (!same) continue;
        plan_.notes.push_back("`" + gone.address + "` and `" + made.address +
                              "` are configured alike: `moved " + gone.address + " -> " +
                              made.address + "` keeps the object");
        taken.insert(&made);
        break;
      }
    }
  }

  const lower::DesiredGraph& graph_;
  const state::Snapshot& snapshot_;
  ProviderSet& providers_;
  const PlanOptions& options_;
  Plan plan_;
  Inventory inventory_;
  Selection selection_;
  std::set<std::string> created_first_, replace_;
  std::map<std::string, const lower::Adoption*> adoptions_;
  std::map<std::string, host::Provider*> installed_;  // null: not installed
  std::unordered_map<std::string, host::ReadAnswer> refreshed_;
  // Planned attributes, and steps, by address; they live in the plan.
  std::unordered_map<std::string, const value::Value*> known_;
  std::unordered_map<std::string, const Step*> by_address_;
  const value::Value nothing_;
  const std::string no_bytes_;
};

}  // namespace

Result<Plan> MakePlan(const lower::DesiredGraph& graph, const state::Snapshot& snapshot,
                      ProviderSet& providers, const PlanOptions& options) {
  return Planner(graph, snapshot, providers, options).Make();
}

}  // namespace sprint::plan
