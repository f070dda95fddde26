#include "engine/simulate/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sprint::simulate {
namespace {

using ::testing::HasSubstr;

// One part of 10 ms on a node or a function.
solver::Problem Single(solver::Form form, double rate) {
  solver::Problem problem;
  problem.one_kind = {false};
  problem.routes = {{{}}};
  solver::Pool pool;
  pool.form = form;
  problem.pools = {pool};
  solver::Option option;
  option.demand = 0.01;
  solver::Part part;
  part.rate = rate;
  part.options = {option};
  solver::Component component;
  component.rate = rate;
  component.variants = {{std::nullopt, {part}}};
  problem.components = {component};
  return problem;
}
const solver::Placement There{{0}, {{0}}, {1}};

TEST(Limits, OfRequestsAtOnce) {
  Settings settings;
  settings.seconds = 1;
  EXPECT_TRUE(CheckLimits(Single(solver::Form::Functions, 0.9e9), There, settings).ok());
  const Status status = CheckLimits(Single(solver::Form::Functions, 1e13), There, settings);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("100000000000 executions of functions at once"));
}

TEST(Limits, OfTheClock) {
  Settings settings;
  settings.seconds = 1e10;  // three hundred years: a tick is 2 us
  const Status status = CheckLimits(Single(solver::Form::Nodes, 1e-7), There, settings);
  EXPECT_TRUE(status.ok());
  settings.seconds = 1e12;
  const Status lost = CheckLimits(Single(solver::Form::Nodes, 1e-9), There, settings);
  ASSERT_FALSE(lost.ok());
  EXPECT_THAT(lost.error().message(), HasSubstr("times of 10 ms are lost"));
}

}  // namespace
}  // namespace sprint::simulate
