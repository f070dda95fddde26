#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "engine/solver/explain.h"
#include "tests/unit/engine/solver/brute_force.h"
#include "tests/unit/engine/solver/problems.h"

// What is said of problems that cannot be, against everything there is.
namespace sprint::solver {
namespace {

// Which lines hold together anywhere, and at which bounds of one all would. A line is known by
// the first of its constraints.
class Everything {
 public:
  Everything(const Problem& problem, const Lines& lines) : problem_(problem) {
    for (uint32_t i = 0; i < problem.constraints.size(); ++i) {
      if (problem.constraints[i].weight) continue;
      const auto same = [&](const Core& line) { return lines[line.front()] == lines[i]; };
      const auto line = std::find_if(lines_.begin(), lines_.end(), same);
      (line == lines_.end() ? lines_.emplace_back() : *line).push_back(i);
    }
    all_ = (1U << lines_.size()) - 1;
    nearest_.resize(lines_.size());
    const std::vector<bool> nothing(problem.constraints.size(), false);
    ForEachPlacement(problem, [&](const Placement& at) {
      const Evaluation found = Evaluate(problem, at);
      unsigned met = 0;
      for (size_t k = 0; k < lines_.size(); ++k) {
        const auto holds = [&](uint32_t i) { return found.met[i]; };
        if (std::all_of(lines_[k].begin(), lines_[k].end(), holds)) met |= 1U << k;
      }
      bool news = !together_.contains(met);
      for (size_t k = 0; k < lines_.size(); ++k) news = news || Nearer(k, met, found);
      if (!news || !Violations(problem, at, found.goal, nothing).empty()) return;
      together_.insert(met);
      for (size_t k = 0; k < lines_.size(); ++k) {
        if (Nearer(k, met, found)) nearest_[k] = Worst(k, found);
      }
    });
  }

  // Sets that hold nowhere, all of whose parts do.
  std::set<Core> Cores() const {
    std::set<Core> cores;
    for (unsigned set = 0; set <= all_; ++set) {
      bool least = !Holds(set);
      Core core;
      for (size_t k = 0; k < lines_.size(); ++k) {
        if (!(set >> k & 1)) continue;
        least = least && Holds(set & ~(1U << k));
        core.push_back(lines_[k].front());
      }
      if (least) cores.insert(core);
    }
    return cores;
  }
  // The bound of a line nearest to what is written with which all hold.
  std::optional<double> Nearest(uint32_t first) const {
    for (size_t k = 0; k < lines_.size(); ++k) {
      if (lines_[k].front() == first) return nearest_[k];
    }
    return std::nullopt;
  }

 private:
  bool Holds(unsigned set) const {
    return std::any_of(together_.begin(), together_.end(),
                       [&](unsigned met) { return (met & set) == set; });
  }
  double Worst(size_t k, const Evaluation& found) const {
    double worst = found.value[lines_[k].front()];
    const bool at_most = problem_.constraints[lines_[k].front()].at_most;
    for (uint32_t i : lines_[k]) {
      worst = at_most ? std::max(worst, found.value[i]) : std::min(worst, found.value[i]);
    }
    return worst;
  }
  // Do all others hold there, and line k by less?
  bool Nearer(size_t k, unsigned met, const Evaluation& found) const {
    const double value = Worst(k, found);
    if ((met | 1U << k) != all_ || !std::isfinite(value)) return false;
    if (!nearest_[k]) return true;
    return problem_.constraints[lines_[k].front()].at_most ? value < *nearest_[k]
                                                           : value > *nearest_[k];
  }

