#include "engine/apply/phase.h"

#include <set>

#include "engine/lower/config.h"
#include "engine/plan/phases.h"

namespace sprint::apply {

namespace {

// An object of a plan: an address may have deposed ones.
using Key = std::pair<std::string, std::string>;
Key KeyOf(const plan::Step& step) { return {step.address, step.deposed}; }

lower::Resource ResourceOf(const plan::Step& step) {
  lower::Resource resource;
  resource.address = step.address;
  resource.type = step.type;
  resource.provider = step.provider;
  resource.config = step.config;
  resource.dependencies = step.dependencies;
  resource.loc = step.loc;
  resource.lifecycle = step.lifecycle;
  resource.units = step.units;
  resource.instance = step.instance;
  return resource;
}

std::string MayBe(plan::Action action) {
  switch (action) {
    case plan::Action::Create:
      return "be made";
    case plan::Action::Update:
      return "be changed";
    case plan::Action::Replace:
      return "be replaced";
    case plan::Action::Delete:
      return "be deleted";
    case plan::Action::Forget:
      return "be forgotten";
    case plan::Action::NoOp:
    case plan::Action::Refresh:
      break;
  }
  return "stay as it is";
}

// "`a` would be replaced: …; it was approved to be changed"
std::string Outside(const plan::Step& now, const plan::Step* approved) {
  return "`" + now.address + "` would " + MayBe(now.action) + " (" + now.reason +
         "), and what was approved is that it may " +
         MayBe(approved ? approved->action : plan::Action::NoOp);
}

}  // namespace

Status ConfigureAsPlanned(const plan::Plan& plan, const state::Snapshot& snapshot,
                          plan::ProviderSet& providers) {
  std::set<std::string> later;
  for (const plan::Phase& phase : plan.phases) later.insert(phase.provider);
  std::map<std::string, const value::Value*> seen;
  for (const lower::ProviderConfig& config : plan.providers) {
    lower::VisitReferences(config.config, [&](const std::string& address, const std::string&) {
      seen.emplace(address, nullptr);
    });
  }
  if (seen.empty()) return Ok();
  for (const auto& [address, record] : snapshot.records) {
    if (const auto it = seen.find(address); it != seen.end()) it->second = &record.attributes;
  }
  for (const plan::Step& step : plan.steps) {
    if (step.config.is_null()) continue;
    if (const auto it = seen.find(step.address); it != seen.end()) it->second = &step.after;
  }
  for (const lower::ProviderConfig& config : plan.providers) {
    std::set<std::string> references;
    lower::CollectReferences(config.config, references);
    if (references.empty() || later.contains(config.name)) continue;
    const value::Value known =
        lower::Resolve(config.config, [&](const std::string& address) { return seen[address]; });
    if (!known.HasUnknown()) SPRINT_RETURN_IF_ERROR(providers.Configure(config.name, known));
  }
  return Ok();
}

Result<Exact> OpenPhase(const plan::Plan& plan, const plan::Phase& phase, const Ledger& ledger,
                        plan::ProviderSet& providers, std::map<std::string, plan::Step> beside) {
  for (const lower::ProviderConfig& config : plan.providers) {
    if (config.name != phase.provider) continue;
    const value::Value known = ledger.Resolve(config.config);
    if (known.HasUnknown()) {
      return Error(ErrorCode::Conflict, "what configures it is there, and says nothing of what " +
                                            std::string("it is to be configured with"));
    }
    SPRINT_RETURN_IF_ERROR(providers.Configure(config.name, known));
  }

  lower::DesiredGraph graph;
  plan::PlanOptions options;
  options.only.emplace();
  options.beside = std::move(beside);
  std::map<Key, size_t> approved;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const plan::Step& step = plan.steps[i];
    if (!step.bounded || step.provider != phase.provider) continue;
    approved[KeyOf(step)] = i;
    options.only->insert(step.address);
    if (!step.moved_from.empty() && step.deposed.empty()) {
      graph.moves.push_back({step.moved_from, step.address, step.loc});
    }
    if (!step.adopt.empty()) graph.adoptions.push_back({step.address, step.adopt, step.loc});
    if (step.why == plan::Why::Asked) options.replace.push_back(step.address);
    if (!step.config.is_null()) graph.resources.push_back(ResourceOf(step));
  }
  SPRINT_ASSIGN_OR_RETURN(plan::Plan now, plan::MakePlan(graph, ledger.Now(), providers, options));
  std::string wrong;
  const auto say = [&wrong](const std::string& text) {
    wrong += (wrong.empty() ? "" : "; ") + text;
  };
  for (const std::string& error : now.errors) say(error);
  if (!wrong.empty()) return Error(ErrorCode::Denied, wrong);

  Exact exact;
  for (plan::Step& step : now.steps) {
    const auto found = approved.find(KeyOf(step));
    const plan::Step* said = found == approved.end() ? nullptr : &plan.steps[found->second];
    if (said ? !plan::Within(*said, step) : step.Changes()) {
      say(Outside(step, said));
      continue;
    }
    if (!said) continue;
    step.phase = said->phase;
    step.loc = said->loc;
    step.where = said->where;
    exact.emplace_back(found->second, std::move(step));
    approved.erase(found);
  }
  if (!wrong.empty()) {
    return Error(ErrorCode::Denied, wrong + "; nothing of it was touched, plan again");
  }
  // What is to go and has gone already has no step any more.
  for (const auto& [key, index] : approved) {
    plan::Step nothing = plan.steps[index];
    nothing.action = plan::Action::NoOp;
    nothing.bounded = false;
    nothing.before = {};
    exact.emplace_back(index, std::move(nothing));
  }
  return exact;
}

}  // namespace sprint::apply
