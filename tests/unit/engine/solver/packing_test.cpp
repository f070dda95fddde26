#include "engine/solver/packing.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/engine/solver/brute_force.h"
#include "tests/unit/engine/solver/problems.h"

namespace sprint::solver {
namespace {

struct Setting {
  explicit Setting(const Problem& problem)
      : domains(problem, options),
        items(domains.MakeItems()),
        relaxation(problem, items),
        packing(problem, domains, items, relaxation, progress) {
    for (uint32_t j = 0; j < problem.pools.size(); ++j) {
      hardware.usable.push_back(relaxation.function(j) || problem.pools[j].max > 0);
      hardware.low.push_back(relaxation.idle(j));
      hardware.high.push_back(std::max(problem.pools[j].max, relaxation.idle(j)));
    }
  }
  SearchOptions options;
  Domains domains;
  Items items;
  Relaxation relaxation;
  Progress progress;
  Packing packing;
  Hardware hardware;
};

// Three parts of 0.3 and one of 0.8 on up to two small nodes here, and something else elsewhere.
Problem Cramped() {
  Problem problem;
  problem.pools = {{.zone = 0, .max = 2, .price = 1, .memory = GiB},
                   {.zone = 1, .max = 5, .price = 1, .memory = GiB},
                   {.zone = 2, .form = Form::Functions, .price = 1, .memory = GiB}};
  problem.one_kind = {true, true, true};
  problem.routes.assign(3, std::vector<std::vector<Route>>(3, {Route{}}));
  const auto on = [](double demand, std::vector<uint32_t> pools) {
    Part part;
    part.rate = 1;
    for (uint32_t j : pools) part.options.push_back({j, demand, {}});
    return Component{1, {{std::nullopt, {part}}}};
  };
  problem.components = {on(0.3, {0}), on(0.3, {0}), on(0.3, {0}), on(0.8, {0}), on(0.5, {1, 2})};
  return problem;
}

TEST(Packing, RoomInAZoneIsAskedForOnce) {
  const Problem problem = Cramped();
  Setting setting(problem);
  EXPECT_TRUE(setting.packing.Possible(setting.hardware));
  setting.hardware.high[0] = 1;
  EXPECT_FALSE(setting.packing.Possible(setting.hardware));
  const uint64_t steps = setting.progress.steps;
  EXPECT_GT(steps, 0u);
  // What is elsewhere does not matter.
  setting.hardware.high[1] = 1;
  EXPECT_FALSE(setting.packing.Possible(setting.hardware));
  setting.hardware.high[0] = 2;
  EXPECT_TRUE(setting.packing.Possible(setting.hardware));
  EXPECT_EQ(setting.progress.steps, steps);
}

TEST(Packing, ATimeThatNoCountKeepsLeavesNoRoom) {
  Problem problem = Cramped();
  // Two instances at 1.7 of 2: 0.8 / 0.15 s.
  problem.constraints = {Mean({3}, 5.4)};
  EXPECT_TRUE(Setting(problem).packing.Possible(Setting(problem).hardware));
  problem.constraints = {Mean({3}, 5.3)};
  EXPECT_FALSE(Setting(problem).packing.Possible(Setting(problem).hardware));
}

TEST(Packing, WhereThereIsNoRoomTryingEverythingFindsNone) {
  uint32_t full = 0;
  for (uint32_t seed = 0; seed < Seeds(1000); ++seed) {
    Problem problem = Random(seed);
    Setting setting(problem);
    std::mt19937 chance(seed);
    for (uint32_t j = 0; j < problem.pools.size(); ++j) {
      if (setting.relaxation.function(j)) continue;
      const uint32_t least = setting.relaxation.idle(j);
      setting.hardware.high[j] = std::max(1U, least);
      if (chance() % 3 == 0) setting.hardware.usable[j] = 0;
    }
    if (setting.packing.Possible(setting.hardware)) continue;
    for (uint32_t j = 0; j < problem.pools.size(); ++j) {
      if (!setting.relaxation.function(j)) problem.pools[j].max = setting.hardware.high[j];
      if (setting.hardware.usable[j]) continue;
      for (Component& component : problem.components) {
        for (Variant& variant : component.variants) {
          for (Part& part : variant.parts) {
            std::erase_if(part.options, [&](const Option& option) { return option.pool == j; });
          }
        }
      }
    }
    for (Component& component : problem.components) {
      std::erase_if(component.variants, [](const Variant& variant) {
        return std::any_of(variant.parts.begin(), variant.parts.end(),
                           [](const Part& part) { return part.options.empty(); });
      });
    }
    ++full;
    EXPECT_TRUE(std::isinf(BruteForce(problem))) << seed;
  }
  EXPECT_GT(full, 5u);
}

}  // namespace
}  // namespace sprint::solver
