#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "providers/local/http.h"
#include "providers/local/machine.h"
#include "providers/local/provider.h"
#include "providers/local/site.h"

namespace sprint::local {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using value::List;
using value::Object;
using value::Value;

// Everything is tried twice: with namespaces and slices, and as plain processes.
class LocalTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam() && geteuid() != 0) GTEST_SKIP() << "namespaces and slices need root";
    std::string made = testing::TempDir() + "/local-XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder_ = made;
    static std::atomic<int> count{0};
    owner_ = "t" + std::to_string(getpid()) + "-" + std::to_string(++count);
    std::ofstream(folder_ + "/images.yaml")
        << "test/component:1:\n  command: [" << COMPONENT << "]\n  env: {NAME: unnamed}\n";
    EXPECT_EQ(Footprint(), "");
    Restart();
  }
  void TearDown() override {
    if (provider_ == nullptr) return;
    // Zones go last and take everything with them.
    for (const char* zone : {"plant", "cloud"}) Delete("local.zone", Object{{"name", zone}});
    EXPECT_EQ(Footprint(), "");
    EXPECT_FALSE(fs::exists(folder_ + "/.sprint"));
    fs::remove_all(folder_);
  }
  // A new provider, as the engine starts one for every command.
  void Restart() {
    Options options;
    options.helper = HELPER;
    options.beside = fs::path(HELPER).parent_path();
    options.plain = !GetParam();
    options.ready = milliseconds(ready_ms_);
    provider_ = std::make_unique<LocalProvider>(options);
    Status configured = provider_->Configure(
        Object{{"directory", Directory()}, {"program_directory", folder_}, {"owner", owner_}});
    ASSERT_TRUE(configured.ok()) << configured.error().ToString();
  }
  std::string Directory() const { return folder_ + "/.sprint/local"; }

  // What is left on this machine of this test, by name; empty when nothing is.
  std::string Footprint() const {
    std::string left;
    for (const char* place :
         {"/run/netns", "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/memory", "/sys/fs/cgroup"}) {
      std::error_code error;
      for (const auto& entry : fs::directory_iterator(place, error)) {
        if (entry.path().filename().string().starts_with("spr-" + owner_ + "-")) {
          left += entry.path().string() + "\n";
        }
      }
    }
    for (const auto& device : fs::directory_iterator("/sys/class/net")) {
      std::ifstream file(device.path() / "ifalias");
      std::string used_by;
      std::getline(file, used_by);
      if (used_by == Directory()) left += device.path().string() + "\n";
    }
    for (pid_t pid : Processes()) left += "process " + std::to_string(pid) + "\n";
    return left;
  }
  // All that carry the marker of something in our directory.
  std::vector<pid_t> Processes() const {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      std::ifstream file(entry.path() / "environ");
      std::string text((std::istreambuf_iterator<char>(file)), {});
      pid_t pid = std::atoi(entry.path().filename().c_str());
      if (text.find(std::string(kMarkerName) + "=" + Directory()) == std::string::npos) continue;
      if (Identify(pid).pid != 0) found.push_back(pid);
    }
    return found;
  }

  Value Applied(const std::string& type, const Value& prior, const Value& wanted) {
    Result<Value> result = provider_->Apply(type, prior, wanted);
    if (result.ok()) return result.TakeValue();
    ADD_FAILURE() << type << ": " << result.error().ToString();
    return {};
  }
  Value Create(const std::string& type, const Value& wanted) {
    return Applied(type, Value(), wanted);
  }
  void Delete(const std::string& type, const Value& prior) {
    EXPECT_TRUE(Applied(type, prior, Value()).is_null());
  }
  std::string CreateError(const std::string& type, const Value& wanted) {
    Result<Value> result = provider_->Apply(type, Value(), wanted);
    return result.ok() ? "" : result.error().ToString();
  }
  Value Process(const std::string& name, const std::string& node, Object env = {}) {
    env.emplace("NAME", name);
    return Object{{"name", name},       {"component", name},
                  {"node", node},       {"image", "test/component:1"},
                  {"memory", 64 << 20}, {"env", env}};
  }
  static Value Proxy(const std::string& component, const std::string& zone, List backends,
                     List next = {}) {
    return Object{{"name", component},
                  {"component", component},
                  {"zone", zone},
                  {"backends", backends},
                  {"next", next}};
  }
  static Value Next(const std::string& component, const Value& proxy, double probability = 1) {
    return Object{
        {"component", component}, {"address", proxy.Text("address")}, {"probability", probability}};
  }
  void CreateZones() {
    plant_ = Create("local.zone", Object{{"name", "plant"}});
    cloud_ = Create("local.zone", Object{{"name", "cloud"}});
    link_ = Create("local.link", Object{{"a", "plant"},
                                        {"b", "cloud"},
                                        {"bandwidth", 0},
                                        {"delay", 0.02},
                                        {"jitter", 0},
                                        {"loss", 0}});
    board_ = Create(
        "local.node",
        Object{{"zone", "plant"}, {"name", "board-0"}, {"cores", 0.5}, {"memory", 256 << 20}});
    vm_ = Create("local.node",
                 Object{{"zone", "cloud"}, {"name", "vm-0"}, {"cores", 1}, {"memory", 256 << 20}});
  }
  static std::string Post(const Value& proxy, const std::string& body, int* status = nullptr) {
    auto answer = Call(proxy.Text("address"), {"POST", "/", {}, body}, milliseconds(10000));
    if (!answer.ok()) return answer.error().ToString();
    if (status != nullptr) *status = answer->status;
    return answer->body;
  }
  static Value MetricsOf(const Value& proxy) {
    auto answer =
        Call(proxy.Text("address"), {"GET", "/metrics.json?window=30"}, milliseconds(1000));
    if (!answer.ok()) return {};
    auto parsed = value::FromJson(answer->body);
    return parsed.ok() ? *parsed : Value();
  }

  std::string folder_, owner_;
  int ready_ms_ = 10000;
  std::unique_ptr<LocalProvider> provider_;
  Value plant_, cloud_, link_, board_, vm_;
};

