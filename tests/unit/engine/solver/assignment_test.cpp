#include "engine/solver/assignment.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/engine/solver/problems.h"

namespace sprint::solver {
namespace {

// Random hardware, all of it there, one kind of each zone.
struct Setting {
  explicit Setting(Problem random)
      : problem(std::move(random)),
        domains(problem, options),
        items(domains.MakeItems()),
        relaxation(problem, items) {
    for (uint32_t j = 0; j < problem.pools.size(); ++j) {
      hardware.usable.push_back(relaxation.function(j) || problem.pools[j].max > 0);
      hardware.high.push_back(std::max(problem.pools[j].max, relaxation.idle(j)));
    }
    for (const auto& group : relaxation.groups()) {
      for (size_t k = 1; k < group.size(); ++k) hardware.usable[group[k]] = 0;
    }
    hardware.low = hardware.high;
  }
  // The cheapest on this hardware; infinite: there is none.
  double Least(const Hardware& on, size_t most, bool& done) {
    Progress progress;
    progress.limit = 1e9;
    Assignment assignment(problem, domains, items, relaxation, progress);
    done = assignment.Run(on, std::vector<double>(problem.pools.size(), 0), nullptr, most);
    return progress.best ? progress.burden : INFINITY;
  }
  Problem problem;
  SearchOptions options;
  Domains domains;
  Items items;
  Relaxation relaxation;
  Hardware hardware;
};

TEST(Assignment, StepByStepItComesToTheSame) {
  uint32_t placed = 0, impossible = 0;
  for (uint32_t seed = 0; seed < Seeds(300); ++seed) {
    Problem random = Random(seed);
    random.one_way = true;
    // Paid for, used or not, so that the least is clear.
    for (Pool& pool : random.pools) {
      if (pool.form == Form::Machines) pool.min = pool.max;
      if (pool.form == Form::Nodes) pool.price = pool.power = pool.carbon = 0;
    }
    Setting setting(std::move(random));
    const size_t components = setting.problem.components.size();
    bool done = false;
    const double whole = setting.Least(setting.hardware, ~size_t{0}, done);
    EXPECT_TRUE(done);
    double least = INFINITY;
    uint32_t vectors = 1;
    for (size_t c = 0; c < components; ++c) vectors *= 3;
    for (uint32_t steps = 0; steps < vectors; ++steps) {
      Hardware told = setting.hardware;
      for (uint32_t c = 0, rest = steps; c < components; ++c, rest /= 3) {
        told.steps.push_back(static_cast<uint8_t>(1 << rest % 3));
      }
      least = std::min(least, setting.Least(told, ~size_t{0}, done));
    }
    if (std::isinf(whole)) {
      EXPECT_TRUE(std::isinf(least)) << seed;
      ++impossible;
    } else {
      EXPECT_NEAR(least, whole, 1e-9 * whole) << seed;
      ++placed;
    }
  }
  EXPECT_GT(placed, 20u);
  EXPECT_GT(impossible, 20u);
}

TEST(Assignment, DoesNothingWhereThereIsTooMuchToChooseFrom) {
  Setting setting(MaskDetection());
  bool done = true;
  EXPECT_TRUE(std::isinf(setting.Least(setting.hardware, 1, done)));
  EXPECT_FALSE(done);
  EXPECT_FALSE(std::isinf(setting.Least(setting.hardware, 100, done)));
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace sprint::solver
