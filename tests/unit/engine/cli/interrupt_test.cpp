#include "engine/cli/interrupt.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

namespace sprint::cli {
namespace {

TEST(Interrupt, InnerOneGoesOnWithWhatTheOuterWasAsked) {
  const Interrupt outer(nullptr);
  std::raise(SIGTERM);
  {
    const Interrupt inner(nullptr, Interrupt::Second::Cancels);
    EXPECT_TRUE(inner.flag());
    EXPECT_FALSE(inner.cancel());
  }
  EXPECT_TRUE(outer.flag());
}

TEST(Interrupt, EachSaysWhatTheSecondSignalDoes) {
  const auto outer_again = [] {
    const Interrupt outer(nullptr, Interrupt::Second::Ends);
    { const Interrupt inner(nullptr, Interrupt::Second::Cancels); }
    std::raise(SIGINT);
    std::raise(SIGINT);
    _exit(0);
  };
  EXPECT_EXIT(outer_again(), testing::ExitedWithCode(130), "");
}

TEST(Interrupt, AfterTheLastSignalsDoWhatTheyDidBefore) {
  const auto after = [](int signal) {
    {
      const Interrupt outer(nullptr);
      const Interrupt inner(nullptr);
    }
    std::raise(signal);
  };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    EXPECT_EXIT(after(signal), testing::KilledBySignal(signal), "") << signal;
  }
}

TEST(Interrupt, EndOfTheTerminalAsksToStopUnlessItIsToBeOutlived) {
  {
    const Interrupt interrupt(nullptr);
    std::raise(SIGHUP);
    EXPECT_TRUE(interrupt.flag());
  }
  const auto before = std::signal(SIGHUP, SIG_IGN);
  {
    const Interrupt interrupt(nullptr);
    std::raise(SIGHUP);
    EXPECT_FALSE(interrupt.flag());
  }
  std::signal(SIGHUP, before);
}

TEST(Interrupt, ReaderThatGoesEndsNothing) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  const Interrupt interrupt(nullptr);
  EXPECT_EQ(write(ends[1], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  EXPECT_FALSE(interrupt.flag());
  close(ends[1]);
}

}  // namespace
}  // namespace sprint::cli
