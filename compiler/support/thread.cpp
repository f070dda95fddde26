#include "compiler/support/thread.h"

#include <system_error>
#include <utility>

namespace sprint {

Result<std::jthread> StartThread(std::function<void(const std::stop_token&)> work) {
  try {
    return std::jthread(std::move(work));
  } catch (const std::system_error& error) {
    return Error(ErrorCode::Unavailable, "cannot start a thread: " + error.code().message());
  } catch (...) {
    return Error(ErrorCode::Unavailable, "cannot start a thread");
  }
}

}  // namespace sprint
