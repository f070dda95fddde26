#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/solver/explain.h"
#include "engine/solver/faults.h"
#include "engine/solver/search.h"
#include "engine/solver/violations.h"
#include "tests/unit/engine/solver/problems.h"

// What holds for the cheapest placement whatever the problem.
namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();

// The proven least objective; infinite: there is none.
double Least(const Problem& problem) {
  const Outcome outcome = Search(problem, {});
  if (std::holds_alternative<Infeasible>(outcome)) return Infinity;
  const auto* solved = std::get_if<Solved>(&outcome);
  EXPECT_TRUE(solved && solved->proven);
  if (!solved) return Infinity;
  EXPECT_TRUE(Violations(problem, solved->placement, solved->burden).empty());
  return solved->burden;
}

void ExpectSame(double a, double b) {
  if (std::isinf(a) || std::isinf(b)) {
    EXPECT_EQ(a, b);
  } else {
    EXPECT_NEAR(a, b, 1e-9 * std::max(a, 1e-9));
  }
}

// The same problem with its pools, options and constraints in another order.
Problem Permuted(const Problem& from, uint32_t seed) {
  std::mt19937 random(seed);
  const auto shuffle = [&](auto& list) {
    for (size_t k = list.size(); k > 1; --k) std::swap(list[k - 1], list[random() % k]);
  };
  std::vector<uint32_t> order(from.pools.size());
  std::iota(order.begin(), order.end(), 0U);
  shuffle(order);
  Problem to = from;
  std::vector<uint32_t> place(order.size());
  for (uint32_t j = 0; j < order.size(); ++j) {
    to.pools[j] = from.pools[order[j]];
    place[order[j]] = j;
  }
  for (Component& component : to.components) {
    for (Variant& variant : component.variants) {
      for (Part& part : variant.parts) {
        for (Option& option : part.options) option.pool = place[option.pool];
        shuffle(part.options);
      }
    }
    shuffle(component.variants);
  }
  for (Constraint& rule : to.constraints) {
    if (rule.metric == Metric::Utilisation) rule.pool = place[rule.pool];
    if (rule.metric != Metric::Where) continue;
    const std::vector<bool> allowed = rule.allowed;
    for (uint32_t j = 0; j < order.size(); ++j) rule.allowed[place[j]] = allowed[j];
  }
  shuffle(to.constraints);
  return to;
}

// One pool more like this one, at half its price, that nobody has to use.
void AddHalfPriced(Problem& problem, uint32_t like) {
  const auto added = static_cast<uint32_t>(problem.pools.size());
  Pool pool = problem.pools[like];
  pool.price /= 2;
  pool.min = 0;
  problem.pools.push_back(pool);
  for (Component& component : problem.components) {
    for (Variant& variant : component.variants) {
      for (Part& part : variant.parts) {
        for (size_t k = part.options.size(); k-- > 0;) {
          if (part.options[k].pool != like) continue;
          part.options.push_back(part.options[k]);
          part.options.back().pool = added;
        }
      }
    }
  }
  for (Constraint& rule : problem.constraints) {
    if (rule.metric == Metric::Where) rule.allowed.push_back(rule.allowed[like]);
  }
}

TEST(Properties, AnotherOrderCostsTheSame) {
  for (uint32_t seed = 0; seed < Seeds(60); ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = Random(seed);
    ExpectSame(Least(problem), Least(Permuted(problem, seed + 1)));
  }
}

TEST(Properties, OneMoreRequirementNeverLowersTheCost) {
  int dearer = 0;
  for (uint32_t seed = 0; seed < Seeds(60); ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = Random(seed);
    const double before = Least(problem);
    const auto c = static_cast<uint32_t>(seed % problem.components.size());
    problem.constraints.push_back(Mean({c}, 0.15));
    const double after = Least(problem);
    EXPECT_GE(after, before * (1 - 1e-9));
    dearer += after > before * 1.001;
  }
  EXPECT_GT(dearer, 5);
}

TEST(Properties, OneMoreInstanceNeverRaisesTheCost) {
  int cheaper = 0;
  for (uint32_t seed = 0; seed < Seeds(60); ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = Random(seed);
    const double before = Least(problem);
    for (Pool& pool : problem.pools) ++pool.max;
    const double after = Least(problem);
    if (std::isfinite(before)) {
      EXPECT_LE(after, before * (1 + 1e-9));
    }
    cheaper += after < before;
  }
  EXPECT_GT(cheaper, 3);
}

TEST(Properties, OneMorePoolNeverRaisesTheCost) {
  int cheaper = 0;
  for (uint32_t seed = 0; seed < Seeds(60); ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = Random(seed);
    const double before = Least(problem);
    AddHalfPriced(problem, seed % problem.pools.size());
    const double after = Least(problem);
    if (std::isfinite(before)) {
      EXPECT_LE(after, before * (1 + 1e-9));
    }
    cheaper += after < before;
  }
  EXPECT_GT(cheaper, 10);
}

