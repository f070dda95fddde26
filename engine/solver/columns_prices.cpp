#include "engine/solver/columns.h"

#include <algorithm>
#include <cmath>
#include <limits>

// What follows from prices: the columns that pay at them, and a bound whatever they are.
namespace sprint::solver {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();
// Instances that are tried one number after the other; beyond, in steps of a share.
constexpr uint32_t SingleCounts = 8;
constexpr size_t GroupsPerLook = 16;  // at the clock

}  // namespace

std::vector<Columns::Count> Columns::Counts(uint32_t j) const {
  std::vector<Count> counts;
  const uint32_t high = hardware_.high[j];
  for (uint32_t n = std::max(1U, hardware_.low[j]); n <= high;) {
    const uint32_t last = n < SingleCounts ? n : std::min(high, n + n / 4);
    counts.push_back({n, last});
    n = last + 1;
  }
  return counts;
}

Filling::Room Columns::RoomOf(uint32_t j, Count count) const {
  const Pool& pool = problem_.pools[j];
  return {.load = capacity_[j] * count.high,
          .memory = (pool.memory - pool.reserved) * (1 + 1e-12),
          .gpu_memory = pool.gpu_memory * (1 + 1e-12),
          .cores = pool.cores,
          .per_core = pool.per_core,
          .count = count.high};
}

// What that many of pool j cost beyond those that are there anyway.
double Columns::Instances(const PartPrices& at, uint32_t j, Count count) const {
  const double earned = at.kind[kind_[j]] * (at.kind[kind_[j]] > 0 ? count.high : count.low);
  if (count.low <= relaxation_.idle(j)) return -earned;
  double each = relaxation_.burden(j);
  for (size_t r = 0; r < rules_.size(); ++r) {
    if (rules_[r].metric == Metric::Response) continue;
    each += at.rule[r] * solver::Rate(problem_.pools[j], rules_[r].metric) / rules_[r].most;
  }
  return (count.low - relaxation_.idle(j)) * each - earned;
}

double Columns::Fixed(const PartPrices& at, uint32_t j, const Piece& piece) const {
  double due = piece.fixed + (piece.zone ? at.zone[*piece.zone] : 0);
  links_.EachEnd(piece.part, j, [&](uint32_t end) { due -= at.end[end]; });
  if (!relaxation_.function(j)) return due;
  for (size_t r = 0; r < rules_.size(); ++r) {
    if (rules_[r].metric != Metric::Response) due += at.rule[r] * Amount(j, piece, rules_[r]);
  }
  return due;
}

// Share of what a rule allows that a part on a function takes.
double Columns::Amount(uint32_t j, const Piece& piece, const Rule& rule) const {
  const double amount = rule.metric == Metric::Cost
                            ? piece.item->cost
                            : piece.load * solver::Rate(problem_.pools[j], rule.metric);
  return amount / rule.most;
}

double Columns::Wait(const PartPrices& at, uint32_t k) const {
  double wait = 0;
  for (const auto& [r, weight] : weights_[k]) wait += at.rule[r] * weight;
  return wait;
}

double Columns::Due(const PartPrices& at, const Choice& choice) const {
  double due = 0;
  const size_t n = problem_.components[choice.c].variants[choice.v].parts.size();
  for (size_t p = 0; p < n; ++p) {
    const size_t side = sides_ > 1 && p >= choice.edge ? 1 : 0;
    due += at.part[size_t{part(choice.c, choice.v, p)} * sides_ + side];
  }
  for (size_t f = 0; f < at.way.size(); ++f) {
    if (problem_.flows[f].from == choice.c && choice.edge < n) due += at.way[f];
    if (problem_.flows[f].to == choice.c && choice.edge > 0) due += at.way[f];
  }
  for (uint32_t l : links_in_[choice.c][choice.v]) due += Way(at, l);
  return due;
}

