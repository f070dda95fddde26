#include "engine/solver/violations.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

// Written from the model page on its own: straight sums over everything, nothing kept
// between questions. Only the formulas of single stations are common property.
namespace sprint::solver {
namespace {

class Checker {
 public:
  Checker(const Problem& problem, const Placement& placement)
      : problem_(problem), placement_(placement) {}

  std::vector<std::string> Run(double burden, const std::vector<bool>& active) {
    if (!Shape()) return found_;
    Pools();
    Zones();
    Ways();
    Bounds(burden, active);
    return found_;
  }

 private:
  struct Moments {
    double mean = 0, variance = 0, sure = 0;
  };

  void Say(const std::string& text) { found_.push_back(text); }
  const std::vector<Part>& Parts(size_t c) const {
    return problem_.components[c].variants[placement_.variant[c]].parts;
  }
  const Option& Chosen(size_t c, size_t p) const {
    const auto& options = Parts(c)[p].options;
    for (size_t o = 0;; ++o) {
      if (options[o].pool == placement_.pool[c][p]) return options[o];
    }
  }
  const Pool& PoolOf(size_t c, size_t p) const { return problem_.pools[placement_.pool[c][p]]; }

  bool Shape() {
    const size_t n = problem_.components.size();
    if (placement_.variant.size() != n || placement_.pool.size() != n ||
        placement_.count.size() != problem_.pools.size()) {
      Say("the placement has not the problem's size");
      return false;
    }
    for (size_t c = 0; c < n; ++c) {
      if (placement_.variant[c] >= problem_.components[c].variants.size() ||
          placement_.pool[c].size() != Parts(c).size()) {
        Say("component " + std::to_string(c) + " has no such variant");
        return false;
      }
      for (size_t p = 0; p < Parts(c).size(); ++p) {
        bool offered = false;
        for (const Option& option : Parts(c)[p].options) {
          offered = offered || option.pool == placement_.pool[c][p];
        }
        if (!offered) {
          Say("component " + std::to_string(c) + " cannot run where it is");
          return false;
        }
      }
    }
    return true;
  }

  double Busy(size_t j) const {
    double busy = 0;
    for (size_t c = 0; c < problem_.components.size(); ++c) {
      for (size_t p = 0; p < Parts(c).size(); ++p) {
        if (placement_.pool[c][p] == j) busy += Parts(c)[p].rate * Chosen(c, p).demand;
      }
    }
    return busy;
  }

  void Pools() {
    for (size_t j = 0; j < problem_.pools.size(); ++j) {
      const Pool& pool = problem_.pools[j];
      const std::string name = "pool " + std::to_string(j);
      double memory = 0, gpu = 0;
      size_t users = 0;
      for (size_t c = 0; c < problem_.components.size(); ++c) {
        for (size_t p = 0; p < Parts(c).size(); ++p) {
          if (placement_.pool[c][p] != j) continue;
          ++users;
          const double needs = Chosen(c, p).memory ? *Chosen(c, p).memory : Parts(c)[p].memory;
          if (pool.form == Form::Functions) {
            if (needs > pool.memory) Say(name + ": a function is too large");
            continue;
          }
          memory += needs;
          gpu += Parts(c)[p].gpu_memory;
        }
      }
      const uint32_t count = placement_.count[j];
      if (pool.form == Form::Functions) {
        if (pool.concurrency > 0 && Busy(j) > pool.concurrency * problem_.ceiling * (1 + 1e-9)) {
          Say(name + ": too many executions at once");
        }
        continue;
      }
      if (users > 0 && memory + pool.reserved > pool.memory) Say(name + ": memory");
      if (users > 0 && gpu > pool.gpu_memory) Say(name + ": GPU memory");
      if (count > pool.max || (users > 0 && count == 0)) Say(name + ": count");
      if (pool.form == Form::Machines && count < pool.min) Say(name + ": fewer than there are");
      if (users > 0 && count > 0) {
        const double share = Busy(j) / count / (pool.per_core ? pool.cores : 1);
        if (share > problem_.ceiling * (1 + 1e-9) || share >= 1) Say(name + ": overloaded");
      }
    }
  }

