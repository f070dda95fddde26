#pragma once

#include <array>
#include <optional>
#include <vector>

#include "engine/linear/programme.h"
#include "engine/solver/domains.h"
#include "engine/solver/filling.h"
#include "engine/solver/links.h"
#include "engine/solver/part_numbers.h"
#include "engine/solver/progress.h"
#include "engine/solver/relaxation.h"

namespace sprint::solver {

// Multipliers of what Columns relaxes, in units of the objective, none negative but for kinds.
// Whatever they are, no placement is cheaper than what follows from them (Columns::Below).
struct PartPrices {
  std::vector<double> part;  // per Columns::part(c, v, p) and side: what running it there earns
  std::vector<double> way;   // per flow: for going back from the cloud
  std::vector<double> rule;  // per rule of Columns: for all of what it allows
  std::vector<double> kind;  // per kind of pool: earned by an instance; negative: paid
  // Per required Apart rule, place in a chain and zone: what a copy's part pays to be the only
  // such one there.
  std::vector<double> zone;
  // Per end of Links: earned by the part that is there, paid by the way that is taken.
  std::vector<double> end;
};

// Lower bounds by column generation. A column is the whole content of a pool: how many
// instances, and which parts. Then all that depends on how full a pool is - the price of whole
// instances, memory, and how long each part takes there - is a number, and bounds on mean times
// along paths are linear in the columns. The master (a linear programme over the columns
// known) tells what each part is worth and each second costs; a knapsack for each pool answers
// with columns that pay at these prices (Dantzig and Wolfe 1960), and proves a bound whatever
// the prices. They are smoothed towards the best ones so far (Wentges 1997; Pessoa, Sadykov,
// Uchoa and Vanderbeck 2018).
//
// Which way requests take between two parts is told from the regions they are in (Links).
//
// Left out: hops within a zone, preferences, percentiles but what the mean says of them, and
// zones that different parts of different copies share. To leave out what is required only lets
// more in: the bound stays one.
class Columns {
 public:
  // All are kept by reference. `most`: bounds beyond are of no interest.
  Columns(const Problem& problem, const Domains& domains, const Items& items,
          const Relaxation& relaxation, double most);

  // Part k (of all parts of all variants, in order) does not run on the pool.
  struct Ban {
    uint32_t pool = 0, part = 0;
  };
  // What placements a bound is for.
  struct Scope {
    Hardware hardware;
    std::vector<Ban> bans;
    std::vector<Ban> pins;                          // it runs there, if anywhere
    std::vector<std::array<uint32_t, 2>> variants;  // components and variants they do not take
    std::vector<std::array<double, 2>> kinds;       // least and most instances of each
    bool rough = false;                             // knapsacks are only looked at, not solved
    std::vector<double> taken;  // s of each bound on times that parts may not spend; empty: none
  };
  void Enter(const Scope& scope);
  // Within the scope: pools part k may run on.
  std::vector<uint32_t> Pools(uint32_t part) const;
  bool Open(uint32_t c, uint32_t v) const;

  // Its columns become known.
  void StartFrom(const Placement& placement);
  // The best bound in so many rounds, from these prices on, which become those of the bound;
  // ends when it reaches `enough`, when its last tenth of the way there is all that is left
  // to find, or when it is late. Infinite: no placement at all within the scope.
  double Bound(PartPrices& prices, int rounds, double enough, Progress& progress);
  // What follows from any prices.
  double Below(const PartPrices& prices);
  // Least reduced cost of pool j, if it is below `most`.
  double Reduced(const PartPrices& prices, uint32_t j, double most);

  // What the last Bound's master makes of it: shares of columns and of choices.
  struct Use {
    uint32_t pool = 0, count = 0;
    std::vector<uint32_t> parts;
    double share = 0;
  };
  const std::vector<Use>& used() const { return used_; }
  double TakenShare(uint32_t c, uint32_t v) const;
  bool whole() const { return whole_; }
  // Pools alike but for their zone, price and what single parts need there.
  uint32_t kinds() const { return static_cast<uint32_t>(kind_row_.size()); }
  uint32_t kind(uint32_t pool) const { return kind_[pool]; }

  uint32_t part(uint32_t c, uint32_t v, size_t p) const { return numbers_.Of(c, v, p); }
  const PartNumbers::Name& name(uint32_t part) const { return numbers_.names[part]; }
  size_t parts() const { return parts_; }