  const Problem& problem_;
  std::vector<Core> lines_;
  unsigned all_ = 0;
  std::set<unsigned> together_;
  std::vector<std::optional<double>> nearest_;
};

// A random problem, or one whose cheapest placement is not good enough in one respect and is as
// dear as may be.
Problem Tight(uint32_t seed) {
  Problem problem = Random(seed);
  const Outcome outcome = Search(problem, {});
  const auto* solved = std::get_if<Solved>(&outcome);
  if (!solved) return problem;
  const Evaluation evaluation = Evaluate(problem, solved->placement);
  Constraint& rule = problem.constraints[seed % problem.constraints.size()];
  const double value = evaluation.value[seed % problem.constraints.size()];
  if (!std::isfinite(value)) return problem;
  rule.weight.reset();
  rule.bound = value * (rule.at_most ? 0.9 : 1.02);
  problem.constraints.push_back(AtMostCost(1.2 * evaluation.cost * Hour));
  return problem;
}

bool Relaxable(const Constraint& rule) {
  switch (rule.metric) {
    case Metric::Rate:
    case Metric::Where:
    case Metric::Apart:
      return false;
    case Metric::Accuracy:
      return true;
    case Metric::Availability:
      return !rule.at_most;
    default:
      return rule.at_most;
  }
}

void ExpectNearest(const Constraint& rule, double bound, double nearest) {
  if (IsSum(rule.metric)) {
    EXPECT_NEAR(bound, nearest, 1e-8 * nearest);
  } else if (rule.metric == Metric::Accuracy) {
    EXPECT_EQ(bound, nearest);
  } else if (rule.metric == Metric::Availability) {
    EXPECT_LE(bound, nearest + 2e-9);
    EXPECT_GE(bound, nearest - 1e-4 * (1 - nearest) - 2e-9);
  } else {
    EXPECT_GE(bound, nearest * (1 - 2e-9));
    EXPECT_LE(bound, nearest * (1 + 2e-4));
  }
}

void ExpectTrue(const Problem& problem, const Lines& lines, std::map<Metric, int>& relaxed) {
  const Explanation found = Explain(problem, {}, lines);
  const Everything everything(problem, lines);
  EXPECT_TRUE(found.complete);
  EXPECT_EQ(std::set<Core>(found.cores.begin(), found.cores.end()), everything.Cores());
  ASSERT_FALSE(found.cores.empty());
  std::map<uint32_t, double> bounds;
  for (const Relaxation& one : found.relaxations) bounds[one.constraint] = one.bound;
  for (uint32_t i : found.cores.front()) {
    const Constraint& rule = problem.constraints[i];
    SCOPED_TRACE("constraint " + std::to_string(i));
    const auto nearest = everything.Nearest(i);
    const bool due = nearest && Relaxable(rule);
    ASSERT_EQ(bounds.contains(i), due);
    if (!due) continue;
    ++relaxed[rule.metric];
    ExpectNearest(rule, bounds[i], *nearest);
    bounds.erase(i);
  }
  EXPECT_TRUE(bounds.empty());
}

TEST(Explanations, AgreeWithTryingEverythingOnSmallProblems) {
  std::map<Metric, int> relaxed;
  for (uint32_t seed = 0; seed < Seeds(50); ++seed) {
    SCOPED_TRACE(seed);
    const Problem problem = Tight(seed);
    if (!std::holds_alternative<Infeasible>(Search(problem, {}))) continue;
    Lines lines(problem.constraints.size());
    std::iota(lines.begin(), lines.end(), 0U);
    ExpectTrue(problem, lines, relaxed);
  }
  for (Metric metric : {Metric::Response, Metric::Accuracy, Metric::Cost}) {
    EXPECT_GT(relaxed[metric], 5);
  }
}

// What is asked of two copies is one line: the constraints that Spread wrote in a row.
TEST(Explanations, OfCopiesAgreeWithTryingEverything) {
  std::map<Metric, int> relaxed;
  for (uint32_t seed = 0; seed < Seeds(40); ++seed) {
    SCOPED_TRACE(seed);
    const Problem one = Tight(seed);
    if (one.components.size() > 2) continue;
    const Problem problem = Spread(one, 0, 2);
    if (!std::holds_alternative<Infeasible>(Search(problem, {}))) continue;
    Lines lines{0};
    for (size_t i = 1; i < problem.constraints.size(); ++i) {
      const Constraint &rule = problem.constraints[i], &before = problem.constraints[i - 1];
      const bool same = rule.metric == before.metric && rule.bound == before.bound &&
                        rule.percentile == before.percentile && rule.path != before.path;
      lines.push_back(lines.back() + !same);
    }
    ExpectTrue(problem, lines, relaxed);
  }
  int all = 0;
  for (const auto& [metric, times] : relaxed) all += times;
  EXPECT_GT(all, 1);
}

}  // namespace
}  // namespace sprint::solver
