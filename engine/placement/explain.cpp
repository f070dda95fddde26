#include "engine/placement/explain.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

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
  Asker(const Model& model, solver::Budget budget)
      : model_(model), budget_(std::move(budget)), begun_(SystemClock().Steady()) {}

  bool Holds(const solver::Problem& problem, const std::vector<bool>& active) {
    return std::holds_alternative<solver::Solved>(Ask(problem, active));
  }
  bool HoldsNowhere(const solver::Problem& problem, const std::vector<bool>& active) {
    return std::holds_alternative<solver::Infeasible>(Ask(problem, active));
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
  solver::Outcome Ask(const solver::Problem& problem, const std::vector<bool>& active) {
    const std::chrono::duration<double> since = SystemClock().Steady() - begun_;
    if (budget_.steps == 0 || since.count() >= budget_.seconds) return solver::Exhausted{};
    solver::SearchOptions options;
    options.budget = budget_;
    options.budget.seconds -= since.count();
    options.any = true;
    options.active = active;
    auto outcome = solver::CheckedSearch(problem, options);
    if (!outcome.ok()) {
      trouble_ = outcome.error();
      return solver::Exhausted{};
    }
    const uint64_t used = std::visit([](const auto& one) { return one.steps; }, *outcome);
    budget_.steps -= std::min(budget_.steps, used);
    return outcome.TakeValue();
  }

  const Model& model_;
  solver::Budget budget_;  // what is left of the steps; all of the seconds
  std::chrono::steady_clock::time_point begun_;
  Status trouble_ = Ok();
};

// What one line asks of each copy of a component is one requirement.
solver::Lines LinesOf(const Model& model) {
  std::map<std::tuple<FileId, uint32_t, std::string>, uint32_t> known;
  solver::Lines lines;
  for (const Model::ConstraintOrigin& origin : model.constraints) {
    const auto next = static_cast<uint32_t>(known.size());
    lines.push_back(known.emplace(std::tuple(origin.loc.file, origin.loc.begin, origin.text), next)
                        .first->second);
  }
  return lines;
}

// What a bound of the solver is multiplied by to be in the unit it is written in.
double Scale(const ir::Constraint& written, double horizon) {
  const auto unit = ParseUnit(written.unit);
  return (OverHorizon(written) ? horizon : 1) / (unit ? unit->factor : 1);
}

// Three digits of `number`, rounded to the side that holds.
double Shown(const ir::Constraint& written, double number) {
  if (number <= 0) return number;
  const bool at_most = written.relation == ir::Relation::AtMost;
  const double step = std::pow(10, std::floor(std::log10(number)) - 2);
  const double slips = 1e-9 * (at_most ? -1 : 1);
  const double steps = number / step * (1 + slips);
  return (at_most ? std::ceil(steps) : std::floor(steps)) * step;
}

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

// Copies are there whether their own rule takes part or not. Lines that ask for them and without
// which the core would hold: as far as the budget allows, all others do without copies.
void AddSpreads(const ir::Program& program, const ir::Deploy& deploy, const Options& options,
                const Model& model, Asker& asker, solver::Core& core) {
  std::vector<uint32_t> needed;
  ir::Program left = program;
  const ir::Constraint* before = nullptr;
  for (uint32_t i = 0; i < model.constraints.size(); ++i) {
    const ir::Constraint* written = model.constraints[i].written;
    if (!written || written->metric != ir::Metric::Spread || written == before) continue;
    before = written;
    if (std::find(core.begin(), core.end(), i) != core.end()) continue;
    ir::Program without = WithCopies(left, deploy, *written, 1);
    const auto less = Build(without, deploy, options);
    if (!less.ok()) continue;
    std::vector<bool> active;
    for (const Model::ConstraintOrigin& origin : less->constraints) {
      active.push_back(std::any_of(core.begin(), core.end(), [&](uint32_t k) {
        return model.constraints[k].loc == origin.loc && model.constraints[k].text == origin.text;
      }));
    }
    if (asker.HoldsNowhere(less->problem, active)) {
      left = std::move(without);
    } else {
      needed.push_back(i);
    }
  }
  core.insert(core.end(), needed.begin(), needed.end());
}

