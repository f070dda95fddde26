#include "engine/solver/latency.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/solver/evaluate.h"

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
constexpr int MostRounds = 10;

class Pruner {
 public:
  Pruner(const Problem& problem, const Domains& domains, Items& items)
      : problem_(problem),
        domains_(domains),
        items_(items),
        zones_(static_cast<uint32_t>(problem.one_kind.size())) {}

  bool Run() {
    for (bool more = true; more && round_ < MostRounds; ++round_) {
      more = false;
      for (size_t i = 0; i < problem_.constraints.size(); ++i) {
        const Constraint& rule = problem_.constraints[i];
        const bool counts = domains_.active(i) && !rule.weight && rule.at_most &&
                            rule.metric == Metric::Response && !rule.percentile;
        if (counts) more = Path(rule) || more;
        if (empty_) return false;
      }
    }
    return true;
  }

 private:
  // Where a request is: a zone, or just behind a component that is cut.
  uint32_t Anywhere() const { return zones_; }

  double Hop(uint32_t from, uint32_t to, double bytes) const {
    if (from == to || from == Anywhere()) return 0;
    double least = Infinity;
    for (const Route& route : problem_.routes[from][to]) {
      least = std::min(least, route.delay + bytes * route.seconds_per_byte);
    }
    return least;
  }

  // Nobody else on the pool, and all its instances.
  double Alone(uint32_t c, uint32_t v, size_t p, const Item& item) const {
    const Pool& pool = problem_.pools[item.pool];
    const Part& part = problem_.components[c].variants[v].parts[p];
    const Option& option = part.options[item.option];
    if (pool.form == Form::Functions) return option.response.mean;
    return performance::Node(option.demand, item.load / std::max(pool.max, 1U), pool.cores,
                             pool.per_core)
        .mean;
  }

  // Time of the parts after the first, hops between them left out.
  double Rest(uint32_t c, uint32_t v) const {
    const auto& parts = problem_.components[c].variants[v].parts;
    double rest = 0, stay = 1;
    for (size_t p = 1; p < parts.size(); ++p) {
      stay *= 1 - parts[p - 1].exit;
      double least = Infinity;
      for (const Item& item : items_[c][v][p]) least = std::min(least, Alone(c, v, p, item));
      rest += stay * least;
    }
    return rest;
  }

  template <typename Visit>
  void Entries(uint32_t c, Visit visit) const {
    for (uint32_t v = 0; v < items_[c].size(); ++v) {
      if (items_[c][v].empty()) continue;
      const double rest = Rest(c, v);
      for (const Item& item : items_[c][v][0]) {
        const uint32_t zone = problem_.pools[item.pool].zone;
        visit(v, item, zone, items_[c][v].size() > 1 ? Anywhere() : zone,
              Alone(c, v, 0, item) + rest);
      }
    }
  }

  // The zones in which c can be entered and left.
  void Places(uint32_t c, std::vector<uint32_t>& entered, std::vector<uint32_t>& left) const {
    std::vector<char> in(zones_ + 1, 0), out(zones_ + 1, 0);
    for (const auto& parts : items_[c]) {
      if (parts.empty()) continue;
      for (const Item& item : parts[0]) {
        const uint32_t zone = problem_.pools[item.pool].zone;
        in[zone] = 1;
        out[parts.size() > 1 ? Anywhere() : zone] = 1;
      }
    }
    for (uint32_t z = 0; z <= zones_; ++z) {
      if (in[z]) entered.push_back(z);
      if (out[z]) left.push_back(z);
    }
  }

  // Least bytes any variant of `from` sends to `to`.
  double Bytes(uint32_t from, uint32_t to) const {
    double least = Infinity;
    for (const Variant& variant : problem_.components[from].variants) {
      least = std::min(least, FlowBytes(problem_, from, to, variant.parts.back().output));
    }
    return least;
  }

  bool Path(const Constraint& rule) {
    const auto& path = rule.path;
    const size_t n = path.size();
    // Least time up to the end of each step by where it is left, and from the entry of
    // each step by where it is entered.
    std::vector<std::vector<double>> until(n), from(n);
    std::vector<double> bytes(n, 0);
    // Only where a component can be is anything asked.
    std::vector<std::vector<uint32_t>> entered_at(n), left_at(n);
    for (size_t k = 0; k + 1 < n; ++k) bytes[k] = Bytes(path[k], path[k + 1]);
    const auto arrive = [&](size_t k, uint32_t zone) {
      if (k == 0) return 0.0;
      double least = Infinity;
      for (uint32_t z : left_at[k - 1]) {
        least = std::min(least, until[k - 1][z] + Hop(z, zone, bytes[k - 1]));
      }
      return least;
    };
    const auto leave = [&](size_t k, uint32_t zone) {
      if (k + 1 == n) return 0.0;
      double least = Infinity;
      for (uint32_t z : entered_at[k + 1]) {
        least = std::min(least, from[k + 1][z] + Hop(zone, z, bytes[k]));
      }
      return least;
    };
    std::vector<double> known(zones_ + 1);
    for (size_t k = n; k-- > 0;) {
      Places(path[k], entered_at[k], left_at[k]);
      from[k].assign(zones_ + 1, Infinity);
      for (uint32_t z : left_at[k]) known[z] = leave(k, z);
      Entries(path[k], [&](uint32_t, const Item&, uint32_t in, uint32_t out, double time) {
        from[k][in] = std::min(from[k][in], time + known[out]);
      });
    }
    bool some = false;
    const double most = rule.bound + 2e-9 * std::max(1e-9, std::fabs(rule.bound));
    for (size_t k = 0; k < n; ++k) {
      std::vector<double> before(zones_), after(zones_ + 1);
      for (uint32_t z : entered_at[k]) before[z] = arrive(k, z);
      for (uint32_t z : left_at[k]) after[z] = leave(k, z);
      const uint32_t c = path[k];
      bool left = false;
      for (uint32_t v = 0; v < items_[c].size(); ++v) {
        if (items_[c][v].empty()) continue;
        const double rest = Rest(c, v);
        const bool cut = items_[c][v].size() > 1;
        some = std::erase_if(items_[c][v][0],
                             [&](const Item& item) {
                               const uint32_t zone = problem_.pools[item.pool].zone;
                               return before[zone] + Alone(c, v, 0, item) + rest +
                                          after[cut ? Anywhere() : zone] >
                                      most;
                             }) > 0 ||
               some;
        if (items_[c][v][0].empty()) {
          items_[c][v].clear();
        } else {
          left = true;
        }
      }
      if (!left) {
        empty_ = true;
        return true;
      }
      until[k].assign(zones_ + 1, Infinity);
      Entries(c, [&](uint32_t, const Item&, uint32_t in, uint32_t out, double time) {
        until[k][out] = std::min(until[k][out], before[in] + time);
      });
    }
    return some;
  }

  const Problem& problem_;
  const Domains& domains_;
  Items& items_;
  uint32_t zones_;
  int round_ = 0;
  bool empty_ = false;
};

}  // namespace

bool PruneByTime(const Problem& problem, const Domains& domains, Items& items) {
  return Pruner(problem, domains, items).Run();
}

}  // namespace sprint::solver
