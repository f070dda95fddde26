#include <gtest/gtest.h>

#include <cmath>

#include "engine/placement/explain.h"
#include "engine/placement/model.h"
#include "engine/placement/sensitivity.h"
#include "engine/solver/evaluate.h"
#include "engine/solver/search.h"
#include "tests/unit/engine/placement/random_programs.h"
#include "tests/unit/engine/solver/problems.h"

// What is said of prices and bounds, by placing again with other ones.
namespace sprint::placement {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();

// EUR/h; infinite: there is none.
double Least(const ir::Program& program) {
  const auto model = Build(program, program.deploys[0], {});
  EXPECT_TRUE(model.ok());
  const solver::Outcome outcome = solver::Search(model->problem, {});
  const auto* solved = std::get_if<solver::Solved>(&outcome);
  EXPECT_TRUE(!solved || solved->proven);
  return solved ? solved->burden * Hour : Infinity;
}

ir::Pool& PoolOf(ir::Program& program, const std::string& name) {
  for (ir::Zone& zone : program.continua[0].zones) {
    for (ir::Pool& pool : zone.pools) {
      if (zone.name + "." + pool.name == name) return pool;
    }
  }
  ADD_FAILURE() << name;
  return program.continua[0].zones[0].pools[0];
}

ir::Constraint& RuleOf(ir::Program& program, const BoundRange& range) {
  auto& rules = program.applications[0].constraints;
  return *std::find_if(rules.begin(), rules.end(),
                       [&](const ir::Constraint& rule) { return rule.text == range.text; });
}

class Claims {
 public:
  Claims(const ir::Program& program, const Answer& answer, const Sensitivity& found)
      : program_(program), answer_(answer), found_(found) {}

  void Check() {
    for (const PriceRange& range : found_.prices) {
      SCOPED_TRACE(range.pool);
      if (found_.exact) Price(range);
    }
    for (const BoundRange& range : found_.bounds) {
      SCOPED_TRACE(range.text);
      range.meeting ? Missed(range) : Bound(range);
    }
  }
  int ends = 0, binding = 0, missed = 0;

 private:
  // Does the placement hold, and is nothing cheaper, at this price? `by`: how much cheaper.
  bool Stays(const PriceRange& range, double price, double by = 1e-9) const {
    ir::Program changed = program_;
    PoolOf(changed, range.pool).price = price / Hour;
    const auto model = Build(changed, changed.deploys[0], {});
    const auto placement = Recall(changed, changed.deploys[0], *model, answer_);
    const solver::Evaluation now = solver::Evaluate(model->problem, *placement);
    for (size_t i = 0; i < now.met.size(); ++i) {
      if (!now.met[i] && !model->problem.constraints[i].weight) return false;
    }
    return Least(changed) >= now.burden * Hour * (1 - by);
  }

  void Price(const PriceRange& range) {
    ASSERT_LE(range.low, range.price * (1 + 1e-9));
    ASSERT_GE(range.high, range.price * (1 - 1e-9));
    const double high = std::min(range.high, 1e4 * (range.price + answer_.objective));
    const double inside[] = {range.low * (1 + 1e-6), (range.low + range.price) / 2, range.price,
                             (range.price + high) / 2, high * (1 - 1e-6)};
    for (double price : inside) EXPECT_TRUE(Stays(range, price)) << price;
    if (range.low > 0) {
      ++ends;
      EXPECT_FALSE(Stays(range, range.low * 0.9, 1e-10)) << range.low;
    }
    if (std::isfinite(range.high)) {
      ++ends;
      EXPECT_FALSE(Stays(range, range.high * 1.1, 1e-10)) << range.high;
    }
  }

  void Missed(const BoundRange& range) {
    ++missed;
    ir::Program changed = program_;
    ir::Constraint& rule = RuleOf(changed, range);
    // Of copies each has its share of the price.
    const auto model = Build(program_, program_.deploys[0], {});
    const auto placement = Recall(program_, program_.deploys[0], *model, answer_);
    const solver::Evaluation now = solver::Evaluate(model->problem, *placement);
    double due = now.burden;
    for (size_t i = 0; i < now.met.size(); ++i) {
      if (now.met[i] || !model->constraints[i].written) continue;
      if (model->constraints[i].written->text == range.text) {
        due -= *model->problem.constraints[i].weight;
      }
    }
    rule.weight.reset();
    const double meeting = Least(changed) - due * Hour;
    if (std::isfinite(meeting)) {
      EXPECT_NEAR(*range.meeting, meeting, 1e-9 * (1 + meeting));
    } else {
      EXPECT_FALSE(std::isfinite(*range.meeting));
    }
  }

  void Bound(const BoundRange& range) {
    ir::Program changed = program_;
    ir::Constraint& rule = RuleOf(changed, range);
    const double now = answer_.objective, written = rule.bound;
    const auto at = [&](double bound) {
      rule.bound = bound;
      return rule.metric == ir::Metric::Spread
                 ? Least(WithCopies(program_, changed.deploys[0], rule, bound))
                 : Least(changed);
    };
    const bool at_most = rule.relation == ir::Relation::AtMost;
    if (!range.binding) {
      EXPECT_GE(at(at_most ? 1e12 : rule.metric == ir::Metric::Spread ? 1 : 0), now * (1 - 2e-9));
      return;
    }
    ++binding;
    const size_t sign = range.looser.find(at_most ? "<= " : ">= ");
    const double shown = range.looser == "none" ? 1 : std::stod(range.looser.substr(sign + 3));
    const double looser = shown * (rule.unit.empty() ? 1 : ParseUnit(rule.unit)->factor);
    EXPECT_NEAR(at(looser), now - range.saves, 1e-9 * now);
    if (rule.metric == ir::Metric::Spread) return;
    // Three digits are shown.
    const double tighter = looser * (at_most ? 0.987 : 1.013);
    if (at_most ? tighter > written : tighter < written) {
      EXPECT_GE(at(tighter), now * (1 - 2e-9));
    }
  }

  const ir::Program& program_;
  const Answer& answer_;
  const Sensitivity& found_;
};

TEST(Sensitivities, HoldOnBothSidesOfWhatIsSaid) {
  int ends = 0, binding = 0, missed = 0, exact = 0, all = 0;
  for (uint32_t seed = 0; seed < solver::Seeds(150); ++seed) {
    SCOPED_TRACE(seed);
    const ir::Program program = RandomProgram(seed);
    const auto answer = Place(program, program.deploys[0]);
    ASSERT_TRUE(answer.ok()) << answer.error().message();
    if (answer->parts.empty()) continue;
    ASSERT_EQ(answer->state, State::Optimal);
    const auto found = FindSensitivity(program, program.deploys[0], *answer);
    ASSERT_TRUE(found.ok());
    Claims claims(program, *answer, *found);
    claims.Check();
    ++all;
    exact += found->exact;
    ends += claims.ends;
    binding += claims.binding;
    missed += claims.missed;
  }
  EXPECT_GT(ends, all / 2);
  EXPECT_GT(binding, all / 8);
  EXPECT_GT(missed, all / 10);
  EXPECT_GT(exact, all / 2);
}

}  // namespace
}  // namespace sprint::placement
