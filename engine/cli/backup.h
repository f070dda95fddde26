#pragma once

#include <string>

#include "engine/cli/house.h"
#include "engine/state/record.h"

namespace sprint::cli {

// Keeps what the state holds before people change it, as a document that `state import`
// takes, in `.sprint/backups/`; sealed when the state is encrypted. The path, or "" when
// there is nothing to keep. Those beyond the newest ten go.
Result<std::string> KeepBackup(const House& house, const state::Store& store,
                               const state::Snapshot& snapshot);

}  // namespace sprint::cli
