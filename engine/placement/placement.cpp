#include "engine/placement/placement.h"

#include <algorithm>
#include <cmath>

#include "engine/placement/certificate.h"
#include "engine/placement/explain.h"
#include "engine/placement/model.h"
#include "engine/solver/check.h"
#include "engine/solver/evaluate.h"
#include "engine/solver/faults.h"
#include "engine/solver/peer_rules.h"
#include "engine/solver/violations.h"

namespace sprint::placement {
namespace {

constexpr double Hour = 3600;

// EUR/h and g/h of what the solver has per second; W as they are.
double Shown(solver::Goal goal) { return goal == solver::Goal::Energy ? 1 : Hour; }

void Describe(const ir::Program& program, const ir::Deploy& deploy, const Model& model,
              const solver::Placement& placement, Answer& answer) {
  const ir::Continuum& continuum = program.continua[deploy.continuum];
  const solver::Evaluation evaluation = solver::Evaluate(model.problem, placement);
  answer.cost = evaluation.cost * Hour;
  answer.traffic = evaluation.traffic * Hour;
  answer.energy = evaluation.energy;
  answer.carbon = evaluation.carbon * Hour;
  answer.objective = evaluation.burden * Shown(model.problem.goal);
  for (size_t c = 0; c < model.components.size(); ++c) {
    const ir::Component& component = deploy.components[model.components[c]];
    const ir::Variant& variant = component.variants[placement.variant[c]];
    for (size_t p = 0; p < variant.parts.size(); ++p) {
      const uint32_t j = placement.pool[c][p];
      const ir::Zone& zone = continuum.zones[model.pools[j].zone];
      Placed placed;
      placed.component = model.components[c];
      placed.variant = placement.variant[c];
      placed.part = static_cast<ir::Index>(p);
      placed.zone = model.pools[j].zone;
      placed.pool = model.pools[j].pool;
      placed.copy = model.copy[c];
      placed.component_name = component.name;
      placed.variant_name = variant.name;
      placed.part_name = variant.parts[p].name;
      placed.zone_name = zone.name;
      placed.pool_name = zone.pools[placed.pool].name;
      placed.replicas = std::max(placement.count[j], 1U);
      placed.response_mean = evaluation.response[c][p];
      placed.utilisation = evaluation.utilisation[j];
      placed.rate = model.problem.components[c].variants[placed.variant].parts[p].rate;
      answer.parts.push_back(std::move(placed));
    }
  }
  for (uint32_t j = 0; j < model.pools.size(); ++j) {
    if (placement.count[j] == 0 && evaluation.load[j] <= 0) continue;
    answer.pools.push_back({model.pools[j].zone, model.pools[j].pool, placement.count[j],
                            evaluation.pool_cost[j] * Hour, evaluation.utilisation[j]});
  }
  for (size_t i = 0; i < model.constraints.size(); ++i) {
    const ir::Constraint* written = model.constraints[i].written;
    if (!written) continue;
    Requirement requirement;
    requirement.name = written->name;
    requirement.text = written->text;
    requirement.metric = written->metric;
    requirement.path = written->path;
    requirement.relation = written->relation;
    requirement.value = evaluation.value[i];
    requirement.bound = model.problem.constraints[i].bound;
    // A sum over the horizon is shown as the sum it was asked for.
    if (requirement.bound != written->bound && requirement.bound > 0) {
      requirement.value *= written->bound / requirement.bound;
      requirement.bound = written->bound;
    }
    requirement.unit = written->unit;
    requirement.percentile = written->percentile;
    requirement.met = evaluation.met[i];
    if (written->weight) requirement.weight = *written->weight * Hour;
    requirement.loc = written->loc;
    // Asked of several copies, it is as good as the worst of them.
    const bool again = i > 0 && model.constraints[i - 1].written == written;
    if (again) {
      Requirement& worst = answer.requirements.back();
      const bool at_most = worst.relation == ir::Relation::AtMost;
      worst.value = at_most ? std::max(worst.value, requirement.value)
                            : std::min(worst.value, requirement.value);
      worst.met = worst.met && requirement.met;
      continue;
    }
    answer.requirements.push_back(std::move(requirement));
  }
}

// A model whose figures can be reckoned with, wherever they are from: a program, a measurement,
// a file.
Result<Model> BuildGood(const ir::Program& program, const ir::Deploy& deploy,
                        const Options& options) {
  SPRINT_ASSIGN_OR_RETURN(Model model, Build(program, deploy, options));
  const auto faults = solver::Faults(model.problem);
  if (faults.empty()) return model;
  return Error(ErrorCode::InvalidArgument, "placement cannot reckon with this: " + faults.front());
}

}  // namespace

const char* Name(State state) {
  switch (state) {
    case State::Optimal:
      return "optimal";
    case State::Feasible:
      return "feasible";
    case State::Infeasible:
      return "infeasible";
    case State::Exhausted:
      return "exhausted";
  }
  SPRINT_UNREACHABLE("state");
}

const char* UnitOf(ir::Goal goal) {
  return goal == ir::Goal::Cost ? "EUR/h" : goal == ir::Goal::Energy ? "W" : "g/h";
}

Result<Answer> Place(const ir::Program& program, const ir::Deploy& deploy, const Options& options) {
  SPRINT_ASSIGN_OR_RETURN(const Model model, BuildGood(program, deploy, options));
  solver::SearchOptions search;
  search.budget = {.steps = options.steps, .stop = options.stop, .watch = options.watch};
  if (options.running) {
    search.previous = Recall(program, deploy, model, *options.running);
    search.move = options.move_price / Hour;
  }
  SPRINT_ASSIGN_OR_RETURN(const solver::Outcome outcome,
                          solver::CheckedSearch(model.problem, search));
  const double unit = Shown(model.problem.goal);
  Answer answer;
  answer.workload = options.workload.value_or(program.applications[deploy.application].workload);
  if (const auto* solved = std::get_if<solver::Solved>(&outcome)) {
    answer.state = solved->proven ? State::Optimal : State::Feasible;
    answer.steps = solved->steps;
    Describe(program, deploy, model, solved->placement, answer);
    // Moves and missed preferences belong to the objective, not to the bill.
    const double goal = solver::Evaluate(model.problem, solved->placement).goal;
    answer.bound = std::max(0.0, (goal - (solved->burden - solved->bound)) * unit);
  } else if (const auto* infeasible = std::get_if<solver::Infeasible>(&outcome)) {
    answer.state = State::Infeasible;
    answer.steps = infeasible->steps;
    SPRINT_RETURN_IF_ERROR(ExplainTo(program, deploy, options, model, search.budget, answer));
  } else {
    const auto& exhausted = std::get<solver::Exhausted>(outcome);
    answer.steps = exhausted.steps;
    answer.bound = exhausted.bound * unit;
  }
  if (options.certify) {
    if (const auto certificate = solver::Certify(model.problem, search, outcome)) {
      answer.certificate = WriteCertificate(model.problem, NamesOf(program, deploy, model), search,
                                            outcome, *certificate);
      answer.certificate_cases = certificate->cases;
    }
  }
  return answer;
}

Result<Answer> Predict(const ir::Program& program, const ir::Deploy& deploy, const Answer& answer,
                       double workload) {
  Options options;
  options.workload = workload;
  SPRINT_ASSIGN_OR_RETURN(const Model model, BuildGood(program, deploy, options));
  const auto placement = Recall(program, deploy, model, answer);
  if (!placement) {
    return Error(ErrorCode::Conflict, "the program no longer has what this placement uses");
  }
  Answer predicted;
  predicted.workload = workload;
  Describe(program, deploy, model, *placement, predicted);
  const double burden = solver::Evaluate(model.problem, *placement).burden;
  const bool holds = solver::Violations(model.problem, *placement, burden).empty();
  predicted.state = holds ? State::Feasible : State::Infeasible;
  return predicted;
}

Result<std::string> RenderAsPeers(const Answer& answer, const ir::Program& program,
                                  const ir::Deploy& deploy) {
  Options options;
  options.workload = answer.workload;
  SPRINT_ASSIGN_OR_RETURN(const Model model, BuildGood(program, deploy, options));
  const auto placement = Recall(program, deploy, model, answer);
  if (!placement) {
    return Error(ErrorCode::Conflict, "the program no longer has what this placement uses");
  }
  const solver::PeerView peers = solver::EvaluateAsPeers(model.problem, *placement);
  const solver::Evaluation ours = solver::Evaluate(model.problem, *placement);
  const auto milliseconds = [](double seconds) { return FormatNumber(seconds * 1000, 7) + " ms"; };
  std::string text = "By the peers' rules, for comparison only\n\n";
  for (size_t i = 0; i < model.constraints.size(); ++i) {
    if (!model.constraints[i].written || std::isnan(peers.value[i])) continue;
    text += "  " + model.constraints[i].text + "   " + milliseconds(peers.value[i]) + "   here " +
            milliseconds(ours.value[i]) + "\n";
  }
  return text + "  cost " + FormatNumber(peers.cost * Hour, 7) + " EUR/h   here " +
         FormatNumber(ours.cost * Hour, 7) + " EUR/h\n  " +
         (peers.feasible ? "they would accept it\n" : "they would refuse it\n");
}

}  // namespace sprint::placement
