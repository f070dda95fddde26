#pragma once

#include <functional>
#include <random>

#include "engine/solver/draft.h"
#include "engine/solver/progress.h"
#include "engine/solver/refill.h"

namespace sprint::solver {

// Finds good placements, proves nothing. Large neighbourhood search by ruin and recreate
// (Shaw 1998; Schrimpf et al. 2000): some components are taken out - chance ones,
// neighbours in the flow, all on one pool, all of a zone whose hardware is to change - and
// put back one after the other where they cost least. What is slightly dearer than before is
// kept for a while (record to record, Dueck 1993). Broken bounds cost what they need to. Where
// many components are one part each, most rounds clear some pools and fill others (refill.h).
//
// Fails where everything must move at once to get better, and where any placement at all
// is a needle in a haystack.
class Neighbourhood {
 public:
  // All are kept by reference. `seed` decides every choice.
  Neighbourhood(const Problem& problem, const Domains& domains, const Items& items,
                Progress& progress, uint32_t seed);

  // A first placement: like `previous` as far as it still holds, if there is one. Improves
  // the best placement in `progress` if everything holds.
  void Construct(const Placement* previous);
  // Components that may be in more than one place.
  size_t movable() const { return movable_.size(); }
  // Does it fill pools by whole contents, or only place one component after the other?
  bool fills() const { return refill_.has_value(); }
  // Places what `placement` leaves open (a pool that does not exist), with as many instances as
  // it takes, and improves the best placement in `progress` if everything holds.
  void Complete(const Placement& placement);
  // Goes on from the best placement in `progress`, wherever it was found.
  void Adopt();
  // Up to `rounds` rounds; ends early after `patience` without a better one.
  void Improve(uint64_t rounds, uint64_t patience);

 private:
  struct Chain {
    double due = 0;
    std::vector<const Item*> items;
  };
  // A chain that ends with this item, and where the chain before it is.
  struct Link {
    double due = 0;
    const Item* item = nullptr;
    uint32_t before = 0;
  };

  uint32_t Chance(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  double Share() { return static_cast<double>(random_()) / 4294967296.0; }

  bool Recreate(const std::vector<uint32_t>& removed);
  bool Insert(uint32_t c);
  void Chains(uint32_t c, uint32_t variant, std::vector<Chain>& out);
  bool Together(const Item& item, size_t link, size_t length) const;
  double Due(const Item& item) const;
  std::vector<uint32_t> Ruin();
  bool Reopen();
  void Fill(std::vector<uint32_t>& loose, const std::vector<uint32_t>& pools, double noise);
  void Remove(uint32_t c, std::vector<uint32_t>& removed);
  void Trim();
  void Accept();

  const Problem& problem_;
  const Domains& domains_;
  const Items& items_;
  Progress& progress_;
  std::mt19937 random_;
  Draft draft_;
  std::optional<Draft::Kept> kept_, best_;  // the present one, complete, and the best
  std::vector<std::vector<uint32_t>> neighbours_;
  std::vector<uint32_t> class_;  // pools that differ in nothing but name
  std::vector<uint64_t> seen_;   // per class: in which pass an empty one was offered
  uint64_t pass_ = 0;
  std::vector<Link> links_, next_;  // of Chains: those that were kept, and those to choose from
  std::vector<uint32_t> movable_;
  std::vector<char> moves_;    // per component: is it one of these?
  std::vector<double> worth_;  // per pool: burden of a busy second
  std::vector<uint32_t> hardware_;
  std::optional<Refill> refill_;  // where there is much to fill
  uint32_t banned_ = ~0U;
  double eagerness_ = 1;  // 1: pays for whole instances, 0: for what it uses of them
  double record_ = 0;
};

}  // namespace sprint::solver
