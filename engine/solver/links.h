#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/solver/domains.h"
#include "engine/solver/part_numbers.h"
#include "engine/solver/relaxation.h"

namespace sprint::solver {

// Ways that requests take from one part to the next, by regions: zones from which, and to which,
// all ways are alike, apart at the edge and in the cloud where there is no way back. How long a
// way takes is then a number for each two regions, no matter which pools are used in them, and
// nothing for what stays in a zone, where it may stay on one pool.
//
// Less than what holds is told, never more: of variants the quickest, and nothing of parts that
// answer early. Left out is what hardly matters: bounds of which all ways together take a small
// share, and prices that are a small share of all.
struct Links {
  struct Way {
    std::vector<uint32_t> ends;  // all that it touches
    double time = 0;             // s
    double price = 0;            // of the objective
  };
  // One of the parts in `from` sends to one of those in `to`, the last parts of the variants of
  // one component and the first ones of the next. Or from one part of a variant to the next, if
  // that is chosen.
  struct Link {
    std::vector<uint32_t> from, to;                       // numbers of parts
    std::optional<std::pair<uint32_t, uint32_t>> inside;  // component and variant
    std::vector<std::pair<uint32_t, double>> shares;  // constraints, and how much they see of it
    std::vector<Way> ways;
  };
  static constexpr uint32_t None = ~0U;

  std::vector<Link> all;
  // An end is a link's side and a region, or a zone of a region that has several; each part of
  // that side is at one of the first kind and may be at one of the second.
  uint32_t ends = 0;
  std::vector<uint32_t> region, member;        // per pool; a member is a zone, or None
  std::vector<std::vector<uint32_t>> of_part;  // where its ends begin, one for each link it has

  // Ends of part k when it runs on pool j.
  template <typename Do>
  void EachEnd(uint32_t k, uint32_t j, Do do_it) const {
    for (const uint32_t first : of_part[k]) {
      do_it(first + region[j]);
      if (member[j] != None) do_it(first + member[j]);
    }
  }
};

// `cost`: about what all costs, objective.
Links MakeLinks(const Problem& problem, const Domains& domains, const Items& items,
                const PartNumbers& numbers, double cost);

}  // namespace sprint::solver