  void Zones() {
    for (size_t z = 0; z < problem_.one_kind.size(); ++z) {
      if (!problem_.one_kind[z]) continue;
      std::set<uint32_t> used;
      for (const auto& pools : placement_.pool) {
        for (uint32_t j : pools) {
          if (problem_.pools[j].zone == z && problem_.pools[j].form != Form::Functions) {
            used.insert(j);
          }
        }
      }
      if (used.size() > 1) Say("zone " + std::to_string(z) + ": more than one kind");
    }
  }

  double Way(uint32_t a, uint32_t b, double bytes) const {
    const auto za = problem_.pools[a].zone, zb = problem_.pools[b].zone;
    if (a == b || (za == zb && problem_.routes[za][za].empty())) return 0;
    double least = INFINITY;
    for (const Route& r : problem_.routes[za][zb]) {
      const double t = r.delay + r.seconds_per_byte * bytes;
      if (t < least) least = t;
    }
    return least;
  }

  void Ways() {
    const size_t n = problem_.components.size();
    std::vector<bool> in_cloud(n, false);
    for (size_t c = 0; c < n; ++c) {
      bool cloud = false;
      for (const Flow& flow : problem_.flows)
        cloud = cloud || (flow.to == c && in_cloud[flow.from]);
      for (size_t p = 0; p < Parts(c).size(); ++p) {
        if (PoolOf(c, p).form != Form::Nodes) {
          cloud = true;
        } else if (cloud && problem_.one_way) {
          Say("component " + std::to_string(c) + " returns to the edge");
        }
        if (p > 0 && !std::isfinite(Way(placement_.pool[c][p - 1], placement_.pool[c][p], 0))) {
          Say("component " + std::to_string(c) + ": no way between its parts");
        }
      }
      in_cloud[c] = cloud;
    }
    for (const Flow& flow : problem_.flows) {
      const auto& from = placement_.pool[flow.from];
      for (size_t p = 0; p < from.size(); ++p) {
        if (p + 1 < from.size() && Parts(flow.from)[p].exit <= 0) continue;
        if (!std::isfinite(Way(from[p], placement_.pool[flow.to][0], 0))) {
          Say("no way from component " + std::to_string(flow.from));
        }
      }
    }
  }

  performance::Sojourn At(size_t c, size_t p) const {
    const Pool& pool = PoolOf(c, p);
    if (pool.form == Form::Functions) return Chosen(c, p).response;
    const auto j = placement_.pool[c][p];
    return performance::Node(Chosen(c, p).demand, Busy(j) / placement_.count[j], pool.cores,
                             pool.per_core, Chosen(c, p).variation);
  }

  // Enumerates where a request leaves a component: probability, mean, variance, network.
  // The moments of the mixture follow from those of its branches.
  Moments Through(size_t c, const uint32_t* next) const {
    double reach = 1, first = 0, second = 0, sure = INFINITY;
    double mean = 0, variance = 0, wire = 0;
    double sent = Parts(c).back().output;
    for (const Flow& flow : problem_.flows) {
      if (next && flow.from == c && flow.to == *next && flow.bytes) sent = *flow.bytes;
    }
    for (size_t p = 0; p < Parts(c).size(); ++p) {
      const bool last = p + 1 == Parts(c).size();
      const auto station = At(c, p);
      mean += station.mean;
      variance += station.variance;
      const double out = last ? reach : reach * Parts(c)[p].exit;
      const double leave = next ? Way(placement_.pool[c][p], placement_.pool[*next][0], sent) : 0;
      if (out > 0) {
        const double total = mean + wire + leave;
        first += out * total;
        second += out * (variance + total * total);
        sure = std::fmin(sure, wire + leave);
      }
      if (last) break;
      reach -= out;
      wire += Way(placement_.pool[c][p], placement_.pool[c][p + 1], Parts(c)[p].output);
    }
    return {first, second - first * first, sure};
  }

