#include "engine/solver/columns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// Nodes of one knapsack: few while there is much to find, more and more where not.
constexpr int FewNodes = 500, MostNodes = 400'000, MoreNodes = 4;
constexpr uint64_t WorkPerStep = 500;   // about as long as a step of the other levels
constexpr size_t MostColumns = 1500;    // known at once
constexpr int MostIterations = 20'000;  // of one solution of the master
constexpr double Smallest = 1e-6;       // a reduced cost, scaled, that is not 0
constexpr double Nothing = 1e-6;        // a share that is none
constexpr double Smoothing = 0.7;       // weight of the best prices so far
// Bound and master agree; and nearly so, as a share of what is left to prove and of the bound.
constexpr double Converged = 1e-6, LastPart = 0.3, Near = 0.2;
// Limits of prices, scaled, and how they grow: by this factor every so many rounds, and where
// nothing else is left to find.
constexpr double FirstLimit = 1.3, LeastPrice = 0.1, FirstRuleLimit = 1000, FirstLinkLimit = 1,
                 Growth = 1.2, EndGrowth = 3;
constexpr int RoundsOfLimit = 3;
// Where there are more groups of pools, a round looks only at some; full rounds follow where
// these find nothing more.
constexpr size_t ManyGroups = 150;
// One new column in more groups than this: knapsacks that were not solved are looked at for longer.
constexpr size_t FewFound = 32;
constexpr uint32_t Anywhere = ~0U;

}  // namespace

void Columns::Enter(const Scope& scope) {
  if (columns_.size() > MostColumns) Forget();
  hardware_ = scope.hardware;
  most_nodes_ = scope.rough ? FewNodes : MostNodes;
  banned_.resize(pieces_.size());
  for (size_t j = 0; j < pieces_.size(); ++j) banned_[j].assign(pieces_[j].size(), 0);
  for (const Ban& ban : scope.bans) {
    for (size_t k = 0; k < pieces_[ban.pool].size(); ++k) {
      if (pieces_[ban.pool][k].part == ban.part) banned_[ban.pool][k] = 1;
    }
  }
  if (!scope.pins.empty()) {
    std::vector<uint32_t> where(parts_, Anywhere);
    for (const Ban& pin : scope.pins) where[pin.part] = pin.pool;
    for (uint32_t j = 0; j < pieces_.size(); ++j) {
      for (size_t k = 0; k < pieces_[j].size(); ++k) {
        const uint32_t only = where[pieces_[j][k].part];
        if (only != Anywhere && only != j) banned_[j][k] = 1;
      }
    }
  }
  closed_.assign(choices_.size(), 0);
  for (size_t k = 0; k < choices_.size(); ++k) {
    const Choice& choice = choices_[k];
    for (const auto& [c, v] : scope.variants) closed_[k] |= choice.c == c && choice.v == v;
  }
  const auto allow = [&](uint32_t column, bool allowed) {
    master_.SetRange(column, 0, allowed ? Infinity : 0);
  };
  kinds_ = scope.kinds;
  kinds_.resize(kind_row_.size(), {0, Infinity});
  for (size_t q = 0; q < kinds_.size(); ++q) {
    master_.SetRowRange(kind_row_[q], kinds_[q][0], kinds_[q][1]);
  }
  for (size_t r = 0; r < rules_.size(); ++r) {
    Rule& rule = rules_[r];
    const bool less = rule.metric == Metric::Response && !scope.taken.empty();
    rule.left = less ? std::max(0.0, 1 - scope.taken[rule.constraint] / rule.most) : 1;
    master_.SetRowRange(rule_row_[r], -Infinity, rule.left);
  }
  for (uint32_t g = 0; g < unused_.size(); ++g) {
    bool must = false;
    for (uint32_t j : relaxation_.groups()[g]) {
      if (!hardware_.usable[j] || hardware_.low[j] <= relaxation_.idle(j)) continue;
      must = true;
      const bool known = std::any_of(of_pool_[j].begin(), of_pool_[j].end(), [&](uint32_t k) {
        return columns_[k].pieces.empty() && columns_[k].count.low == hardware_.low[j];
      });
      if (!known) Add({j, {hardware_.low[j], hardware_.low[j]}, {}, 0});
    }
    allow(unused_[g], !must);
  }
  for (size_t k = 0; k < choices_.size(); ++k) allow(choices_[k].column, !closed_[k]);
  for (const Column& column : columns_) allow(column.column, Allowed(column));
}

