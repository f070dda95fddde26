#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "compiler/support/environment.h"
#include "providers/local/http.h"
#include "providers/local/machine.h"
#include "providers/local/provider.h"
#include "providers/local/site.h"

namespace sprint::local {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using value::List;
using value::Object;
using value::Value;

// Nothing where the file is not there, or its process goes meanwhile.
inline std::string Slurp(const fs::path& path) {
  Result<std::string> text = RealFileSystem().Read(path);
  return text.ok() ? text.TakeValue() : "";
}

// Everything is tried twice: with namespaces and slices, and as plain processes.
class LocalTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam() && geteuid() != 0) GTEST_SKIP() << "namespaces and slices need root";
    std::string made = testing::TempDir() + "/local-XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder_ = fs::path(made).lexically_normal();
    static std::atomic<int> count{0};
    owner_ = "t" + std::to_string(getpid()) + "-" + std::to_string(++count);
    std::ofstream(folder_ + "/images.yaml")
        << "test/component:1:\n  command: [" << COMPONENT << "]\n  env: {NAME: unnamed}\n";
    EXPECT_EQ(Footprint(), "");
    Restart();
  }
  void TearDown() override {
    if (provider_ == nullptr) return;
    if (provider_stopped_) Restart();
    // Zones go last and take everything with them.
    for (const char* zone : {"plant", "cloud"}) Delete("local_zone", Object{{"name", zone}});
    EXPECT_EQ(Footprint(), "");
    EXPECT_FALSE(fs::exists(folder_ + "/.sprint"));
    fs::remove_all(folder_);
  }
  // A new provider, as the engine starts one for every command.
  void Restart() {
    provider_stopped_ = false;
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
      pid_t pid = std::atoi(entry.path().filename().c_str());
      if (pid <= 0) continue;
      const std::string text = Slurp(entry.path() / "environ");
      if (text.find(std::string(MarkerName) + "=" + Directory()) == std::string::npos) continue;
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
  // Why it could not be made; nothing of it may be left.
  std::string CreateError(const std::string& type, const Value& wanted) {
    size_t before = Processes().size();
    Result<Value> result = provider_->Apply(type, Value(), wanted);
    EXPECT_EQ(Processes().size(), before);
    return result.ok() ? "" : result.error().ToString();
  }
  template <typename Condition>
  static bool Within(milliseconds time, Condition condition) {
    for (auto end = std::chrono::steady_clock::now() + time; !condition();) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(milliseconds(5));
    }
    return true;
  }
  void KillEverything() const {
    for (pid_t pid : Processes()) kill(pid, SIGKILL);
    EXPECT_TRUE(Within(milliseconds(2000), [this] { return Processes().empty(); }));
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
    plant_ = Create("local_zone", Object{{"name", "plant"}});
    cloud_ = Create("local_zone", Object{{"name", "cloud"}});
    link_ = Create("local_link", Object{{"a", "plant"},
                                        {"b", "cloud"},
                                        {"bandwidth", 0},
                                        {"delay", 0.02},
                                        {"jitter", 0},
                                        {"loss", 0}});
    board_ = Create(
        "local_node",
        Object{{"zone", "plant"}, {"name", "board-0"}, {"cores", 0.5}, {"memory", 256 << 20}});
    vm_ = Create("local_node",
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
  bool provider_stopped_ = false;
  std::unique_ptr<LocalProvider> provider_;
  Value plant_, cloud_, link_, board_, vm_;
};

}  // namespace sprint::local
