#include "engine/placement/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/placement/explain.h"
#include "engine/placement/model.h"
#include "engine/solver/check.h"
#include "engine/solver/evaluate.h"

namespace sprint::placement {
namespace {

constexpr double Hour = 3600;
// Two objectives this near are one: less than what rounding does to a sum.
constexpr double Same = 1e-9;

class Finder {
 public:
  Finder(const ir::Program& program, const ir::Deploy& deploy, const Model& model,
         const solver::Placement& placement, const Options& options)
      : program_(program),
        deploy_(deploy),
        options_(options),
        model_(model),
        placement_(placement),
        budget_{options.steps, options.stop},
        now_(solver::Evaluate(model.problem, placement)) {}

  Result<Sensitivity> Run() {
    const solver::Problem& problem = model_.problem;
    if (problem.goal == solver::Goal::Cost) {
      for (uint32_t j = 0; j < problem.pools.size(); ++j) {
        if (problem.pools[j].price > 0) out_.prices.push_back(Price(j));
      }
      if (!Straight()) out_.exact = false;
    }
    for (uint32_t i = 0; i < model_.constraints.size(); ++i) {
      const ir::Constraint* written = model_.constraints[i].written;
      // What is asked of each copy of a component is one bound.
      if (i > 0 && written == model_.constraints[i - 1].written) continue;
      if (written) out_.bounds.push_back(Bound(i));
    }
    if (!trouble_.ok()) return trouble_.error();
    return std::move(out_);
  }

 private:
  // Is the least objective concave in a price? Not where a price decides which preferences may be
  // missed: a limit on cost then lets in or keeps out what is cheap for what it misses.
  bool Straight() const {
    bool limit = false, preference = false;
    for (const solver::Constraint& rule : model_.problem.constraints) {
      if (rule.weight) preference = true;
      if (rule.metric == solver::Metric::Cost) limit = true;
    }
    return !limit || !preference;
  }

  // The best placement of a changed problem, from what runs now.
  std::optional<solver::Solved> Best(const solver::Problem& problem,
                                     const std::vector<bool>& active = {}, bool from_here = true) {
    if (budget_.steps == 0) {
      out_.exact = false;
      return std::nullopt;
    }
    solver::SearchOptions options;
    options.budget = budget_;
    options.active = active;
    if (from_here) options.previous = placement_;
    const auto checked = solver::CheckedSearch(problem, options);
    if (!checked.ok()) {
      trouble_ = checked.error();
      return std::nullopt;
    }
    const solver::Outcome& outcome = *checked;
    const uint64_t used = std::visit([](const auto& one) { return one.steps; }, outcome);
    budget_.steps -= std::min(budget_.steps, used);
    const auto* solved = std::get_if<solver::Solved>(&outcome);
    if (std::holds_alternative<solver::Exhausted>(outcome) || (solved && !solved->proven)) {
      out_.exact = false;
    }
    return solved ? std::optional(*solved) : std::nullopt;
  }

  // Instances, or billed executions at once, that pool j is paid for.
  double Amount(const solver::Placement& placement, uint32_t j) const {
    if (model_.problem.pools[j].form != solver::Form::Functions) return placement.count[j];
    double sum = 0;
    for (size_t c = 0; c < placement.pool.size(); ++c) {
      const auto& variant = model_.problem.components[c].variants[placement.variant[c]];
      for (size_t p = 0; p < variant.parts.size(); ++p) {
        for (const solver::Option& option : variant.parts[p].options) {
          if (option.pool != j || placement.pool[c][p] != j) continue;
          sum += variant.parts[p].rate * option.billed.value_or(option.demand);
        }
      }
    }
    return sum;
  }

  // The price of pool j nearest to today's, on the side of `far`, at which another
  // placement is as good. The least objective is concave in a price and straight for each
  // placement, so going back to where two lines cross ends at the first crossing.
  std::optional<double> Crossing(uint32_t j, double far) {
    solver::Problem problem = model_.problem;
    const double amount = Amount(placement_, j), today = problem.pools[j].price;
    double price = far;
    std::optional<double> crossing;
    for (int step = 0; step < 30; ++step) {
      problem.pools[j].price = price;
      const double here = now_.burden + (price - today) * amount;
      const auto best = Best(problem);
      if (!best || !(best->burden < here * (1 - Same) - 1e-15)) break;
      const double slope = Amount(best->placement, j);
      if (slope == amount) break;
      crossing = price + (best->burden - here) / (amount - slope);
      // Only rounding puts a crossing at or beyond where the line was left.
      if (std::fabs(*crossing - today) >= std::fabs(price - today)) break;
      price = *crossing;
    }
    return crossing;
  }

