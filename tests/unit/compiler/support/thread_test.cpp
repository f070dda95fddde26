#include "compiler/support/thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>

#include "tests/testing/no_threads.h"

namespace sprint {
namespace {

TEST(StartThread, RunsTheWorkUntilItIsToldToStop) {
  std::atomic<bool> stopped = false;
  {
    auto thread = StartThread([&stopped](const std::stop_token& done) {
      while (!done.stop_requested()) std::this_thread::yield();
      stopped = true;
    });
    ASSERT_TRUE(thread.ok());
  }
  EXPECT_TRUE(stopped);
}

TEST(StartThread, SaysSoWhereThereIsNone) {
  const NoThreads none;
  const auto thread = StartThread([](const std::stop_token&) {});
  ASSERT_FALSE(thread.ok());
  EXPECT_EQ(thread.error().code(), ErrorCode::Unavailable);
}

}  // namespace
}  // namespace sprint
