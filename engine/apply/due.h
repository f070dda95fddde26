#pragma once

#include <map>
#include <string>

#include "compiler/support/result.h"
#include "engine/plan/plan.h"
#include "engine/state/store.h"

namespace sprint::apply {

// What the changes of a plan ask for elsewhere is written down before the first of them is
// made: whoever is not replaced in this run is in the next.
class DueReplacements {
 public:
  explicit DueReplacements(const plan::Plan& plan) : plan_(plan) {}
  // `snapshot` gets what is written to the store.
  Status Note(state::Snapshot& snapshot, state::Store& store);
  // Takes back, after the run, what no change was made for after all. What cannot be taken back
  // stays due, which is safe.
  void Drop(state::Store& store) const;

 private:
  const plan::Plan& plan_;
  std::map<std::string, std::string> noted_;    // by address, what was written there
  std::map<std::string, value::Value> causes_;  // as they were before the run
};

}  // namespace sprint::apply
