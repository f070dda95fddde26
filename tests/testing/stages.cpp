#include "tests/testing/stages.h"

#include "compiler/diag/emitter.h"
#include "compiler/diag/render.h"
#include "compiler/parse/format.h"
#include "compiler/parse/parse.h"
#include "compiler/support/check.h"
#include "engine/lower/lower.h"
#include "engine/placement/infeasible.h"
#include "engine/placement/placement.h"
#include "engine/plan/plan.h"
#include "tests/unit/compiler/parse/show.h"

namespace sprint::testing {
namespace {

// How long a search took is not what it found.
placement::Answer PlaceTimeless(const ir::Program& program, const ir::Deploy& deploy) {
  auto answer = placement::Place(program, deploy, {});
  SPRINT_CHECK(answer.ok(), "a golden cannot be placed");
  answer->steps = 0;
  answer->seconds = 0;
  return answer.TakeValue();
}

std::string Place(const ir::Program& program, std::vector<diag::Diagnostic>& diagnostics) {
  std::string out;
  for (const ir::Deploy& deploy : program.deploys) {
    const placement::Answer answer = PlaceTimeless(program, deploy);
    if (answer.state == placement::State::Infeasible) {
      diagnostics.push_back(placement::InfeasibleDiagnostic(answer, deploy));
    } else {
      out += placement::Render(answer, program, deploy);
    }
  }
  return out;
}

std::string Plan(const ir::Program& program, const SourceTable& sources) {
  std::string out;
  for (const ir::Deploy& deploy : program.deploys) {
    const placement::Answer answer = PlaceTimeless(program, deploy);
    std::vector<lower::Assignment> assignments;
    for (const placement::Placed& part : answer.parts) {
      assignments.push_back(
          {part.component, part.variant, part.part, part.zone, part.pool, part.replicas});
    }
    std::vector<lower::PoolCount> counts;
    for (const placement::PoolUse& use : answer.pools) {
      counts.push_back({use.zone, use.pool, use.count});
    }
    const auto graph = lower::Lower(program, deploy, assignments, counts);
    SPRINT_CHECK(graph.ok(), "a golden cannot be lowered");
    plan::GivenProviders none;
    plan::PlanOptions options;
    options.where = [&](Loc loc) {
      return loc.ok() ? std::string(sources.name(loc.file)) + ":" +
                            std::to_string(sources.Where(loc.file, loc.begin).line)
                      : "";
    };
    const auto plan = plan::MakePlan(*graph, {}, none, options);
    SPRINT_CHECK(plan.ok(), "a golden cannot be planned");
    out += plan::Render(*plan, /*colour=*/false);
  }
  return out;
}

std::string Parse(const SourceTable& sources) {
  const auto root = static_cast<FileId>(1);
  diag::Emitter emitter;
  const ast::File file = parse::Parse(root, sources, emitter);
  return emitter.has_errors() ? parse::ShowFile(file) : parse::Format(root, sources);
}

}  // namespace

std::string StageOutput(const std::string& stage, const ir::Program* program,
                        const SourceTable& sources, std::vector<diag::Diagnostic>& diagnostics) {
  if (stage == "parse") return Parse(sources);
  if (stage == "render") return diag::RenderTerminal(diagnostics, sources);
  if (stage == "place" && program) return Place(*program, diagnostics);
  if (stage == "plan" && program) return Plan(*program, sources);
  return "";
}

}  // namespace sprint::testing
