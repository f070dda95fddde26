#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <thread>

#include "engine/state/store.h"
#include "tests/e2e/state/places.h"

// Two processes and one state (proof 3 of the engine's reliability).
namespace sprint::state {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Writer {
 public:
  Writer(const std::string& url, const std::string& name, int seconds, int count) {
    int ends[2];
    if (pipe(ends) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      execl(WRITER, WRITER, url.c_str(), name.c_str(), std::to_string(seconds).c_str(),
            std::to_string(count).c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    out_ = fdopen(ends[0], "r");
  }
  ~Writer() {
    if (out_) fclose(out_);
    if (pid_ > 0 && !ended_) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  void Send(int signal) const { kill(pid_, signal); }
  // Its next line; "" at the end.
  std::string Line() {
    char line[1024];
    if (!fgets(line, sizeof line, out_)) return "";
    std::string text = line;
    if (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }
  // Everything it still says, and its exit code.
  int End(std::string& last) {
    for (std::string line = Line(); !line.empty(); line = Line()) last = line;
    int status = 0;
    waitpid(pid_, &status, 0);
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  FILE* out_ = nullptr;
  bool ended_ = false;
};

class Racing : public AtPlaces {
 protected:
  Snapshot Read() {
    auto store = Open(url_, "race");
    EXPECT_TRUE(store.ok()) << store.error().ToString();
    auto snapshot = (*store)->Read();
    EXPECT_TRUE(snapshot.ok()) << snapshot.error().ToString();
    return snapshot.TakeValue();
  }
};

TEST_P(Racing, TwoWritersTakeTurnsAndLoseNothing) {
  std::string last_a, last_b;
  Writer a(url_, "a", 10, 20), b(url_, "b", 10, 20);
  std::thread other([&] { EXPECT_EQ(a.End(last_a), 0) << last_a; });
  EXPECT_EQ(b.End(last_b), 0) << last_b;
  other.join();
  const Snapshot snapshot = Read();
  EXPECT_EQ(snapshot.records.size(), 40u);
  EXPECT_EQ(snapshot.serial, 40);
}

TEST_P(Racing, WriterThatWasPausedBeyondItsLeaseWritesNothingMore) {
  Writer paused(url_, "paused", 1, 100'000);
  ASSERT_EQ(paused.Line(), "locked");
  ASSERT_EQ(paused.Line(), "wrote 0");
  paused.Send(SIGSTOP);
  Writer next(url_, "next", 10, 5);
  std::string last;
  EXPECT_EQ(next.End(last), 0);
  EXPECT_EQ(last, "wrote 4");
  const Snapshot before = Read();
  EXPECT_EQ(before.records.count("next.4"), 1u);
  paused.Send(SIGCONT);
  EXPECT_EQ(paused.End(last), 1);
  EXPECT_THAT(last, StartsWith("lost "));
  EXPECT_THAT(last, HasSubstr("the lock on the state is lost"));
  EXPECT_EQ(Read().serial, before.serial);
}

TEST_P(Racing, LockOfAKilledWriterEnds) {
  std::string last;
  {
    Writer killed(url_, "killed", 2, 100'000);
    ASSERT_EQ(killed.Line(), "locked");
    ASSERT_EQ(killed.Line(), "wrote 0");
    killed.Send(SIGKILL);
    EXPECT_EQ(killed.End(last), -SIGKILL);
  }
  Writer next(url_, "next", 10, 1);
  EXPECT_EQ(next.End(last), 0) << last;
  EXPECT_EQ(Read().records.count("next.0"), 1u);
}

INSTANTIATE_TEST_SUITE_P(All, Racing, testing::ValuesIn(Kinds()),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace sprint::state
