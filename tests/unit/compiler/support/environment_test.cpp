#include "compiler/support/environment.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <thread>
#include <vector>

namespace sprint {
namespace {

class RealFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "filesXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }
  std::string folder_;
};

// A process that is killed while it writes: the limit on the size of a file kills it.
TEST_F(RealFiles, WriterThatIsKilledLeavesTheOldTextAndNothingBesideIt) {
  const std::string path = folder_ + "/plan";
  ASSERT_TRUE(RealFileSystem().Write(path, "old").ok());
  const pid_t child = fork();
  if (child == 0) {
    const rlimit none{0, 0}, small{1 << 16, 1 << 16};
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_FSIZE, &small);
    (void)RealFileSystem().Write(path, std::string(1 << 20, 'x'));
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
  ASSERT_EQ(Names().size(), 2u) << "it was not killed in the middle";
  EXPECT_EQ(*RealFileSystem().Read(path), "old");
  ASSERT_TRUE(RealFileSystem().Write(path, "new", 0600).ok());
  EXPECT_EQ(*RealFileSystem().Read(path), "new");
  EXPECT_EQ(Names(), std::set<std::string>{"plan"});
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(RealFiles, FileThatIsEditedKeepsItsModeAndItsLink) {
  const std::string file = folder_ + "/file", link = folder_ + "/link";
  ASSERT_TRUE(RealFileSystem().Write(file, "old").ok());
  ASSERT_EQ(chmod(file.c_str(), 0600), 0);
  ASSERT_EQ(symlink("file", link.c_str()), 0);
  ASSERT_TRUE(RealFileSystem().Write(link, "new").ok());
  EXPECT_EQ(*RealFileSystem().Read(file), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  struct stat info {};
  ASSERT_EQ(stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(RealFiles, LinkOfSomebodyElseIsNotFollowed) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make one";
  const std::string file = folder_ + "/file", link = folder_ + "/link";
  ASSERT_TRUE(RealFileSystem().Write(file, "old").ok());
  ASSERT_EQ(symlink("file", link.c_str()), 0);
  ASSERT_EQ(lchown(link.c_str(), 12345, 12345), 0);
  ASSERT_TRUE(RealFileSystem().Write(link, "new", 0600).ok());
  EXPECT_EQ(*RealFileSystem().Read(file), "old");
  EXPECT_EQ(*RealFileSystem().Read(link), "new");
}

TEST_F(RealFiles, PipesAndDevicesAreNotReplaced) {
  const std::string pipe = folder_ + "/pipe", link = folder_ + "/link";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  ASSERT_EQ(symlink("/dev/null", link.c_str()), 0);
  for (const std::string& path : {pipe, link}) {
    for (const uint32_t mode : {FileSystem::AsItIs, 0600U}) {
      const Status status = RealFileSystem().Write(path, "text", mode);
      ASSERT_FALSE(status.ok()) << path;
      EXPECT_EQ(status.error().code(), ErrorCode::InvalidArgument);
    }
  }
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  EXPECT_EQ(Names(), (std::set<std::string>{"pipe", "link"}));
}

TEST_F(RealFiles, ThreadsThatWriteOneFileWriteItWhole) {
  const std::string path = folder_ + "/one";
  std::vector<std::thread> threads;
  for (char letter = 'a'; letter < 'e'; ++letter) {
    threads.emplace_back([&path, letter] {
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(RealFileSystem().Write(path, std::string(100'000, letter)).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string text = *RealFileSystem().Read(path);
  EXPECT_EQ(text, std::string(100'000, text.front()));
  EXPECT_EQ(Names(), std::set<std::string>{"one"});
}

}  // namespace
}  // namespace sprint
