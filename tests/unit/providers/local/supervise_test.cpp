#include "providers/local/supervise.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>

#include "compiler/support/environment.h"
#include "providers/local/spec.h"

namespace sprint::local {
namespace {

class SuperviseTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "superviseXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    // What is left behind becomes ours to end.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
  }
  void TearDown() override {
    if (const pid_t supervisor = Now().supervisor.pid; supervisor > 0) {
      kill(supervisor, SIGTERM);
      waitpid(supervisor, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
  }
  // It closes all files of whoever calls it.
  int Run(Spec spec) const {
    spec.folder = folder_;
    spec.log = folder_ + "/log";
    spec.status = folder_ + "/status";
    spec.grace_ms = 100;
    const std::string path = folder_ + "/spec";
    EXPECT_TRUE(RealFileSystem().Write(path, value::ToJson(ToValue(spec))).ok());
    const pid_t pid = fork();
    if (pid == 0) _exit(Supervise(path));
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  Progress Now() const {
    const auto status = ReadJsonFile(folder_ + "/status");
    return status.ok() ? ProgressFrom(*status) : Progress{};
  }
  bool Becomes(const std::function<bool(const Progress&)>& so) const {
    for (int tries = 0; tries < 500; ++tries) {
      if (so(Now())) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  std::string folder_;
};

TEST_F(SuperviseTest, RunningOutOfDescriptorsIsNoEnd) {
  Spec spec;
  spec.command = {"/bin/sleep", "1000"};
  ASSERT_EQ(Run(spec), 0);
  const Progress first = Now();
  ASSERT_GT(first.child.pid, 0);
  rlimit before{}, none{};
  ASSERT_EQ(prlimit(first.supervisor.pid, RLIMIT_NOFILE, nullptr, &before), 0);
  none = before;
  none.rlim_cur = 3;
  ASSERT_EQ(prlimit(first.supervisor.pid, RLIMIT_NOFILE, &none, nullptr), 0);
  kill(first.child.pid, SIGKILL);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  ASSERT_TRUE(Alive(first.supervisor));
  ASSERT_EQ(prlimit(first.supervisor.pid, RLIMIT_NOFILE, &before, nullptr), 0);
  EXPECT_TRUE(Becomes([&first](const Progress& now) {
    return now.child.pid > 0 && now.child.pid != first.child.pid && Alive(now.child);
  }));
}

}  // namespace
}  // namespace sprint::local