INSTANTIATE_TEST_SUITE_P(Mode, LocalTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "root" : "plain"; });

TEST_P(LocalTest, PathCrossesTheLinkAndIsMeasured) {
  CreateZones();
  Value blur = Create("local.process", Process("blur", "board-0", {{"MS", "40"}}));
  Value detect = Create("local.process", Process("detect", "vm-0"));
  Value last = Create("local.proxy", Proxy("Detect", "cloud", {detect.Text("address")}));
  Value first =
      Create("local.proxy", Proxy("Blur", "plant", {blur.Text("address")}, {Next("Detect", last)}));
  EXPECT_EQ(first.Text("url"), "http://" + first.Text("address") + "/");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Post(first, "frame"), "detect(blur(frame))");

  Value metrics = MetricsOf(first);
  EXPECT_EQ(metrics.Text("component"), "Blur");
  EXPECT_EQ(metrics.Number("requests"), 5);
  EXPECT_EQ(metrics.Number("errors"), 0);
  EXPECT_EQ(metrics.Number("in_flight"), 0);
  EXPECT_GT(metrics.Number("arrival_rate"), 0);
  // There and back over a link of 20 ms; the component itself does not have it.
  EXPECT_GE(metrics.Number("path_mean_s"), metrics.Number("response_mean_s") + 0.040);
  EXPECT_LT(metrics.Number("path_mean_s"), metrics.Number("response_mean_s") + 0.120);
  // 40 ms of computing; on half a core twice that, less what was saved up while idle.
  EXPECT_GE(metrics.Number("response_mean_s"), GetParam() ? 0.060 : 0.040);
  EXPECT_EQ(MetricsOf(last).Number("requests"), 5);
}

TEST_P(LocalTest, ReadSeesWhatExistsAndNothingElse) {
  CreateZones();
  Value process = Create("local.process", Process("blur", "board-0"));
  Value proxy = Create("local.proxy", Proxy("Blur", "plant", {process.Text("address")}));
  Restart();
  const std::map<std::string, Value> made{{"local.zone", plant_},
                                          {"local.link", link_},
                                          {"local.node", board_},
                                          {"local.process", process},
                                          {"local.proxy", proxy}};
  for (const auto& [type, state] : made) {
    auto read = provider_->Read(type, state);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, state) << type;
  }
  // Created once more, after an answer that was lost: the same one.
  size_t processes = Processes().size();
  EXPECT_EQ(Create("local.process", Process("blur", "board-0")), process);
  EXPECT_EQ(Create("local.zone", Object{{"name", "plant"}}), plant_);
  EXPECT_EQ(Processes().size(), processes);
  for (const char* type : {"local.proxy", "local.process", "local.link", "local.node"}) {
    Delete(type, made.at(type));
    auto read = provider_->Read(type, made.at(type));
    ASSERT_TRUE(read.ok());
    EXPECT_TRUE(read->is_null()) << type;
    // Once more: what is gone is gone.
    Delete(type, made.at(type));
  }
}

TEST_P(LocalTest, NoRequestFailsWhenTheComponentMoves) {
  CreateZones();
  Value old = Create("local.process", Process("detect", "board-0", {{"WAIT_MS", "150"}}));
  Value wanted = Proxy("Detect", "plant", {old.Text("address")});
  Value proxy = Create("local.proxy", wanted);
  std::atomic<bool> done{false};
  std::atomic<int> sent{0}, failed{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      while (!done) {
        int status = 0;
        Post(proxy, "frame", &status);
        ++sent;
        if (status != 200) ++failed;
      }
    });
  }
  std::this_thread::sleep_for(milliseconds(300));
  Value fresh = Create("local.process", Process("detect", "vm-0", {{"WAIT_MS", "20"}}));
  Value moved = Applied("local.proxy", proxy, Proxy("Detect", "plant", {fresh.Text("address")}));
  EXPECT_EQ(moved, With(proxy, {{"backends", List{fresh.Text("address")}}}));
  Delete("local.process", old);
  std::this_thread::sleep_for(milliseconds(300));
  done = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_GT(sent, 15);
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace sprint::local
