#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "engine/lower/lower.h"
#include "engine/state/store.h"

// What the state holds, under the addresses that the program has today.
namespace sprint::plan {

struct Held {
  const state::Record* record = nullptr;
  std::string moved_from;                 // "" when it did not move
  std::vector<std::string> dependencies;  // under today's addresses
};

struct Inventory {
  std::map<std::string, Held> held;  // by today's address
  // Left behind by a move that was cut off between its two writes.
  std::vector<const state::Record*> left_behind;
};

// Moves in the order of the program, so that a chain of them works. InvalidArgument: the
// program still makes what is said to have moved away, or two objects arrive at one
// address.
Result<Inventory> TakeInventory(const state::Snapshot& snapshot, const lower::DesiredGraph& graph);

}  // namespace sprint::plan