// Of a link, the way that costs least.
double Columns::Way(const PartPrices& at, size_t link) const {
  double second = 0;
  for (const auto& [r, share] : seconds_[link]) second += share * at.rule[r];
  double least = Infinity;
  for (const Links::Way& way : links_.all[link].ways) {
    double due = way.price + second * way.time;
    for (uint32_t end : way.ends) due += at.end[end];
    least = std::min(least, due);
  }
  return least;
}

double Columns::Best(const PartPrices& at, uint32_t j, double below, std::vector<Column>* found) {
  offers_.clear();
  const auto& pieces = pieces_[j];
  double gains = 0;
  for (uint32_t k = 0; k < pieces.size(); ++k) {
    if (banned_[j][k]) continue;
    const Piece& piece = pieces[k];
    Filling::Offer offer{.name = k,
                         .worth = at.part[piece.row] - Fixed(at, j, piece),
                         .load = piece.load,
                         .memory = piece.memory,
                         .gpu_memory = piece.gpu_memory,
                         .slow = wait_[piece.part] * piece.demand,
                         .family = zones_of_[numbers_.names[piece.part].c],
                         .member = numbers_.names[piece.part].c};
    if (offer.worth <= 0) continue;
    gains += offer.worth;
    offers_.push_back(offer);
  }
  // Whatever is known already need not be found again.
  for (uint32_t k : of_pool_[j]) {
    if (Allowed(columns_[k])) below = std::min(below, Reduced(at, columns_[k]));
  }
  const std::vector<Count> counts = Counts(j);
  double each = Infinity;
  for (const Count count : counts) each = std::min(each, Instances(at, j, count) / count.high);
  if (each > 0 && filling_.Reach(offers_, RoomOf(j, {1, 1}), each) <= -below) return below;
  for (const Count count : counts) {
    const double cost = Instances(at, j, count);
    if (cost - gains >= below) continue;
    const auto& filled = filling_.Fill(offers_, RoomOf(j, count), cost - below, nodes_);
    exhausted_ = exhausted_ || filled.bound > std::max(filled.profit, cost - below);
    below = std::min(below, cost - filled.bound);
    if (found && filled.profit > -Infinity) found->push_back({j, count, filled.parts, 0});
  }
  return below;
}

double Columns::Once(const PartPrices& at, std::vector<Column>* found, size_t of, size_t which) {
  double total = 0, size = 0;
  const auto add = [&](double amount) {
    total += amount;
    size += std::fabs(amount);
  };
  for (const auto& choices : of_component_) {
    double least = Infinity;
    for (uint32_t k : choices) {
      if (!closed_[k]) least = std::min(least, Due(at, choices_[k]));
    }
    if (least == Infinity) return Infinity;
    add(least);
  }
  for (size_t l = 0; l < links_.all.size(); ++l) {
    if (!links_.all[l].inside) add(Way(at, l));
  }
  for (double price : at.way) add(-price);
  for (size_t r = 0; r < rules_.size(); ++r) add(-at.rule[r] * rules_[r].left);
  for (double price : at.zone) add(-price);
  for (size_t q = 0; q < kinds_.size(); ++q) {
    if (at.kind[q] == 0) continue;
    const double limit = kinds_[q][at.kind[q] > 0 ? 0 : 1];
    if (limit == Infinity) return -Infinity;
    add(at.kind[q] * limit);
  }
  Wait(at);
  for (uint32_t j = 0; j < pieces_.size(); ++j) {
    if (!relaxation_.function(j) || !hardware_.usable[j]) continue;
    for (uint32_t k = 0; k < pieces_[j].size(); ++k) {
      if (banned_[j][k]) continue;
      const Piece& piece = pieces_[j][k];
      const double due =
          Fixed(at, j, piece) + wait_[piece.part] * piece.demand - at.part[piece.row];
      if (due >= 0) continue;
      add(due);
      const bool known = std::any_of(of_pool_[j].begin(), of_pool_[j].end(), [&](uint32_t other) {
        return columns_[other].pieces[0] == k;
      });
      if (found && !known) found->push_back({j, {}, {k}, 0});
    }
  }
  for (size_t g = which; g < relaxation_.groups().size(); g += of) {
    if (g % GroupsPerLook == 0 && progress_ && progress_->Late()) return -Infinity;
    const auto& group = relaxation_.groups()[g];
    double least = 0;
    for (uint32_t j : group) {
      add(relaxation_.burden(j) * relaxation_.idle(j));
      if (!hardware_.usable[j]) continue;
      // A pool that must be there costs its least count, whoever is on it.
      const bool must = hardware_.low[j] > relaxation_.idle(j);
      const double empty = must ? Instances(at, j, {hardware_.low[j], hardware_.low[j]}) : 0;
      const double best = Best(at, j, empty, found);
      least = must ? best : std::min(least, best);
      if (must) break;
    }
    add(least);
  }
  return of > 1 ? -Infinity : total - 1e-12 * size;
}

