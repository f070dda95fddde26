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

}  // namespace
}  // namespace sprint::local
