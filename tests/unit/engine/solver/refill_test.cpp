#include "engine/solver/refill.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/solver/problems.h"

namespace sprint::solver {
namespace {

using Numbers = std::vector<uint32_t>;

// Parts of one request/s each in one zone; what each needs is the same on every pool.
struct Setting {
  Setting(std::vector<Pool> pools, const std::vector<std::pair<double, double>>& needs,
          std::vector<Constraint> rules = {}) {
    problem.pools = std::move(pools);
    problem.one_kind = {false};
    problem.routes = {{{}}};
    problem.constraints = std::move(rules);
    for (const auto& [demand, memory] : needs) {
      Part part;
      part.rate = 1;
      part.memory = memory;
      for (uint32_t j = 0; j < problem.pools.size(); ++j) part.options.push_back({j, demand, {}});
      problem.components.push_back({1, {{std::nullopt, {part}}}});
    }
    domains.emplace(problem, options);
    items = domains->MakeItems();
    draft.emplace(problem, *domains);
    refill.emplace(problem, *domains, items, *draft, random);
  }
  uint32_t where(uint32_t c) const { return draft->placement().pool[c][0]; }

  Problem problem;
  SearchOptions options;
  std::optional<Domains> domains;
  Items items;
  std::optional<Draft> draft;
  std::mt19937 random{1};
  std::optional<Refill> refill;
};

// The largest is left for another node, because the others fill this one.
TEST(Refill, FillsAPoolWithWhatIsWorthMostTogether) {
  Setting setting({{.price = 1, .memory = 10}}, {{0.1, 6}, {0.1, 5}, {0.1, 5}});
  Numbers loose{0, 1, 2};
  EXPECT_GT(setting.refill->Put(loose, {0}, 0), 0U);
  EXPECT_EQ(loose, Numbers{0});
  EXPECT_FALSE(setting.draft->placed(0));
}

TEST(Refill, CountsAsManyInstancesAsTheLoadTakes) {
  Setting setting({{.max = 3, .price = 1, .memory = 10}}, {{0.8, 1}, {0.8, 1}, {0.8, 1}, {0.8, 1}});
  Numbers loose{0, 1, 2, 3};
  setting.refill->Put(loose, {0}, 0);
  EXPECT_EQ(loose.size(), 1U);
  EXPECT_EQ(setting.draft->count(0), 3U);
}

TEST(Refill, TakesThePoolWhosePriceBuysMore) {
  Setting setting({{.price = 3, .memory = 10}, {.price = 2, .memory = 10}}, {{0.1, 5}, {0.1, 5}});
  Numbers loose{0, 1};
  EXPECT_EQ(setting.refill->ranking(), (Numbers{1, 0}));
  setting.refill->Put(loose, {0, 1}, 0);
  EXPECT_TRUE(loose.empty());
  EXPECT_EQ(setting.where(0), 1U);
  EXPECT_EQ(setting.where(1), 1U);
}

// Both on one node take 0.4 / (1 - 0.8) s each, on one of their own a third.
TEST(Refill, GivesTimeAPriceWhileItIsTooLong) {
  Setting setting({{.price = 1, .memory = 10}, {.price = 1, .memory = 10}}, {{0.4, 5}, {0.4, 5}},
                  {Mean({0, 1}, 2)});
  Numbers loose{0, 1};
  setting.refill->Put(loose, {0, 1}, 0);
  EXPECT_EQ(setting.where(0), setting.where(1));
  for (int round = 0; round < 100 && !setting.draft->Holds(); ++round) {
    setting.refill->Price();
    setting.refill->Learn();
    for (const uint32_t c : {0U, 1U}) setting.draft->Take(c);
    loose = {0, 1};
    setting.refill->Put(loose, {0, 1}, 0);
  }
  EXPECT_TRUE(loose.empty());
  EXPECT_TRUE(setting.draft->Holds());
  EXPECT_NE(setting.where(0), setting.where(1));
}

// Only what changes is measured: after any changes the times are those of the whole.
TEST(Draft, MeasuresAsIfAllWereNew) {
  std::vector<std::pair<double, double>> needs;
  for (int c = 0; c < 6; ++c) needs.emplace_back(0.05 + 0.01 * c, 1);
  Constraint slowest = Mean({1, 2, 4}, 1);
  slowest.percentile = 0.95;
  Setting setting({{.price = 1, .memory = 10}, {.max = 2, .price = 1, .memory = 10}}, needs,
                  {Mean({0, 1, 2, 3}, 1), slowest, Mean({5}, 1)});
  setting.problem.routes[0][0] = {{.delay = 0.01}};
  Draft& draft = *setting.draft;
  const auto items = [&](uint32_t c) {
    return std::vector<const Item*>{&setting.items[c][0][0][setting.random() % 2]};
  };
  for (uint32_t c = 0; c < 6; ++c) draft.Put(c, 0, items(c));
  for (int change = 0; change < 200; ++change) {
    const uint32_t c = setting.random() % 6;
    draft.Take(c);
    if (setting.random() % 2 == 0) draft.Ask(c, 0, items(c));
    draft.Put(c, 0, items(c));
    if (draft.count(1) > 0) draft.SetCount(1, 1 + setting.random() % 2);
    const std::vector<double> loads = Loads(setting.problem, draft.placement());
    for (size_t i = 0; i < setting.problem.constraints.size(); ++i) {
      const Constraint& rule = setting.problem.constraints[i];
      const Response whole = PathResponse(setting.problem, draft.placement(), loads, rule.path);
      ASSERT_NEAR(draft.Measured(i), Value(whole, rule.percentile), 1e-9);
    }
  }
}

}  // namespace
}  // namespace sprint::solver
