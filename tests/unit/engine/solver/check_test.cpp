#include "engine/solver/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/engine/solver/problems.h"

namespace sprint::solver {
namespace {

using ::testing::HasSubstr;

class Checked : public ::testing::Test {
 protected:
  const Problem problem_ = MaskDetection();
  const Outcome outcome_ = Search(problem_, {});
  Solved solved_ = std::get<Solved>(outcome_);

  void ExpectRefused(const char* why) {
    const Status status = Check(problem_, {}, solved_);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code(), ErrorCode::Internal);
    EXPECT_THAT(status.error().message(), HasSubstr("internal error: "));
    EXPECT_THAT(status.error().message(), HasSubstr(why));
  }
};

TEST_F(Checked, WhatTheSearchFindsIsHandedOut) {
  EXPECT_TRUE(CheckedSearch(problem_, {}).ok());
  EXPECT_TRUE(Check(problem_, {}, outcome_).ok());
  EXPECT_TRUE(Check(problem_, {}, Infeasible{}).ok());
  EXPECT_TRUE(Check(problem_, {}, Exhausted{}).ok());
}

TEST_F(Checked, ABrokenRequirementIsNot) {
  solved_.placement.pool[Blur][0] = Large;
  solved_.placement.count[Large] = 1;
  solved_.placement.count[Rpi] = 0;
  solved_.burden = solved_.bound = 0.12 / Hour;
  ExpectRefused("constraint 3 is broken");
}

TEST_F(Checked, AnOverloadedPoolIsNot) {
  solved_.placement.count[Rpi] = 0;
  ExpectRefused("pool 0: count");
}

TEST_F(Checked, AWrongCostIsNot) {
  solved_.burden *= 0.999;
  solved_.bound = solved_.burden;
  ExpectRefused("the claimed objective is wrong");
  solved_.burden = NAN;
  ExpectRefused("the claimed objective is wrong");
}

TEST_F(Checked, ABoundAboveTheCostIsNot) {
  solved_.bound = solved_.burden * 1.01;
  ExpectRefused("costs less than its bound");
  solved_.bound = NAN;
  ExpectRefused("costs less than its bound");
}

TEST_F(Checked, WhatIsNotDemandedMayBeBroken) {
  Problem problem = problem_;
  problem.constraints[EndToEnd].bound = 1e-3;
  SearchOptions options;
  options.active.assign(problem.constraints.size(), true);
  options.active[EndToEnd] = false;
  EXPECT_TRUE(CheckedSearch(problem, options).ok());
  EXPECT_FALSE(Check(problem, {}, Search(problem, options)).ok());
}

}  // namespace
}  // namespace sprint::solver
