#include "engine/solver/refute.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "engine/logic/linear.h"
#include "engine/performance/station.h"

namespace sprint::solver {
namespace {

using logic::Linear;

constexpr double Infinity = std::numeric_limits<double>::infinity();
// Pools of a problem with no more than so many stand each for itself.
constexpr size_t MostSingle = 48;
// More than so many kinds of pools are left to the search.
constexpr size_t MostBuckets = 1000;
// Between more zones than this the ways are taken to cost no time.
constexpr size_t MostZones = 24;
// Figures are told in so many parts of the bound they are compared with.
constexpr double Parts = 1e7;

// Pools that count as one.
struct Bucket {
  std::vector<uint32_t> pools;
  uint32_t zone = 0;
  Form form = Form::Nodes;
};

// A part in a bucket: every figure the least of any pool there.
struct Choice {
  uint32_t bucket = 0;
  Linear::Variable variable = 0;
  double time = Infinity, load = Infinity, memory = Infinity, gpu_memory = Infinity;
  // Of executions: Cost, Energy, Carbon.
  double due[3] = {Infinity, Infinity, Infinity};
};
constexpr Metric Sums[] = {Metric::Cost, Metric::Energy, Metric::Carbon};

// `value` in parts of `unit`, never rounded up: sums of these break a bound only where those
// of the values do.
int64_t Below(double value, double unit) {
  return static_cast<int64_t>(std::floor(std::clamp(value / unit, -1e15, 1e15)));
}

}  // namespace

class Refuter::Builder {
 public:
  explicit Builder(const Problem& problem)
      : problem_(problem), linear_(static_cast<uint32_t>(problem.constraints.size())) {
    Gather();
    if (buckets_.size() > MostBuckets) return;
    for (const Component& component : problem.components) Choose(component);
    for (size_t b = 0; b < buckets_.size(); ++b) Capacities(static_cast<uint32_t>(b));
    Ways();
    Zones();
    for (uint32_t i = 0; i < problem.constraints.size(); ++i) {
      if (!problem.constraints[i].weight) Require(i, problem.constraints[i]);
    }
  }

  std::optional<std::vector<uint32_t>> Refute(const std::vector<bool>& active, double seconds) {
    if (buckets_.size() > MostBuckets) return std::nullopt;
    std::vector<Linear::Group> groups;
    for (uint32_t i = 0; i < problem_.constraints.size(); ++i) {
      if (active[i] && !problem_.constraints[i].weight) groups.push_back(i);
    }
    const double milliseconds = std::min(seconds, 60.0) * 1000;
    if (milliseconds < 1) return std::nullopt;
    return linear_.Core(groups, static_cast<unsigned>(milliseconds));
  }

 private:
  using Literal = Linear::Literal;
  using Term = Linear::Term;
  static Literal Not(Linear::Variable variable) { return {variable, false}; }

  // Pools apart are those of another zone or form, with a rule of their own, allowed
  // elsewhere, or offered to other parts.
  void Gather() {
    const size_t pools = problem_.pools.size();
    std::vector<std::vector<bool>> sight(pools);
    const bool single = pools <= MostSingle;
    for (const Component& component : problem_.components) {
      for (const Variant& variant : component.variants) {
        for (const Part& part : variant.parts) {
          if (single) break;
          for (auto& seen : sight) seen.push_back(false);
          for (const Option& option : part.options) sight[option.pool].back() = true;
        }
      }
    }
    std::vector<uint32_t> own(pools, 0);
    for (const Constraint& rule : problem_.constraints) {
      if (rule.weight) continue;
      if (rule.metric == Metric::Utilisation) own[rule.pool] = rule.pool + 1;
      if (rule.metric != Metric::Where) continue;
      for (size_t j = 0; j < pools; ++j) sight[j].push_back(rule.allowed[j]);
    }
    std::map<std::tuple<uint32_t, Form, uint32_t, std::vector<bool>>, uint32_t> known;
    for (uint32_t j = 0; j < pools; ++j) {
      const Pool& pool = problem_.pools[j];
      const auto [at, fresh] =
          known.emplace(std::tuple(pool.zone, pool.form, single ? j + 1 : own[j], sight[j]),
                        static_cast<uint32_t>(buckets_.size()));
      if (fresh) buckets_.push_back({{}, pool.zone, pool.form});
      buckets_[at->second].pools.push_back(j);
      bucket_.push_back(at->second);
    }
  }