  // Everything that is sent over priced ways.
  double Sent() const {
    double sum = 0;
    const auto send = [&](uint32_t from, uint32_t to, double rate, double bytes) {
      if (from == to || rate <= 0) return;
      const auto& ways = problem_.routes[problem_.pools[from].zone][problem_.pools[to].zone];
      const auto quicker = [&](const Route& a, const Route& b) {
        const double ta = a.delay + bytes * a.seconds_per_byte;
        const double tb = b.delay + bytes * b.seconds_per_byte;
        return ta != tb ? ta < tb : a.price < b.price;
      };
      const auto taken = std::min_element(ways.begin(), ways.end(), quicker);
      if (taken != ways.end()) sum += rate * bytes * taken->price;
    };
    for (size_t c = 0; c < problem_.components.size(); ++c) {
      const auto& parts = Parts(c);
      for (size_t p = 0; p < parts.size(); ++p) {
        const bool last = p + 1 == parts.size();
        const double answered = parts[p].rate * (last ? 1 : parts[p].exit);
        if (!last) {
          send(placement_.pool[c][p], placement_.pool[c][p + 1], parts[p + 1].rate,
               parts[p].output);
        }
        for (const Flow& flow : problem_.flows) {
          if (flow.from != c) continue;
          send(placement_.pool[c][p], placement_.pool[flow.to][0], answered * flow.probability,
               flow.bytes ? *flow.bytes : parts.back().output);
        }
      }
    }
    return sum;
  }

  // A zone, or all instances of a pool, as what is up or down by itself.
  using Thing = std::pair<bool, uint32_t>;
  double UpAlone(const Thing& thing) const {
    const auto [zone, j] = thing;
    if (zone) return problem_.zone_availability.empty() ? 1 : problem_.zone_availability[j];
    const uint32_t count = problem_.pools[j].form == Form::Functions ? 1 : placement_.count[j];
    double all_down = 1;
    for (uint32_t k = 0; k < count; ++k) all_down *= 1 - problem_.pools[j].availability;
    return 1 - all_down;
  }

  // What is needed: of each component one of the sets, all of it. Decides on one thing after the
  // other that still matters.
  using Needed = std::vector<std::vector<std::set<Thing>>>;
  double Up(const Needed& needed, std::map<Thing, bool>& known) const {
    const Thing* open = nullptr;
    for (const auto& copies : needed) {
      bool sure = false, lost = true;
      const Thing* unknown = nullptr;
      for (const std::set<Thing>& things : copies) {
        bool down = false;
        const Thing* first = nullptr;
        for (const Thing& thing : things) {
          const auto at = known.find(thing);
          if (at == known.end()) {
            if (!first) first = &thing;
          } else if (!at->second) {
            down = true;
          }
        }
        if (down) continue;
        lost = false;
        sure = sure || !first;
        if (first && !unknown) unknown = first;
      }
      if (lost) return 0;
      if (!sure && !open) open = unknown;
    }
    if (!open) return 1;
    const Thing thing = *open;
    const double alone = UpAlone(thing);
    known[thing] = true;
    double up = alone * Up(needed, known);
    known[thing] = false;
    up += (1 - alone) * Up(needed, known);
    known.erase(thing);
    return up;
  }

  double Up(const std::vector<uint32_t>& path) const {
    Needed needed;
    std::map<uint32_t, size_t> place;  // of a component with copies
    for (uint32_t c : path) {
      std::set<Thing> things;
      for (uint32_t j : placement_.pool[c]) {
        things.insert({false, j});
        things.insert({true, problem_.pools[j].zone});
      }
      const auto copy_of = problem_.components[c].copy_of;
      if (copy_of && place.contains(*copy_of)) {
        needed[place[*copy_of]].push_back(std::move(things));
        continue;
      }
      if (copy_of) place[*copy_of] = needed.size();
      needed.push_back({std::move(things)});
    }
    std::map<Thing, bool> known;
    return Up(needed, known);
  }

