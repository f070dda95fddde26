#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engine/solver/search.h"

// A proof in a form that others can check: every case that was told apart, and for each that
// was closed the prices at which its bound closes it. tests/verify does, and has nothing
// else in common with the search; compiler/docs/certificate.schema.json says how it is
// written down and what each case means.
namespace sprint::solver {

// One case, and the ways into which it is divided.
struct Proof {
  enum class By : uint8_t {
    Closed,  // the bound at `prices` is enough, or there is nothing left to choose from
    Zone,    // which of a zone's pools is used: `of` the zone, each way a pool or None
    Count,   // of pool `of`: way 0 has at most `most`, way 1 more
    Fixed,   // all counts are: one way, in which whole choices replace those of parts
    Place,   // how component `of` runs: variants and their pools
  };
  static constexpr uint32_t None = ~0U;
  struct Way;

  By by = By::Closed;
  uint32_t of = 0, most = 0;
  // Of a busy second on each pool, only those above 0. Absent: those of the case above.
  std::optional<std::vector<std::pair<uint32_t, double>>> prices;
  // A way that the case's own prices and rules close is left out.
  std::vector<Way> ways;

  void Price(const std::vector<double>& all);
  uint64_t Cases() const;  // this and all below
  // Stays where it is while there are no more than `all` ways.
  Proof& Add(size_t all, uint32_t value, std::vector<uint32_t> pools = {});
};
struct Proof::Way {
  uint32_t value = 0;
  std::vector<uint32_t> pools;  // Place: of each part
  Proof proof;
};

struct Certificate {
  Proof proof;
  // No placement costs as much, preferences included: without one, bounds prove that
  // there is none when they get here.
  double limit = std::numeric_limits<double>::infinity();
  // More instances break nothing, so only the largest counts are looked at.
  bool fullest = false;
  uint64_t cases = 1;
};

// Proves once more what `outcome` says, a proven optimum or that there is none, and writes it
// down: with the result known the proof is as small as it gets. All constraints must have
// been active. Empty: the outcome is not proven, or not within options.budget by what a
// certificate can hold (engine/solver/relaxation.h).
std::optional<Certificate> Certify(const Problem& problem, const SearchOptions& options,
                                   const Outcome& outcome);

}  // namespace sprint::solver
