#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "providers/local/cgroups.h"
#include "providers/local/images.h"
#include "providers/local/machine.h"
#include "providers/local/network.h"
#include "providers/local/provider.h"
#include "providers/local/proxy.h"
#include "providers/local/registry.h"
#include "providers/local/spec.h"

namespace sprint::local {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(LinkTimeTest, DelayAndTimeOnTheWire) {
  std::mt19937_64 random(1);
  EXPECT_EQ(LinkTime({}, 1'000'000, random), 0);
  // 50 Mbit/s = 6.25 MB/s: 625 B take 100 ms, and 20 ms of delay.
  EXPECT_NEAR(LinkTime({.bandwidth = 6.25e6, .delay = 0.02}, 625'000, random), 0.12, 1e-12);
}

TEST(LinkTimeTest, JitterStaysInItsRangeAndAboveZero) {
  std::mt19937_64 random(1);
  double least = 1, most = 0, sum = 0;
  for (int i = 0; i < 2000; ++i) {
    double time = LinkTime({.delay = 0.02, .jitter = 0.005}, 0, random);
    least = std::min(least, time);
    most = std::max(most, time);
    sum += time;
  }
  EXPECT_GE(least, 0.015);
  EXPECT_LT(least, 0.016);
  EXPECT_LE(most, 0.025);
  EXPECT_NEAR(sum / 2000, 0.02, 0.0005);
  for (int i = 0; i < 100; ++i) EXPECT_GE(LinkTime({.delay = 0.001, .jitter = 0.1}, 0, random), 0);
}

TEST(LinkTimeTest, EveryLossCostsAnotherTry) {
  std::mt19937_64 random(1);
  double sum = 0;
  for (int i = 0; i < 4000; ++i) sum += LinkTime({.loss = 0.2}, 0, random);
  // Tries beyond the first: loss / (1 - loss).
  EXPECT_NEAR(sum / 4000, 0.25 * Retransmit, 0.01);
}

TEST(OptionsTest, AnyTimeToBeReadyInIsLaterThanNow) {
  setenv("SPRINT_LOCAL_READY", "1e300", 1);
  EXPECT_GT(DefaultOptions().ready, std::chrono::hours(24));
  setenv("SPRINT_LOCAL_READY", "2.5", 1);
  EXPECT_EQ(DefaultOptions().ready, std::chrono::milliseconds(2500));
  unsetenv("SPRINT_LOCAL_READY");
}

TEST(MachineTest, SignalReachesOnlyTheOneThatWasMeant) {
  pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  ProcessId id = Identify(child);
  ASSERT_EQ(id.pid, child);
  ProcessId other = id;
  ++other.start;
  EXPECT_FALSE(Alive(other));
  EXPECT_FALSE(Signal(other, SIGKILL));
  EXPECT_TRUE(Alive(id));
  EXPECT_TRUE(Signal(id, SIGKILL));
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(Alive(id));
  EXPECT_FALSE(Signal(id, SIGKILL));
}

TEST(MachineTest, ProcessThatGoesWhileItIsLookedAtIsNobody) {
  // What is open of a process that has gone meanwhile cannot be read any more.
  std::atomic<pid_t> latest{0};
  std::atomic<bool> done{false};
  std::thread mother([&] {
    for (int i = 0; i < 1000; ++i) {
      pid_t child = fork();
      if (child == 0) _exit(0);
      latest = child;
      waitpid(child, nullptr, 0);
    }
    done = true;
  });
  while (!done) {
    pid_t pid = latest;
    if (pid == 0) continue;
    ProcessId id = Identify(pid);
    EXPECT_TRUE(id.pid == 0 || id.pid == pid);
  }
  mother.join();
  EXPECT_EQ(Identify(latest).pid, 0);
}

TEST(MachineTest, MarkerIsComparedWhole) {
  std::string marker = "unit-" + std::to_string(getpid());
  pid_t child = fork();
  if (child == 0) {
    std::string variable = std::string(MarkerName) + "=" + marker + "0";
    const char* environment[] = {variable.c_str(), nullptr};
    execle("/bin/sleep", "sleep", "20", nullptr, environment);
    _exit(1);
  }
  for (int i = 0; i < 500 && Marked(marker + "0").empty(); ++i) usleep(10'000);
  ASSERT_EQ(Marked(marker + "0").size(), 1u);
  EXPECT_TRUE(Marked(marker).empty());
  // Its parent reaps it: a zombie counts for dead.
  EXPECT_TRUE(KillMarked(marker + "0"));
  waitpid(child, nullptr, 0);
}

TEST(SpecTest, ConfigIdFollowsTheContent) {
  ProxyConfig config{"", "Blur", {{"Blur", "10.77.1.11:8080"}}, {}};
  ProxyConfig same = ProxyConfigFrom(ToValue(config));
  EXPECT_EQ(same.id.size(), 16u);
  EXPECT_EQ(ToValue(same), ToValue(config));
  config.backends[0].link.delay = 0.02;
  EXPECT_NE(ProxyConfigFrom(ToValue(config)).id, same.id);
}

TEST(SpecTest, SpecSurvivesItsFile) {
  Spec spec;
  spec.marker = "m";
  spec.command = {"a", "b c"};
  spec.environment = {{"X", "1"}};
  spec.cgroups = {"/g/cgroup.procs"};
  spec.grace_ms = 7;
  EXPECT_EQ(ToValue(SpecFrom(ToValue(spec))), ToValue(spec));
}

TEST(NetworkTest, NamesFitTheKernelAndDiffer) {
  ZoneNet plant = NameZone("abc", "plant"), other = NameZone("abc", "cloud");
  EXPECT_EQ(plant.name_space, "spr-abc-plant");
  EXPECT_LE(plant.device.size(), 15u);
  EXPECT_NE(plant.device, other.device);
  EXPECT_EQ(ZoneAddress(7, 254), "10.77.7.254");
}

class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string made = testing::TempDir() + "/local-unit-XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder_ = fs::path(made).lexically_normal();
  }
  void TearDown() override { fs::remove_all(folder_); }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }
  std::string folder_;
};

// Folders stand in for the kernel's: its files are there as soon as a group is.
TEST_F(FilesTest, SliceOfVersionTwoIsWrittenAsTheKernelWantsIt) {
  fs::create_directories(folder_ + "/slice/member");
  for (const char* group : {"", "/slice", "/slice/member"}) {
    for (const char* file :
         {"cpu.max", "cpu.weight", "memory.max", "memory.swap.max", "cgroup.subtree_control"}) {
      std::ofstream(folder_ + group + "/" + file) << "";
    }
  }
  auto text = [this](const std::string& file) {
    std::ifstream in(folder_ + "/" + file);
    std::string line;
    std::getline(in, line);
    return line;
  };
  Cgroups groups = Cgroups::At(true, folder_, folder_);
  ASSERT_TRUE(groups.Set("slice", 0.5, 1 << 20).ok());
  EXPECT_EQ(text("slice/cpu.max"), "5000 10000");
  EXPECT_EQ(text("slice/cpu.weight"), "2000");
  EXPECT_EQ(text("slice/memory.max"), "1048576");
  EXPECT_EQ(text("slice/memory.swap.max"), "0");
  ASSERT_TRUE(groups.SetMember("slice", "member", 0).ok());
  EXPECT_EQ(text("slice/member/cpu.max").substr(0, 4), "max ");
  EXPECT_EQ(text("slice/member/memory.max").substr(0, 3), "max");
  // As much as a program can ask for is still a figure.
  ASSERT_TRUE(groups.Set("slice", 1e300, 1e300).ok());
  EXPECT_EQ(text("slice/memory.max"), "1000000000000000");
  EXPECT_EQ(text("slice/cpu.max"), "1000000000000000 10000");
  EXPECT_THAT(groups.MemberFiles("slice", "member"),
              testing::ElementsAre(folder_ + "/slice/member/cgroup.procs"));
}

TEST_F(FilesTest, SliceOfVersionOneKeepsTheLeastQuotaOfTheKernel) {
  for (const char* place : {"cpu/s", "memory/s"}) fs::create_directories(folder_ + "/" + place);
  for (const char* file :
       {"cpu/s/cpu.cfs_period_us", "cpu/s/cpu.cfs_quota_us", "memory/s/memory.limit_in_bytes"}) {
    Write(file, "");
  }
  Cgroups groups = Cgroups::At(false, folder_ + "/cpu", folder_ + "/memory");
  ASSERT_TRUE(groups.Set("s", 0.1, 4096).ok());
  std::ifstream quota(folder_ + "/cpu/s/cpu.cfs_quota_us"),
      period(folder_ + "/cpu/s/cpu.cfs_period_us");
  int quota_us = 0, period_us = 0;
  quota >> quota_us;
  period >> period_us;
  EXPECT_EQ(quota_us, 1000);
  EXPECT_EQ(period_us, 10000);
  Status missing = groups.Set("other", 1, 0);
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message(), HasSubstr("/cpu/other/cpu.cfs_period_us"));
}

