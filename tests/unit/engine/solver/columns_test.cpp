#include "engine/solver/columns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/solver/dives.h"
#include "engine/solver/priced_search.h"
#include "engine/solver/search.h"
#include "engine/solver/suffixes.h"
#include "tests/unit/engine/solver/problems.h"

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();

// All that columns and branch and price stand on, for one problem.
struct Setting {
  explicit Setting(const Problem& problem)
      : domains(problem, options), items(domains.MakeItems()), relaxation(problem, items) {
    for (uint32_t j = 0; j < problem.pools.size(); ++j) {
      scope.hardware.usable.push_back(relaxation.function(j) || problem.pools[j].max > 0);
      scope.hardware.low.push_back(relaxation.idle(j));
      scope.hardware.high.push_back(std::max(problem.pools[j].max, relaxation.idle(j)));
    }
  }
  SearchOptions options;
  Domains domains;
  Items items;
  Relaxation relaxation;
  Columns::Scope scope;
  Progress progress;
};

// Three zones, two of them alike, and ways that take long.
Problem InRegions(Problem problem, uint32_t seed) {
  std::mt19937 random(seed);
  const std::vector<Route> near{{0.02 + 1e-4 * (random() % 1000), 1e-8}},
      far{{0.05 + 3e-4 * (random() % 1000), 1e-7, 1e-7}};
  problem.one_kind.resize(3, false);
  problem.zone_availability.assign(3, 0.95);
  problem.routes = {{{}, near, far}, {near, {}, far}, {far, far, {}}};
  for (uint32_t j = 0; j < problem.pools.size(); ++j) problem.pools[j].zone = j % 3;
  return problem;
}

// Every third with a component in copies, every fourth in regions.
Problem Small(uint32_t seed) {
  Problem problem = Random(seed);
  if (seed % 4 == 0) problem = InRegions(std::move(problem), seed);
  return seed % 3 == 0 ? Spread(std::move(problem), 0, 2) : problem;
}

double Least(const Problem& problem) {
  const Outcome outcome = Search(problem, {});
  const auto* solved = std::get_if<Solved>(&outcome);
  EXPECT_TRUE(!solved || solved->proven);
  return solved ? solved->burden : Infinity;
}

// Two parts of one pool that wait for each other: on one instance 0.3/(1-0.6) s each, on two
// 0.3/(1-0.3) s. At most 1.2 s for both: 8/15 of one instance and 7/15 of two.
TEST(Columns, BoundsOnTimesAreRows) {
  Problem problem;
  problem.pools = {{.max = 2, .price = 1, .memory = 1}};
  problem.one_kind = {false};
  problem.routes = {{{}}};
  const Part part{.rate = 1, .options = {{0, 0.3, {}}}};
  problem.components = {{1, {{std::nullopt, {part}}}}, {1, {{std::nullopt, {part}}}}};
  problem.flows = {{0, 1}};
  problem.constraints = {Mean({0, 1}, 1.2)};
  const double one = 2 * 0.3 / 0.4, two = 2 * 0.3 / 0.7;
  const double share = (1.2 - two) / (one - two);
  Setting setting(problem);
  Columns columns(problem, setting.domains, setting.items, setting.relaxation, Infinity);
  columns.Enter(setting.scope);
  PartPrices prices;
  const double bound = columns.Bound(prices, 100, Infinity, setting.progress);
  EXPECT_NEAR(bound, share + 2 * (1 - share), 1e-6);
  // What the rule may take costs what an instance more is worth per second that it saves.
  EXPECT_NEAR(prices.rule[0] / 1.2, 1 / (one - two), 1e-3);
  EXPECT_NEAR(Least(problem), 2, 1e-9);
}

// A part for 1 in either of two zones that are alike, the other one's for 1 in a far one or for 5
// beside the first. What flows between may take 0.1 s: less than across, 0.4 s, and than from one
// of the two to the other, 0.2 s. At the root parts may be in several zones by halves, but not
// without the ways between.
TEST(Columns, WaysTakeTheirTime) {
  Problem problem;
  for (uint32_t zone = 0; zone < 3; ++zone) {
    problem.pools.push_back({.zone = zone, .price = zone == 1 ? 5.0 : 1.0, .memory = 1});
    problem.one_kind.push_back(false);
  }
  const std::vector<Route> near{{0.2}}, far{{0.4}};
  problem.routes = {{{}, near, far}, {near, {}, far}, {far, far, {}}};
  const Part first{.rate = 1, .memory = 1, .options = {{0, 0, {}}, {1, 0, {}}}};
  const Part second{.rate = 1, .memory = 1, .options = {{1, 0, {}}, {2, 0, {}}}};
  problem.components = {{1, {{std::nullopt, {first}}}}, {1, {{std::nullopt, {second}}}}};
  problem.flows = {{0, 1}};
  const auto bound = [&](double most) {
    problem.constraints = {Mean({0, 1}, most)};
    Setting setting(problem);
    Columns columns(problem, setting.domains, setting.items, setting.relaxation, 20);
    columns.Enter(setting.scope);
    PartPrices prices;
    return columns.Bound(prices, 100, Infinity, setting.progress);
  };
  EXPECT_NEAR(bound(0.4), 1 + 1, 1e-6);
  EXPECT_NEAR(bound(0.2), 1 + 5, 1e-6);
  // Half of each.
  EXPECT_NEAR(bound(0.3), 1 + 3, 1e-6);
}

