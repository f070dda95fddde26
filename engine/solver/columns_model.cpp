#include "engine/solver/columns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <tuple>

// What columns are about: parts as pools see them, rules as sums, the rows of the master.
namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// What the master's objective is scaled to, and what a component costs that is nowhere.
constexpr double Size = 1000, Nowhere = 20 * Size, MostNowhere = 1e7;

// What a required upper bound says of the sum of the mean times on its path; nothing: nothing.
// The gamma quantile of Domains::Monotone falls with the shape, and the shape of a sum of n
// stages is n/c^2 at most where each varies by c at least.
std::optional<double> MeanBound(const Problem& problem, const Constraint& rule, bool monotone) {
  if (!rule.percentile) return rule.bound;
  if (!monotone) return std::nullopt;
  double stages = 0, square = 1;
  for (uint32_t c : rule.path) {
    size_t most = 0;
    for (const Variant& variant : problem.components[c].variants) {
      most = std::max(most, variant.parts.size());
      for (const Part& part : variant.parts) {
        for (const Option& option : part.options) {
          if (problem.pools[option.pool].form != Form::Functions) {
            square = std::min(square, option.variation * option.variation);
            continue;
          }
          const double least = option.response.mean * option.response.mean;
          const double variance = option.response.variance;
          if (variance < least * (1 - 1e-9)) return std::nullopt;
        }
      }
    }
    stages += static_cast<double>(most);
  }
  return rule.bound / performance::Quantile({1, square / stages}, *EarlyPercentile(rule));
}

}  // namespace

Columns::Columns(const Problem& problem, const Domains& domains, const Items& items,
                 const Relaxation& relaxation, double most)
    : problem_(problem),
      domains_(domains),
      items_(items),
      relaxation_(relaxation),
      sides_(problem.one_way ? 2 : 1),
      numbers_(problem),
      parts_(numbers_.names.size()),
      of_component_(items.size()) {
  double least = 0;
  for (uint32_t c = 0; c < items.size(); ++c) {
    for (uint32_t v = 0; v < items[c].size(); ++v) {
      if (items[c][v].empty()) continue;
      const auto n = static_cast<uint32_t>(items[c][v].size());
      for (uint32_t edge = problem.one_way ? 0 : n; edge <= n; ++edge) {
        of_component_[c].push_back(static_cast<uint32_t>(choices_.size()));
        choices_.push_back({c, v, edge, 0});
      }
    }
    // About what it costs, to begin with.
    double cheapest = Infinity;
    for (const auto& variant : items[c]) {
      double sum = 0;
      for (const auto& part : variant) {
        double each = Infinity;
        for (const Item& item : part) {
          const uint32_t j = item.pool;
          const double used = relaxation.function(j)
                                  ? 0
                                  : relaxation.burden(j) * item.load / relaxation.capacity(j);
          each = std::min(each, item.fixed + used);
        }
        sum += each;
      }
      if (!variant.empty()) cheapest = std::min(cheapest, sum);
    }
    if (std::isfinite(cheapest)) least += cheapest;
  }
  weights_.resize(parts_);
  for (uint32_t j = 0; j < problem.pools.size(); ++j) {
    const Pool& pool = problem.pools[j];
    capacity_.push_back(relaxation.capacity(j) * (1 + 1e-12));
    for (size_t i = 0; i < problem.constraints.size(); ++i) {
      const Constraint& rule = problem.constraints[i];
      if (!domains.active(i) || rule.weight || rule.metric != Metric::Utilisation) continue;
      if (!rule.at_most || rule.pool != j || relaxation.function(j)) continue;
      const double most = rule.bound * (pool.per_core ? pool.cores : 1);
      capacity_[j] = std::min(capacity_[j], std::max(0.0, most) * (1 + 1e-8) + 1e-12);
    }
  }
  MakeRules();
  links_ = MakeLinks(problem, domains, items, numbers_, least);
  ReadLinks();
  MakeZones();
  MakePieces();
  scale_ = least > 0 ? Size / least : 1;
  MakeMaster(std::isfinite(most) ? std::clamp(2 * most * scale_, Nowhere, MostNowhere) : Nowhere);
}

