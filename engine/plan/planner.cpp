// Desired against refreshed, per instance: what a plan is made of.
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "engine/lower/config.h"
#include "engine/plan/adopt.h"
#include "engine/plan/decide.h"
#include "engine/plan/differences.h"
#include "engine/plan/installed.h"
#include "engine/plan/moves.h"
#include "engine/plan/notes.h"
#include "engine/plan/phases.h"
#include "engine/plan/plan.h"
#include "engine/plan/refresh.h"
#include "engine/plan/removals.h"
#include "engine/plan/requests.h"
#include "engine/plan/selection.h"
#include "engine/plan/troubles.h"
#include "engine/plan/waves.h"

namespace sprint::plan {

namespace {

class Planner {
 public:
  Planner(const lower::DesiredGraph& graph, const state::Snapshot& snapshot, ProviderSet& providers,
          const PlanOptions& options)
      : graph_(graph),
        snapshot_(snapshot),
        providers_(providers),
        options_(options),
        installed_(providers, plan_.notes) {}

  Result<Plan> Make() {
    if (!snapshot_.open.empty()) {
      return Error(ErrorCode::Conflict, "a call for `" + snapshot_.open.front().object.address +
                                            "` was cut off; its outcome must be found out first");
    }
    plan_.notes = graph_.notes;
    plan_.lineage = snapshot_.lineage;
    plan_.serial = snapshot_.serial;
    plan_.program_hash = options_.program_hash;
    plan_.providers = graph_.providers;
    plan_.refresh_only = options_.refresh_only;
    SPRINT_ASSIGN_OR_RETURN(inventory_, TakeInventory(snapshot_, graph_));
    SPRINT_ASSIGN_OR_RETURN(selection_, Selection::Make(graph_, inventory_, options_));
    plan_.partial = !selection_.all();
    if (plan_.partial) {
      plan_.notes.emplace_back(
          "this plan is partial: what was not chosen may differ from the program");
    }
    SPRINT_ASSIGN_OR_RETURN(requests_, CheckRequests(graph_, options_));
    for (const lower::ProviderConfig& provider : graph_.providers) {
      std::set<std::string> references;
      lower::CollectReferences(provider.config, references);
      if (!references.empty()) made_for_[provider.name] = {&provider, {}};
    }
    SPRINT_RETURN_IF_ERROR(
        Refresh([this](const std::string& provider) { return !made_for_.contains(provider); }));
    created_first_ = CreatedFirst(graph_);
    for (const auto& [address, step] : options_.beside) by_address_.emplace(address, &step);
    if (!options_.destroy) PlanDesired();
    GatherDue();
    DecidePhases();
    SPRINT_RETURN_IF_ERROR(PlanRemovals(
        graph_, inventory_, selection_, options_, refreshed_,
        [this](const std::string& provider) { return LaterPhase(provider); }, troubles_, plan_));
    GatherPhases();
    NoteDrift(plan_);
    if (!options_.destroy) NoteRenames(plan_);
    std::erase_if(plan_.steps, [this](const Step& step) { return !selection_.Has(step.address); });
    troubles_.Settle(plan_);
    plan_.provider_hashes = installed_.Fingerprints();
    return std::move(plan_);
  }

 private:
  const Held* HeldAt(const std::string& address) const {
    const auto found = inventory_.held.find(address);
    return found == inventory_.held.end() ? nullptr : &found->second;
  }

  Status Refresh(const std::function<bool(const std::string&)>& which) {
    if (!options_.refresh) return Ok();
    return refreshed_.Read(inventory_, selection_, which, installed_, troubles_);
  }

  const Step* StepAt(const std::string& address) const {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? nullptr : found->second;
  }

  // That of its provider, and no earlier than those of what it depends on.
  int PhaseOf(const Step& step, const Phase* phase) const {
    int number = phase ? phase->number : 0;
    for (const std::string& need : step.dependencies) {
      if (const Step* other = StepAt(need)) number = std::max(number, other->phase);
    }
    return number;
  }

  // The phase in which a provider can be configured; null: now, and then its objects have
  // been looked at. What configures it has been planned.
  Result<const Phase*> LaterPhase(const std::string& name) {
    const auto found = made_for_.find(name);
    if (found == made_for_.end()) {
      SPRINT_RETURN_IF_ERROR(installed_.Get(name));
      return nullptr;
    }
    MadeFor& provider = found->second;
    if (!provider.when) provider.when = WhenOf(*provider.config);
    if (!provider.when->ok()) return Error(provider.when->error());
    const std::optional<Phase>& later = (*provider.when)->later;
    return later ? &*later : nullptr;
  }

