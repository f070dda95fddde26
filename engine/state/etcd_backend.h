#pragma once

#include <memory>

#include "engine/state/backend.h"
#include "engine/state/location.h"

namespace sprint::state {

// etcd, API v3. Keys PREFIX/SPACE/entries/KEY; the lock is the key PREFIX/SPACE/lock,
// bound to an etcd lease that the server ends by its own clock. The fencing token is the
// revision that made the lock: it grows with every change of the server, and each write
// is a transaction that needs the lock of that revision.
Result<std::unique_ptr<Backend>> OpenEtcdBackend(const Location& location,
                                                 const std::string& space);

}  // namespace sprint::state