// One pool has room for both copies, at 1; the other zone's costs 3.
TEST(Columns, CopiesPayForZonesOfTheirOwn) {
  Problem problem;
  problem.pools = {{.zone = 0, .price = 1, .memory = 1}, {.zone = 1, .price = 3, .memory = 1}};
  problem.one_kind = {false, false};
  problem.routes.assign(2, std::vector<std::vector<Route>>(2));
  const Part part{.rate = 1, .options = {{0, 0.1, {}}, {1, 0.1, {}}}};
  problem.components = {{1, {{std::nullopt, {part}}}}};
  const auto bound = [](const Problem& of) {
    Setting setting(of);
    Columns columns(of, setting.domains, setting.items, setting.relaxation, 10);
    columns.Enter(setting.scope);
    PartPrices prices;
    return columns.Bound(prices, 100, Infinity, setting.progress);
  };
  Problem copies = Spread(problem, 0, 2);
  EXPECT_NEAR(bound(copies), 1 + 3, 1e-6);
  EXPECT_NEAR(Least(copies), 1 + 3, 1e-9);
  copies.constraints.back().bound = 1;
  EXPECT_NEAR(bound(copies), 1, 1e-6);
}

// Whatever the prices, nothing is cheaper than what follows from them.
TEST(Columns, NoPlacementIsCheaperThanAnyBound) {
  int tight = 0;
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = Small(seed);
    const double least = Least(problem);
    if (least == Infinity) continue;
    Setting setting(problem);
    Columns columns(problem, setting.domains, setting.items, setting.relaxation, 10 * least);
    columns.Enter(setting.scope);
    PartPrices prices;
    const double bound = columns.Bound(prices, 100, Infinity, setting.progress);
    EXPECT_LE(bound, least * (1 + 1e-9));
    EXPECT_NEAR(columns.Below(prices), bound, 1e-9 * least);
    tight += bound > 0.95 * least;
    std::mt19937 random(seed);
    for (int attempt = 0; attempt < 20; ++attempt) {
      PartPrices other = prices;
      for (auto* list : {&other.part, &other.way, &other.rule, &other.zone, &other.end}) {
        for (double& price : *list) {
          if (random() % 2 == 0) price = least * (random() % 1000) / 1000;
        }
      }
      EXPECT_LE(columns.Below(other), least * (1 + 1e-9));
    }
  }
  // It would hold for a bound of 0 as well.
  EXPECT_GT(tight, 50);
}

TEST(PricedSearch, AloneItFindsTheCheapestAndProvesIt) {
  for (uint32_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = Small(seed);
    const double least = Least(problem);
    if (least == Infinity) continue;
    Setting setting(problem);
    setting.progress.limit = 10 * least;
    Neighbourhood neighbourhood(problem, setting.domains, setting.items, setting.progress, 1);
    PricedSearch search(problem, setting.domains, setting.items, setting.relaxation, neighbourhood,
                        setting.progress);
    ASSERT_TRUE(setting.progress.Begin(1'000'000));
    const double root = search.Root(setting.scope.hardware);
    EXPECT_LE(root, least * (1 + 1e-9));
    EXPECT_EQ(search.Run(), Infinity);
    EXPECT_NEAR(setting.progress.burden, least, 1e-9 * least);
  }
}

// It sees little of single times and ways, so that it does not get to an end each time.
TEST(PricedSearch, AloneItProvesOfManyThatNothingHolds) {
  int proven = 0;
  for (uint32_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = Small(seed);
    if (Least(problem) < Infinity) continue;
    Setting setting(problem);
    setting.progress.limit = 1e6;
    Neighbourhood neighbourhood(problem, setting.domains, setting.items, setting.progress, 1);
    PricedSearch search(problem, setting.domains, setting.items, setting.relaxation, neighbourhood,
                        setting.progress);
    ASSERT_TRUE(setting.progress.Begin(300));
    const bool at_once = search.Root(setting.scope.hardware) == Infinity;
    search.Dive(3);
    proven += at_once || search.Run() == Infinity;
    EXPECT_FALSE(setting.progress.best);
  }
  EXPECT_GT(proven, 20);
}

TEST(Dives, FindPlacementsThatHoldAndAreMostlyGood) {
  int all = 0, found = 0, good = 0;
  for (uint32_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = Random(seed);
    const double least = Least(problem);
    if (least == Infinity) continue;
    Setting setting(problem);
    setting.progress.limit = 10 * least;
    Neighbourhood neighbourhood(problem, setting.domains, setting.items, setting.progress, 1);
    Columns columns(problem, setting.domains, setting.items, setting.relaxation, 10 * least);
    Dives dives(problem, setting.items, columns, neighbourhood, setting.progress, 1);
    ASSERT_TRUE(setting.progress.Begin(1'000'000));
    dives.Once(setting.scope, {});
    ++all;
    if (!setting.progress.best) continue;
    ++found;
    EXPECT_GE(setting.progress.burden, least * (1 - 1e-9));
    const double first = setting.progress.burden;
    dives.Improve(setting.scope, {}, 3);
    EXPECT_LE(setting.progress.burden, first);
    good += setting.progress.burden < 1.05 * least;
  }
  EXPECT_GT(found, all / 2);
  EXPECT_GT(good, found / 2);
}

