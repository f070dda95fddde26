#include "engine/solver/draft.h"

#include <algorithm>
#include <cmath>

namespace sprint::solver {
namespace {

constexpr double Slack = 1 + 1e-12;
// Beyond this a bound that is broken more is no worse: infinite times compare.
constexpr double MostExcess = 100;

}  // namespace

Draft::Draft(const Problem& problem, const Domains& domains) : problem_(problem), ways_(problem) {
  const auto all = static_cast<uint32_t>(problem.components.size());
  const size_t pools = problem.pools.size();
  placement_.variant.assign(all, 0);
  placement_.pool.resize(all);
  chosen_.resize(all);
  placed_.assign(all, 0);
  left_ = all;
  zero_.assign(all, 0);
  load_.assign(pools, 0);
  memory_.assign(pools, 0);
  gpu_.assign(pools, 0);
  users_.resize(pools);
  busy_pools_.assign(problem.one_kind.size(), 0);
  for (uint32_t j = 0; j < pools; ++j) {
    const Pool& pool = problem.pools[j];
    const bool function = pool.form == Form::Functions;
    idle_.push_back(pool.form == Form::Machines ? pool.min : 0);
    capacity_.push_back(Capacity(problem, pool));
    concurrency_.push_back(Concurrency(problem, pool));
    burden_.push_back(function ? 0 : Burden(problem, pool));
    cost_ += idle_[j] * burden_[j];
  }
  placement_.count = idle_;

  of_component_.resize(all);
  of_pool_.resize(pools);
  weight_.assign(problem.constraints.size(), 1);
  value_.resize(problem.constraints.size());
  is_touched_.assign(problem.constraints.size(), 0);
  steps_.resize(problem.constraints.size());
  for (uint32_t i = 0; i < problem.constraints.size(); ++i) {
    const Constraint& rule = problem.constraints[i];
    if (!domains.active(i)) continue;
    for (uint32_t k = 0; k < rule.path.size(); ++k) of_component_[rule.path[k]].push_back({i, k});
    if (rule.metric == Metric::Response) {
      steps_[i] = {
          std::vector<Response>(rule.path.size()), std::vector<char>(rule.path.size(), 0), {}};
      for (uint32_t k = 0; k < rule.path.size(); ++k) TouchStep(i, k);
    }
    if (rule.metric == Metric::Utilisation) of_pool_[rule.pool].push_back(i);
    if (IsSum(rule.metric)) of_all_.push_back(i);
  }

  flows_.resize(all);
  before_.resize(all);
  after_.resize(all);
  cloud_before_.assign(all, 0);
  edge_after_.assign(all, 0);
  std::vector<std::vector<char>> ancestors(all, std::vector<char>(all, 0));
  for (const Flow& flow : problem.flows) {
    flows_[flow.from].push_back(flow);
    flows_[flow.to].push_back(flow);
    ancestors[flow.to][flow.from] = 1;
  }
  for (uint32_t c = 0; c < all && problem.one_way; ++c) {
    for (uint32_t b = 0; b < c; ++b) {
      if (!ancestors[c][b]) continue;
      for (uint32_t a = 0; a < b; ++a) ancestors[c][a] |= ancestors[b][a];
    }
    for (uint32_t a = 0; a < c; ++a) {
      if (!ancestors[c][a]) continue;
      before_[c].push_back(a);
      after_[a].push_back(c);
    }
  }
}

uint32_t Draft::Need(uint32_t j, double load) const {
  const double need = std::ceil((load_[j] + load) / (capacity_[j] * Slack));
  return need > 1e9 ? ~0U : std::max(static_cast<uint32_t>(need), 1U);
}

bool Draft::Room(const Item& item) const {
  const uint32_t j = item.pool;
  const Pool& pool = problem_.pools[j];
  if (pool.form == Form::Functions) return load_[j] + item.load <= concurrency_[j] * Slack;
  if (memory_[j] + item.memory + pool.reserved > pool.memory) return false;
  if (gpu_[j] + item.gpu_memory > pool.gpu_memory) return false;
  if (Need(j, item.load) > pool.max) return false;
  // In a zone of one kind no other pool is in use.
  return !problem_.one_kind[pool.zone] || busy_pools_[pool.zone] == (users_[j].empty() ? 0U : 1U);
}

bool Draft::Joins(uint32_t c, uint32_t variant, const std::vector<const Item*>& items) const {
  const auto& parts = problem_.components[c].variants[variant].parts;
  if (problem_.one_way) {
    if (items.back()->cloud && edge_after_[c] > 0) return false;
    if (!items.front()->cloud && cloud_before_[c] > 0) return false;
  }
  const auto joined = [&](uint32_t from, uint32_t to) {
    return std::isfinite(Hop(problem_, from, to, 0));
  };
  for (const Flow& flow : flows_[c]) {
    const uint32_t other = flow.from == c ? flow.to : flow.from;
    if (!placed_[other]) continue;
    if (flow.from == c) {
      for (size_t p = 0; p < parts.size(); ++p) {
        if (p + 1 < parts.size() && parts[p].exit <= 0) continue;
        if (!joined(items[p]->pool, placement_.pool[other][0])) return false;
      }
      continue;
    }
    const auto& sources = problem_.components[other].variants[placement_.variant[other]].parts;
    for (size_t p = 0; p < sources.size(); ++p) {
      if (p + 1 < sources.size() && sources[p].exit <= 0) continue;
      if (!joined(placement_.pool[other][p], items[0]->pool)) return false;
    }
  }
  return true;
}

// The sums, counts and neighbours that follow from c as chosen coming or going.
void Draft::Change(uint32_t c, int sign) {
  changed_ = true;
  const auto& items = chosen_[c];
  placed_[c] = sign > 0;
  left_ -= static_cast<size_t>(sign);
  traffic_ += sign * ways_.Of(c, placement_, placed_);
  for (const Item* chosen : items) {
    const Item& item = *chosen;
    const uint32_t j = item.pool;
    const bool hardware = problem_.pools[j].form != Form::Functions;
    if (sign > 0) {
      if (hardware && users_[j].empty()) ++busy_pools_[problem_.pools[j].zone];
      users_[j].push_back(c);
    } else {
      users_[j].erase(std::find(users_[j].begin(), users_[j].end(), c));
      if (hardware && users_[j].empty()) --busy_pools_[problem_.pools[j].zone];
    }
    load_[j] += sign * item.load;
    cost_ += sign * item.fixed;
    Touch(j);
    if (hardware) {
      memory_[j] += sign * item.memory;
      gpu_[j] += sign * item.gpu_memory;
      const uint32_t least = users_[j].empty() ? idle_[j] : Need(j, 0);
      if (least > placement_.count[j] || users_[j].empty()) {
        cost_ += (static_cast<double>(least) - placement_.count[j]) * burden_[j];
        placement_.count[j] = least;
      }
    }
    if (users_[j].empty()) load_[j] = memory_[j] = gpu_[j] = 0;
  }
  const auto step = static_cast<uint32_t>(sign);
  if (items.back()->cloud) {
    for (uint32_t other : after_[c]) cloud_before_[other] += step;
  }
  if (!items.front()->cloud) {
    for (uint32_t other : before_[c]) edge_after_[other] += step;
  }
  // Also the way to it from the step before.
  for (const Place& place : of_component_[c]) {
    if (place.step > 0) TouchStep(place.constraint, place.step - 1);
    TouchStep(place.constraint, place.step);
  }
}

void Draft::Put(uint32_t c, uint32_t variant, const std::vector<const Item*>& items) {
  placement_.variant[c] = variant;
  placement_.pool[c].clear();
  for (const Item* item : items) placement_.pool[c].push_back(item->pool);
  chosen_[c] = items;
  Change(c, 1);
}

void Draft::Take(uint32_t c) { Change(c, -1); }

double Draft::Ask(uint32_t c, uint32_t variant, const std::vector<const Item*>& items) {
  Refresh();
  const double cost = cost_, traffic_before = traffic_, missed = missed_, broken = broken_;
  before_asked_ = value_;
  sums_.clear();
  for (const Item* item : items) {
    const uint32_t j = item->pool;
    sums_.push_back({load_[j], memory_[j], gpu_[j], placement_.count[j]});
  }
  Put(c, variant, items);
  steps_asked_.clear();
  asking_ = true;
  const double found = penalty() + traffic();
  asking_ = false;
  Change(c, -1);
  Forget();
  value_.swap(before_asked_);
  for (const Step& step : steps_asked_) {
    steps_[step.place.constraint].of[step.place.step] = step.before;
  }
  for (size_t p = 0; p < items.size(); ++p) {
    const uint32_t j = items[p]->pool;
    load_[j] = sums_[p].load;
    memory_[j] = sums_[p].memory;
    gpu_[j] = sums_[p].gpu;
    placement_.count[j] = sums_[p].count;
  }
  cost_ = cost;
  traffic_ = traffic_before;
  missed_ = missed;
  broken_ = broken;
  return found;
}

// What c needs to be where it was; empty: it cannot be there beside what is placed.
std::vector<const Item*> Draft::Again(uint32_t c, const Placement& previous,
                                      const Items& items) const {
  if (c >= previous.variant.size() || previous.variant[c] >= items[c].size()) return {};
  const auto& options = items[c][previous.variant[c]];
  const auto& parts = problem_.components[c].variants[previous.variant[c]].parts;
  if (options.empty() || previous.pool[c].size() != options.size()) return {};
  std::vector<const Item*> found;
  for (size_t p = 0; p < options.size(); ++p) {
    const auto item = std::find_if(options[p].begin(), options[p].end(), [&](const Item& offered) {
      return offered.pool == previous.pool[c][p];
    });
    if (item == options[p].end()) return {};
    // All its parts on one pool need room together.
    Item together = *item;
    for (const Item* other : found) {
      const Pool& mine = problem_.pools[item->pool];
      const Pool& its = problem_.pools[other->pool];
      if (other->pool == item->pool) {
        together.load += other->load;
        together.memory += other->memory;
        together.gpu_memory += other->gpu_memory;
      } else if (mine.zone == its.zone && problem_.one_kind[mine.zone] &&
                 mine.form != Form::Functions && its.form != Form::Functions) {
        return {};
      }
    }
    if (!Room(together)) return {};
    if (p > 0) {
      const Item& last = *found.back();
      if (problem_.one_way && last.cloud && !item->cloud) return {};
      if (!std::isfinite(Hop(problem_, last.pool, item->pool, parts[p - 1].output))) return {};
    }
    found.push_back(&*item);
  }
  if (!Joins(c, previous.variant[c], found)) return {};
  return found;
}

void Draft::Recall(const Placement& previous, const Items& items) {
  for (uint32_t c = 0; c < problem_.components.size(); ++c) {
    const auto found = Again(c, previous, items);
    if (!found.empty()) Put(c, previous.variant[c], found);
  }
  for (uint32_t j = 0; j < users_.size(); ++j) {
    if (users_[j].empty() || problem_.pools[j].form == Form::Functions) continue;
    if (j >= previous.count.size()) break;
    const uint32_t count = std::min(previous.count[j], problem_.pools[j].max);
    if (count > placement_.count[j]) SetCount(j, count);
  }
}

void Draft::Return(const Kept& kept) {
  std::vector<uint32_t> differ;
  for (uint32_t c = 0; c < placed_.size(); ++c) {
    const bool same = placed_[c] == kept.placed[c] &&
                      (!placed_[c] || (placement_.variant[c] == kept.placement.variant[c] &&
                                       placement_.pool[c] == kept.placement.pool[c]));
    if (same) continue;
    if (placed_[c]) Change(c, -1);
    differ.push_back(c);
  }
  for (uint32_t c : differ) {
    if (!kept.placed[c]) continue;
    placement_.variant[c] = kept.placement.variant[c];
    placement_.pool[c] = kept.placement.pool[c];
    chosen_[c] = kept.chosen[c];
    Change(c, 1);
  }
  for (uint32_t j = 0; j < load_.size(); ++j) {
    const uint32_t count = kept.placement.count[j];
    if (count == placement_.count[j]) continue;
    cost_ += (static_cast<double>(count) - placement_.count[j]) * burden_[j];
    placement_.count[j] = count;
    changed_ = true;
    Touch(j);
  }
}

void Draft::Recount() {
  std::fill(load_.begin(), load_.end(), 0);
  std::fill(memory_.begin(), memory_.end(), 0);
  std::fill(gpu_.begin(), gpu_.end(), 0);
  traffic_ = ways_.All(placement_, &placed_);
  cost_ = 0;
  for (uint32_t j = 0; j < load_.size(); ++j) cost_ += placement_.count[j] * burden_[j];
  for (uint32_t c = 0; c < placed_.size(); ++c) {
    if (!placed_[c]) continue;
    for (const Item* chosen : chosen_[c]) {
      const Item& item = *chosen;
      load_[item.pool] += item.load;
      cost_ += item.fixed;
      if (problem_.pools[item.pool].form == Form::Functions) continue;
      memory_[item.pool] += item.memory;
      gpu_[item.pool] += item.gpu_memory;
    }
  }
}

void Draft::SetCount(uint32_t j, uint32_t count) {
  cost_ += (static_cast<double>(count) - placement_.count[j]) * burden_[j];
  placement_.count[j] = count;
  changed_ = true;
  Touch(j);
}

void Draft::TouchOne(uint32_t constraint) {
  if (is_touched_[constraint]) return;
  is_touched_[constraint] = 1;
  touched_.push_back(constraint);
}

void Draft::TouchStep(uint32_t constraint, uint32_t step) {
  TouchOne(constraint);
  Steps& steps = steps_[constraint];
  if (steps.of.empty() || steps.is_touched[step]) return;
  steps.is_touched[step] = 1;
  steps.touched.push_back(step);
}

// Nothing is touched.
void Draft::Forget() {
  for (uint32_t i : touched_) {
    is_touched_[i] = 0;
    for (uint32_t k : steps_[i].touched) steps_[i].is_touched[k] = 0;
    steps_[i].touched.clear();
  }
  touched_.clear();
  changed_ = false;
}

// Everything whose time or share depends on pool j.
void Draft::Touch(uint32_t j) {
  for (uint32_t i : of_pool_[j]) TouchOne(i);
  if (problem_.pools[j].form == Form::Functions) return;
  for (uint32_t c : users_[j]) {
    for (const Place& place : of_component_[c]) TouchStep(place.constraint, place.step);
  }
}

// Only steps that are not right any more are computed anew.
double Draft::Time(size_t i) {
  const Constraint& rule = problem_.constraints[i];
  const Station station = [this](uint32_t c, size_t p) -> performance::Sojourn {
    const uint32_t j = placement_.pool[c][p];
    const Pool& pool = problem_.pools[j];
    const Part& part = problem_.components[c].variants[placement_.variant[c]].parts[p];
    const Option& option = part.options[chosen_[c][p]->option];
    if (pool.form == Form::Functions) return option.response;
    return performance::Node(option.demand, load_[j] / placement_.count[j], pool.cores,
                             pool.per_core, option.variation);
  };
  Steps& steps = steps_[i];
  for (uint32_t k : steps.touched) {
    if (asking_) steps_asked_.push_back({{static_cast<uint32_t>(i), k}, steps.of[k]});
    steps.of[k] = StepResponse(problem_, placement_, station, rule.path, k, &placed_, &zero_);
  }
  Response total;
  for (const Response& step : steps.of) total += step;
  return Value(total, rule.percentile);
}

double Draft::Measure(size_t i) {
  const Constraint& rule = problem_.constraints[i];
  switch (rule.metric) {
    case Metric::Response:
      return Time(i);
    case Metric::Utilisation:
      return Utilisation(problem_.pools[rule.pool], load_[rule.pool], count(rule.pool));
    case Metric::Accuracy: {
      const uint32_t c = rule.path[0];
      if (!placed_[c]) return rule.bound;
      return problem_.components[c].variants[placement_.variant[c]].accuracy.value_or(0);
    }
    case Metric::Rate:
      return problem_.components[rule.path[0]].rate;
    case Metric::Where:
      if (!placed_[rule.path[0]]) return 1;
      for (uint32_t j : placement_.pool[rule.path[0]]) {
        if (!rule.allowed[j]) return 0;
      }
      return 1;
    case Metric::Apart:
      return Apart(problem_, placement_, rule.path, &placed_);
    case Metric::Availability:
      return PathAvailability(problem_, placement_, rule.path, &placed_);
    case Metric::Cost:
    case Metric::Energy:
    case Metric::Carbon: {
      const bool money = rule.metric == Metric::Cost;
      double sum = money ? traffic_ : 0;
      for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
        const Pool& pool = problem_.pools[j];
        const bool function = pool.form == Form::Functions;
        if (function && money) continue;
        sum += Rate(pool, rule.metric) * (function ? load_[j] : count(j));
      }
      for (size_t c = 0; c < chosen_.size() && money; ++c) {
        if (!placed_[c]) continue;
        for (const Item* item : chosen_[c]) sum += item->cost;
      }
      return sum;
    }
  }
  return 0;
}

