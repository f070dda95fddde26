#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/placement/placement.h"
#include "tests/unit/engine/placement/random_programs.h"
#include "tests/unit/engine/solver/problems.h"

// What is said of programs that have no placement, and of places where a component is not, by doing
// it.
namespace sprint::placement {
namespace {

bool Possible(const ir::Program& program, const Options& options = {}) {
  const auto answer = Place(program, program.deploys[0], options);
  EXPECT_TRUE(answer.ok());
  EXPECT_NE(answer->state, State::Exhausted);
  return !answer->parts.empty();
}

// The program with those of its lines that `keep` says.
template <typename Keep>
ir::Program With(const ir::Program& program, Keep keep) {
  ir::Program less = program;
  std::erase_if(less.applications[0].constraints,
                [&](const ir::Constraint& rule) { return !rule.weight && !keep(rule.loc); });
  std::erase_if(less.deploys[0].pins, [&](const auto& pin) { return !keep(pin.loc); });
  return less;
}

bool Spreads(const ir::Program& program) {
  const auto& rules = program.applications[0].constraints;
  return std::any_of(rules.begin(), rules.end(),
                     [](const auto& rule) { return rule.metric == ir::Metric::Spread; });
}

void ExpectLeast(const ir::Program& program, const std::vector<CoreLine>& core,
                 const Options& options) {
  const auto in = [&](Loc loc) {
    return std::any_of(core.begin(), core.end(), [&](const auto& line) { return line.loc == loc; });
  };
  EXPECT_FALSE(Possible(With(program, in), options));
  // Copies share the work: without them less may hold, too.
  if (Spreads(program)) return;
  for (const CoreLine& line : core) {
    if (!line.loc.ok()) continue;
    const auto rest = [&](Loc loc) { return in(loc) && loc != line.loc; };
    EXPECT_TRUE(Possible(With(program, rest), options)) << line.text;
  }
}

// "2 more nodes in zone0.pool1 would do", "without `pin C1 in zone0` it would do",
// "cost <= 0.1 EUR/h would do".
void ExpectEnough(const ir::Program& program, const Relaxation& relaxation,
                  const Options& options) {
  ir::Program changed = program;
  const std::string& text = relaxation.text;
  for (ir::Zone& zone : changed.continua[0].zones) {
    for (ir::Pool& pool : zone.pools) {
      if (pool.loc != relaxation.loc) continue;
      const uint32_t more = text.starts_with("one") ? 1 : static_cast<uint32_t>(std::stoul(text));
      pool.max += more;
      EXPECT_TRUE(Possible(changed, options));
      --pool.max;
      if (more > 1) {
        EXPECT_FALSE(Possible(changed, options));
      }
      return;
    }
  }
  if (text.starts_with("without")) {
    EXPECT_TRUE(Possible(With(program, [&](Loc loc) { return loc != relaxation.loc; }), options));
    return;
  }
  for (ir::Constraint& rule : changed.applications[0].constraints) {
    if (rule.loc != relaxation.loc) continue;
    const bool at_most = rule.relation == ir::Relation::AtMost;
    const double factor = rule.unit.empty() ? 1 : ParseUnit(rule.unit)->factor;
    rule.bound = std::stod(text.substr(text.find(at_most ? "<= " : ">= ") + 3)) * factor;
    EXPECT_TRUE(Possible(changed, options));
    return;
  }
  ADD_FAILURE() << "nothing is there";
}

void ExpectTrue(const ir::Program& program, const Answer& answer, const Options& options = {}) {
  ASSERT_FALSE(answer.cores.empty());
  for (const auto& core : answer.cores) ExpectLeast(program, core, options);
  for (const Relaxation& relaxation : answer.relaxations) {
    SCOPED_TRACE(relaxation.text);
    ExpectEnough(program, relaxation, options);
  }
}

TEST(Explanations, HoldWhenTheyAreCarriedOut) {
  int infeasible = 0, relaxed = 0;
  for (uint32_t seed = 0; seed < solver::Seeds(130); ++seed) {
    SCOPED_TRACE(seed);
    ir::Program program = RandomProgram(seed);
    if (seed % 2) program.applications[0].workload *= 3;
    const auto answer = Place(program, program.deploys[0]);
    ASSERT_TRUE(answer.ok());
    if (answer->state != State::Infeasible) continue;
    ++infeasible;
    relaxed += static_cast<int>(answer->relaxations.size());
    ExpectTrue(program, *answer);
  }
  EXPECT_GT(infeasible, 20);
  EXPECT_GT(relaxed, 20);
}

// Each pool has a kind of its own: without a demand for the others a component can be nowhere else.
ir::Program Only(ir::Program program, ir::Index component, ir::Index kind) {
  for (ir::Variant& variant : program.deploys[0].components[component].variants) {
    for (ir::Part& part : variant.parts) {
      std::erase_if(part.demands, [&](const auto& demand) { return demand.kind != kind; });
    }
  }
  return program;
}

TEST(Explanations, OfAPlaceWhereAComponentIsNot) {
  int dearer = 0, impossible = 0;
  for (uint32_t seed = 0; seed < solver::Seeds(60); ++seed) {
    const ir::Program program = RandomProgram(seed);
    if (Spreads(program) || !Possible(program)) continue;
    const auto& zones = program.continua[0].zones;
    for (ir::Index z = 0; z < zones.size(); ++z) {
      for (ir::Index k = 0; k < zones[z].pools.size(); ++k) {
        SCOPED_TRACE(std::to_string(seed) + ": " + zones[z].pools[k].name);
        Options options;
        options.force.push_back({0, z, k});
        const auto there = Place(program, program.deploys[0], options);
        const ir::Program only = Only(program, 0, zones[z].pools[k].kind);
        const auto same = Place(only, only.deploys[0]);
        ASSERT_TRUE(there.ok() && same.ok());
        ASSERT_EQ(there->state, same->state);
        if (!there->parts.empty()) {
          ++dearer;
          EXPECT_NEAR(there->objective, same->objective, 1e-9 * same->objective);
        } else {
          ++impossible;
          ExpectTrue(program, *there, options);
        }
      }
    }
  }
  EXPECT_GT(dearer, 20);
  EXPECT_GT(impossible, 20);
}

}  // namespace
}  // namespace sprint::placement