std::vector<uint32_t> Columns::Pools(uint32_t part) const {
  std::vector<uint32_t> pools;
  const auto [c, v, p] = numbers_.names[part];
  for (const Item& item : items_[c][v][p]) {
    const uint32_t j = item.pool;
    if (!hardware_.usable[j]) continue;
    for (size_t k = 0; k < pieces_[j].size(); ++k) {
      if (pieces_[j][k].part == part && !banned_[j][k]) pools.push_back(j);
    }
  }
  return pools;
}

bool Columns::Open(uint32_t c, uint32_t v) const {
  for (uint32_t k : of_component_[c]) {
    if (choices_[k].v == v && !closed_[k]) return true;
  }
  return false;
}

bool Columns::Allowed(const Column& column) const {
  const uint32_t j = column.pool;
  if (!hardware_.usable[j]) return false;
  for (uint32_t k : column.pieces) {
    if (banned_[j][k]) return false;
  }
  return relaxation_.function(j) ||
         (column.count.high <= hardware_.high[j] && column.count.low >= hardware_.low[j]);
}

void Columns::Add(Column column) {
  const uint32_t j = column.pool;
  const bool function = relaxation_.function(j);
  std::vector<linear::Programme::Entry> entries;
  std::vector<double> rule(rules_.size(), 0);
  std::map<uint32_t, double> zone;
  double cost = 0, load = 0;
  for (uint32_t k : column.pieces) load += pieces_[j][k].load;
  const double time = TimeOf(j, column.count, load);
  for (uint32_t k : column.pieces) {
    const Piece& piece = pieces_[j][k];
    cost += piece.fixed;
    entries.push_back({cover_row_[piece.row], 1});
    links_.EachEnd(piece.part, j, [&](uint32_t end) { entries.push_back({end_row_[end], 1}); });
    if (piece.zone) ++zone[*piece.zone];
    for (const auto& [r, weight] : weights_[piece.part]) rule[r] += weight * piece.demand * time;
    for (size_t r = 0; r < rules_.size() && function; ++r) {
      if (rules_[r].metric != Metric::Response) rule[r] += Amount(j, piece, rules_[r]);
    }
  }
  if (!function) {
    entries.push_back({group_row_[group_of_[j]], 1});
    entries.push_back({kind_row_[kind_[j]], static_cast<double>(column.count.high)});
    const double more = column.count.low - std::min(column.count.low, relaxation_.idle(j));
    cost += more * relaxation_.burden(j);
    for (size_t r = 0; r < rules_.size(); ++r) {
      if (rules_[r].metric == Metric::Response) continue;
      rule[r] += more * solver::Rate(problem_.pools[j], rules_[r].metric) / rules_[r].most;
    }
  }
  for (size_t r = 0; r < rules_.size(); ++r) {
    if (rule[r] > 0) entries.push_back({rule_row_[r], rule[r]});
  }
  for (const auto& [z, copies] : zone) entries.push_back({zone_row_[z], copies});
  column.column = master_.AddColumn(cost * scale_, entries);
  column.last = solutions_;
  of_pool_[j].push_back(static_cast<uint32_t>(columns_.size()));
  columns_.push_back(std::move(column));
}

PartPrices Columns::Prices() const {
  const auto prices = master_.prices();
  PartPrices at;
  for (uint32_t row : cover_row_) at.part.push_back(std::max(0.0, prices[row]) / scale_);
  for (uint32_t row : way_row_) at.way.push_back(std::max(0.0, -prices[row]) / scale_);
  for (uint32_t row : rule_row_) at.rule.push_back(std::max(0.0, -prices[row]) / scale_);
  for (uint32_t row : zone_row_) at.zone.push_back(std::max(0.0, -prices[row]) / scale_);
  for (uint32_t row : end_row_) at.end.push_back(std::max(0.0, prices[row]) / scale_);
  for (size_t q = 0; q < kind_row_.size(); ++q) {
    const double price = prices[kind_row_[q]] / scale_;
    at.kind.push_back(price < 0 && kinds_[q][1] == Infinity ? 0 : price);
  }
  return at;
}

