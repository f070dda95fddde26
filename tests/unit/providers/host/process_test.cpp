#include "providers/host/process.h"

#include <gtest/gtest.h>

#include "tests/testing/no_threads.h"

namespace sprint::host {
namespace {

TEST(Process, WithoutAThreadToWatchItIsNotStarted) {
  const NoThreads none;
  const auto process = Process::Start("/bin/true", {});
  ASSERT_FALSE(process.ok());
  EXPECT_EQ(process.error().code(), ErrorCode::Unavailable);
}

}  // namespace
}  // namespace sprint::host
