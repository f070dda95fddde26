#include <algorithm>
#include <cmath>
#include <cstdio>

#include "compiler/diag/render.h"
#include "engine/cli/options.h"
#include "engine/cli/plan_json.h"
#include "engine/cli/refusals.h"
#include "engine/cli/session.h"
#include "engine/cli/why_component.h"
#include "engine/cli/world.h"

namespace sprint::cli {
namespace {

using value::List;
using value::Object;

// One place a component could be, and what comes of putting it there.
struct Elsewhere {
  ir::Index zone = 0, pool = 0;
  std::string name;
  bool offered = false;  // some variant has a demand for its kind
  placement::Answer answer;
};

std::string ObjectiveUnit(const ir::Deploy& deploy) {
  return std::string(" ") + placement::UnitOf(deploy.goal);
}

bool Offered(const ir::Component& component, ir::Index kind) {
  for (const ir::Variant& variant : component.variants) {
    const bool all = std::all_of(variant.parts.begin(), variant.parts.end(), [&](const auto& part) {
      return ir::DemandOn(part, kind) != nullptr;
    });
    if (all) return true;
  }
  return false;
}

std::string Place(const placement::Placed& placed) {
  std::string text = placed.zone_name + "." + placed.pool_name;
  if (!placed.variant_name.empty()) text += " as " + placed.variant_name;
  if (!placed.part_name.empty()) text += "." + placed.part_name;
  return text;
}

// Where `component` is, in words: "upv.large as tiny".
std::string PlaceOf(const placement::Answer& answer, ir::Index component) {
  std::string text;
  for (const placement::Placed& placed : answer.parts) {
    if (placed.component != component) continue;
    text += (text.empty() ? "" : ", ") + Place(placed);
  }
  return text;
}

bool IsOn(const placement::Answer& answer, ir::Index component, const Elsewhere& there) {
  return std::any_of(answer.parts.begin(), answer.parts.end(), [&](const auto& placed) {
    return placed.component == component && placed.zone == there.zone && placed.pool == there.pool;
  });
}

// The lines that forbid it: the first core without the question itself.
std::vector<placement::CoreLine> Forbidding(const placement::Answer& answer) {
  std::vector<placement::CoreLine> lines;
  if (answer.cores.empty()) return lines;
  for (const placement::CoreLine& line : answer.cores.front()) {
    if (line.loc.ok()) lines.push_back(line);
  }
  return lines;
}

Result<std::vector<Elsewhere>> AskEverywhere(
    const ir::Program& program, const ir::Deploy& deploy, ir::Index component,
    const std::string& only, const std::vector<placement::Options::Available>& available) {
  const ir::Continuum& continuum = program.continua[deploy.continuum];
  std::vector<Elsewhere> asked;
  std::string names;
  for (ir::Index z = 0; z < continuum.zones.size(); ++z) {
    for (ir::Index k = 0; k < continuum.zones[z].pools.size(); ++k) {
      const ir::Pool& pool = continuum.zones[z].pools[k];
      Elsewhere there{z, k, continuum.zones[z].name + "." + pool.name, false, {}};
      names += (names.empty() ? "`" : ", `") + there.name + "`";
      if (!only.empty() && there.name != only) continue;
      there.offered = Offered(deploy.components[component], pool.kind);
      if (there.offered) {
        placement::Options options;
        options.available = available;
        options.force.push_back({component, z, k});
        SPRINT_ASSIGN_OR_RETURN(there.answer, PlaceNow(program, deploy, options));
      }
      asked.push_back(std::move(there));
    }
  }
  if (asked.empty() && !only.empty()) {
    return Error(ErrorCode::NotFound, "there is no pool `" + only + "`; there is " + names);
  }
  return asked;
}

std::string Delta(const placement::Answer& best, const placement::Answer& there,
                  const ir::Deploy& deploy) {
  char text[64];
  const double delta = there.objective - best.objective;
  if (std::fabs(delta) < 1e-9 * std::max(1.0, std::fabs(best.objective))) return "as good";
  std::snprintf(text, sizeof text, "%+.4g", delta);
  return text + ObjectiveUnit(deploy);
}

// What else moves when it is put there, as ", and Blur to upv.large".
std::string AlsoMoved(const placement::Answer& best, const placement::Answer& there,
                      const ir::Deploy& deploy, ir::Index component) {
  std::string text;
  for (ir::Index c = 0; c < deploy.components.size(); ++c) {
    if (c == component) continue;
    const std::string before = PlaceOf(best, c), after = PlaceOf(there, c);
    if (before != after) text += ", and " + deploy.components[c].name + " to " + after;
  }
  return text;
}

std::string OneLine(const placement::Answer& best, const Elsewhere& there, const ir::Deploy& deploy,
                    ir::Index component) {
  if (!there.offered) return "no variant has a demand for its kind";
  if (there.answer.parts.empty()) {
    if (there.answer.state != placement::State::Infeasible) return "not known within the budget";
    std::string text = "cannot:";
    for (const placement::CoreLine& line : Forbidding(there.answer)) {
      text += (text.back() == ':' ? " " : "; ") + line.text;
    }
    return text.back() == ':' ? "cannot, whatever is required" : text;
  }
  return Delta(best, there.answer, deploy) + AlsoMoved(best, there.answer, deploy, component);
}

Object Json(const Compiled& compiled, const placement::Answer& best, const Elsewhere& there,
            const ir::Deploy& deploy, ir::Index component) {
  Object object{{"pool", there.name},
                {"here", IsOn(best, component, there)},
                {"possible", !there.answer.parts.empty()},
                {"text", OneLine(best, there, deploy, component)}};
  if (!there.answer.parts.empty()) {
    object["delta"] = there.answer.objective - best.objective;
    object["unit"] = ObjectiveUnit(deploy).substr(1);
    object["status"] = placement::Name(there.answer.state);
  }
  List core;
  for (const placement::CoreLine& line : Forbidding(there.answer)) {
    core.push_back(Object{
        {"file", std::string(compiled.sources.name(line.loc.file))},
        {"line", static_cast<int64_t>(compiled.sources.Where(line.loc.file, line.loc.begin).line)},
        {"text", line.text}});
  }
  object["core"] = std::move(core);
  List relaxations;
  for (const placement::Relaxation& relaxation : there.answer.relaxations) {
    relaxations.push_back(relaxation.text);
  }
  object["relaxations"] = std::move(relaxations);
  return object;
}

// The lines that forbid it, underlined.
void PrintForbidding(const Compiled& compiled, const Elsewhere& there,
                     const ir::Component& component, bool colour) {
  const auto lines = Forbidding(there.answer);
  diag::Diagnostic diagnostic;
  diagnostic.severity = diag::Severity::Note;
  diagnostic.message = "`" + component.name + "` cannot be on `" + there.name + "`";
  if (!there.offered) {
    diagnostic.loc = component.loc;
    diagnostic.help = "no variant has a demand for its kind";
  } else if (!lines.empty()) {
    diagnostic.message += ": " + lines.front().text;
    diagnostic.loc = lines.front().loc;
    for (size_t i = 1; i < lines.size(); ++i) {
      diagnostic.labels.push_back({lines[i].loc, lines[i].text});
    }
  } else {
    diagnostic.message += ", whatever is required";
    diagnostic.loc = component.loc;
  }
  for (const placement::Relaxation& relaxation : there.answer.relaxations) {
    diagnostic.help += (diagnostic.help.empty() ? "" : "; or ") + relaxation.text;
  }
  std::fputs(diag::RenderTerminal({diagnostic}, compiled.sources,
                                  colour ? diag::Color::On : diag::Color::Off)
                 .c_str(),
             stdout);
}

}  // namespace

int WhyComponent(const Options& options, const Compiled& compiled, const ir::Deploy& deploy,
                 ir::Index component, const std::string& not_on) {
  const ir::Program& program = *compiled.program;
  auto world = OpenToLook(compiled);
  if (!world.ok()) return Fail(world.error());
  auto refused = RefusedNow(**world);
  if (!refused.ok()) return Fail(refused.error());
  placement::Options wanted;
  wanted.available = AvailableWith(*refused, program, deploy);
  auto best = PlaceNow(program, deploy, wanted);
  if (!best.ok()) return Fail(best.error());
  if (best->parts.empty()) {
    return Fail(Error(ErrorCode::NotFound, "the program has no placement; `sprint plan` says why"));
  }
  auto asked = AskEverywhere(program, deploy, component, not_on, wanted.available);
  if (!asked.ok()) return Fail(asked.error());
  const ir::Component& what = deploy.components[component];
  if (options.json) {
    List places, left_out;
    for (const state::Refusal& one : *refused) left_out.push_back(Describe(one));
    for (const Elsewhere& there : *asked) {
      places.push_back(Json(compiled, *best, there, deploy, component));
    }
    Object document{{"component", what.name},
                    {"placed", PlaceOf(*best, component)},
                    {"objective", best->objective},
                    {"status", placement::Name(best->state)},
                    {"places", std::move(places)}};
    if (!left_out.empty()) document["left_out"] = std::move(left_out);
    std::puts(value::ToJson(document, /*pretty=*/true).c_str());
    return Success;
  }
  std::printf("%s is on %s   (%s, %s%s)\n", what.name.c_str(), PlaceOf(*best, component).c_str(),
              placement::Name(best->state), FormatNumber(best->objective, 4).c_str(),
              ObjectiveUnit(deploy).c_str());
  for (const state::Refusal& one : *refused) {
    std::printf("  left out: %s\n", Describe(one).c_str());
  }
  if (!not_on.empty()) {
    const Elsewhere& there = asked->front();
    if (IsOn(*best, component, there)) {
      std::printf("  on %s: it is there\n", there.name.c_str());
    } else if (there.answer.parts.empty()) {
      PrintForbidding(compiled, there, what, options.colour);
    } else {
      std::printf("  on %s: %s\n", PlaceOf(there.answer, component).c_str(),
                  OneLine(*best, there, deploy, component).c_str());
    }
    return Success;
  }
  for (const Elsewhere& there : *asked) {
    if (IsOn(*best, component, there)) continue;
    std::printf("  %-20s %s\n", there.name.c_str(),
                OneLine(*best, there, deploy, component).c_str());
  }
  return Success;
}

}  // namespace sprint::cli