  PriceRange Price(uint32_t j) {
    const solver::Pool& pool = model_.problem.pools[j];
    const ir::Zone& zone = program_.continua[deploy_.continuum].zones[model_.pools[j].zone];
    const ir::Pool& written = zone.pools[model_.pools[j].pool];
    // What is paid for its electricity is no matter of its price.
    const double power = written.power * zone.electricity;
    const auto shown = [&](double price) { return std::max(0.0, price - power) * Hour; };
    PriceRange range;
    range.pool = PoolName(program_, deploy_, model_, j);
    range.loc = written.loc;
    range.price = written.price * Hour;
    const double amount = Amount(placement_, j);
    range.used = amount > 0;
    if (const auto low = Crossing(j, power)) range.low = shown(*low);
    if (!range.used) return range;
    // A million times all of today's: an edge board may well cost a thousandth of what else there
    // is.
    double far = 1e6 * (now_.burden / amount + pool.price);
    for (uint32_t i = 0; i < model_.constraints.size(); ++i) {
      const solver::Constraint& rule = model_.problem.constraints[i];
      if (rule.metric != solver::Metric::Cost || rule.weight || !rule.at_most) continue;
      const double last = pool.price + (rule.bound - now_.cost) / amount;
      if (last >= far) continue;
      far = last;
      range.high = shown(far);
      range.broken = model_.constraints[i].text;
    }
    if (const auto high = Crossing(j, far)) {
      range.high = shown(*high);
      range.broken.clear();
    }
    return range;
  }

  // What of an objective is shown: EUR/h of EUR/s, g/h of g/s; W as they are.
  double Shown() const { return model_.problem.goal == solver::Goal::Energy ? 1 : Hour; }
  double Saving(double burden) const { return (now_.burden - burden) * Shown(); }

  BoundRange Bound(uint32_t i) {
    const solver::Constraint& rule = model_.problem.constraints[i];
    const ir::Constraint& written = *model_.constraints[i].written;
    // What a line asks of each copy of a component is one bound, as good as the worst of them.
    std::vector<uint32_t> same;
    for (uint32_t k = i; k < model_.constraints.size(); ++k) {
      if (model_.constraints[k].written == &written) same.push_back(k);
    }
    const auto worst = [&](const solver::Evaluation& found) {
      double value = found.value[i];
      for (const uint32_t k : same) {
        value = rule.at_most ? std::max(value, found.value[k]) : std::min(value, found.value[k]);
      }
      return value;
    };
    BoundRange range;
    range.text = written.name.empty() ? written.text : written.name + ": " + written.text;
    range.loc = written.loc;
    range.value = worst(now_);
    if (rule.metric == solver::Metric::Apart) {
      Copies(written, range);
      return range;
    }
    solver::Problem problem = model_.problem;
    double missed = 0;
    for (const uint32_t k : same) {
      if (rule.weight && !now_.met[k]) missed += *rule.weight;
    }
    if (missed > 0) {
      for (const uint32_t k : same) problem.constraints[k].weight.reset();
      const auto best = Best(problem);
      range.meeting =
          best ? missed * Shown() - Saving(best->burden) : std::numeric_limits<double>::quiet_NaN();
      return range;
    }
    std::vector<bool> active(model_.constraints.size(), true);
    for (const uint32_t k : same) active[k] = false;
    auto best = Best(problem, active);
    if (!Cheaper(best)) return range;
    range.binding = true;
    // Between the bound there is and one that a cheaper placement is known to meet.
    double near = rule.bound;
    double far = worst(solver::Evaluate(model_.problem, best->placement));
    const auto at = [&](double bound) {
      for (const uint32_t k : same) problem.constraints[k].bound = bound;
      return Best(problem);
    };
    for (int step = 0; step < 24 && std::fabs(far - near) > 1e-3 * std::fabs(far); ++step) {
      // Halfway; without a finite end, four times as far.
      const double middle = std::isfinite(far) ? (near + far) / 2 : 4 * near;
      auto one = at(middle);
      if (Cheaper(one)) {
        best = std::move(one);
        far = worst(solver::Evaluate(model_.problem, best->placement));
      } else {
        near = middle;
      }
    }
    range.looser = WithBound(written, deploy_.horizon, far);
    // What is shown is a little looser, and may save more.
    const auto one = at(Rounded(written, deploy_.horizon, far));
    range.saves = Saving(Cheaper(one) ? std::min(one->burden, best->burden) : best->burden);
    return range;
  }

