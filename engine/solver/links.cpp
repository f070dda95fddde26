#include "engine/solver/links.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// More make the master slow: regions, and ends where zones are told apart.
constexpr size_t MostRegions = 24, MostEnds = 10'000;
// Of a bound, or of the cost, what is worth to be looked at.
constexpr double Matters = 0.02;

bool Alike(const std::vector<Route>& a, const std::vector<Route>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Route& x, const Route& y) {
    return x.delay == y.delay && x.seconds_per_byte == y.seconds_per_byte && x.price == y.price;
  });
}

// Do all others reach both alike, and they all others and each other?
bool Alike(const Problem& problem, uint32_t a, uint32_t b) {
  const auto& routes = problem.routes;
  if (!Alike(routes[a][b], routes[b][a])) return false;
  for (uint32_t z = 0; z < routes.size(); ++z) {
    if (z == a || z == b) continue;
    if (!Alike(routes[a][z], routes[b][z]) || !Alike(routes[z][a], routes[z][b])) return false;
  }
  return true;
}

// What bounds on times see of a part that is reached by so many of all, or only of what takes
// the same time for all: the rest is part of what their percentiles are taken of.
double Seen(const Constraint& rule, double reached) {
  return !rule.percentile ? reached : reached < 1 ? 0 : 1;
}

class Builder {
 public:
  Builder(const Problem& problem, const Domains& domains, const Items& items,
          const PartNumbers& numbers)
      : problem_(problem), domains_(domains), items_(items), numbers_(numbers) {
    links_.of_part.resize(numbers.names.size());
  }

  Links Run(double cost) {
    if (!MakeRegions()) return std::move(links_);
    for (uint32_t f = 0; f < problem_.flows.size(); ++f) AddFlow(f);
    for (uint32_t c = 0; c < items_.size(); ++c) {
      for (uint32_t v = 0; v < items_[c].size(); ++v) {
        for (uint32_t p = 0; p + 1 < items_[c][v].size(); ++p) AddInside(c, v, p);
      }
    }
    LeaveOut(cost);
    if (2 * links_.all.size() * (zones_.size() + members_) > MostEnds) {
      members_ = 0;
      std::fill(links_.member.begin(), links_.member.end(), Links::None);
    }
    for (size_t l = 0; l < links_.all.size(); ++l) MakeWays(links_.all[l], sent_[l]);
    return std::move(links_);
  }

 private:
  using Link = Links::Link;
  using Way = Links::Way;
  // What one part sends: bytes, and how many a second of those that the whole component gets.
  struct Sent {
    double bytes = 0, rate = 0;
  };

