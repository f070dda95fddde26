#include "engine/solver/explain.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/solver/problems.h"

namespace sprint::solver {
namespace {

enum Added : uint32_t { Accuracy92 = DataStays + 1, CostLimit };

Problem TooCheap() {
  Problem problem = MaskDetection();
  problem.constraints.push_back(AtLeastAccuracy(Detect, 0.92));
  problem.constraints.push_back(AtMostCost(0.1));
  return problem;
}

TEST(Explain, NamesTheThreeWaysMaskDetectionCannotBeThatCheap) {
  const Explanation found = Explain(TooCheap(), {});
  EXPECT_TRUE(found.complete);
  // The one that needs no queueing formula comes first.
  const std::vector<Core> expected{
      {Accuracy92, CostLimit}, {QuickBlur, CostLimit}, {EndToEnd, CostLimit}};
  EXPECT_EQ(found.cores, expected);
}

TEST(Explain, TheRelaxedBoundIsEnoughAndNothingLessIs) {
  Problem problem = TooCheap();
  const Explanation found = Explain(problem, {});
  ASSERT_EQ(found.relaxations.size(), 1U);
  ASSERT_EQ(found.relaxations[0].constraint, CostLimit);
  const double bound = found.relaxations[0].bound;
  problem.constraints[CostLimit].bound = bound;
  EXPECT_TRUE(std::holds_alternative<Solved>(Search(problem, {})));
  problem.constraints[CostLimit].bound = bound * 0.999;
  EXPECT_TRUE(std::holds_alternative<Infeasible>(Search(problem, {})));
}

// More than are enumerated, and more than fit into a word of bits.
TEST(Explain, ManyInnocentLinesLeaveTheSameCore) {
  Problem problem = TooCheap();
  for (int i = 0; i < 70; ++i)
    problem.constraints.insert(problem.constraints.begin(), Mean({Blur}, 100));
  const Explanation found = Explain(problem, {});
  EXPECT_FALSE(found.complete);
  // The two that need no queueing formula.
  EXPECT_EQ(found.cores, std::vector<Core>({{70 + Accuracy92, 70 + CostLimit}}));
}

TEST(Explain, ABudgetThatEndsGivesNoWrongCore) {
  Budget budget;
  budget.steps = 1;
  for (const Core& core : Explain(TooCheap(), budget).cores) EXPECT_FALSE(core.empty());
}

}  // namespace
}  // namespace sprint::solver