  bool Fits(const Part& part, const Option& option) const {
    const Pool& pool = problem_.pools[option.pool];
    const bool function = pool.form == Form::Functions;
    if (Memory(part, option) + (function ? 0 : pool.reserved) > pool.memory) return false;
    if (!function && part.gpu_memory > pool.gpu_memory) return false;
    const double most =
        function ? Concurrency(problem_, pool) : pool.max * Capacity(problem_, pool);
    return option.demand * part.rate <= most * (1 + 1e-9);
  }

  // A variant of the component, and for each part of it a bucket.
  void Choose(const Component& component) {
    variants_.emplace_back();
    choices_.emplace_back();
    std::vector<Literal> any;
    for (const Variant& variant : component.variants) {
      const Linear::Variable chosen = linear_.Choice();
      variants_.back().push_back(chosen);
      any.push_back({chosen});
      choices_.back().emplace_back();
      for (const Part& part : variant.parts) {
        std::map<uint32_t, Choice> offered;
        for (const Option& option : part.options) {
          if (!Fits(part, option)) continue;
          const Pool& pool = problem_.pools[option.pool];
          const bool function = pool.form == Form::Functions;
          Choice& choice = offered[bucket_[option.pool]];
          const double load = option.demand * part.rate;
          const double time = function
                                  ? option.response.mean
                                  : performance::Node(option.demand, load / std::max(pool.max, 1U),
                                                      pool.cores, pool.per_core)
                                        .mean;
          choice.time = std::min(choice.time, time);
          choice.load = std::min(choice.load, load);
          choice.memory = std::min(choice.memory, Memory(part, option));
          choice.gpu_memory = std::min(choice.gpu_memory, part.gpu_memory);
          for (size_t s = 0; s < std::size(Sums); ++s) {
            const double due = !function                 ? 0
                               : Sums[s] == Metric::Cost ? ExecutionCost(pool, part, option)
                                                         : load * Rate(pool, Sums[s]);
            choice.due[s] = std::min(choice.due[s], due);
          }
        }
        std::vector<Literal> somewhere{Not(chosen)};
        choices_.back().back().emplace_back();
        for (auto& [bucket, choice] : offered) {
          choice.bucket = bucket;
          choice.variable = linear_.Choice();
          somewhere.push_back({choice.variable});
          choices_.back().back().back().push_back(choice);
        }
        linear_.Either(somewhere);
      }
    }
    linear_.Either(any);
  }

  template <typename Visit>
  void EveryChoice(Visit visit) const {
    for (uint32_t c = 0; c < choices_.size(); ++c) {
      for (uint32_t v = 0; v < choices_[c].size(); ++v) {
        for (size_t p = 0; p < choices_[c][v].size(); ++p) {
          for (const Choice& choice : choices_[c][v][p]) visit(c, v, p, choice);
        }
      }
    }
  }

  // Sum of one figure over what is in bucket b.
  std::vector<Term> Within(uint32_t b, double Choice::*figure, double unit) const {
    std::vector<Term> terms;
    EveryChoice([&](uint32_t, uint32_t, size_t, const Choice& choice) {
      if (choice.bucket != b) return;
      if (const int64_t part = Below(choice.*figure, unit))
        terms.push_back({choice.variable, part});
    });
    return terms;
  }
  void Limit(uint32_t b, double Choice::*figure, double most, Linear::Group group) {
    if (!std::isfinite(most)) return;
    most *= 1 + 1e-9;
    const double unit = std::max(most, 1e-12) / Parts;
    linear_.AtMost(Within(b, figure, unit), Below(most, unit) + 1, group);
  }

  double LoadRoom(const Bucket& bucket) const {
    double room = 0;
    for (uint32_t j : bucket.pools) {
      const Pool& pool = problem_.pools[j];
      room += pool.form == Form::Functions ? Concurrency(problem_, pool)
                                           : pool.max * Capacity(problem_, pool);
    }
    return room;
  }