double Columns::Idle() const {
  double sum = 0;
  for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
    if (!relaxation_.function(j)) sum += relaxation_.burden(j) * relaxation_.idle(j);
  }
  return sum;
}

double Columns::Reduced(const PartPrices& at, const Column& column) const {
  const uint32_t j = column.pool;
  double sum = 0, load = 0;
  for (uint32_t k : column.pieces) load += pieces_[j][k].load;
  const double time = TimeOf(j, column.count, load);
  for (uint32_t k : column.pieces) {
    const Piece& piece = pieces_[j][k];
    sum += Fixed(at, j, piece) + Wait(at, piece.part) * piece.demand * time - at.part[piece.row];
  }
  return sum + (relaxation_.function(j) ? 0 : Instances(at, j, column.count));
}

// Of a demand of 1.
double Columns::TimeOf(uint32_t j, Count count, double load) const {
  if (relaxation_.function(j)) return 1;
  const Pool& pool = problem_.pools[j];
  return performance::Node(1, load / count.high, pool.cores, pool.per_core).mean;
}

// What a part pays at least wherever it is, by its share of the load or of the memory: prices
// that no pool can live on.
PartPrices Columns::Cheapest() const {
  PartPrices best;
  double most = -Infinity;
  for (const double share : {0.0, 0.5, 1.0}) {
    PartPrices at{
        std::vector<double>(parts_ * sides_, Infinity), std::vector<double>(way_row_.size(), 0),
        std::vector<double>(rules_.size(), 0),          std::vector<double>(kind_row_.size(), 0),
        std::vector<double>(zone_row_.size(), 0),       std::vector<double>(end_row_.size(), 0)};
    for (uint32_t j = 0; j < pieces_.size(); ++j) {
      const Filling::Room room = RoomOf(j, {1, 1});
      const double each = relaxation_.function(j) ? 0 : relaxation_.burden(j);
      for (const Piece& piece : pieces_[j]) {
        const double due = piece.fixed + each * (share * piece.load / room.load +
                                                 (1 - share) * piece.memory / room.memory);
        at.part[piece.row] = std::min(at.part[piece.row], due);
      }
    }
    double sum = 0;
    for (double& price : at.part) {
      if (price == Infinity) price = 0;
      sum += price;
    }
    if (sum <= most) continue;
    most = sum;
    best = std::move(at);
  }
  return best;
}

double Columns::Below(const PartPrices& prices) { return Once(prices, nullptr); }

double Columns::Reduced(const PartPrices& prices, uint32_t j, double most) {
  Wait(prices);
  return Best(prices, j, most, nullptr);
}

void Columns::Wait(const PartPrices& at) {
  wait_.resize(parts_);
  for (uint32_t k = 0; k < parts_; ++k) wait_[k] = Wait(at, k);
}

}  // namespace sprint::solver