// Of copies that are to be in zones of their own, at most one runs its first part in a zone, one
// its second part, and so on.
void Columns::MakeZones() {
  zones_of_.resize(items_.size(), 0);
  for (size_t i = 0; i < problem_.constraints.size(); ++i) {
    const Constraint& rule = problem_.constraints[i];
    if (!domains_.active(i) || rule.weight || rule.at_most) continue;
    if (rule.metric != Metric::Apart) continue;
    if (rule.bound <= static_cast<double>(rule.path.size() - 1)) continue;
    size_t parts = 0;
    for (uint32_t c : rule.path) {
      zones_of_[c] = static_cast<uint32_t>(zones_) + 1;
      for (const auto& variant : items_[c]) parts = std::max(parts, variant.size());
    }
    zones_ += parts * problem_.one_kind.size();
  }
}

void Columns::MakePieces() {
  pieces_.resize(problem_.pools.size());
  for (uint32_t c = 0; c < items_.size(); ++c) {
    for (uint32_t v = 0; v < items_[c].size(); ++v) {
      for (uint32_t p = 0; p < items_[c][v].size(); ++p) {
        const auto k = static_cast<uint32_t>(part(c, v, p));
        for (const Item& item : items_[c][v][p]) {
          const Option& option = problem_.components[c].variants[v].parts[p].options[item.option];
          Piece piece{.row = k * sides_ + (sides_ > 1 && item.cloud ? 1 : 0),
                      .part = k,
                      .load = item.load,
                      .memory = item.memory,
                      .gpu_memory = item.gpu_memory,
                      .fixed = item.fixed,
                      .demand = option.demand,
                      .item = &item};
          if (zones_of_[c] > 0) {
            const auto before = static_cast<uint32_t>(p * problem_.one_kind.size());
            piece.zone = zones_of_[c] - 1 + before + problem_.pools[item.pool].zone;
          }
          if (relaxation_.function(item.pool)) piece.demand = std::min(option.response.mean, 1e9);
          pieces_[item.pool].push_back(piece);
        }
      }
    }
  }
}

void Columns::MakeRules() {
  for (uint32_t i = 0; i < problem_.constraints.size(); ++i) {
    const Constraint& rule = problem_.constraints[i];
    if (!domains_.active(i) || rule.weight || !rule.at_most) continue;
    const auto index = static_cast<uint32_t>(rules_.size());
    if (rule.metric == Metric::Response) {
      const auto most = MeanBound(problem_, rule, domains_.monotone(i));
      if (!most || *most <= 0) continue;
      rules_.push_back({i, Metric::Response, *most * (1 + 1e-8)});
      for (uint32_t c : rule.path) {
        const auto& variants = problem_.components[c].variants;
        for (uint32_t v = 0; v < variants.size(); ++v) {
          double stay = 1;
          for (size_t p = 0; p < variants[v].parts.size() && stay > 0; ++p) {
            weights_[part(c, v, p)].emplace_back(index, stay / rules_.back().most);
            stay *= 1 - variants[v].parts[p].exit;
          }
        }
      }
    } else if (IsSum(rule.metric) && rule.metric != MetricOf(problem_.goal)) {
      double most = rule.bound + 1e-8 * std::fabs(rule.bound);
      for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
        most -= relaxation_.idle(j) * solver::Rate(problem_.pools[j], rule.metric);
      }
      if (most > 0) rules_.push_back({i, rule.metric, most});
    }
  }
}

// What rules see of links.
void Columns::ReadLinks() {
  links_in_.resize(items_.size());
  for (uint32_t c = 0; c < items_.size(); ++c) links_in_[c].resize(items_[c].size());
  for (uint32_t l = 0; l < links_.all.size(); ++l) {
    const Links::Link& link = links_.all[l];
    if (link.inside) links_in_[link.inside->first][link.inside->second].push_back(l);
    seconds_.emplace_back();
    for (const auto& [constraint, share] : link.shares) {
      for (uint32_t r = 0; r < rules_.size(); ++r) {
        if (rules_[r].constraint != constraint) continue;
        const Constraint& rule = problem_.constraints[constraint];
        // A percentile is of what varies; its bound is less what takes the same for all.
        const double most = rule.percentile ? rule.bound * (1 + 1e-8) : rules_[r].most;
        seconds_[l].emplace_back(r, share / most);
      }
    }
  }
}