TEST_F(FilesTest, RegistryKeepsFindsAndForgets) {
  Registry registry;
  registry.SetDirectory(folder_ + "/.sprint/local");
  {
    auto lock = registry.Acquire();
    ASSERT_TRUE(lock.ok());
    ASSERT_TRUE(registry.Put("zones", "plant", value::Object{{"name", "plant"}}).ok());
    ASSERT_TRUE(registry.Put("zones", "a/../b", value::Object{{"name", "a/../b"}}).ok());
  }
  EXPECT_EQ(registry.Get("zones", "plant")->Text("name"), "plant");
  EXPECT_EQ(registry.Get("zones", "a/../b")->Text("name"), "a/../b");
  EXPECT_FALSE(registry.Get("zones", "b"));
  EXPECT_EQ(registry.All("zones").size(), 2u);
  EXPECT_EQ(fs::status(registry.directory()).permissions(), fs::perms::owner_all);
  registry.Remove("zones", "a/../b");
  registry.Tidy();
  EXPECT_EQ(registry.All("zones").size(), 1u);
  // What killed writers leave behind goes too: with its record, or when all has gone.
  std::ofstream(registry.File("zones", "plant", "status.tmp999999999")) << "half";
  std::ofstream(registry.File("zones", "never", "record.tmp999999999")) << "half";
  registry.Remove("zones", "plant");
  registry.Tidy();
  EXPECT_FALSE(fs::exists(folder_ + "/.sprint"));
  EXPECT_TRUE(fs::exists(folder_));
}