  void Capacities(uint32_t b) {
    const Bucket& bucket = buckets_[b];
    Limit(b, &Choice::load, LoadRoom(bucket), Linear::Always);
    if (bucket.form == Form::Functions) return;
    double memory = 0, gpu = 0;
    for (uint32_t j : bucket.pools) {
      memory += std::max(0.0, problem_.pools[j].memory - problem_.pools[j].reserved);
      gpu += problem_.pools[j].gpu_memory;
    }
    Limit(b, &Choice::memory, memory, Linear::Always);
    Limit(b, &Choice::gpu_memory, gpu, Linear::Always);
  }

  // Where requests enter a component and where its last part is, by zone; no way between
  // some, and none back from the cloud.
  void Ways() {
    const size_t zones = problem_.one_kind.size();
    enters_.resize(choices_.size());
    leaves_.resize(choices_.size());
    std::vector<Linear::Variable> cloud, edge;
    for (uint32_t c = 0; c < choices_.size(); ++c) {
      for (size_t z = 0; z < zones; ++z) {
        enters_[c].push_back(linear_.Choice());
        leaves_[c].push_back(linear_.Choice());
      }
      cloud.push_back(linear_.Choice());
      edge.push_back(linear_.Choice());
    }
    EveryChoice([&](uint32_t c, uint32_t v, size_t p, const Choice& choice) {
      const Bucket& bucket = buckets_[choice.bucket];
      const auto implies = [&](Linear::Variable what) {
        linear_.Either(std::vector<Literal>{Not(choice.variable), {what}});
      };
      if (p == 0) implies(enters_[c][bucket.zone]);
      if (p + 1 == choices_[c][v].size()) implies(leaves_[c][bucket.zone]);
      if (problem_.one_way) implies(bucket.form == Form::Nodes ? edge[c] : cloud[c]);
    });
    for (const Flow& flow : problem_.flows) {
      for (uint32_t a = 0; a < zones; ++a) {
        for (uint32_t b = 0; b < zones; ++b) {
          if (a == b || !problem_.routes[a][b].empty()) continue;
          linear_.Either(
              std::vector<Literal>{Not(leaves_[flow.from][a]), Not(enters_[flow.to][b])});
        }
      }
      if (problem_.one_way) {
        linear_.Either(std::vector<Literal>{Not(cloud[flow.from]), Not(edge[flow.to])});
      }
    }
  }

  // One kind of hardware in a zone, where its pools are told apart.
  void Zones() {
    std::map<uint32_t, std::vector<uint32_t>> rivals;
    for (uint32_t b = 0; b < buckets_.size(); ++b) {
      const Bucket& bucket = buckets_[b];
      if (problem_.one_kind[bucket.zone] && bucket.form != Form::Functions) {
        rivals[bucket.zone].push_back(b);
      }
    }
    for (const auto& [zone, buckets] : rivals) {
      std::map<uint32_t, Linear::Variable> used;
      for (uint32_t b : buckets) used[b] = linear_.Choice();
      EveryChoice([&](uint32_t, uint32_t, size_t, const Choice& choice) {
        const auto at = used.find(choice.bucket);
        if (at == used.end()) return;
        linear_.Either(std::vector<Literal>{Not(choice.variable), {at->second}});
      });
      for (auto a = used.begin(); a != used.end(); ++a) {
        for (auto b = std::next(a); b != used.end(); ++b) {
          linear_.Either(std::vector<Literal>{Not(a->second), Not(b->second)});
        }
      }
    }
  }

