#pragma once

#include <functional>
#include <stop_token>
#include <thread>

#include "compiler/support/result.h"

namespace sprint {

// A std::jthread where there may be none to have: users, control groups and containers have
// limits, and at those the constructor of std::jthread ends the program. Error: Unavailable.
Result<std::jthread> StartThread(std::function<void(const std::stop_token&)> work);

}  // namespace sprint