  // Fewer copies serve more each: that is another problem.
  void Copies(const ir::Constraint& written, BoundRange& range) {
    for (double fewer = written.bound - 1; fewer >= 1 && !range.binding; --fewer) {
      const auto less = Build(WithCopies(program_, deploy_, written, fewer), deploy_, options_);
      if (!less.ok()) continue;
      const auto best = Best(less->problem, {}, /*from_here=*/false);
      if (!Cheaper(best)) continue;
      range.binding = true;
      range.looser = fewer > 1 ? WithBound(written, deploy_.horizon, fewer) : "none";
      range.saves = Saving(best->burden);
    }
  }

  bool Cheaper(const std::optional<solver::Solved>& one) const {
    return one && one->burden < now_.burden * (1 - Same) - 1e-15;
  }

  const ir::Program& program_;
  const ir::Deploy& deploy_;
  const Options& options_;
  const Model& model_;
  const solver::Placement& placement_;
  solver::Budget budget_;
  const solver::Evaluation now_;
  Sensitivity out_;
  Status trouble_ = Ok();  // an answer that the check refused
};

std::string Money(double per_hour) { return FormatNumber(per_hour, 4) + " EUR/h"; }

}  // namespace

Result<Sensitivity> FindSensitivity(const ir::Program& program, const ir::Deploy& deploy,
                                    const Answer& answer, const Options& options) {
  SPRINT_ASSIGN_OR_RETURN(const Model model, Build(program, deploy, options));
  const auto placement = Recall(program, deploy, model, answer);
  if (!placement) {
    return Error(ErrorCode::Conflict, "the program no longer has what this placement uses");
  }
  return Finder(program, deploy, model, *placement, options).Run();
}

std::string Render(const Sensitivity& sensitivity, const ir::Deploy& deploy) {
  std::string text = "What would change the placement\n\n";
  size_t widest = 12;
  for (const PriceRange& range : sensitivity.prices) widest = std::max(widest, range.pool.size());
  const auto pad = [&](std::string label) {
    label.resize(std::max(widest, label.size()), ' ');
    return "  " + label + "  ";
  };
  for (const PriceRange& range : sensitivity.prices) {
    text += pad(range.pool) + Money(range.price);
    if (range.low > 0) {
      text += range.used ? "   more of it below " : "   used below ";
      text += Money(range.low);
    }
    if (!range.broken.empty()) {
      text += "   `" + range.broken + "` is broken above " + Money(range.high);
    } else if (std::isfinite(range.high)) {
      text += "   another placement above " + Money(range.high);
    } else if (range.used) {
      text += "   needed whatever it costs";
    } else if (range.low <= 0) {
      text += "   of no use whatever it costs";
    }
    text += "\n";
  }
  const std::string unit = std::string(" ") + UnitOf(deploy.goal);
  for (const BoundRange& range : sensitivity.bounds) {
    text += "  " + range.text;
    if (range.meeting) {
      text += std::isfinite(*range.meeting)
                  ? "   missed; to meet it costs " + FormatNumber(*range.meeting, 4) + unit
                  : "   missed; cannot be met";
    } else if (range.binding) {
      text += "   " + range.looser + " saves " + FormatNumber(range.saves, 4) + unit;
    } else {
      text += "   costs nothing";
    }
    text += "\n";
  }
  if (!sensitivity.exact) text += "  (not all of this is proven)\n";
  return text;
}

}  // namespace sprint::placement
