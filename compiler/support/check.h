#pragma once

#include <cstdio>
#include <cstdlib>

// A bug of ours: print the place and abort, in release builds too. Never for a
// mistake in the user's program (a diagnostic) nor a failure of the world (Result).
#define SPRINT_CHECK(condition, message)                                                        \
  do {                                                                                          \
    if (!(condition)) ::sprint::internal::CheckFailed(__FILE__, __LINE__, #condition, message); \
  } while (false)

#define SPRINT_UNREACHABLE(message) ::sprint::internal::CheckFailed(__FILE__, __LINE__, "", message)

namespace sprint::internal {

[[noreturn]] inline void CheckFailed(const char* file, int line, const char* condition,
                                     const char* message) {
  std::fprintf(stderr, "sprint: internal error: %s:%d: %s: %s\n", file, line, message, condition);
  std::abort();
}

}  // namespace sprint::internal