  // False: too many.
  bool MakeRegions() {
    const auto zones = static_cast<uint32_t>(problem_.one_kind.size());
    std::vector<uint32_t> first, like(zones);  // zones that stand for those like them
    for (uint32_t z = 0; z < zones; ++z) {
      size_t k = 0;
      while (k < first.size() && !Alike(problem_, first[k], z)) ++k;
      if (k == MostRegions) return false;
      if (k == first.size()) first.push_back(z);
      like[z] = static_cast<uint32_t>(k);
    }
    std::vector<uint32_t> number(2 * first.size(), Links::None);
    std::map<std::pair<uint32_t, uint32_t>, uint32_t> member;  // by region and zone
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      const uint32_t zone = problem_.pools[j].zone;
      uint32_t& region = number[2 * like[zone] + (problem_.one_way && Cloud(j) ? 1 : 0)];
      if (region == Links::None) {
        region = static_cast<uint32_t>(zones_.size());
        zones_.emplace_back();
      }
      links_.region.push_back(region);
      if (member.emplace(std::pair(region, zone), Links::None).second) zones_[region].push_back(j);
    }
    if (zones_.size() > MostRegions) return false;
    for (uint32_t region = 0; region < zones_.size(); ++region) {
      if (zones_[region].size() < 2) continue;
      for (uint32_t j : zones_[region]) {
        member[{region, problem_.pools[j].zone}] =
            static_cast<uint32_t>(zones_.size()) + members_++;
      }
    }
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      links_.member.push_back(member[{links_.region[j], problem_.pools[j].zone}]);
    }
    return true;
  }

  void AddFlow(uint32_t flow) {
    const Flow& written = problem_.flows[flow];
    const uint32_t from = written.from, to = written.to;
    Link link;
    std::vector<Sent> sent;
    double reached = 1;
    for (uint32_t v = 0; v < items_[from].size(); ++v) {
      if (items_[from][v].empty()) continue;
      const auto& parts = problem_.components[from].variants[v].parts;
      double stay = 1;
      for (size_t p = 0; p + 1 < parts.size(); ++p) stay *= std::max(0.0, 1 - parts[p].exit);
      reached = std::min(reached, stay);
      link.from.push_back(numbers_.Of(from, v, parts.size() - 1));
      sent.push_back(
          {written.bytes.value_or(parts.back().output), parts.back().rate * written.probability});
    }
    for (uint32_t v = 0; v < items_[to].size(); ++v) {
      if (!items_[to][v].empty()) link.to.push_back(numbers_.Of(to, v, 0));
    }
    // Of two flows between the same two, times see the first.
    const auto end = problem_.flows.begin() + flow;
    const bool first = std::none_of(problem_.flows.begin(), end, [&](const Flow& other) {
      return other.from == from && other.to == to;
    });
    if (first) {
      See(link, reached, [&](const std::vector<uint32_t>& path) {
        for (size_t k = 0; k + 1 < path.size(); ++k) {
          if (path[k] == from && path[k + 1] == to) return true;
        }
        return false;
      });
    }
    links_.all.push_back(std::move(link));
    sent_.push_back(std::move(sent));
  }

  void AddInside(uint32_t c, uint32_t v, uint32_t p) {
    const auto& parts = problem_.components[c].variants[v].parts;
    Link link{{numbers_.Of(c, v, p)}, {numbers_.Of(c, v, p + 1)}, std::pair(c, v), {}, {}};
    double reached = 1;
    for (size_t q = 0; q <= p; ++q) reached *= std::max(0.0, 1 - parts[q].exit);
    See(link, reached, [&](const std::vector<uint32_t>& path) {
      return std::find(path.begin(), path.end(), c) != path.end();
    });
    links_.all.push_back(std::move(link));
    sent_.push_back({{parts[p].output, parts[p + 1].rate}});
  }

  template <typename On>
  void See(Link& link, double reached, On on) const {
    for (uint32_t i = 0; i < problem_.constraints.size(); ++i) {
      const Constraint& rule = problem_.constraints[i];
      if (!domains_.active(i) || rule.weight || !rule.at_most) continue;
      if (rule.metric != Metric::Response || Seen(rule, reached) <= 0 || !on(rule.path)) continue;
      link.shares.emplace_back(i, Seen(rule, reached));
    }
  }

  // Time and price from one pool to another.
  Way Between(uint32_t from, uint32_t to, const std::vector<Sent>& sent) const {
    Way way{{}, Infinity, Infinity};
    for (const auto& [bytes, rate] : sent) {
      const double fare = problem_.goal == Goal::Cost ? Fare(problem_, from, to, bytes) : 0;
      way.time = std::min(way.time, Hop(problem_, from, to, bytes));
      way.price = std::min(way.price, rate * fare);
    }
    return way;
  }

  void LeaveOut(double cost) {
    std::vector<double> share(problem_.constraints.size(), 0), time, price;
    double fares = 0;
    for (size_t l = 0; l < links_.all.size(); ++l) {
      Way most;
      for (const auto& from : zones_) {
        for (const auto& to : zones_) {
          const Way way = Between(from.front(), to.back(), sent_[l]);
          if (!std::isfinite(way.time)) continue;
          most.time = std::max(most.time, way.time);
          most.price = std::max(most.price, way.price);
        }
      }
      for (const auto& [i, seen] : links_.all[l].shares) {
        share[i] += seen * most.time / problem_.constraints[i].bound;
      }
      price.push_back(most.price);
      fares += most.price;
    }
    size_t kept = 0;
    for (size_t l = 0; l < links_.all.size(); ++l) {
      Link& link = links_.all[l];
      std::erase_if(link.shares, [&](const auto& seen) { return share[seen.first] < Matters; });
      if (link.shares.empty() && (price[l] == 0 || fares < Matters * cost)) continue;
      std::swap(links_.all[kept], link);
      std::swap(sent_[kept++], sent_[l]);
    }
    links_.all.resize(kept);
    sent_.resize(kept);
  }

  // Whether each region and each member has anything of one side.
  std::vector<char> There(const std::vector<uint32_t>& parts) const {
    std::vector<char> there(zones_.size() + members_, 0);
    for (uint32_t k : parts) {
      const auto& [c, v, p] = numbers_.names[k];
      for (const Item& item : items_[c][v][p]) {
        there[links_.region[item.pool]] = 1;
        const uint32_t member = links_.member[item.pool];
        if (member != Links::None) there[member] = 1;
      }
    }
    return there;
  }

  void MakeWays(Link& link, const std::vector<Sent>& sent) {
    const auto regions = static_cast<uint32_t>(zones_.size());
    const uint32_t from_end = links_.ends, to_end = from_end + regions + members_;
    const std::vector<char> leaves = There(link.from), enters = There(link.to);
    for (uint32_t a = 0; a < regions; ++a) {
      for (uint32_t b = 0; b < regions; ++b) {
        if (!leaves[a] || !enters[b]) continue;
        Way way{{from_end + a, to_end + b}, Infinity, Infinity};
        for (uint32_t from : zones_[a]) {
          for (uint32_t to : zones_[b]) {
            if (problem_.one_way && Cloud(from) && !Cloud(to)) continue;
            if (from == to) {
              Stay(link, way, from, leaves, enters);
            } else if (problem_.pools[from].zone == problem_.pools[to].zone) {
              way.time = way.price = 0;
            } else if (!std::isfinite(way.time)) {  // all others are like the first
              const Way first = Between(from, to, sent);
              way.time = first.time;
              way.price = first.price;
            }
          }
        }
        if (std::isfinite(way.time)) link.ways.push_back(std::move(way));
      }
    }
    for (uint32_t k : link.from) links_.of_part[k].push_back(from_end);
    for (uint32_t k : link.to) links_.of_part[k].push_back(to_end);
    links_.ends += 2 * (regions + members_);
  }

  // Within the zone of a pool, if there is anything of both sides.
  void Stay(Link& link, const Way& way, uint32_t pool, const std::vector<char>& leaves,
            const std::vector<char>& enters) const {
    Way stay{way.ends, 0, 0};
    const uint32_t member = links_.member[pool];
    if (member != Links::None) {
      if (!leaves[member] || !enters[member]) return;
      stay.ends.push_back(links_.ends + member);
      stay.ends.push_back(links_.ends + static_cast<uint32_t>(zones_.size()) + members_ + member);
    }
    link.ways.push_back(std::move(stay));
  }

  bool Cloud(uint32_t j) const { return problem_.pools[j].form != Form::Nodes; }

  const Problem& problem_;
  const Domains& domains_;
  const Items& items_;
  const PartNumbers& numbers_;
  std::vector<std::vector<uint32_t>> zones_;  // per region, a pool of each
  uint32_t members_ = 0;
  std::vector<std::vector<Sent>> sent_;  // per link
  Links links_;
};

}  // namespace

Links MakeLinks(const Problem& problem, const Domains& domains, const Items& items,
                const PartNumbers& numbers, double cost) {
  return Builder(problem, domains, items, numbers).Run(cost);
}

}  // namespace sprint::solver
