#include "engine/solver/refute.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/solver/search.h"
#include "tests/unit/engine/solver/problems.h"

namespace sprint::solver {
namespace {

using ::testing::ElementsAre;
constexpr double Seconds = 10;

std::vector<bool> All(const Problem& problem) {
  return std::vector<bool>(problem.constraints.size(), true);
}
bool Possible(const Problem& problem, const std::vector<bool>& active) {
  SearchOptions options;
  options.active = active;
  options.any = true;
  return std::holds_alternative<Solved>(Search(problem, options));
}

TEST(Refuter, SeesThatMaskDetectionCannotBeThatCheapWithoutSearching) {
  Problem problem = MaskDetection();
  problem.constraints.push_back(AtLeastAccuracy(Detect, 0.92));
  problem.constraints.push_back(AtMostCost(0.1));
  auto active = All(problem);
  const uint32_t accuracy = DataStays + 1, cost = DataStays + 2;
  active[QuickBlur] = active[EndToEnd] = false;
  EXPECT_THAT(*Refuter(problem).Refute(active, Seconds), ElementsAre(accuracy, cost));
  problem.constraints[cost].bound *= 1.3;
  EXPECT_FALSE(Refuter(problem).Refute(active, Seconds));
}

// Two components that are each quick somewhere, with a way between these places that takes
// too long: neither of them, and no single line, is to blame.
TEST(Refuter, SeesAPathWhoseOwnWayIsTooLong) {
  Problem problem;
  problem.pools = {{.zone = 0, .price = 1}, {.zone = 1, .price = 1}};
  problem.one_kind = {false, false};
  const std::vector<Route> slow{{.delay = 1}};
  problem.routes = {{{}, slow}, {slow, {}}};
  const auto only = [](uint32_t pool) {
    return Component{1, {{std::nullopt, {Part{.rate = 1, .options = {{pool, 0.1, {}}}}}}}};
  };
  problem.components = {only(0), only(1)};
  problem.components[1].variants[0].parts[0].options.push_back({0, 0.4, {}});
  problem.flows = {{0, 1}};
  Constraint away;
  away.metric = Metric::Where;
  away.path = {1};
  away.allowed = {false, true};
  problem.constraints = {Mean({0, 1}, 1.1), Mean({0}, 5), away};
  EXPECT_THAT(*Refuter(problem).Refute(All(problem), Seconds), ElementsAre(0, 2));
  problem.constraints[0].bound = 1.3;
  EXPECT_FALSE(Refuter(problem).Refute(All(problem), Seconds));
}

// What is refuted holds nowhere; what holds is never refuted.
TEST(Refuter, NeverContradictsTheSearch) {
  int refuted = 0, impossible = 0;
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = Random(seed);
    const bool possible = Possible(problem, All(problem));
    impossible += possible ? 0 : 1;
    const auto core = Refuter(problem).Refute(All(problem), Seconds);
    if (!core) continue;
    ++refuted;
    EXPECT_FALSE(possible);
    std::vector<bool> active(problem.constraints.size(), false);
    for (uint32_t i : *core) active[i] = true;
    EXPECT_FALSE(Possible(problem, active));
  }
  // Most of what is impossible needs no search.
  EXPECT_GT(refuted, impossible / 2);
}

TEST(Refuter, ManyPoolsThatNothingTellsApartAreOne) {
  Problem problem = MaskDetection();
  for (int k = 0; k < 2000; ++k) problem.pools.push_back(problem.pools[Large]);
  for (Component& component : problem.components) {
    for (Variant& variant : component.variants) {
      for (Part& part : variant.parts) {
        const auto offered = part.options;
        for (const Option& option : offered) {
          if (option.pool != Large) continue;
          for (uint32_t j = Gpu + 1; j < problem.pools.size(); ++j) {
            part.options.push_back({j, option.demand, {}});
          }
        }
      }
    }
  }
  problem.constraints[DataStays].allowed.resize(problem.pools.size(), false);
  problem.constraints.push_back(AtLeastAccuracy(Detect, 0.95));
  EXPECT_THAT(*Refuter(problem).Refute(All(problem), Seconds), ElementsAre(DataStays + 1));
}

}  // namespace
}  // namespace sprint::solver
