#include "engine/plan/removals.h"

#include <string_view>
#include <unordered_set>
#include <utility>

#include "engine/plan/decide.h"

namespace sprint::plan {

namespace {

const lower::Forget* Forgotten(const lower::DesiredGraph& graph, const std::string& address) {
  for (const lower::Forget& forget : graph.forgets) {
    if (lower::Covers(forget.address, address)) return &forget;
  }
  return nullptr;
}

void Await(const Phase* phase, Step& step) {
  if (!phase) return;
  step.phase = phase->number;
  step.bounded = true;
}

// What the state has and the program has not.
Status PlanGone(const lower::DesiredGraph& graph, const Inventory& inventory,
                const Selection& selection, const PlanOptions& options, Refreshed& refreshed,
                const LaterPhase& later, Troubles& troubles, Plan& plan) {
  std::unordered_set<std::string_view> kept;
  if (!options.destroy) {
    for (const lower::Resource& resource : graph.resources) {
      if (selection.Has(resource.address)) kept.insert(resource.address);
    }
  }
  for (const state::Record* record : inventory.left_behind) {
    Step step;
    step.address = record->address;
    step.type = record->type;
    step.provider = record->provider;
    step.action = Action::Forget;
    step.why = Why::Removed;
    step.reason = "has moved";
    plan.steps.push_back(std::move(step));
  }
  for (const auto& [address, held] : inventory.held) {
    if (!selection.Has(address) || kept.contains(address) || troubles.Has(address)) continue;
    const state::Record& record = *held.record;
    if (record.attributes.is_null()) continue;  // only deposed objects are left
    Step step;
    step.address = address;
    step.type = record.type;
    step.provider = record.provider;
    auto phase = later(record.provider);
    if (!phase.ok()) {
      troubles.Fail(address, phase.TakeError(), "");
      continue;
    }
    refreshed.Take(held, step);
    step.sensitive = record.sensitive;
    step.lifecycle.protect = record.lifecycle.protect;
    step.lifecycle.retain = record.lifecycle.retain;
    step.lifecycle.create_before_destroy = record.lifecycle.create_before_destroy;
    if (options.refresh_only) {
      PlanRefreshOnly(step, &held);
      plan.steps.push_back(std::move(step));
      continue;
    }
    if (step.before.is_null()) {
      step.action = Action::Forget;
      step.why = Why::Gone;
      step.reason = "is already gone";
    } else if (const lower::Forget* forget = Forgotten(graph, address);
               forget || record.lifecycle.retain) {
      step.action = Action::Forget;
      step.why = Why::Given;
      step.reason =
          forget ? "is given up by the program; the object stays" : "is retained; the object stays";
      if (forget) step.loc = forget->loc;
    } else {
      Await(*phase, step);
      step.action = Action::Delete;
      step.why = options.destroy ? Why::Destroyed : Why::Removed;
      step.reason = options.destroy ? "everything is to go" : "is no longer in the program";
    }
    if (Status status = CheckProtected(step, record.lifecycle.protect); !status.ok()) {
      troubles.Object(step, status.error());
    }
    plan.steps.push_back(std::move(step));
  }
  return Ok();
}

// Objects whose replacement is there already.
Status PlanDeposed(const Inventory& inventory, const Selection& selection, const LaterPhase& later,
                   Plan& plan) {
  for (const auto& [address, held] : inventory.held) {
    if (!selection.Has(address) || held.record->deposed.empty()) continue;
    SPRINT_ASSIGN_OR_RETURN(const Phase* phase, later(held.record->provider));
    for (const state::Deposed& old : held.record->deposed) {
      Step step;
      step.address = address;
      step.type = held.record->type;
      step.provider = held.record->provider;
      Await(phase, step);
      step.action = Action::Delete;
      step.why = Why::Deposed;
      step.reason = "its replacement is there";
      step.deposed = old.key;
      step.before = old.attributes;
      step.private_bytes = old.private_bytes;
      step.sensitive = held.record->sensitive;
      step.old_dependencies = held.dependencies;
      step.moved_from = held.moved_from;
      step.lifecycle.create_before_destroy = true;
      plan.steps.push_back(std::move(step));
    }
  }
  return Ok();
}

}  // namespace

Status PlanRemovals(const lower::DesiredGraph& graph, const Inventory& inventory,
                    const Selection& selection, const PlanOptions& options, Refreshed& refreshed,
                    const LaterPhase& later, Troubles& troubles, Plan& plan) {
  SPRINT_RETURN_IF_ERROR(
      PlanGone(graph, inventory, selection, options, refreshed, later, troubles, plan));
  return options.refresh_only ? Ok() : PlanDeposed(inventory, selection, later, plan);
}

}  // namespace sprint::plan
