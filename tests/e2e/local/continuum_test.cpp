#include <mutex>
#include <set>

#include "tests/e2e/local/fixture.h"

namespace sprint::local {
namespace {

INSTANTIATE_TEST_SUITE_P(Mode, LocalTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "root" : "plain"; });

TEST_P(LocalTest, PathCrossesTheLinkAndIsMeasured) {
  CreateZones();
  Value blur = Create("local_process", Process("blur", "board-0", {{"MS", "40"}}));
  Value detect = Create("local_process", Process("detect", "vm-0"));
  Value last = Create("local_proxy", Proxy("Detect", "cloud", {detect.Text("address")}));
  Value first =
      Create("local_proxy", Proxy("Blur", "plant", {blur.Text("address")}, {Next("Detect", last)}));
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
  Value process = Create("local_process", Process("blur", "board-0"));
  Value proxy = Create("local_proxy", Proxy("Blur", "plant", {process.Text("address")}));
  Restart();
  const std::map<std::string, Value> made{{"local_zone", plant_},
                                          {"local_link", link_},
                                          {"local_node", board_},
                                          {"local_process", process},
                                          {"local_proxy", proxy}};
  for (const auto& [type, state] : made) {
    auto read = provider_->Read(type, state);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, state) << type;
  }
  // Created once more, after an answer that was lost: the same one.
  size_t processes = Processes().size();
  EXPECT_EQ(Create("local_process", Process("blur", "board-0")), process);
  EXPECT_EQ(Create("local_zone", Object{{"name", "plant"}}), plant_);
  EXPECT_EQ(Processes().size(), processes);
  for (const char* type : {"local_proxy", "local_process", "local_link", "local_node"}) {
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
  Value old = Create("local_process", Process("detect", "board-0", {{"WAIT_MS", "150"}}));
  Value wanted = Proxy("Detect", "plant", {old.Text("address")});
  Value proxy = Create("local_proxy", wanted);
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
  Value fresh = Create("local_process", Process("detect", "vm-0", {{"WAIT_MS", "20"}}));
  Value moved = Applied("local_proxy", proxy, Proxy("Detect", "plant", {fresh.Text("address")}));
  EXPECT_EQ(moved, With(proxy, {{"backends", List{fresh.Text("address")}}}));
  Delete("local_process", old);
  std::this_thread::sleep_for(milliseconds(300));
  done = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_GT(sent, 15);
  EXPECT_EQ(failed, 0);
}

TEST_P(LocalTest, LinkChangesInPlace) {
  CreateZones();
  Value detect = Create("local_process", Process("detect", "vm-0"));
  Value last = Create("local_proxy", Proxy("Detect", "cloud", {detect.Text("address")}));
  Value blur = Create("local_process", Process("blur", "board-0"));
  Value first =
      Create("local_proxy", Proxy("Blur", "plant", {blur.Text("address")}, {Next("Detect", last)}));
  Applied("local_link", link_, With(link_, {{"delay", 0.001}, {"bandwidth", 100'000}}));
  // The proxy takes it up at its next request or the one after.
  Post(first, "x");
  Value before = MetricsOf(first);
  auto seconds = [&](const std::string& body) {
    auto begin = std::chrono::steady_clock::now();
    Post(first, body);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  // 10 B at 100 B/s, there and back.
  double large = seconds(std::string(10'000, 'x'));
  EXPECT_GT(large, 0.200);
  EXPECT_LT(seconds("x"), large - 0.150);
}

TEST_P(LocalTest, AnswersGoOnByProbability) {
  CreateZones();
  Value blur = Create("local_process", Process("blur", "board-0"));
  Value one = Create("local_process", Process("one", "board-0"));
  Value two = Create("local_process", Process("two", "board-0"));
  Value first = Create("local_proxy", Proxy("One", "plant", {one.Text("address")}));
  Value second = Create("local_proxy", Proxy("Two", "plant", {two.Text("address")}));
  Value entry = Create("local_proxy", Proxy("Blur", "plant", {blur.Text("address")},
                                            {Next("One", first, 0.5), Next("Two", second, 0.3)}));
  std::map<std::string, int> answers;
  for (int i = 0; i < 200; ++i) ++answers[Post(entry, "f")];
  EXPECT_NEAR(answers["one(blur(f))"], 100, 40);
  EXPECT_NEAR(answers["two(blur(f))"], 60, 40);
  EXPECT_NEAR(answers["blur(f)"], 40, 35);
  EXPECT_EQ(answers.size(), 3u);
}

TEST_P(LocalTest, CopiesInTwoZonesShareTheRequestsUntilOneIsGone) {
  CreateZones();
  Value blur = Create("local_process", Process("blur", "board-0"));
  Value near = Create("local_process", Process("near", "board-0"));
  Value far = Create("local_process", Process("far", "vm-0"));
  Value here = Create("local_proxy", Proxy("Detect", "plant", {near.Text("address")}));
  Value there = Create("local_proxy", Proxy("Detect", "cloud", {far.Text("address")}));
  Value entry =
      Create("local_proxy", Proxy("Blur", "plant", {blur.Text("address")},
                                  {Next("Detect", here, 0.5), Next("Detect", there, 0.5)}));
  std::map<std::string, int> answers;
  for (int i = 0; i < 100; ++i) ++answers[Post(entry, "f")];
  EXPECT_NEAR(answers["near(blur(f))"], 50, 30);
  EXPECT_NEAR(answers["far(blur(f))"], 50, 30);
  EXPECT_EQ(answers.size(), 2u);
  Delete("local_proxy", there);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Post(entry, "f"), "near(blur(f))");
}

TEST_P(LocalTest, BackendsShareTheRequestsAndReplaceEachOther) {
  CreateZones();
  Value a = Create("local_process", Process("a", "board-0"));
  Value b = Create("local_process", Process("b", "vm-0"));
  Value proxy = Create("local_proxy", Proxy("C", "plant", {a.Text("address")}));
  // In namespaces the other zone is reached over the link, too.
  proxy =
      Applied("local_proxy", proxy, Proxy("C", "plant", {a.Text("address"), b.Text("address")}));
  std::map<std::string, int> answers;
  for (int i = 0; i < 60; ++i) ++answers[Post(proxy, "f")];
  EXPECT_GT(answers["a(f)"], 10);
  EXPECT_GT(answers["b(f)"], 10);
  EXPECT_EQ(answers.size(), 2u);
  Delete("local_process", a);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Post(proxy, "f"), "b(f)");
}

TEST_P(LocalTest, ManyAreMadeAtOnceWithoutMeeting) {
  CreateZones();
  std::mutex mutex;
  std::set<std::string> addresses;
  std::vector<std::thread> makers;
  for (int i = 0; i < 8; ++i) {
    makers.emplace_back([&, i] {
      std::string name = "n" + std::to_string(i);
      Value node = Create("local_node", Object{{"zone", "plant"}, {"name", name}, {"cores", 0.5}});
      Value process = Create("local_process", Process("p" + name, name));
      Value proxy = Create("local_proxy", Proxy("P" + name, "plant", {process.Text("address")}));
      EXPECT_EQ(Post(proxy, "f"), "p" + name + "(f)");
      std::lock_guard lock(mutex);
      if (GetParam()) addresses.insert(node.Text("address"));
      addresses.insert(process.Text("address"));
      addresses.insert(proxy.Text("address"));
    });
  }
  for (std::thread& maker : makers) maker.join();
  EXPECT_EQ(addresses.size(), GetParam() ? 24u : 16u);
}

TEST_P(LocalTest, DeploymentsMadeAtOnceDoNotMeet) {
  struct Deployment {
    std::unique_ptr<LocalProvider> provider;
    Value zone;
  };
  std::vector<Deployment> all(4);
  std::vector<std::thread> makers;
  for (size_t i = 0; i < all.size(); ++i) {
    makers.emplace_back([&, i] {
      Options options;
      options.helper = HELPER;
      options.plain = !GetParam();
      all[i].provider = std::make_unique<LocalProvider>(options);
      Value config = Object{{"directory", folder_ + "/other" + std::to_string(i)},
                            {"program_directory", folder_},
                            {"owner", owner_ + "-" + std::to_string(i)}};
      EXPECT_TRUE(all[i].provider->Configure(config).ok());
      auto zone = all[i].provider->Apply("local_zone", Value(), Object{{"name", "plant"}});
      EXPECT_TRUE(zone.ok()) << zone.error().ToString();
      if (zone.ok()) all[i].zone = *zone;
    });
  }
  for (std::thread& maker : makers) maker.join();
  std::set<std::string> addresses;
  for (const Deployment& deployment : all) addresses.insert(deployment.zone.Text("address"));
  EXPECT_EQ(addresses.size(), GetParam() ? all.size() : 1u);
  for (const Deployment& deployment : all) {
    EXPECT_TRUE(deployment.provider->Apply("local_zone", deployment.zone, Value()).ok());
  }
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_FALSE(fs::exists(folder_ + "/other" + std::to_string(i)));
  }
}

TEST_P(LocalTest, ComponentsOfAPathKeepTheirConnection) {
  CreateZones();
  Value detect = Create("local_process", Process("detect", "vm-0"));
  Value last = Create("local_proxy", Proxy("Detect", "cloud", {detect.Text("address")}));
  Value blur = Create("local_process", Process("blur", "board-0"));
  Value first =
      Create("local_proxy", Proxy("Blur", "plant", {blur.Text("address")}, {Next("Detect", last)}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Post(first, "f"), "detect(blur(f))");
  // The next one is started anew: the kept connection is dead, the request is not.
  for (pid_t pid : Processes()) {
    const std::string text = Slurp("/proc/" + std::to_string(pid) + "/environ");
    std::string port = last.Text("address").substr(last.Text("address").find(':') + 1);
    if (text.find("PORT=" + port) != std::string::npos &&
        text.find("/proxies/Detect") != std::string::npos) {
      kill(pid, SIGKILL);
      EXPECT_TRUE(Within(milliseconds(1000), [pid] { return Identify(pid).pid == 0; }));
    }
  }
  EXPECT_EQ(Post(first, "f"), "detect(blur(f))");
}

}  // namespace
}  // namespace sprint::local