void Columns::StartFrom(const Placement& placement) {
  const size_t pools = problem_.pools.size();
  std::vector<Column> columns(pools);
  for (uint32_t c = 0; c < items_.size(); ++c) {
    const uint32_t v = placement.variant[c];
    for (size_t p = 0; p < placement.pool[c].size(); ++p) {
      const uint32_t j = placement.pool[c][p];
      for (uint32_t k = 0; k < pieces_[j].size(); ++k) {
        if (pieces_[j][k].part == part(c, v, p)) columns[j].pieces.push_back(k);
      }
    }
  }
  for (uint32_t j = 0; j < pools; ++j) {
    Column& column = columns[j];
    if (column.pieces.empty()) continue;
    column.pool = j;
    column.count = {placement.count[j], placement.count[j]};
    if (!relaxation_.function(j)) {
      Add(std::move(column));
      continue;
    }
    for (uint32_t k : column.pieces) Add({j, {}, {k}, 0});
  }
}

// Prices to begin with are not far from those of the cheapest places: what columns are missing
// is not worth everything (du Merle, Villeneuve, Desrosiers and Hansen 1999). Of parts that cost
// next to nothing there, on hardware that is there anyway, this says nothing.
void Columns::Limit(const PartPrices& prices) {
  double mean = 0;
  for (double price : prices.part) mean += price / static_cast<double>(prices.part.size());
  first_link_ = FirstLinkLimit * mean * scale_ / EndGrowth;
  for (size_t k = 0; k < instead_.size(); ++k) {
    const bool part = k < prices.part.size();
    // Ways cost nothing to begin with.
    double cost = k < prices.part.size() + rules_.size() ? FirstRuleLimit : 0;
    if (part) {
      cost = prices.part[k] > LeastPrice * mean ? FirstLimit * prices.part[k] * scale_ : Infinity;
    }
    instead_cost_[k] = std::min(cost, nowhere_cost_);
    master_.SetCost(instead_[k], instead_cost_[k]);
  }
}

// Raises the limits that the master holds on to. False: none.
bool Columns::Raise(double factor) {
  bool any = false;
  for (size_t k = 0; k < instead_.size(); ++k) {
    if (master_.values()[instead_[k]] < Nothing || instead_cost_[k] >= nowhere_cost_) continue;
    if (instead_cost_[k] == 0) {
      if (factor < EndGrowth) continue;
      instead_cost_[k] = first_link_;
    }
    instead_cost_[k] = std::min(factor * instead_cost_[k], nowhere_cost_);
    master_.SetCost(instead_[k], instead_cost_[k]);
    any = true;
  }
  return any;
}

bool Columns::Solve() {
  if (!master_.Solve(MostIterations, progress_->Left())) return false;
  ++solutions_;
  for (Column& column : columns_) {
    if (master_.values()[column.column] > Nothing) column.last = solutions_;
  }
  return true;
}

// Leaves out of the master what had no part in its solutions for longest; it is found again where
// it pays.
void Columns::Forget() {
  std::vector<uint64_t> ages;
  for (const Column& column : columns_) ages.push_back(column.last);
  const auto middle = ages.begin() + static_cast<ptrdiff_t>(ages.size() / 2);
  std::nth_element(ages.begin(), middle, ages.end());
  std::vector<uint32_t> old;
  std::erase_if(columns_, [&](const Column& column) {
    if (column.last >= *middle) return false;
    old.push_back(column.column);
    return true;
  });
  master_.Drop(old);
  for (auto& known : of_pool_) known.clear();
  // Theirs are the last columns of the master.
  uint32_t number = master_.columns() - static_cast<uint32_t>(columns_.size());
  for (uint32_t k = 0; k < columns_.size(); ++k) {
    columns_[k].column = number++;
    of_pool_[columns_[k].pool].push_back(k);
  }
}

