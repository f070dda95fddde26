#pragma once

#include <sqlite3.h>

#include <optional>

#include "compiler/support/result.h"
#include "engine/state/backend.h"

namespace sprint::state {

// The entries of a file of version 2, which had a table each for head, records, journal
// and lease, taken out of it: the tables are gone then. Nothing when `db` is no such
// file. To be called in a transaction.
Result<std::optional<Change>> TakeVersion2(sqlite3* db);

}  // namespace sprint::state
