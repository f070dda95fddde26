#pragma once

#include <string>

namespace sprint {

// Removes what processes that were killed have left in `folder`: the entries of this user
// named PREFIX + pid + "-" + anything, whose process is no more. Errors do not matter: the
// next one tries again.
void RemoveLeftovers(const std::string& folder, const std::string& prefix);

}  // namespace sprint