TEST(Properties, TheSameSearchTakesTheSameSteps) {
  for (uint32_t seed = 0; seed < 5; ++seed) {
    const Problem problem = CutNetworks(seed, 6);
    const auto first = std::get<Solved>(Search(problem, {}));
    const auto second = std::get<Solved>(Search(problem, {}));
    EXPECT_EQ(first.steps, second.steps);
    EXPECT_EQ(first.placement, second.placement);
  }
}

TEST(Hostile, NothingToDoCostsNothing) {
  const Problem empty;
  EXPECT_TRUE(Faults(empty).empty());
  EXPECT_EQ(Least(empty), 0);
  Problem idle = MaskDetection(0);
  EXPECT_TRUE(Faults(idle).empty());
  EXPECT_LT(Least(idle), Infinity);
}

TEST(Hostile, NowhereToGoIsInfeasible) {
  Problem problem = MaskDetection();
  problem.components[0].variants[0].parts[0].options.clear();
  EXPECT_EQ(Least(problem), Infinity);
  problem = MaskDetection();
  for (Pool& pool : problem.pools) pool.max = 0;
  EXPECT_EQ(Least(problem), Infinity);
}

TEST(Hostile, WhatIsNoProblemIsSaid) {
  const auto faulty = [](auto spoil) {
    Problem problem = MaskDetection();
    spoil(problem);
    return !Faults(problem).empty();
  };
  EXPECT_FALSE(faulty([](Problem&) {}));
  const double nan = std::nan("");
  EXPECT_TRUE(faulty([&](Problem& p) { p.pools[0].price = nan; }));
  EXPECT_TRUE(faulty([&](Problem& p) { p.pools[0].price = -1; }));
  EXPECT_TRUE(faulty([&](Problem& p) { p.pools[0].cores = 0; }));
  EXPECT_TRUE(faulty([&](Problem& p) { p.pools[0].zone = 9; }));
  EXPECT_TRUE(faulty([&](Problem& p) { p.flows[0] = {1, 0}; }));
  EXPECT_TRUE(faulty([&](Problem& p) { p.flows[0] = {0, 7}; }));
  EXPECT_TRUE(faulty([&](Problem& p) { p.constraints[0].bound = nan; }));
  EXPECT_TRUE(faulty([&](Problem& p) { p.constraints[0].path = {9}; }));
  EXPECT_TRUE(faulty([&](Problem& p) { p.components[0].rate = Infinity; }));
  EXPECT_TRUE(faulty([&](Problem& p) { p.components[1].variants.clear(); }));
  EXPECT_TRUE(
      faulty([&](Problem& p) { p.components[0].variants[0].parts[0].options[0].demand = nan; }));
  EXPECT_TRUE(
      faulty([&](Problem& p) { p.components[0].variants[0].parts[0].options[0].pool = 77; }));
}

TEST(Hostile, HugeFiguresAreAnsweredOrRefused) {
  for (double factor : {1e-12, 1e-6, 1e6, 1e12}) {
    SCOPED_TRACE(factor);
    Problem problem = MaskDetection();
    for (Pool& pool : problem.pools) pool.price *= factor;
    ASSERT_TRUE(Faults(problem).empty());
    ExpectSame(Least(problem), Least(MaskDetection()) * factor);
    problem = MaskDetection(2 * factor);
    if (factor > 1) {
      EXPECT_EQ(Least(problem), Infinity);
    }
  }
}

// Mask detection with `more` machines beside those of the university, of use to nobody or
// dearer than these.
Problem Crowded(uint32_t more, bool offered) {
  Problem problem = MaskDetection();
  for (uint32_t k = 0; k < more; ++k) {
    const auto j = static_cast<uint32_t>(problem.pools.size());
    problem.pools.push_back(
        {.zone = 1, .form = Form::Machines, .max = 5, .price = 1 + k * 1e-3, .memory = 8 * GiB});
    if (!offered) continue;
    for (Variant& variant : problem.components[Detect].variants) {
      for (Part& part : variant.parts) part.options.push_back({j, 0.1 + k * 1e-7, {}});
    }
  }
  for (Constraint& rule : problem.constraints) {
    if (rule.metric == Metric::Where) rule.allowed.resize(problem.pools.size(), false);
  }
  return problem;
}

// Wherever they stand, and where a zone may have one kind in use.
void ExpectNoChange(Problem crowded) {
  const double before = Least(MaskDetection());
  ExpectSame(Least(crowded), before);
  crowded.one_kind[1] = true;
  ExpectSame(Least(crowded), before);
}

TEST(Hostile, AHundredThousandPoolsThatHelpNobodyChangeNothing) {
  ExpectNoChange(Crowded(100'000, false));
}

TEST(Hostile, ManyPoolsThatAreAllDearerChangeNothing) { ExpectNoChange(Crowded(2'000, true)); }

TEST(Hostile, ACrowdDoesNotHideWhatCannotHold) {
  Problem problem = Crowded(100'000, false);
  problem.constraints.push_back(AtLeastAccuracy(Detect, 0.95));
  const Explanation found = Explain(problem, {});
  EXPECT_EQ(found.cores, std::vector<Core>({{DataStays + 1}}));
}

}  // namespace
}  // namespace sprint::solver