void Draft::Refresh() {
  if (!changed_) return;
  for (uint32_t i : of_all_) TouchOne(i);
  changed_ = false;
  if (touched_.empty()) return;
  for (uint32_t i : touched_) {
    const Constraint& rule = problem_.constraints[i];
    const double value = Measure(i);
    const bool where = rule.metric == Metric::Where;
    const bool met = where ? value > 0 : Meets(rule, value);
    double excess = 0;
    if (!met && rule.weight) {
      excess = *rule.weight;
    } else if (!met) {
      const double over = std::fabs(value - rule.bound) / std::max(std::fabs(rule.bound), 1e-9);
      excess = where ? 1 : std::isfinite(over) ? std::min(over, MostExcess) : MostExcess;
    }
    value_[i] = {value, excess};
  }
  Forget();
  missed_ = broken_ = 0;
  for (size_t i = 0; i < value_.size(); ++i) {
    if (value_[i].excess <= 0) continue;
    if (problem_.constraints[i].weight) {
      missed_ += value_[i].excess;
    } else {
      broken_ += (value_[i].excess + 1e-3) * weight_[i];
    }
  }
}

void Draft::Press(double factor) {
  for (size_t i = 0; i < value_.size(); ++i) {
    if (value_[i].excess > 0) weight_[i] *= factor;
  }
}

void Draft::SetWeight(double weight) { std::fill(weight_.begin(), weight_.end(), weight); }

}  // namespace sprint::solver
