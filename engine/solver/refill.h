#pragma once

#include <optional>
#include <random>
#include <vector>

#include "engine/solver/draft.h"
#include "engine/solver/filling.h"

namespace sprint::solver {

// Fills pools of a draft one whole content after the other: of the pools offered the one whose
// content is worth most per price of its instances, as in set covering (Chvatal 1979), each
// content by a knapsack. What a component is worth is learned from drafts: its share of what its
// pool costs. Bounds on times have prices that rise while they are broken, so that what is on a
// path wants pools that are near and not so busy.
//
// Only of components of one variant and one part; the others are placed one by one elsewhere.
class Refill {
 public:
  // All are kept by reference.
  Refill(const Problem& problem, const Domains& domains, const Items& items, Draft& draft,
         std::mt19937& random);

  bool Fits(uint32_t c) const { return fits_[c] != 0; }
  // Puts what it can of `loose`, on these pools only; the rest stays there. What each is worth is
  // lessened by chance, by up to this share. Returns how many contents it looked for.
  uint64_t Put(std::vector<uint32_t>& loose, const std::vector<uint32_t>& pools, double noise);
  // May any of these be on the pool beside what is there?
  bool Roomy(uint32_t pool, const std::vector<uint32_t>& loose) const;
  // What is on a pool in use is worth per price of its instances.
  double Worth(uint32_t pool) const;
  // Pools by what all components would pay for them, the best first; from when it was asked first.
  const std::vector<uint32_t>& ranking() {
    if (ranking_.empty()) Rank();
    return ranking_;
  }

  // From the draft, complete: what components are worth there, and whether times hold.
  void Learn();
  void Price();

 private:
  struct Content {
    double ratio = 0;  // worth per price
    uint32_t pool = 0, count = 0;
    bool stale = false;  // it is worth no more than that, and maybe less
    std::vector<uint32_t> components;
  };
  struct Rule {  // a bound on times
    uint32_t constraint = 0;
    double price = 0;  // objective per s
  };
  struct Step {  // of its path
    uint32_t rule = 0;
    std::optional<uint32_t> before, after;  // components
  };

  void Best(const std::vector<uint32_t>& loose, int nodes, double need, Content& content);
  void Rank();
  double Demand(uint32_t c, const Item& item) const;
  void MakeOffers(uint32_t pool, const std::vector<uint32_t>& loose);
  double Hops(uint32_t c, uint32_t pool) const;
  double TimePrice(uint32_t c) const;
  const Item* At(uint32_t c, uint32_t pool) const;

  const Problem& problem_;
  const Items& items_;
  Draft& draft_;
  std::mt19937& random_;
  std::vector<char> fits_;
  std::vector<std::vector<uint32_t>> at_;  // [component][pool]: which of its items, and 1
  std::vector<Rule> rules_;
  std::vector<std::vector<Step>> steps_;  // per component
  // Per component: its share of the price of its pool, what its time costs there, and what both
  // are taken for in this Put.
  std::vector<double> share_, timed_, worth_;
  std::vector<double> capacity_, burden_;  // per pool
  std::vector<uint32_t> ranking_;
  std::vector<Content> contents_;  // of Put
  uint64_t work_ = 0;
  Filling filling_;
  std::vector<Filling::Offer> offers_;
  std::vector<Filling::Offer> dear_;  // less what their time costs
};

}  // namespace sprint::solver