  // Copies that share no zone with one before them, nor differ from the first in variant.
  double InZonesOfTheirOwn(const std::vector<uint32_t>& copies) const {
    std::set<uint32_t> used;
    double alone = 0;
    for (uint32_t c : copies) {
      std::set<uint32_t> its;
      for (uint32_t j : placement_.pool[c]) its.insert(problem_.pools[j].zone);
      bool apart = placement_.variant[c] == placement_.variant[copies.front()];
      for (uint32_t z : its) apart = apart && !used.contains(z);
      used.insert(its.begin(), its.end());
      alone += apart;
    }
    return alone;
  }

  void Bounds(double burden, const std::vector<bool>& active) {
    double cost = Sent(), energy = 0, carbon = 0;
    for (size_t j = 0; j < problem_.pools.size(); ++j) {
      const Pool& pool = problem_.pools[j];
      const bool function = pool.form == Form::Functions;
      const double amount = function ? Busy(j) : placement_.count[j];
      if (!function) cost += amount * pool.price;
      energy += amount * pool.power;
      carbon += amount * pool.carbon;
    }
    for (size_t c = 0; c < problem_.components.size(); ++c) {
      for (size_t p = 0; p < Parts(c).size(); ++p) {
        if (PoolOf(c, p).form != Form::Functions) continue;
        const double billed = Chosen(c, p).billed ? *Chosen(c, p).billed : Chosen(c, p).demand;
        cost += Parts(c)[p].rate * (PoolOf(c, p).fee + billed * PoolOf(c, p).price);
      }
    }
    double paid = problem_.goal == Goal::Cost     ? cost
                  : problem_.goal == Goal::Energy ? energy
                                                  : carbon;
    for (size_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& rule = problem_.constraints[i];
      if (!active.empty() && !active[i]) continue;
      double value = 0;
      bool held = true;
      switch (rule.metric) {
        case Metric::Response: {
          Moments sum;
          for (size_t k = 0; k < rule.path.size(); ++k) {
            const bool last = k + 1 == rule.path.size();
            const Moments part = Through(rule.path[k], last ? nullptr : &rule.path[k + 1]);
            sum.mean += part.mean;
            sum.variance += part.variance;
            sum.sure += part.sure;
          }
          value = sum.mean;
          if (rule.percentile) {
            value = sum.sure +
                    performance::Quantile({sum.mean - sum.sure, sum.variance}, *rule.percentile);
          }
          break;
        }
        case Metric::Accuracy:
          value = problem_.components[rule.path[0]]
                      .variants[placement_.variant[rule.path[0]]]
                      .accuracy.value_or(0);
          break;
        case Metric::Cost:
          value = cost;
          break;
        case Metric::Energy:
          value = energy;
          break;
        case Metric::Carbon:
          value = carbon;
          break;
        case Metric::Availability:
          value = Up(rule.path);
          break;
        case Metric::Utilisation: {
          const Pool& pool = problem_.pools[rule.pool];
          const double busy = Busy(rule.pool);
          const double places = pool.form == Form::Functions ? pool.concurrency
                                                             : placement_.count[rule.pool] *
                                                                   (pool.per_core ? pool.cores : 1);
          value = busy > 0 && places > 0 ? busy / places : 0;
          break;
        }
        case Metric::Rate:
          value = problem_.components[rule.path[0]].rate;
          break;
        case Metric::Apart:
          value = InZonesOfTheirOwn(rule.path);
          break;
        case Metric::Where:
          for (uint32_t j : placement_.pool[rule.path[0]]) held = held && rule.allowed[j];
          break;
      }
      if (rule.metric != Metric::Where) {
        const double over = rule.at_most ? value - rule.bound : rule.bound - value;
        held = over <= 1e-7 * std::fmax(std::fabs(rule.bound), 1e-9);
      }
      if (held) continue;
      if (rule.weight) {
        paid += *rule.weight;
      } else {
        Say("constraint " + std::to_string(i) + " is broken");
      }
    }
    if (!(std::fabs(paid - burden) <= 1e-7 * std::fmax(std::fabs(paid), 1e-9))) {
      Say("the claimed objective is wrong");
    }
  }

  const Problem& problem_;
  const Placement& placement_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> Violations(const Problem& problem, const Placement& placement,
                                    double burden, const std::vector<bool>& active) {
  return Checker(problem, placement).Run(burden, active);
}

}  // namespace sprint::solver