  void Require(uint32_t i, const Constraint& rule) {
    switch (rule.metric) {
      case Metric::Where:
        EveryChoice([&](uint32_t c, uint32_t, size_t, const Choice& choice) {
          if (c != rule.path[0] || rule.allowed[buckets_[choice.bucket].pools.front()]) return;
          linear_.Either(std::vector<Literal>{Not(choice.variable)}, i);
        });
        break;
      case Metric::Accuracy: {
        const uint32_t c = rule.path[0];
        for (uint32_t v = 0; v < variants_[c].size(); ++v) {
          const double accuracy = problem_.components[c].variants[v].accuracy.value_or(0);
          const double over = rule.at_most ? accuracy - rule.bound : rule.bound - accuracy;
          if (over <= Slack(rule)) continue;
          linear_.Either(std::vector<Literal>{Not(variants_[c][v])}, i);
        }
        break;
      }
      case Metric::Rate: {
        const double rate = problem_.components[rule.path[0]].rate;
        const double over = rule.at_most ? rate - rule.bound : rule.bound - rate;
        if (over > Slack(rule)) linear_.Either({}, i);
        break;
      }
      case Metric::Utilisation: {
        const Pool& pool = problem_.pools[rule.pool];
        const bool function = pool.form == Form::Functions;
        if (!rule.at_most || (function && pool.concurrency <= 0)) break;
        const double places =
            function ? pool.concurrency : pool.max * (pool.per_core ? pool.cores : 1);
        Limit(bucket_[rule.pool], &Choice::load, (rule.bound + Slack(rule)) * places, i);
        break;
      }
      case Metric::Cost:
      case Metric::Energy:
      case Metric::Carbon:
        if (rule.at_most) Spend(i, rule);
        break;
      case Metric::Response:
        if (rule.at_most) Respond(i, rule);
        break;
      case Metric::Apart:
        if (rule.bound > static_cast<double>(rule.path.size() - 1)) KeepApart(i, rule);
        break;
      case Metric::Availability:
        break;
    }
  }

  // No two copies in a zone.
  void KeepApart(uint32_t i, const Constraint& rule) {
    std::map<uint32_t, std::vector<std::pair<uint32_t, const Choice*>>> by_zone;
    EveryChoice([&](uint32_t c, uint32_t, size_t, const Choice& choice) {
      if (std::find(rule.path.begin(), rule.path.end(), c) == rule.path.end()) return;
      by_zone[buckets_[choice.bucket].zone].emplace_back(c, &choice);
    });
    for (const auto& [zone, choices] : by_zone) {
      for (const auto& [a, one] : choices) {
        for (const auto& [b, other] : choices) {
          if (a >= b) continue;
          linear_.Either(std::vector<Literal>{Not(one->variable), Not(other->variable)}, i);
        }
      }
    }
  }

  static double Slack(const Constraint& rule) {
    return 2e-9 * std::max(1e-9, std::fabs(rule.bound));
  }

  // Of each bucket at least the load it carries, and the memory it holds, at its best price for
  // that (more instances of a pool hold no more), and one whole instance of something; of
  // functions what is executed.
  void Spend(uint32_t i, const Constraint& rule) {
    const double bound = rule.bound + Slack(rule);
    const double unit = std::max(bound, 1e-15) / Parts;
    size_t which = 0;
    while (Sums[which] != rule.metric) ++which;
    std::vector<Term> spent;
    for (uint32_t b = 0; b < buckets_.size(); ++b) {
      const Bucket& bucket = buckets_[b];
      if (bucket.form == Form::Functions) continue;
      double idle = 0, least = Infinity, per_load = Infinity, per_byte = Infinity;
      for (uint32_t j : bucket.pools) {
        const Pool& pool = problem_.pools[j];
        const double each = Rate(pool, rule.metric);
        if (pool.form == Form::Machines) idle += pool.min * each;
        if (pool.max == 0) continue;
        least = std::min(least, each);
        per_load = std::min(per_load, each / Capacity(problem_, pool));
        const double room = pool.memory - pool.reserved;
        if (room > 0) per_byte = std::min(per_byte, each / room);
      }
      const Linear::Variable amount = linear_.Amount();
      spent.push_back({amount, 1});
      const std::vector<Term> negative{{amount, -1}};
      linear_.AtMost(negative, -Below(idle, unit));
      if (!std::isfinite(least)) continue;
      std::vector<Term> carried = negative, held = negative;
      EveryChoice([&](uint32_t, uint32_t, size_t, const Choice& choice) {
        if (choice.bucket != b) return;
        const std::vector<Literal> here{{choice.variable}};
        linear_.AtMostWhen(here, negative, -Below(least, unit));
        carried.push_back({choice.variable, Below(choice.load * per_load, unit)});
        if (choice.memory <= 0) return;
        held.push_back({choice.variable, Below(choice.memory * per_byte, unit)});
      });
      linear_.AtMost(carried, 0);
      linear_.AtMost(held, 0);
    }
    EveryChoice([&](uint32_t, uint32_t, size_t, const Choice& choice) {
      if (const int64_t due = Below(choice.due[which], unit))
        spent.push_back({choice.variable, due});
    });
    linear_.AtMost(spent, Below(bound, unit) + 1, i);
  }