void Columns::MakeMaster(double nowhere) {
  for (size_t k = 0; k < parts_ * sides_; ++k) cover_row_.push_back(master_.AddRow(0, Infinity));
  for (size_t c = 0; c < items_.size(); ++c) choose_row_.push_back(master_.AddRow(1, 1));
  for (size_t f = 0; f < problem_.flows.size() && problem_.one_way; ++f) {
    way_row_.push_back(master_.AddRow(-Infinity, 1));
  }
  for (size_t g = 0; g < relaxation_.groups().size(); ++g) {
    group_row_.push_back(master_.AddRow(1, 1));
  }
  for (size_t r = 0; r < rules_.size(); ++r) rule_row_.push_back(master_.AddRow(-Infinity, 1));
  for (size_t z = 0; z < zones_; ++z) zone_row_.push_back(master_.AddRow(-Infinity, 1));
  for (uint32_t e = 0; e < links_.ends; ++e) end_row_.push_back(master_.AddRow(0, Infinity));
  for (const Links::Link& link : links_.all) {
    const double taken = link.inside ? 0 : 1;
    link_row_.push_back(master_.AddRow(taken, taken));
  }
  std::map<std::tuple<Form, double, double, double, double, bool>, uint32_t> kinds;
  for (const Pool& pool : problem_.pools) {
    const auto [at, fresh] = kinds.emplace(std::tuple{pool.form, pool.memory, pool.gpu_memory,
                                                      pool.reserved, pool.cores, pool.per_core},
                                           static_cast<uint32_t>(kinds.size()));
    kind_.push_back(at->second);
    if (fresh) kind_row_.push_back(master_.AddRow(0, Infinity));
  }
  group_of_.assign(problem_.pools.size(), 0);
  of_pool_.resize(problem_.pools.size());
  std::vector<linear::Programme::Entry> entries;
  for (uint32_t g = 0; g < group_row_.size(); ++g) {
    for (uint32_t j : relaxation_.groups()[g]) group_of_[j] = g;
    entries = {{group_row_[g], 1}};
    unused_.push_back(master_.AddColumn(0, entries));
  }
  // What makes up for the columns that are not known yet.
  nowhere_cost_ = nowhere;
  for (const auto& [rows, sign] :
       {std::pair(&cover_row_, 1.0), {&rule_row_, -1.0}, {&link_row_, 1.0}}) {
    for (uint32_t row : *rows) {
      entries = {{row, sign}};
      instead_.push_back(master_.AddColumn(nowhere, entries));
      instead_cost_.push_back(nowhere);
    }
  }
  for (uint32_t row : kind_row_) {
    for (const double sign : {1.0, -1.0}) {
      entries = {{row, sign}};
      nowhere_.push_back(master_.AddColumn(nowhere, entries));
    }
  }
  for (uint32_t row : choose_row_) {
    entries = {{row, 1}};
    nowhere_.push_back(master_.AddColumn(nowhere, entries));
  }
  for (Choice& choice : choices_) {
    entries = {{choose_row_[choice.c], 1}};
    const size_t n = problem_.components[choice.c].variants[choice.v].parts.size();
    for (size_t p = 0; p < n; ++p) {
      const size_t side = sides_ > 1 && p >= choice.edge ? 1 : 0;
      entries.push_back({cover_row_[size_t{part(choice.c, choice.v, p)} * sides_ + side], -1});
    }
    for (size_t f = 0; f < way_row_.size(); ++f) {
      const bool returns = (problem_.flows[f].from == choice.c && choice.edge < n) ||
                           (problem_.flows[f].to == choice.c && choice.edge > 0);
      if (returns) entries.push_back({way_row_[f], 1});
    }
    for (uint32_t l : links_in_[choice.c][choice.v]) entries.push_back({link_row_[l], -1});
    choice.column = master_.AddColumn(0, entries);
  }
  for (size_t l = 0; l < link_row_.size(); ++l) {
    for (const Links::Way& way : links_.all[l].ways) {
      entries = {{link_row_[l], 1}};
      for (uint32_t end : way.ends) entries.push_back({end_row_[end], -1});
      for (const auto& [r, second] : seconds_[l]) {
        if (way.time > 0) entries.push_back({rule_row_[r], second * way.time});
      }
      master_.AddColumn(way.price * scale_, entries);
    }
  }
}

}  // namespace sprint::solver