TEST(Suffixes, BoundWhatTheRestPays) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto real = [&] { return random() / 4294967296.0; };
    std::vector<Suffixes::Thing> things;
    for (int k = 0; k < 8; ++k) things.push_back({real(), real(), real()});
    Suffixes suffixes;
    const double load = 2, memory = seed % 4 == 0 ? Infinity : 1.5;
    suffixes.Build(things, load, memory, 4096);
    for (size_t from = 0; from <= things.size(); ++from) {
      const double room = load * real();
      const double space = seed % 4 == 0 ? Infinity : memory * real();
      double best = 0, more = 0;
      for (uint32_t set = 0; set < 1U << (things.size() - from); ++set) {
        Suffixes::Thing sum;
        for (size_t k = from; k < things.size(); ++k) {
          if (!(set >> (k - from) & 1)) continue;
          sum.gain += things[k].gain;
          sum.load += things[k].load;
          sum.memory += things[k].memory;
        }
        if (sum.load <= room && sum.memory <= space) best = std::max(best, sum.gain);
        // Each takes a step less than it needs at most, and there are 63 steps or more.
        const double steps = static_cast<double>(things.size() + 1) / 63;
        if (sum.load > room + steps * load || sum.memory > space + steps * memory) continue;
        more = std::max(more, sum.gain);
      }
      EXPECT_GE(suffixes.Most(from, room, space), best);
      EXPECT_LE(suffixes.Most(from, room, space), more);
    }
  }
}

// Nothing of two members of a family.
bool Suits(const std::vector<Filling::Offer>& offers, uint32_t set) {
  for (size_t a = 0; a < offers.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      if (!(set >> a & 1) || !(set >> b & 1) || offers[a].family == 0) continue;
      if (offers[a].family != offers[b].family) continue;
      if (offers[a].member != offers[b].member) return false;
    }
  }
  return true;
}

// The best of all sets, one after the other.
double TryAll(const std::vector<Filling::Offer>& offers, const Filling::Room& room) {
  double best = 0;
  for (uint32_t set = 0; set < 1U << offers.size(); ++set) {
    double worth = 0, slow = 0, load = 0, memory = 0;
    for (size_t k = 0; k < offers.size(); ++k) {
      if (!(set >> k & 1)) continue;
      worth += offers[k].worth;
      slow += offers[k].slow;
      load += offers[k].load;
      memory += offers[k].memory;
    }
    if (load > room.load || memory > room.memory || !Suits(offers, set)) continue;
    const double time = performance::Node(1, load / room.count, room.cores, room.per_core).mean;
    best = std::max(best, worth - slow * time);
  }
  return best;
}

TEST(Filling, FindsTheBestSetOfAll) {
  int empty = 0;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto real = [&](double low, double high) {
      return low + (high - low) * (random() / 4294967296.0);
    };
    Filling::Room room{.cores = 1.0 + random() % 4, .per_core = random() % 2 == 0};
    room.count = 1 + random() % 3;
    room.load = 0.9 * room.count * (room.per_core ? room.cores : 1);
    room.memory = random() % 3 == 0 ? Infinity : 4;
    std::vector<Filling::Offer> offers;
    const uint32_t size = seed % 5 == 0 ? 15 : 11;
    for (uint32_t k = 0; k < size; ++k) {
      offers.push_back({.name = k,
                        .worth = real(0, 2),
                        .load = real(0, 0.8),
                        .memory = real(0, 2),
                        .slow = random() % 3 == 0 ? 0 : real(0, 0.5)});
      if (seed % 2 == 0) continue;
      offers.back().family = random() % 3;
      offers.back().member = random() % 3;
    }
    const double best = TryAll(offers, room);
    Filling filling;
    const auto& found = filling.Fill(offers, room, 0, 1'000'000);
    EXPECT_NEAR(found.bound, best, 1e-9);
    EXPECT_EQ(found.parts.empty(), best <= 0);
    // With fewer nodes it is a bound.
    EXPECT_GE(filling.Fill(offers, room, 0, 3).bound, best - 1e-9);
    EXPECT_TRUE(filling.Fill(offers, room, best + 1e-6, 1'000'000).parts.empty());
    empty += best <= 0;
    // With instances at a price, as many as there are.
    Filling::Room one = room;
    one.count = 1;
    one.load /= room.count;
    for (const double each : {0.1, 0.5, 1.0}) {
      EXPECT_GE(filling.Reach(offers, one, each), best - room.count * each - 1e-9);
    }
  }
  EXPECT_LT(empty, 100);
}

}  // namespace
}  // namespace sprint::solver