 private:
  struct Piece {  // an item as its pool sees it
    uint32_t row = 0;
    uint32_t part = 0;
    double load = 0, memory = 0, gpu_memory = 0, fixed = 0;
    double demand = 0;  // s at an idle node; functions: s
    const Item* item = nullptr;
    std::optional<uint32_t> zone = std::nullopt;  // of PartPrices::zone
  };
  struct Rule {  // sum of weights and times at most `left`
    uint32_t constraint = 0;
    Metric metric = Metric::Response;
    double most = 0;
    double left = 1;  // of it, within the scope
  };
  struct Choice {  // a variant, and how many of its parts are at the edge
    uint32_t c = 0, v = 0, edge = 0;
    uint32_t column = 0;
  };
  struct Count {  // instances of one pool: least, which are paid for, and most
    uint32_t low = 0, high = 0;
  };
  struct Column {
    uint32_t pool = 0;
    Count count;
    std::vector<uint32_t> pieces;  // of its pool
    uint32_t column = 0;           // in the master
    uint64_t last = 0;             // solution of the master that had some of it
  };

  void MakeRules();
  void MakeZones();
  void MakePieces();
  void ReadLinks();
  void MakeMaster(double nowhere);
  bool Allowed(const Column& column) const;
  std::vector<Count> Counts(uint32_t j) const;
  Filling::Room RoomOf(uint32_t j, Count count) const;
  double Instances(const PartPrices& at, uint32_t j, Count count) const;
  double Due(const PartPrices& at, const Choice& choice) const;
  double Way(const PartPrices& at, size_t link) const;
  double Best(const PartPrices& at, uint32_t j, double below, std::vector<Column>* found);
  // `of`: look for columns of one in so many groups of pools only, which bounds nothing.
  double Once(const PartPrices& at, std::vector<Column>* found, size_t of = 1, size_t which = 0);
  void Add(Column column);
  bool Solve();
  void Forget();
  void Wait(const PartPrices& at);
  void Look();
  void Limit(const PartPrices& prices);
  bool Raise(double factor);
  PartPrices Prices() const;
  PartPrices Cheapest() const;
  double Idle() const;
  double Reduced(const PartPrices& at, const Column& column) const;
  double Fixed(const PartPrices& at, uint32_t j, const Piece& piece) const;
  double Amount(uint32_t j, const Piece& piece, const Rule& rule) const;
  double Wait(const PartPrices& at, uint32_t k) const;
  double TimeOf(uint32_t j, Count count, double load) const;

  const Problem& problem_;
  const Domains& domains_;
  const Items& items_;
  const Relaxation& relaxation_;
  uint32_t sides_ = 1;
  PartNumbers numbers_;
  size_t parts_;
  Hardware hardware_;
  std::vector<std::array<double, 2>> kinds_;
  std::vector<std::vector<char>> banned_;   // per pool and piece
  std::vector<char> closed_;                // per choice
  std::vector<std::vector<Piece>> pieces_;  // per pool
  std::vector<double> capacity_;            // per pool and instance
  std::vector<Rule> rules_;
  std::vector<std::vector<std::pair<uint32_t, double>>> weights_;  // per part: rules and weights
  Links links_;
  // Per link: rules, and what each takes of a second on the way.
  std::vector<std::vector<std::pair<uint32_t, double>>> seconds_;
  std::vector<std::vector<std::vector<uint32_t>>> links_in_;  // per component and variant
  std::vector<Choice> choices_;
  std::vector<std::vector<uint32_t>> of_component_;  // choices
  std::vector<Column> columns_;
  uint64_t solutions_ = 0;
  std::vector<std::vector<uint32_t>> of_pool_;  // columns
  int nodes_ = 0, most_nodes_ = 0;              // of a knapsack
  const Progress* progress_ = nullptr;          // of the Bound under way
  bool exhausted_ = false;                      // one did not get by with them

  linear::Programme master_;
  double scale_ = 1;
  // Per component: where its Apart rule begins in PartPrices::zone, and 1; 0: it has none.
  std::vector<uint32_t> zones_of_;
  size_t zones_ = 0;
  std::vector<uint32_t> cover_row_, choose_row_, way_row_, group_row_, rule_row_, kind_row_,
      zone_row_, end_row_, link_row_;
  std::vector<uint32_t> unused_, nowhere_;  // columns: per group; that stand for nothing
  // Columns that make up for what is not known yet, one per row of parts, of rules and of links,
  // and their costs: no price is above them. `first_link_`: of links, once all else is priced.
  std::vector<uint32_t> instead_;
  std::vector<double> instead_cost_;
  double nowhere_cost_ = 0, first_link_ = 0;
  std::vector<uint32_t> group_of_, kind_;  // per pool

  std::vector<Use> used_;
  std::vector<double> taken_;  // per choice
  bool whole_ = false;
  Filling filling_;
  std::vector<Filling::Offer> offers_;
  std::vector<double> wait_;
};

}  // namespace sprint::solver
