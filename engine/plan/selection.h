#pragma once

#include <set>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "engine/lower/lower.h"
#include "engine/plan/moves.h"

namespace sprint::plan {

struct PlanOptions;

// Which addresses a partial plan looks at.
class Selection {
 public:
  // A target brings what it depends on; what goes brings what still depends on it. An
  // exclude takes what depends on it along. InvalidArgument: both kinds are given, or one
  // names nothing.
  static Result<Selection> Make(const lower::DesiredGraph& graph, const Inventory& inventory,
                                const PlanOptions& options);
  bool Has(const std::string& address) const { return all_ || chosen_.contains(address); }
  bool all() const { return all_; }

 private:
  bool all_ = true;
  std::set<std::string> chosen_;
};

}  // namespace sprint::plan
