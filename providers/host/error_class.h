#pragma once

#include <string>

#include "compiler/support/result.h"

namespace sprint::host {

// What kind of failure a provider tells of: what can be done about it follows from this.
//   Capacity   the place has no room just now: place it elsewhere
//   Quota      the account may have no more of it: place it elsewhere, or ask for more
//   Auth       credentials are missing, wrong or expired: stop
//   Invalid    what was asked makes no sense to the provider: stop
//   Transient  passes by itself: try again
//   Conflict   somebody else is at it, or something still hangs on it: try again
//   NotFound   the object is not there
//   None       no failure, or one that says nothing of its kind: stop
enum class ErrorClass { None, Capacity, Quota, Auth, Invalid, Transient, Conflict, NotFound };
const char* Name(ErrorClass error_class);  // "capacity", …; "other" for None

// True for what is worth another attempt.
bool IsRetryable(ErrorClass error_class);

// The class of an error that a provider of ours gives: its code, unless the text tells of
// capacity or quota, for which there is no code.
ErrorClass ClassOf(ErrorCode code, const std::string& text);
// The class of what any provider says, from the words that clouds use. Sources: error codes
// of the EC2 API reference; OpenStack Nova's and Neutron's fault messages; errors of the
// Compute Engine API; Azure Resource Manager's common deployment errors; HTTP (RFC 9110).
ErrorClass ClassOf(const std::string& text);

}  // namespace sprint::host
