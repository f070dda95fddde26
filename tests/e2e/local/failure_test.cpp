#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/e2e/local/fixture.h"

namespace sprint::local {
namespace {

using testing::HasSubstr;

class FailureTest : public LocalTest {
 protected:
  // The log of the only process there is.
  fs::path Log() const {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(Directory() + "/logs", error)) {
      if (entry.path().filename().string().starts_with("processes-")) return entry.path();
    }
    return {};
  }
  pid_t PidOf(const Value& process) {
    auto read = provider_->Read("local_process", process);
    return read.ok() ? static_cast<pid_t>(read->Number("pid")) : -1;
  }
};

INSTANTIATE_TEST_SUITE_P(Mode, FailureTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "root" : "plain"; });

TEST_P(FailureTest, CrashedProgramIsStartedAgainAndRequestsWaitForIt) {
  CreateZones();
  Value process = Create("local_process", Process("blur", "board-0"));
  Value proxy = Create("local_proxy", Proxy("Blur", "plant", {process.Text("address")}));
  const auto first = static_cast<pid_t>(process.Number("pid"));
  ASSERT_GT(first, 0);
  (void)Call(process.Text("address"), {"POST", "/crash"}, milliseconds(1000));
  // What is under way when it dies is lost; what comes while it is down waits.
  ASSERT_TRUE(Within(milliseconds(1000), [&] { return Identify(first).pid == 0; }));
  EXPECT_EQ(Post(proxy, "f"), "blur(f)");
  // The program may answer before its supervisor has written down that it runs.
  EXPECT_TRUE(Within(milliseconds(1000), [&] { return PidOf(process) > 0; }));
  EXPECT_NE(PidOf(process), first);
  std::string log = Slurp(Log());
  EXPECT_THAT(log, HasSubstr("crash was asked for\n"));
  EXPECT_THAT(log, HasSubstr("exit status 3; started again in 100 ms\n"));
  struct stat info {};
  ASSERT_EQ(stat(Log().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_P(FailureTest, PausesBetweenStartsGrow) {
  CreateZones();
  Value process = Create("local_process", Process("blur", "board-0"));
  const char* pauses[] = {"in 100 ms", "in 200 ms", "in 400 ms"};
  for (const char* pause : pauses) {
    pid_t pid = PidOf(process);
    ASSERT_GT(pid, 0);
    kill(pid, SIGKILL);
    ASSERT_TRUE(Within(milliseconds(3000), [&] {
      pid_t now = PidOf(process);
      return now > 0 && now != pid;
    }));
    EXPECT_THAT(Slurp(Log()), HasSubstr(std::string("killed by signal 9; started again ") + pause));
  }
}

TEST_P(FailureTest, ProgramThatTakesMoreMemoryThanItsLimitIsEndedAndThatIsSaid) {
  if (!GetParam()) GTEST_SKIP() << "plain processes have no limits";
  CreateZones();
  Value wanted = Process("blur", "board-0");
  Value process = Create("local_process", With(wanted, {{"memory", 32 << 20}}));
  Value proxy = Create("local_proxy", Proxy("Blur", "plant", {process.Text("address")}));
  EXPECT_THAT(Post(proxy, "fill 1000000"), HasSubstr("blur("));
  EXPECT_THAT(Post(proxy, "fill 100000000"), HasSubstr("Blur: "));
  EXPECT_TRUE(Within(milliseconds(2000), [this] {
    return Slurp(Log()).find("killed by signal 9, out of memory") != std::string::npos;
  }));
  // A limit is changed in place.
  const auto killed = static_cast<pid_t>(process.Number("pid"));
  pid_t pid = 0;
  EXPECT_TRUE(Within(milliseconds(2000), [&] {
    pid = PidOf(process);
    return pid > 0 && pid != killed;
  }));
  process = Applied("local_process", process, With(process, {{"memory", 200 << 20}}));
  EXPECT_TRUE(Within(milliseconds(2000), [&] { return Post(proxy, "x") == "blur(x)"; }));
  EXPECT_THAT(Post(proxy, "fill 100000000"), HasSubstr("blur("));
  EXPECT_EQ(PidOf(process), pid);
}

TEST_P(FailureTest, ProgramEndsWithItsSupervisor) {
  CreateZones();
  Value process = Create("local_process", Process("blur", "board-0"));
  ASSERT_EQ(Processes().size(), 2u);
  for (pid_t pid : Processes()) {
    if (pid != PidOf(process)) kill(pid, SIGKILL);
  }
  EXPECT_TRUE(Within(milliseconds(2000), [this] { return Processes().empty(); }));
}

TEST_P(FailureTest, EverythingKilledIsSeenMadeAgainAndRemoved) {
  CreateZones();
  Value process = Create("local_process", Process("blur", "board-0"));
  Value proxy = Create("local_proxy", Proxy("Blur", "plant", {process.Text("address")}));
  KillEverything();
  Restart();
  EXPECT_TRUE(provider_->Read("local_process", process)->is_null());
  EXPECT_TRUE(provider_->Read("local_proxy", proxy)->is_null());
  EXPECT_EQ(*provider_->Read("local_zone", plant_), plant_);
  EXPECT_EQ(*provider_->Read("local_node", board_), board_);
  Value again = Create("local_process", Process("blur", "board-0"));
  EXPECT_EQ(again.Text("address"), process.Text("address"));
  EXPECT_EQ(Create("local_proxy", Proxy("Blur", "plant", {again.Text("address")})), proxy);
  EXPECT_EQ(Post(proxy, "f"), "blur(f)");
  // And what nobody reads again, because it is dead, goes with its zone.
  KillEverything();
  Restart();
}

TEST_P(FailureTest, WhatIsNeverReadyIsExplainedAndRemoved) {
  CreateZones();
  ready_ms_ = 900;
  Restart();
  std::string why =
      CreateError("local_process", Process("blur", "board-0", {{"FAIL", "no model"}}));
  EXPECT_THAT(why,
              HasSubstr("component blur (process blur) was not ready within 0.9 s: it ended "));
  EXPECT_THAT(why, HasSubstr("exit status 7"));
  EXPECT_THAT(why, HasSubstr("giving up: no model"));
  why = CreateError("local_process", Process("blur", "board-0", {{"HEALTH", "503"}}));
  EXPECT_THAT(why, HasSubstr("/health answered 503; the last lines it wrote:\n  listening"));
  EXPECT_EQ(Log(), "");
  // The next try, with the mistake put right, is not troubled by it.
  Create("local_process", Process("blur", "board-0"));
}

TEST_P(FailureTest, ProgramThatIsNotThereIsNamed) {
  CreateZones();
  Value wanted = Process("blur", "board-0");
  std::string why = CreateError("local_process", With(wanted, {{"image", "ghcr.io/acme/x:1"}}));
  EXPECT_THAT(why, HasSubstr("image ghcr.io/acme/x:1; add to " + folder_ + "/images.yaml"));
  why = CreateError("local_process", With(wanted, {{"command", List{"bin/nothing"}}}));
  EXPECT_THAT(why, HasSubstr("no program bin/nothing in "));
  why = CreateError("local_process", With(wanted, {{"command", List{"no-such-program"}}}));
  EXPECT_THAT(why, HasSubstr("cannot execute no-such-program: No such file or directory"));
  why = CreateError("local_process", With(wanted, {{"node", "board-9"}}));
  EXPECT_THAT(why, HasSubstr("there is no node board-9"));
}

TEST_P(FailureTest, TakenPortIsNamed) {
  CreateZones();
  // Two runs of this test at once do not meet.
  const std::string port = std::to_string(30000 + getpid() % 1000 * 2);
  const std::string other = std::to_string(30001 + getpid() % 1000 * 2);
  Create("local_process", Process("first", "board-0", {{"PORT", port}}));
  std::string why = CreateError("local_process", Process("second", "board-0", {{"PORT", port}}));
  EXPECT_THAT(why, HasSubstr("port " + port + " of " + board_.Text("address") +
                             " is already taken by first"));
  if (GetParam()) {
    // Nodes have addresses of their own.
    Create("local_process", Process("second", "vm-0", {{"PORT", port}}));
    return;
  }
  Result<Socket> stranger = Listen("127.0.0.1:" + other);
  ASSERT_TRUE(stranger.ok());
  why = CreateError("local_process", Process("third", "board-0", {{"PORT", other}}));
  EXPECT_THAT(why,
              HasSubstr("port " + other + " of 127.0.0.1 is already taken by another program"));
}

TEST_P(FailureTest, NodesAndLinksNeedTheirZones) {
  plant_ = Create("local_zone", Object{{"name", "plant"}});
  std::string why =
      CreateError("local_node", Object{{"zone", "cloud"}, {"name", "vm-0"}, {"cores", 1}});
  EXPECT_THAT(why, HasSubstr("there is no zone cloud"));
  why = CreateError("local_link", Object{{"a", "plant"}, {"b", "cloud"}});
  EXPECT_THAT(why, HasSubstr("there is no zone cloud"));
}

TEST_P(FailureTest, StopEndsTheWaitingAndLeavesNothing) {
  CreateZones();
  Value wanted = Process("blur", "board-0", {{"HEALTH", "503"}});
  std::thread stopper([this] {
    Within(milliseconds(3000), [this] { return Processes().size() == 2; });
    provider_->Stop();
  });
  auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(CreateError("local_process", wanted), HasSubstr("stopped while starting"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(4000));
  stopper.join();
  provider_stopped_ = true;
}

TEST_P(FailureTest, OtherDeploymentOfTheSameNameIsLeftAlone) {
  CreateZones();
  if (!GetParam()) return;
  Options options;
  options.helper = HELPER;
  LocalProvider other(options);
  ASSERT_TRUE(
      other
          .Configure(Object{
              {"directory", folder_ + "/other"}, {"program_directory", folder_}, {"owner", owner_}})
          .ok());
  auto made = other.Apply("local_zone", Value(), Object{{"name", "plant"}});
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().ToString(), HasSubstr("is used by " + Directory()));
  EXPECT_EQ(*provider_->Read("local_zone", plant_), plant_);
}

TEST_P(FailureTest, WhatAnEarlierBootLeftIsClearedAway) {
  if (GetParam()) GTEST_SKIP() << "a boot cannot be acted out with namespaces";
  CreateZones();
  fs::path record = Directory() + "/zones/plant.record";
  std::string text = Slurp(record);
  size_t at = text.find(BootId());
  ASSERT_NE(at, std::string::npos);
  std::ofstream(record) << text.replace(at, 4, "0000");
  Restart();
  EXPECT_TRUE(provider_->Read("local_zone", plant_)->is_null());
  EXPECT_TRUE(provider_->Read("local_node", board_)->is_null());
  EXPECT_EQ(*provider_->Read("local_node", vm_), vm_);
}

TEST_P(FailureTest, HalfMadeZoneOfADeadMakerIsClearedAway) {
  if (!GetParam()) GTEST_SKIP() << "a plain zone is made in one step";
  CreateZones();
  auto record = value::FromJson(Slurp(Directory() + "/zones/plant.record"));
  ASSERT_TRUE(record.ok());
  std::ofstream(Directory() + "/zones/plant.record")
      << value::ToJson(With(*record, {{"ready", false}, {"maker", 1}, {"maker_start", 7}}));
  Restart();
  EXPECT_TRUE(provider_->Read("local_zone", plant_)->is_null());
  EXPECT_FALSE(NameSpaceExists("spr-" + owner_ + "-plant"));
  EXPECT_TRUE(NameSpaceExists("spr-" + owner_ + "-cloud"));
}

TEST_P(FailureTest, FullDiskIsAnErrorAndNothingIsMade) {
  if (!GetParam()) GTEST_SKIP() << "mounts a small disk: once is enough";
  CreateZones();
  std::string disk = folder_ + "/disk";
  fs::create_directory(disk);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=16k") != 0) GTEST_SKIP() << "cannot mount";
  Options options;
  options.helper = HELPER;
  {
    LocalProvider provider(options);
    ASSERT_TRUE(provider
                    .Configure(Object{{"directory", disk + "/local"},
                                      {"program_directory", folder_},
                                      {"owner", owner_ + "f"}})
                    .ok());
    std::ofstream(disk + "/filler") << std::string(64 << 10, 'x');
    auto made = provider.Apply("local_zone", Value(), Object{{"name", "full"}});
    EXPECT_THAT(made.ok() ? "" : made.error().ToString(), HasSubstr("No space left on device"));
    EXPECT_FALSE(NameSpaceExists("spr-" + owner_ + "f-full"));
  }
  umount2(disk.c_str(), MNT_DETACH);
}

TEST_P(FailureTest, WithoutRootItSaysWhatIsNotEmulated) {
  if (!GetParam()) {
    plant_ = Create("local_zone", Object{{"name", "plant"}});
    EXPECT_THAT(plant_.Text("emulation"), HasSubstr("plain: processes on 127.0.0.1"));
    return;
  }
  chmod(folder_.c_str(), 0777);
  pid_t child = fork();
  if (child == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(9);
    LocalProvider provider(Options{});
    Value config = Object{
        {"directory", folder_ + "/nobody"}, {"program_directory", folder_}, {"owner", owner_}};
    if (!provider.Configure(config).ok()) _exit(2);
    auto zone = provider.Apply("local_zone", Value(), Object{{"name", "plant"}});
    if (!zone.ok() || !zone->Text("emulation").ends_with("(not root)")) _exit(3);
    if (!provider.Apply("local_zone", *zone, Value()).ok()) _exit(4);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace sprint::local