TEST_F(FilesTest, RegistryTidiesNothingOfOthers) {
  Registry registry;
  registry.SetDirectory(folder_ + "/.sprint/local");
  ASSERT_TRUE(registry.Acquire().ok());
  Write(".sprint/state.db", "of the engine");
  registry.Tidy();
  EXPECT_FALSE(fs::exists(folder_ + "/.sprint/local"));
  EXPECT_TRUE(fs::exists(folder_ + "/.sprint/state.db"));
}

TEST(FileNameTest, NameThatIsNoneIsMadeOne) {
  EXPECT_EQ(FileName("plant-1_@a"), "plant-1_@a");
  for (const std::string& name : {std::string("a\0b", 3), std::string("a/b"), std::string()}) {
    EXPECT_EQ(FileName(name).find_first_of(std::string("/\0", 2)), std::string::npos);
    EXPECT_NE(FileName(name), name);
  }
}

TEST_F(FilesTest, ImageNamesItsProgram) {
  Write("images.yaml",
        "acme/blur:1.2:\n  command: [blur, --fast]\n  env: {MODEL: 7}\n\"acme/odd:1\": [blur]\n");
  auto image = FindImage(folder_ + "/images.yaml", "acme/blur:1.2");
  ASSERT_TRUE(image.ok()) << image.error().ToString();
  EXPECT_THAT(image->command, testing::ElementsAre("blur", "--fast"));
  EXPECT_EQ(image->environment["MODEL"], "7");
  EXPECT_EQ(image->folder, folder_);
  auto unknown = FindImage(folder_ + "/images.yaml", "acme/blur:1.3");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code(), ErrorCode::NotFound);
  EXPECT_THAT(unknown.error().message(), HasSubstr("image acme/blur:1.3; add to " + folder_));
  auto odd = FindImage(folder_ + "/images.yaml", "acme/odd:1");
  ASSERT_FALSE(odd.ok());
  EXPECT_THAT(odd.error().message(), HasSubstr("acme/odd:1 needs a `command`"));
}

TEST_F(FilesTest, BrokenImagesFileIsAnErrorWithItsName) {
  Write("images.yaml", "a: [1\nb: }");
  auto image = FindImage(folder_ + "/images.yaml", "a");
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code(), ErrorCode::InvalidArgument);
  EXPECT_THAT(image.error().message(), HasSubstr(folder_ + "/images.yaml: "));
}

TEST_F(FilesTest, CommandIsFoundInTheFirstFolderThatHasIt) {
  fs::create_directory(folder_ + "/one");
  fs::create_directory(folder_ + "/two");
  for (const char* place : {"two/tool", "two/only", "one/tool"}) {
    Write(place, "#!/bin/sh\n");
    fs::permissions(folder_ + "/" + place, fs::perms::owner_all);
  }
  const std::vector<std::string> folders{folder_ + "/one", folder_ + "/two"};
  std::vector<std::string> tool{"tool", "x"}, only{"only"}, path{"python3"}, gone{"bin/gone"};
  ASSERT_TRUE(ResolveCommand(tool, folders).ok());
  EXPECT_THAT(tool, testing::ElementsAre(folder_ + "/one/tool", "x"));
  ASSERT_TRUE(ResolveCommand(only, folders).ok());
  EXPECT_EQ(only[0], folder_ + "/two/only");
  ASSERT_TRUE(ResolveCommand(path, folders).ok());
  EXPECT_EQ(path[0], "python3");
  Status status = ResolveCommand(gone, folders);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr(folder_ + "/one, " + folder_ + "/two"));
}

}  // namespace
}  // namespace sprint::local