double Columns::Bound(PartPrices& prices, int rounds, double enough, Progress& progress) {
  std::vector<Column> found;
  progress_ = &progress;
  if (prices.part.empty()) {
    prices = Cheapest();
    Limit(prices);
  }
  for (size_t q = 0; q < kinds_.size(); ++q) {
    if (kinds_[q][1] == Infinity) prices.kind[q] = std::max(0.0, prices.kind[q]);
  }
  nodes_ = FewNodes;
  double best = Once(prices, &found);
  if (best == Infinity) return best;
  for (Column& column : found) Add(std::move(column));
  used_.clear();
  int again = 0;  // how often the same prices were smoothed
  bool solved = false;
  const int groups = static_cast<int>(1 + relaxation_.groups().size() / ManyGroups);
  const size_t few = relaxation_.groups().size() / FewFound;
  bool full = true;
  PartPrices now;
  for (int round = 0; round < rounds && best < enough && !progress.Over(); ++round) {
    if (!solved) {
      if (!Solve()) break;
      now = Prices();
      if (round % RoundsOfLimit == RoundsOfLimit - 1) Raise(Growth);
      solved = true;
      again = 0;
    }
    const double master = master_.objective() / scale_ + Idle();
    const double left = std::min(enough - best, Near * std::fabs(master));
    if (master - best < Converged * std::fabs(best) ||
        (master < enough && enough < Infinity && master - best < LastPart * left)) {
      if (!Raise(EndGrowth)) break;
      solved = false;
      continue;
    }
    const double smooth = std::max(0.0, 1 - (again + 1) * (1 - Smoothing));
    const auto mix = [&](const std::vector<double>& centre, const std::vector<double>& last) {
      std::vector<double> mixed(last.size());
      for (size_t k = 0; k < last.size(); ++k) {
        mixed[k] = smooth * centre[k] + (1 - smooth) * last[k];
      }
      return mixed;
    };
    PartPrices at{mix(prices.part, now.part), mix(prices.way, now.way),
                  mix(prices.rule, now.rule), mix(prices.kind, now.kind),
                  mix(prices.zone, now.zone), mix(prices.end, now.end)};
    found.clear();
    exhausted_ = false;
    const uint64_t before = filling_.work();
    const size_t of = full ? 1 : groups;
    const double bound = Once(at, &found, of, static_cast<size_t>(round) % of);
    progress.steps += 1 + (filling_.work() - before + 5 * columns_.size()) / WorkPerStep;
    if (bound > best) {
      best = bound;
      prices = at;
    }
    size_t added = 0;
    for (Column& column : found) {
      const double unused = relaxation_.function(column.pool)
                                ? 0
                                : master_.prices()[group_row_[group_of_[column.pool]]];
      if (Reduced(now, column) * scale_ - unused > -Smallest) continue;
      Add(std::move(column));
      ++added;
    }
    if (of == 1 && exhausted_ && added < few && nodes_ < most_nodes_) nodes_ *= MoreNodes;
    full = !full && (added == 0 || round % (groups + 1) == groups);
    full = full || groups == 1;
    // The questions are asked in this order.  NOLINTNEXTLINE(bugprone-branch-clone)
    if (added > 0) {
      solved = false;
    } else if (of > 1) {
      continue;
    } else if (smooth > 0) {
      ++again;
    } else if (exhausted_ && nodes_ < most_nodes_) {
      nodes_ *= MoreNodes;
      again = 0;
    } else if (Raise(EndGrowth)) {
      solved = false;
    } else {
      break;
    }
  }
  if (!solved && best < enough) Solve();
  Look();
  return best;
}

// Reads the master's solution.
void Columns::Look() {
  const auto values = master_.values();
  used_.clear();
  taken_.assign(choices_.size(), 0);
  whole_ = true;
  if (values.empty()) return;
  const auto share = [&](uint32_t column) {
    // Those that came after the last solution have no part in it.
    const double value = column < values.size() ? values[column] : 0;
    if (value > Nothing && value < 1 - Nothing) whole_ = false;
    return value;
  };
  for (const Column& column : columns_) {
    const double value = share(column.column);
    if (value <= Nothing) continue;
    Use use{column.pool, column.count.high, {}, value};
    for (uint32_t k : column.pieces) use.parts.push_back(pieces_[column.pool][k].part);
    used_.push_back(std::move(use));
  }
  for (size_t k = 0; k < choices_.size(); ++k) taken_[k] = share(choices_[k].column);
  for (uint32_t column : instead_) whole_ = whole_ && values[column] < Nothing;
  for (uint32_t column : nowhere_) whole_ = whole_ && values[column] < Nothing;
}

double Columns::TakenShare(uint32_t c, uint32_t v) const {
  double sum = 0;
  for (uint32_t k : of_component_[c]) {
    if (choices_[k].v == v) sum += taken_[k];
  }
  return sum;
}

}  // namespace sprint::solver
