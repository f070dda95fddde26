#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/state/record.h"

// What people change in a state by hand. The objects themselves stay what and where they
// are. Conflict: a call that concerns one of them is open.
namespace sprint::state {

// `from` and all that lies below it get the addresses of `to`, in what depends on them as
// well; what moved, old and new address. NotFound, InvalidArgument, or Conflict when a new
// address has a record already.
using Moved = std::vector<std::pair<std::string, std::string>>;
Result<Moved> Move(Snapshot& snapshot, const std::string& from, const std::string& to);

// `address` and all that lies below it are forgotten, and nothing depends on it any more;
// what was forgotten. NotFound.
Result<std::vector<std::string>> Forget(Snapshot& snapshot, const std::string& address);

// InvalidArgument: no addresses, or what depends on itself in a circle.
Status Check(const Snapshot& snapshot);

}  // namespace sprint::state
