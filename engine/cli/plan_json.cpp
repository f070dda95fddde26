#include "engine/cli/plan_json.h"

#include <cmath>

#include "compiler/diag/render.h"
#include "compiler/support/quantity.h"
#include "engine/plan/document.h"

namespace sprint::cli {
namespace {

using value::List;
using value::Object;
using value::Value;

Value TextOrNull(const std::string& text) { return text.empty() ? Value() : Value(text); }

// A bound in the unit the user wrote.
Value InUnit(double base, const std::string& unit) {
  const auto info = ParseUnit(unit);
  return Value(info ? base / info->factor : base);
}

Object Line(const SourceTable& sources, Loc loc) {
  if (!loc.ok()) return {};
  return {{"file", std::string(sources.name(loc.file))},
          {"line", static_cast<int64_t>(sources.Where(loc.file, loc.begin).line)}};
}

Object Sensitivity(const Compiled& compiled, const placement::Sensitivity& sensitivity) {
  const auto known = [](double number) { return std::isfinite(number) ? Value(number) : Value(); };
  List prices, bounds;
  for (const placement::PriceRange& range : sensitivity.prices) {
    Object object = Line(compiled.sources, range.loc);
    object["pool"] = range.pool;
    object["used"] = range.used;
    object["price"] = range.price;
    object["low"] = range.low;
    object["high"] = known(range.high);
    object["broken"] = TextOrNull(range.broken);
    prices.push_back(std::move(object));
  }
  for (const placement::BoundRange& range : sensitivity.bounds) {
    Object object = Line(compiled.sources, range.loc);
    object["text"] = range.text;
    object["value"] = known(range.value);
    object["binding"] = range.binding;
    object["looser"] = TextOrNull(range.looser);
    object["saves"] = range.saves;
    if (range.meeting) object["meeting"] = known(*range.meeting);
    bounds.push_back(std::move(object));
  }
  return Object{
      {"prices", std::move(prices)}, {"bounds", std::move(bounds)}, {"exact", sensitivity.exact}};
}

}  // namespace

Object PlacementJson(const Compiled& compiled, const placement::Answer& answer) {
  List components;
  for (const placement::Placed& part : answer.parts) {
    components.push_back(Object{{"component", part.component_name},
                                {"variant", TextOrNull(part.variant_name)},
                                {"part", TextOrNull(part.part_name)},
                                {"zone", part.zone_name},
                                {"pool", part.pool_name},
                                {"copy", static_cast<int64_t>(part.copy)},
                                {"replicas", static_cast<int64_t>(part.replicas)},
                                {"response_mean_s", part.response_mean},
                                {"utilisation", part.utilisation},
                                {"rate_rps", part.rate}});
  }
  List requirements;
  for (const placement::Requirement& requirement : answer.requirements) {
    Object object = Line(compiled.sources, requirement.loc);
    object["name"] = TextOrNull(requirement.name);
    object["text"] = requirement.text;
    object["value"] = InUnit(requirement.value, requirement.unit);
    object["bound"] = InUnit(requirement.bound, requirement.unit);
    object["unit"] = requirement.unit;
    object["at"] =
        requirement.percentile ? Value(FormatPercentile(*requirement.percentile)) : Value("mean");
    object["met"] = requirement.met;
    object["hard"] = !requirement.weight.has_value();
    requirements.push_back(std::move(object));
  }
  Object placement{{"status", placement::Name(answer.state)},
                   {"cost", answer.cost},
                   {"bound", answer.bound},
                   {"unit", "EUR/h"},
                   {"traffic", answer.traffic},
                   {"energy_w", answer.energy},
                   {"carbon_g_per_h", answer.carbon},
                   {"workload_rps", answer.workload},
                   {"steps", static_cast<int64_t>(answer.steps)},
                   {"seconds", answer.seconds},
                   {"components", std::move(components)},
                   {"requirements", std::move(requirements)}};
  if (answer.certificate_cases > 0) {
    placement["certificate_cases"] = static_cast<int64_t>(answer.certificate_cases);
  }
  if (answer.state == placement::State::Infeasible) {
    const auto lines_of = [&](const std::vector<placement::CoreLine>& lines) {
      List list;
      for (const placement::CoreLine& line : lines) {
        Object object = Line(compiled.sources, line.loc);
        object["text"] = line.text;
        list.push_back(std::move(object));
      }
      return list;
    };
    List core;
    List cores;
    for (const auto& lines : answer.cores) {
      List list = lines_of(lines);
      if (core.empty()) core = list;
      cores.push_back(std::move(list));
    }
    placement["core"] = std::move(core);
    placement["cores"] = std::move(cores);
    placement["blockers"] = lines_of(answer.blockers);
    List relaxations;
    for (const placement::Relaxation& relaxation : answer.relaxations) {
      Object object = Line(compiled.sources, relaxation.loc);
      object["text"] = relaxation.text;
      relaxations.push_back(std::move(object));
    }
    placement["relaxations"] = std::move(relaxations);
  }
  return placement;
}

Value DiagnosticsJson(const Compiled& compiled) {
  auto list = value::FromJson(diag::RenderJson(compiled.diagnostics, compiled.sources));
  return list.ok() ? list.TakeValue() : Value(List{});
}

std::string PlanJson(const Compiled& compiled, const placement::Answer* answer,
                     const plan::Plan* plan, const placement::Sensitivity* sensitivity) {
  Object document;
  document["placement"] = answer ? Value(PlacementJson(compiled, *answer)) : Value();
  if (sensitivity) document["sensitivity"] = Sensitivity(compiled, *sensitivity);
  List phases;
  if (plan) {
    for (const plan::Phase& phase : plan->phases) {
      phases.emplace_back(plan::Document(*plan, phase));
    }
  }
  document["phases"] = std::move(phases);
  document["changes"] = plan ? plan::Changes(*plan) : Value(List{});
  List notes;
  if (plan) {
    for (const std::string& note : plan->notes) notes.push_back(note);
  }
  document["notes"] = std::move(notes);
  document["diagnostics"] = DiagnosticsJson(compiled);
  return value::ToJson(Value(std::move(document)), /*pretty=*/true);
}

}  // namespace sprint::cli