  // Its references lead to steps; to what the state has, where nothing is planned of it.
  Result<When> WhenOf(const lower::ProviderConfig& provider) {
    if (options_.destroy) SPRINT_RETURN_IF_ERROR(CheckThere(provider));
    SPRINT_ASSIGN_OR_RETURN(
        When when, Configurable(
                       provider, [this](const std::string& address) { return StepAt(address); },
                       [this](const std::string& address) {
                         const bool planned = !options_.destroy && selection_.Has(address);
                         return planned ? nullptr : Recorded(address);
                       }));
    const bool made_any = std::any_of(
        inventory_.held.begin(), inventory_.held.end(),
        [&](const auto& held) { return held.second.record->provider == provider.name; });
    if (when.later && options_.refresh_only && made_any) {
      plan_.notes.push_back("what provider `" + provider.name + "` has made is not looked at: `" +
                            when.later->after.front() + "`, which configures it, is not there");
    }
    if (when.later) return when;
    SPRINT_RETURN_IF_ERROR(providers_.Configure(provider.name, when.config));
    SPRINT_RETURN_IF_ERROR(installed_.Get(provider.name));
    SPRINT_RETURN_IF_ERROR(
        Refresh([&](const std::string& other) { return other == provider.name; }));
    return when;
  }

  // Of providers that have made something, before what goes is added to the steps: from then on
  // the map leads nowhere.
  void DecidePhases() {
    for (const auto& [address, held] : inventory_.held) {
      if (selection_.Has(address) && made_for_.contains(held.record->provider)) {
        (void)LaterPhase(held.record->provider);  // it keeps what is wrong, for its objects
      }
    }
    by_address_.clear();
  }

  const value::Value* Recorded(const std::string& address) const {
    const Held* held = HeldAt(address);
    return held && !held->record->attributes.is_null() ? &held->record->attributes : nullptr;
  }

  // Whether what has gone took along what a provider made in it, nobody can say.
  Status CheckThere(const lower::ProviderConfig& provider) {
    std::set<std::string> references;
    lower::CollectReferences(provider.config, references);
    for (const std::string& address : references) {
      const Held* held = HeldAt(address);
      if (held) SPRINT_RETURN_IF_ERROR(LaterPhase(held->record->provider));
      if (held && Recorded(address) && !refreshed_.Gone(address)) continue;
      return Error(ErrorCode::Conflict,
                   "its provider `" + provider.name + "` is configured by `" + address +
                       "`, which is gone; if the object went with it, `sprint state rm` it");
    }
    return Ok();
  }

  // Those that a step waits for.
  void GatherPhases() {
    std::set<std::string> awaited;
    for (const Step& step : plan_.steps) {
      if (step.bounded && selection_.Has(step.address)) awaited.insert(step.provider);
    }
    for (const auto& [name, provider] : made_for_) {
      if (awaited.contains(name)) plan_.phases.push_back(*(*provider.when)->later);
    }
    std::stable_sort(plan_.phases.begin(), plan_.phases.end(),
                     [](const Phase& a, const Phase& b) { return a.number < b.number; });
  }

  // Of all that the program has, chosen or not.
  void GatherDue() {
    if (options_.refresh_only) return;
    for (const lower::Resource& resource : graph_.resources) {
      const Held* held = HeldAt(resource.address);
      if (!held || held->record->attributes.is_null()) continue;
      for (const lower::Trigger& trigger : resource.lifecycle.replace_when) {
        if (!Fires(trigger)) continue;
        plan_.due.push_back({held->record->address, Name(trigger), trigger.address});
      }
    }
  }

  void PlanDesired() {
    std::vector<Step*> step_of(graph_.resources.size());  // null: not chosen
    const auto chosen = [&](const lower::Resource& it) { return selection_.Has(it.address); };
    plan_.steps.resize(std::count_if(graph_.resources.begin(), graph_.resources.end(), chosen));
    for (size_t i = 0, next = 0; i < step_of.size(); ++i) {
      if (chosen(graph_.resources[i])) step_of[i] = &plan_.steps[next++];
    }
    for (const std::vector<size_t>& wave : Waves(graph_)) {
      std::vector<Asked> asked;
      std::vector<Question> questions;
      bounded_.clear();
      checks_.clear();
      for (const size_t index : wave) {
        if (!step_of[index]) continue;
        Step& step = *step_of[index];
        Note(step, Prepare(graph_.resources[index], step, asked, questions));
      }
      AskAll(asked, std::move(questions));
      const auto checked = AskChecks(std::move(checks_));
      for (size_t i = 0; i < checked.size(); ++i) Note(*bounded_[i], checked[i]);
      for (const size_t index : wave) {
        if (!step_of[index]) continue;
        Step& step = *step_of[index];
        if (!troubles_.Has(step.address)) Finish(step);
        by_address_.emplace(step.address, &step);
      }
    }
  }

