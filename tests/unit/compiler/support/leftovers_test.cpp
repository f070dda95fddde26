#include "compiler/support/leftovers.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace sprint {
namespace {

TEST(RemoveLeftovers, TakesOnlyWhatDeadProcessesOfThisNameLeft) {
  std::string folder = testing::TempDir() + "leftoversXXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const pid_t dead = fork();
  if (dead == 0) _exit(0);
  waitpid(dead, nullptr, 0);
  const std::string gone = std::to_string(dead), here = std::to_string(getpid());
  for (const std::string& name : {"x-" + gone + "-a", "x-" + here + "-a", "y-" + gone + "-a",
                                  "x-" + gone, std::string("x-0-a"), std::string("x-")}) {
    std::ofstream(folder + "/" + name) << "1";
  }
  std::filesystem::create_directories(folder + "/x-" + gone + "-folder/inner");
  RemoveLeftovers(folder, "x-");
  RemoveLeftovers(folder + "/none", "x-");
  std::set<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    left.insert(entry.path().filename().string());
  }
  const std::set<std::string> expected{"x-" + here + "-a", "y-" + gone + "-a", "x-" + gone, "x-0-a",
                                       "x-"};
  EXPECT_EQ(left, expected);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace sprint
