#pragma once

#include <functional>
#include <set>
#include <string>
#include <unordered_map>

#include "compiler/support/result.h"
#include "engine/plan/installed.h"
#include "engine/plan/moves.h"
#include "engine/plan/plan.h"
#include "engine/plan/selection.h"
#include "engine/plan/troubles.h"

namespace sprint::plan {

// What providers see now of the objects that the state has.
class Refreshed {
 public:
  // Reads every object that `selection` has of the providers that `which` names, many at
  // once; one that cannot be read is in `troubles`. Errors: a provider that does not start.
  Status Read(const Inventory& inventory, const Selection& selection,
              const std::function<bool(const std::string& provider)>& which, Installed& installed,
              Troubles& troubles);

  // True when the object was looked for and is not there.
  bool Gone(const std::string& address) const { return gone_.contains(address); }

  // Puts into `step` the object as it is now, null when it is gone, and the provider's
  // bytes about it; as the state has it if it was not read. Once for each address.
  void Take(const Held& held, Step& step);

 private:
  std::unordered_map<std::string, host::ReadAnswer> answers_;
  std::set<std::string> gone_;
};

// The whole of a --refresh-only step: the state takes over what was found.
void PlanRefreshOnly(Step& step, const Held* held);

}  // namespace sprint::plan
