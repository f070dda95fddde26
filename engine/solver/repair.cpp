#include "engine/solver/repair.h"

#include <algorithm>

#include "engine/solver/draft.h"
#include "engine/solver/latency.h"
#include "engine/solver/neighbourhood.h"
#include "engine/solver/progress.h"
#include "engine/solver/violations.h"

namespace sprint::solver {
namespace {

constexpr uint64_t Steps = 1000;  // of one search
// What lost its place alone; with those beside it; with those in its way.
constexpr int Stages = 3;
// Other places that are tried, per component.
constexpr uint64_t Rounds = 10;
constexpr uint32_t Seed = 1;
// What a move costs where nobody has said, as a share of what a component costs: enough to
// stay where both are as good.
constexpr double Reluctance = 1e-6;

class Repairer {
 public:
  Repairer(const Problem& problem, const SearchOptions& options)
      : problem_(problem), options_(options), open_(problem.components.size(), false) {
    clock_.budget = options.budget;
  }

  std::optional<Placement> Run() {
    if (!Damage()) return standing_;
    for (int stage = 0; stage < Stages; ++stage) {
      const std::vector<bool> before = open_;
      if (stage == 1) OpenBeside();
      if (stage == 2) OpenInTheWay();
      if (stage > 0 && open_ == before) continue;
      if (clock_.Late()) break;
      const SearchOptions settled = Settled();
      if (auto found = Greedy(settled)) return found;
      Outcome outcome = Search(problem_, settled);
      if (auto* solved = std::get_if<Solved>(&outcome)) return std::move(solved->placement);
    }
    return std::nullopt;
  }

 private:
  const Placement& previous() const { return *options_.previous; }

  // Opens what cannot stay. False: everything can.
  bool Damage() {
    SearchOptions stay = options_;
    stay.settled.assign(open_.size(), true);
    const Domains domains(problem_, stay);
    const Items items = domains.MakeItems();
    Draft draft(problem_, domains);
    draft.Recall(previous(), items);
    cost_ = draft.cost();
    for (uint32_t c = 0; c < open_.size(); ++c) {
      if (draft.placed(c)) continue;
      // Who came last found no room; any of those on the pool may be the one to leave.
      Open(c);
      if (c < previous().pool.size()) OpenUsers(previous().pool[c]);
    }
    if (draft.Complete() && !draft.Holds()) OpenBroken(domains, draft.placement());
    if (std::find(open_.begin(), open_.end(), true) != open_.end()) return true;
    // All stay, perhaps on more instances than there were, or fewer than there are no longer.
    standing_ = draft.placement();
    if (Violations(problem_, previous(), Evaluate(problem_, previous()).burden, options_.active)
            .empty()) {
      standing_ = previous();
    }
    return false;
  }

  // A bound on a sum is everybody's; one on times is of those on the path and of those who keep
  // them waiting.
  void OpenBroken(const Domains& domains, const Placement& placement) {
    const Evaluation evaluation = Evaluate(problem_, placement);
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& rule = problem_.constraints[i];
      if (!domains.active(i) || rule.weight || evaluation.met[i]) continue;
      if (IsSum(rule.metric)) open_.assign(open_.size(), true);
      if (rule.metric == Metric::Utilisation) OpenUsers({rule.pool});
      for (uint32_t c : rule.path) {
        Open(c);
        OpenUsers(placement.pool[c]);
      }
    }
  }

  // Puts the open ones back and tries others of their places; enough where there is room.
  std::optional<Placement> Greedy(const SearchOptions& settled) {
    const Domains domains(problem_, settled);
    Items items = domains.MakeItems();
    if (!PruneByTime(problem_, domains, items)) return std::nullopt;
    Progress progress;
    progress.budget = settled.budget;
    Neighbourhood neighbourhood(problem_, domains, items, progress, Seed);
    neighbourhood.Construct(&previous());
    const auto rounds = Rounds * std::max<uint64_t>(neighbourhood.movable(), 1);
    if (progress.best) neighbourhood.Improve(rounds, rounds);
    return progress.best;
  }

  void Open(uint32_t c) { open_[c] = true; }
  void OpenUsers(const std::vector<uint32_t>& pools) {
    for (uint32_t c = 0; c < open_.size() && c < previous().pool.size(); ++c) {
      for (uint32_t j : previous().pool[c]) {
        if (std::find(pools.begin(), pools.end(), j) != pools.end()) Open(c);
      }
    }
  }

  // Neighbours in the flow, and who shares a pool with anybody open.
  void OpenBeside() {
    const std::vector<bool> before = open_;
    for (const Flow& flow : problem_.flows) {
      if (before[flow.from]) Open(flow.to);
      if (before[flow.to]) Open(flow.from);
    }
    const std::vector<bool> wider = open_;
    for (uint32_t c = 0; c < wider.size() && c < previous().pool.size(); ++c) {
      if (wider[c]) OpenUsers(previous().pool[c]);
    }
  }

  // Whoever is where an open one could be.
  void OpenInTheWay() {
    std::vector<char> wanted(problem_.pools.size(), 0);
    for (uint32_t c = 0; c < open_.size(); ++c) {
      if (!open_[c]) continue;
      for (const Variant& variant : problem_.components[c].variants) {
        for (const Part& part : variant.parts) {
          for (const Option& option : part.options) wanted[option.pool] = 1;
        }
      }
    }
    std::vector<uint32_t> pools;
    for (uint32_t j = 0; j < wanted.size(); ++j) {
      if (wanted[j]) pools.push_back(j);
    }
    OpenUsers(pools);
  }

  SearchOptions Settled() const {
    SearchOptions inside = options_;
    inside.any = true;
    inside.budget.steps = std::min(options_.budget.steps, Steps);
    inside.budget.seconds = options_.budget.seconds - clock_.Seconds();
    for (const bool open : open_) inside.settled.push_back(!open);
    if (inside.move <= 0) {
      inside.move = Reluctance * std::max(cost_, 1e-9) / static_cast<double>(open_.size());
    }
    return inside;
  }

  const Problem& problem_;
  const SearchOptions& options_;
  Progress clock_;
  std::vector<bool> open_;  // may be placed anew
  double cost_ = 0;         // EUR/s of what still stands
  Placement standing_;      // when all of it does
};

}  // namespace

std::optional<Placement> Repair(const Problem& problem, const SearchOptions& options) {
  if (!options.previous || problem.components.empty()) return std::nullopt;
  return Repairer(problem, options).Run();
}

}  // namespace sprint::solver
