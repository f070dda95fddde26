#include "engine/placement/explain.h"

#include <algorithm>
#include <cmath>

#include "compiler/support/environment.h"
#include "engine/placement/blockers.h"
#include "engine/solver/check.h"
#include "engine/solver/explain.h"

namespace sprint::placement {
namespace {

// Nobody waits longer for an explanation than this, all of it. Within it the same program
// gets the same one on every machine; steps alone cannot promise that, as one of them takes
// a thousand times longer on hundreds of pools than on three.
constexpr double CoreSeconds = 1.5, OtherSeconds = 0.5;

solver::Budget Share(solver::Budget budget, uint64_t questions, double seconds) {
  budget.steps = std::max<uint64_t>(budget.steps / questions, 1);
  budget.seconds = std::min(budget.seconds, seconds);
  return budget;
}

// Answers "is there a placement" for changed problems, all within one budget.
class Asker {
 public:
  Asker(const Model& model, const solver::Budget& budget)
      : model_(model), budget_(budget), begun_(SystemClock().Steady()) {}

  bool Holds(const solver::Problem& problem, const std::vector<bool>& active) {
    const std::chrono::duration<double> since = SystemClock().Steady() - begun_;
    if (budget_.steps == 0 || since.count() >= budget_.seconds) return false;
    solver::SearchOptions options;
    options.budget = budget_;
    options.budget.seconds -= since.count();
    options.any = true;
    options.active = active;
    const auto outcome = solver::CheckedSearch(problem, options);
    if (!outcome.ok()) {
      trouble_ = outcome.error();
      return false;
    }
    const uint64_t used = std::visit([](const auto& one) { return one.steps; }, *outcome);
    budget_.steps -= std::min(budget_.steps, used);
    return std::holds_alternative<solver::Solved>(*outcome);
  }

  // An answer that the check refused.
  const Status& trouble() const { return trouble_; }

  // How many more instances of pool j there would have to be; nothing: no number helps.
  std::optional<uint32_t> More(uint32_t j) {
    constexpr uint32_t Most = 64;
    solver::Problem problem = model_.problem;
    const auto with = [&](uint32_t more) {
      problem.pools[j].max = model_.problem.pools[j].max + more;
      return Holds(problem, {});
    };
    if (!with(Most)) return std::nullopt;
    uint32_t low = 0, high = Most;
    while (high - low > 1) {
      const uint32_t middle = (low + high) / 2;
      (with(middle) ? high : low) = middle;
    }
    return high;
  }

 private:
  const Model& model_;
  solver::Budget budget_;  // what is left of the steps; all of the seconds
  std::chrono::steady_clock::time_point begun_;
  Status trouble_ = Ok();
};

void WithoutPins(const Model& model, const solver::Core& core, Asker& asker, Answer& answer) {
  for (const uint32_t i : core) {
    const Model::ConstraintOrigin& origin = model.constraints[i];
    if (!origin.pin) continue;
    std::vector<bool> active(model.constraints.size(), true);
    // The same pin of another copy goes with it.
    for (size_t k = 0; k < active.size(); ++k) {
      active[k] = model.constraints[k].loc != origin.loc;
    }
    if (asker.Holds(model.problem, active)) {
      answer.relaxations.push_back({"without `" + origin.text + "` it would do", origin.loc});
    }
  }
}

void WithMore(const ir::Program& program, const ir::Deploy& deploy, const Model& model,
              Asker& asker, Answer& answer) {
  // A whole catalogue of pools would take longer than anybody waits.
  constexpr size_t MostPools = 16;
  const solver::Problem& problem = model.problem;
  size_t asked = 0;
  for (uint32_t j = 0; j < problem.pools.size() && asked < MostPools; ++j) {
    const solver::Pool& pool = problem.pools[j];
    if (pool.form == solver::Form::Functions) continue;
    ++asked;
    const auto more = asker.More(j);
    if (!more) continue;
    const bool machine = pool.form == solver::Form::Machines;
    const ir::Pool& written =
        program.continua[deploy.continuum].zones[model.pools[j].zone].pools[model.pools[j].pool];
    const std::string what =
        *more == 1 ? (machine ? "one more machine" : "one more node")
                   : std::to_string(*more) + (machine ? " more machines" : " more nodes");
    answer.relaxations.push_back(
        {what + " in " + PoolName(program, deploy, model, j) + " would do", written.loc});
  }
}

}  // namespace

std::string WithBound(const ir::Constraint& written, double horizon, double bound) {
  const auto unit = ParseUnit(written.unit);
  if (OverHorizon(written)) bound *= horizon;
  const bool at_most = written.relation == ir::Relation::AtMost;
  double shown = unit ? bound / unit->factor : bound;
  if (shown > 0) {
    const double step = std::pow(10, std::floor(std::log10(shown)) - 2);
    const double slips = 1e-9 * (at_most ? -1 : 1);
    shown =
        (at_most ? std::ceil(shown / step * (1 + slips)) : std::floor(shown / step * (1 + slips))) *
        step;
  }
  std::string subject = written.text;
  const char* relation = at_most ? "<=" : ">=";
  if (const size_t at = subject.find(relation); at != std::string::npos) subject.resize(at);
  while (!subject.empty() && subject.back() == ' ') subject.pop_back();
  std::string text = subject + " " + relation + " " + FormatNumber(shown, 4);
  if (!written.unit.empty()) text += " " + written.unit;
  if (written.percentile) text += " at " + FormatPercentile(*written.percentile);
  return text;
}

std::string PoolName(const ir::Program& program, const ir::Deploy& deploy, const Model& model,
                     uint32_t pool) {
  const ir::Zone& zone = program.continua[deploy.continuum].zones[model.pools[pool].zone];
  return zone.name + "." + zone.pools[model.pools[pool].pool].name;
}

Status ExplainTo(const ir::Program& program, const ir::Deploy& deploy, const Model& model,
                 const solver::Budget& budget, Answer& answer) {
  const solver::Explanation found = solver::Explain(model.problem, Share(budget, 10, CoreSeconds));
  answer.cores_complete = found.complete;
  for (const solver::Core& core : found.cores) {
    answer.cores.emplace_back();
    for (uint32_t i : core) {
      const Model::ConstraintOrigin& origin = model.constraints[i];
      // The same line for another copy says nothing more.
      std::vector<CoreLine>& lines = answer.cores.back();
      const bool told = std::any_of(lines.begin(), lines.end(), [&](const CoreLine& line) {
        return line.loc == origin.loc && line.text == origin.text;
      });
      if (!told) lines.push_back({origin.loc, origin.text});
    }
  }
  for (const solver::Relaxation& relaxation : found.relaxations) {
    const ir::Constraint* written = model.constraints[relaxation.constraint].written;
    if (!written) continue;
    answer.relaxations.push_back(
        {WithBound(*written, deploy.horizon, relaxation.bound) + " would do", written->loc});
  }
  if (!found.cores.empty() && found.cores.front().empty()) {
    answer.blockers = Blockers(deploy, program.applications[deploy.application], model);
  }
  Asker asker(model, Share(budget, 20, OtherSeconds));
  if (!found.cores.empty()) WithoutPins(model, found.cores.front(), asker, answer);
  WithMore(program, deploy, model, asker, answer);
  return asker.trouble();
}

}  // namespace sprint::placement