  // Of a percentile only when it is beyond the mean for certain: from the 90th up, of stages
  // without early exits, whose gamma distribution has a shape of at least a third.
  bool BeyondMean(const Constraint& rule) const {
    if (!rule.percentile) return true;
    if (*rule.percentile < 0.9) return false;
    for (uint32_t c : rule.path) {
      for (const Variant& variant : problem_.components[c].variants) {
        for (const Part& part : variant.parts) {
          if (part.exit > 0) return false;
        }
      }
    }
    return true;
  }

  void Respond(uint32_t i, const Constraint& rule) {
    if (!BeyondMean(rule)) return;
    const double bound = rule.bound + Slack(rule);
    const double unit = std::max(bound, 1e-12) / Parts;
    std::vector<Term> sum;
    for (size_t k = 0; k < rule.path.size(); ++k) {
      const uint32_t c = rule.path[k];
      const Linear::Variable time = linear_.Amount();
      sum.push_back({time, 1});
      double last = Infinity;  // share of requests that reach the last part of any variant
      for (uint32_t v = 0; v < choices_[c].size(); ++v) {
        const auto& parts = problem_.components[c].variants[v].parts;
        std::vector<Term> through{{time, -1}};
        double reach = 1;
        for (size_t p = 0; p < parts.size(); ++p) {
          const Linear::Variable here = linear_.Amount();
          through.push_back({here, 1});
          for (const Choice& choice : choices_[c][v][p]) {
            const std::vector<Literal> when{{choice.variable}};
            const std::vector<Term> term{{here, -1}};
            linear_.AtMostWhen(when, term, -Below(reach * choice.time, unit));
          }
          if (p + 1 < parts.size()) reach *= 1 - parts[p].exit;
        }
        last = std::min(last, reach);
        const std::vector<Literal> when{{variants_[c][v]}};
        linear_.AtMostWhen(when, through, 0);
      }
      if (k + 1 < rule.path.size()) Hop(c, rule.path[k + 1], last, unit, sum);
    }
    linear_.AtMost(sum, Below(bound, unit) + 1, i);
  }

  // Of the requests that reach the last part of `from` the way to where `to` is entered.
  void Hop(uint32_t from, uint32_t to, double share, double unit, std::vector<Term>& sum) {
    const size_t zones = problem_.one_kind.size();
    if (zones > MostZones) return;
    double bytes = Infinity;
    for (const Variant& variant : problem_.components[from].variants) {
      bytes = std::min(bytes, FlowBytes(problem_, from, to, variant.parts.back().output));
    }
    const Linear::Variable way = linear_.Amount();
    sum.push_back({way, 1});
    for (uint32_t a = 0; a < zones; ++a) {
      for (uint32_t b = 0; b < zones; ++b) {
        double least = Infinity;
        for (const Route& route : problem_.routes[a][b]) {
          least = std::min(least, route.delay + bytes * route.seconds_per_byte);
        }
        // Side by side, or already forbidden.
        if (a == b || !std::isfinite(least)) continue;
        const std::vector<Literal> when{{leaves_[from][a]}, {enters_[to][b]}};
        const std::vector<Term> term{{way, -1}};
        linear_.AtMostWhen(when, term, -Below(share * least, unit));
      }
    }
  }

  const Problem& problem_;
  Linear linear_;
  std::vector<Bucket> buckets_;
  std::vector<uint32_t> bucket_;                                        // per pool
  std::vector<std::vector<Linear::Variable>> variants_;                 // per component
  std::vector<std::vector<std::vector<std::vector<Choice>>>> choices_;  // per part
  std::vector<std::vector<Linear::Variable>> enters_, leaves_;          // per component and zone
};

Refuter::Refuter(const Problem& problem) : builder_(std::make_unique<Builder>(problem)) {}
Refuter::~Refuter() = default;

std::optional<std::vector<uint32_t>> Refuter::Refute(const std::vector<bool>& active,
                                                     double seconds) {
  return builder_->Refute(active, seconds);
}

}  // namespace sprint::solver