// Those that contain no other.
std::vector<solver::Core> Smallest(std::vector<solver::Core> cores) {
  std::vector<solver::Core> smallest;
  for (const solver::Core& core : cores) {
    const auto has = [&](uint32_t i) {
      return std::find(core.begin(), core.end(), i) != core.end();
    };
    const bool larger = std::any_of(cores.begin(), cores.end(), [&](const solver::Core& other) {
      return other.size() < core.size() && std::all_of(other.begin(), other.end(), has);
    });
    if (!larger) smallest.push_back(core);
  }
  return smallest;
}

void WithFewerCopies(const ir::Program& program, const ir::Deploy& deploy, const Options& options,
                     const Model& model, const solver::Core& core, Asker& asker, Answer& answer) {
  for (const uint32_t i : core) {
    const ir::Constraint* written = model.constraints[i].written;
    if (!written || written->metric != ir::Metric::Spread) continue;
    for (double fewer = written->bound - 1; fewer >= 1; --fewer) {
      const auto less = Build(WithCopies(program, deploy, *written, fewer), deploy, options);
      if (!less.ok() || !asker.Holds(less->problem, {})) continue;
      answer.relaxations.push_back({fewer > 1
                                        ? WithBound(*written, deploy.horizon, fewer) + " would do"
                                        : "without `" + written->text + "` it would do",
                                    written->loc});
      break;
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

ir::Program WithCopies(ir::Program program, const ir::Deploy& deploy, const ir::Constraint& written,
                       double copies) {
  auto& rules = program.applications[deploy.application].constraints;
  const auto spread = std::find_if(rules.begin(), rules.end(), [&](const ir::Constraint& rule) {
    return rule.metric == ir::Metric::Spread && rule.path == written.path;
  });
  spread->bound = copies;
  if (copies < 2) rules.erase(spread);
  return program;
}

double Rounded(const ir::Constraint& written, double horizon, double bound) {
  const double scale = Scale(written, horizon);
  return Shown(written, bound * scale) / scale;
}

std::string WithBound(const ir::Constraint& written, double horizon, double bound) {
  const bool at_most = written.relation == ir::Relation::AtMost;
  const double shown = Shown(written, bound * Scale(written, horizon));
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

Status ExplainTo(const ir::Program& program, const ir::Deploy& deploy, const Options& options,
                 const Model& model, const solver::Budget& budget, Answer& answer) {
  const solver::Explanation found =
      solver::Explain(model.problem, Share(budget, 10, CoreSeconds), LinesOf(model));
  answer.cores_complete = found.complete;
  Asker asker(model, Share(budget, 20, OtherSeconds));
  std::vector<solver::Core> cores = found.cores;
  for (solver::Core& core : cores) AddSpreads(program, deploy, options, model, asker, core);
  cores = Smallest(std::move(cores));
  for (const solver::Core& core : cores) {
    answer.cores.emplace_back();
    for (uint32_t i : core) {
      answer.cores.back().push_back({model.constraints[i].loc, model.constraints[i].text});
    }
  }
  for (const solver::Relaxation& relaxation : found.relaxations) {
    const ir::Constraint* written = model.constraints[relaxation.constraint].written;
    if (!written) continue;
    answer.relaxations.push_back(
        {WithBound(*written, deploy.horizon, relaxation.bound) + " would do", written->loc});
  }
  if (!cores.empty() && cores.front().empty()) {
    answer.blockers = Blockers(deploy, program.applications[deploy.application], model);
  }
  if (!cores.empty()) {
    WithoutPins(model, cores.front(), asker, answer);
    WithFewerCopies(program, deploy, options, model, cores.front(), asker, answer);
  }
  WithMore(program, deploy, model, asker, answer);
  return asker.trouble();
}

}  // namespace sprint::placement
