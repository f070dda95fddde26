#pragma once

#include <memory>

#include "engine/state/backend.h"
#include "engine/state/location.h"

namespace sprint::state {

// PostgreSQL. Tables sprint_entries(space, key, bytes) and sprint_leases in the schema
// that the search path of the user gives, made when they are not there. Leases end by
// the server's clock; a write locks the row of its lease until it commits, so that nobody
// can take the lease over meanwhile.
Result<std::unique_ptr<Backend>> OpenPostgresBackend(const Location& location,
                                                     const std::string& space);

}  // namespace sprint::state