  void Note(const Step& step, Status status) {
    if (!status.ok()) troubles_.Fail(step.address, status.TakeError(), step.where);
  }

  // What is left to do about a step once its provider has answered.
  void Finish(Step& step) {
    Note(step, Trigger(step));
    const Held* held = HeldAt(step.address);
    const bool stored = held && held->record->lifecycle.protect;
    if (Status status = CheckProtected(step, stored); !status.ok()) {
      troubles_.Object(step, status.error());
    }
    if (step.reason.empty() && !step.adopt.empty()) step.reason = "is adopted as it is";
    if (step.reason.empty() && !step.moved_from.empty()) step.reason = "has another address";
  }

  value::Value Known(const value::Value& config) const {
    return lower::Resolve(config, [this](const std::string& address) -> const value::Value* {
      if (const auto step = by_address_.find(address); step != by_address_.end()) {
        return &step->second->after;
      }
      // Not looked at: what others see of it is what the state has.
      return selection_.Has(address) ? nullptr : Recorded(address);
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
    step.instance = resource.instance;
    step.lifecycle = resource.lifecycle;
    step.lifecycle.create_before_destroy = created_first_.contains(step.address);
    if (options_.where && resource.loc.ok()) step.where = options_.where(resource.loc);
    const Held* held = HeldAt(step.address);
    for (const std::string& need : resource.dependencies) {
      if (!troubles_.Has(need)) continue;
      troubles_.Skip(step.address, need);
      break;
    }
    if (troubles_.Has(step.address)) {
      step.after = value::Unknown{};
      return Ok();
    }
    SPRINT_ASSIGN_OR_RETURN(const Phase* phase, LaterPhase(resource.provider));
    if (!options_.refresh_only) step.phase = PhaseOf(step, phase);
    SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, phase
                                                           ? installed_.Unconfigured(step.provider)
                                                           : installed_.Get(step.provider));
    if (held && held->record->type != resource.type) {
      return Error(ErrorCode::InvalidArgument, "its type changes from `" + held->record->type +
                                                   "` to `" + resource.type +
                                                   "`; give the new resource another name");
    }
    if (held) refreshed_.Take(*held, step);
    if (const auto adoption = requests_.adoptions.find(step.address);
        adoption != requests_.adoptions.end()) {
      if (phase) {
        if (!held || held->record->attributes.is_null()) step.adopt = adoption->second->id;
      } else {
        SPRINT_RETURN_IF_ERROR(Adopt(*adoption->second, inventory_, held, provider, step));
      }
    }
    value::Value config = Known(resource.config);
    if (held) {
      step.drift = DriftOf(*held->record, step.before, config, step.lifecycle);
    }
    if (options_.refresh_only) {
      PlanRefreshOnly(step, held);
      return Ok();
    }
    config = LetBe(std::move(config), step.before, step.lifecycle, step.drift);
    if (!provider && !phase) {
      PlanAlone(step, config);
      return Ok();
    }
    const value::Schema* schema = nullptr;
    if (provider) {
      if (const auto wire = WireType(*provider, step.type); wire.ok()) {
        schema = &provider->resources().at(*wire);
        for (const value::Attribute& attribute : schema->attributes) {
          if (attribute.sensitive) step.sensitive.push_back(attribute.name);
        }
      }
    }
    TakeSensitive(step);
    if (phase) {
      BoundStep(*phase, schema, held, config, step);
      if (!provider) return Ok();
      bounded_.push_back(&step);
      checks_.push_back(
          {provider, &step.type, &step.before, std::move(config), &step.private_bytes});
      return Ok();
    }
    const bool there = !step.before.is_null();
    const bool tainted = held && held->record->tainted && there;
    const bool replace = requests_.replace.contains(step.address);
    const bool anew = tainted || !there || replace;
    const bool recorded = held && !held->record->attributes.is_null();
    asked.push_back({&step, provider, tainted, recorded, held && held->record->unready, replace});
    questions.push_back({provider, &step.type, anew ? &nothing_ : &step.before, std::move(config),
                         anew ? &no_bytes_ : &step.private_bytes});
    return Ok();
  }

  void BoundStep(const Phase& phase, const value::Schema* schema, const Held* held,
                 const value::Value& config, Step& step) const {
    Bounding bounding{config, schema, held ? held->record : nullptr};
    if (const std::string reason = Fired(step); !reason.empty()) {
      bounding.anew = Why::Triggered;
      bounding.anew_reason = reason;
    }
    if (requests_.replace.contains(step.address)) {
      bounding.anew = Why::Asked;
      bounding.anew_reason = "a new one was asked for";
    }
    bounding.host_remade =
        std::any_of(phase.after.begin(), phase.after.end(), [this](const std::string& address) {
          const Step* host = StepAt(address);
          return host && (host->action == Action::Create || host->action == Action::Replace);
        });
    Bound(bounding, step);
  }

  // What comes from something sensitive is sensitive.
  void TakeSensitive(Step& step) const {
    const auto* fields = step.config.As<value::Object>();
    if (!fields) return;
    for (const auto& [name, field] : *fields) {
      bool sensitive = false;
      lower::VisitReferences(field, [&](const std::string& address, const std::string& path) {
        const auto cause = by_address_.find(address);
        const Held* held = HeldAt(address);
        if (cause == by_address_.end() && !held) return;
        const std::vector<std::string>& hidden =
            cause == by_address_.end() ? held->record->sensitive : cause->second->sensitive;
        const std::string first = path.substr(0, path.find('.'));
        sensitive = sensitive || std::find(hidden.begin(), hidden.end(), first) != hidden.end() ||
                    (first.empty() && !hidden.empty());
      });
      const bool known =
          std::find(step.sensitive.begin(), step.sensitive.end(), name) != step.sensitive.end();
      if (sensitive && !known) step.sensitive.push_back(name);
    }
  }

  // Puts the answers into the steps. Those whose object cannot change are asked again, as
  // new ones: what such an object will be is not what the old one would have become.
  void AskAll(const std::vector<Asked>& asked, std::vector<Question> questions) {
    std::vector<Asked> replaced;
    std::vector<Question> again;
    auto answers = AskPlans(std::move(questions));
    for (size_t i = 0; i < asked.size(); ++i) {
      Step& step = *asked[i].step;
      if (!answers[i].ok()) {
        troubles_.Fail(step.address, answers[i].TakeError(), step.where);
        continue;
      }
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
      Step& step = *replaced[i].step;
      if (anew[i].ok()) {
        step.after = std::move(anew[i]->planned);
      } else {
        troubles_.Fail(step.address, anew[i].TakeError(), step.where);
      }
    }
  }

  // A change of what it names, by this plan.
  bool Fires(const lower::Trigger& trigger) const {
    const Step* cause = StepAt(trigger.address);
    if (!cause || !cause->Changes()) return false;
    const std::vector<std::string> changed = Differing(cause->before, cause->after);
    const std::string name = trigger.path.substr(0, trigger.path.find('.'));
    return name.empty() || std::find(changed.begin(), changed.end(), name) != changed.end();
  }

  // `replace_when`: why a change makes a new object, now or since an earlier run; "" when none
  // does.
  std::string Fired(const Step& step) const {
    if (step.before.is_null() || options_.refresh_only) return "";
    const Held* held = HeldAt(step.address);
    std::string earlier;
    for (const lower::Trigger& trigger : step.lifecycle.replace_when) {
      if (Fires(trigger)) return "`" + Name(trigger) + "` changes";
      if (held && held->record->due == Name(trigger)) {
        earlier = "`" + Name(trigger) + "` has changed";
      }
    }
    return earlier;
  }

  Status Trigger(Step& step) {
    if (step.bounded || (step.action != Action::NoOp && step.action != Action::Update)) return Ok();
    const std::string reason = Fired(step);
    if (reason.empty()) return Ok();
    SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, installed_.Get(step.provider));
    step.action = Action::Replace;
    step.why = Why::Triggered;
    step.reason = reason;
    if (!provider) return Ok();
    const value::Value config = LetBe(Known(step.config), step.before, step.lifecycle, step.drift);
    SPRINT_ASSIGN_OR_RETURN(Planned again, AskPlan(*provider, step.type, {}, config, ""));
    step.after = std::move(again.planned);
    return Ok();
  }

  // A provider that is configured by resources, and when it can be once that was decided.
  struct MadeFor {
    const lower::ProviderConfig* config = nullptr;
    std::optional<Result<When>> when;
  };

  const lower::DesiredGraph& graph_;
  const state::Snapshot& snapshot_;
  ProviderSet& providers_;
  const PlanOptions& options_;
  Plan plan_;
  Installed installed_;
  Inventory inventory_;
  Selection selection_;
  Requests requests_;
  Refreshed refreshed_;
  Troubles troubles_;
  std::set<std::string> created_first_;
  std::map<std::string, MadeFor> made_for_;  // by provider
  // Of one wave: bounded steps, and what their providers are asked about them all the same.
  std::vector<Step*> bounded_;
  std::vector<Question> checks_;
  // While PlanDesired runs: those of earlier waves, and of this one what is done.
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
