#pragma once

#include <limits>

#include "engine/placement/placement.h"

// How far prices and bounds may move before another placement is the best one.
namespace sprint::placement {

struct PriceRange {
  std::string pool;  // "upv.large"
  Loc loc;
  bool used = false;
  // EUR/h per instance, functions: of execution; as written, without what electricity adds.
  double price = 0;
  // The placement stays the best from `low` to `high`; 0 and infinity: whatever it costs.
  double low = 0, high = std::numeric_limits<double>::infinity();
  // The requirement on cost that ends the range at `high`; "": another placement does.
  std::string broken;
};

struct BoundRange {
  std::string text;  // as written
  Loc loc;
  double value = 0;      // of the placement, base units: a tighter bound than this changes it
  bool binding = false;  // without it another placement is cheaper
  // Binding: a bound this loose lets a cheaper one in, and how much it saves: EUR/h, W. "none" of
  // a component that is spread: without that.
  std::string looser;
  double saves = 0;
  // A missed preference: what it costs to meet it, EUR/h or W; NaN: it cannot be met.
  std::optional<double> meeting;
};

struct Sensitivity {
  std::vector<PriceRange> prices;  // of pools with a price, when cost is minimised
  std::vector<BoundRange> bounds;  // of what is required or preferred
  // False: the budget ended before all of it was certain, or prices decide which preferences
  // a limit on cost leaves room for, and may do so within a range.
  bool exact = true;
};

// `answer` must be Optimal or Feasible for the same program and options; what is found of a
// feasible one is relative to it. `options.steps` is for all questions together.
Result<Sensitivity> FindSensitivity(const ir::Program& program, const ir::Deploy& deploy,
                                    const Answer& answer, const Options& options = {});

// A table of it. Ends with a line feed.
std::string Render(const Sensitivity& sensitivity, const ir::Deploy& deploy);

}  // namespace sprint::placement
