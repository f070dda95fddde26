#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "providers/host/propose.h"
#include "providers/host/provider.h"

namespace sprint::host {
namespace {

using value::Object;
using value::Value;

class HostTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string made = testing::TempDir() + "/host-XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder_ = made;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Provider> Started() {
    auto provider = Launch(FAKE_PROVIDER, {});
    if (!provider.ok()) {
      ADD_FAILURE() << provider.error().ToString();
      return nullptr;
    }
    auto messages = (*provider)->Configure(Object{{"folder", folder_}});
    EXPECT_TRUE(messages.ok() && messages->empty());
    return provider.TakeValue();
  }
  // A program of shell commands.
  std::string Script(const std::string& body) {
    std::string path = folder_ + "/program";
    std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
    chmod(path.c_str(), 0700);
    return path;
  }
  Result<std::unique_ptr<Provider>> LaunchScript(const std::string& body) {
    LaunchOptions options;
    options.handshake_timeout = std::chrono::milliseconds(500);
    return Launch(Script(body), {}, options);
  }
  PlanAnswer Planned(Provider& provider, const Value& prior, const Value& config) {
    const value::Schema& schema = provider.resources().at("fake_counter");
    auto answer =
        provider.Plan("fake_counter", prior, ProposedNew(schema, prior, config), config, "");
    if (answer.ok()) return answer.TakeValue();
    ADD_FAILURE() << answer.error().ToString();
    return {};
  }
  Value Created(Provider& provider, const Value& config) {
    PlanAnswer plan = Planned(provider, Value(), config);
    auto applied = provider.Apply("fake_counter", Value(), plan.planned, config, "");
    EXPECT_TRUE(applied.ok() && applied->messages.empty());
    return applied.ok() ? applied->new_state : Value();
  }
  // The provider's process, once Apply runs in it.
  pid_t Applying() {
    for (int i = 0; i < 500; ++i) {
      pid_t pid = 0;
      if (std::ifstream(folder_ + "/started") >> pid) return pid;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return 0;
  }

  std::string folder_;
};

TEST_F(HostTest, SchemaCrossesTheWire) {
  auto provider = Started();
  ASSERT_TRUE(provider);
  const value::Schema& schema = provider->resources().at("fake_counter");
  EXPECT_EQ(schema.version, 1);
  EXPECT_TRUE(schema.Find("name")->required);
  EXPECT_TRUE(schema.Find("id")->computed);
  EXPECT_EQ(schema.Find("count")->type.kind, value::Type::Kind::Number);
  EXPECT_TRUE(provider->config_schema().Find("folder"));
}

TEST_F(HostTest, CreateUpdateReplaceDelete) {
  auto provider = Started();
  ASSERT_TRUE(provider);
  Value config(Object{{"name", "a"}, {"count", 1}});
  PlanAnswer plan = Planned(*provider, Value(), config);
  EXPECT_TRUE(plan.planned.Find("id")->is_unknown());
  EXPECT_TRUE(plan.requires_replace.empty());

  Value state = Created(*provider, config);
  EXPECT_EQ(state.Text("id"), "id-a");
  EXPECT_EQ(Planned(*provider, state, config).planned, state);

  Value more(Object{{"name", "a"}, {"count", 2}});
  plan = Planned(*provider, state, more);
  EXPECT_EQ(plan.planned.Text("id"), "id-a");
  EXPECT_TRUE(plan.requires_replace.empty());
  auto updated = provider->Apply("fake_counter", state, plan.planned, more, "");
  ASSERT_TRUE(updated.ok());
  EXPECT_EQ(updated->new_state.Number("count"), 2);

  plan = Planned(*provider, updated->new_state, Object{{"name", "b"}});
  EXPECT_EQ(plan.requires_replace, std::vector<std::string>{"name"});
  EXPECT_TRUE(plan.planned.Find("id")->is_unknown());

  EXPECT_TRUE(Planned(*provider, updated->new_state, Value()).planned.is_null());
  auto gone = provider->Apply("fake_counter", updated->new_state, Value(), Value(), "");
  ASSERT_TRUE(gone.ok());
  EXPECT_TRUE(gone->new_state.is_null());
  EXPECT_TRUE(provider->Read("fake_counter", updated->new_state, "")->new_state.is_null());
}

TEST_F(HostTest, ReadSeesDriftAndCarriesPrivateBytes) {
  auto provider = Started();
  ASSERT_TRUE(provider);
  Value state = Created(*provider, Object{{"name", "a"}, {"count", 1}});
  std::ofstream(folder_ + "/a.count") << 7;
  auto read = provider->Read("fake_counter", state, std::string("\0x", 2));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->new_state.Number("count"), 7);
  EXPECT_EQ(read->private_bytes, std::string("\0x", 2));
}

TEST_F(HostTest, ObjectionsComeAsMessages) {
  auto provider = Started();
  ASSERT_TRUE(provider);
  auto messages = provider->Validate("fake_counter", Object{{"id", "mine"}});
  ASSERT_TRUE(messages.ok());
  ASSERT_EQ(messages->size(), 2u);
  EXPECT_EQ((*messages)[0].attribute, "name");
  EXPECT_EQ((*messages)[1].attribute, "id");
  auto refused = provider->Configure(Object{{"folder", folder_ + "/none"}});
  ASSERT_TRUE(refused.ok());
  ASSERT_EQ(refused->size(), 1u);
  EXPECT_NE((*refused)[0].summary.find("no folder"), std::string::npos);
}

TEST_F(HostTest, FailedApplyKeepsThePriorState) {
  auto provider = Started();
  ASSERT_TRUE(provider);
  Value state = Created(*provider, Object{{"name", "a"}, {"count", 1}});
  Value config(Object{{"name", "a"}, {"count", -1}});
  auto applied =
      provider->Apply("fake_counter", state, Planned(*provider, state, config).planned, config, "");
  ASSERT_TRUE(applied.ok());
  ASSERT_EQ(applied->messages.size(), 1u);
  EXPECT_TRUE(applied->messages[0].error);
  EXPECT_EQ(applied->new_state, state);
}

TEST_F(HostTest, UnknownTypeIsRefusedWithoutACall) {
  auto provider = Started();
  ASSERT_TRUE(provider);
  EXPECT_EQ(provider->Read("fake_other", Value(), "").error().code(), ErrorCode::InvalidArgument);
}

TEST_F(HostTest, KilledInMidCallIsUnavailableWithItsStatus) {
  auto provider = Started();
  ASSERT_TRUE(provider);
  Value config(Object{{"name", "a"}, {"sleep_ms", 60000}});
  PlanAnswer plan = Planned(*provider, Value(), config);
  std::thread killer([this] {
    if (pid_t pid = Applying()) kill(pid, SIGKILL);
  });
  auto applied = provider->Apply("fake_counter", Value(), plan.planned, config, "");
  killer.join();
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().code(), ErrorCode::Unavailable);
  EXPECT_NE(applied.error().message().find("killed by signal 9"), std::string::npos);
  EXPECT_EQ(provider->Read("fake_counter", plan.planned, "").error().code(),
            ErrorCode::Unavailable);
}

TEST_F(HostTest, TheProcessEndsWithItsProvider) {
  auto provider = Started();
  ASSERT_TRUE(provider);
  auto pid = static_cast<pid_t>(Created(*provider, Object{{"name", "a"}}).Number("pid"));
  ASSERT_GT(pid, 0);
  EXPECT_EQ(kill(pid, 0), 0);
  EXPECT_NE(getpgid(pid), getpgid(0));
  provider.reset();
  EXPECT_NE(kill(pid, 0), 0);
}

// More calls than one batch holds, some of which object: each answer is that of its call.
// With batches, and with a provider that knows only the plugin protocol.
class ManyCalls : public HostTest, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Batches, ManyCalls, testing::Values("", "1"));

TEST_P(ManyCalls, AreAnsweredInTheirOrder) {
  auto launched = Launch(FAKE_PROVIDER, {{"SPRINT_PROVIDER_NO_BATCHES", GetParam()}});
  ASSERT_TRUE(launched.ok());
  const std::unique_ptr<Provider> provider = launched.TakeValue();
  ASSERT_TRUE(provider->Configure(Object{{"folder", folder_}}).ok());
  const std::string type = "fake_counter", no_bytes, bytes = "secret";
  const Value nothing, wrong(Object{{"name", "w"}, {"count", "many"}});
  std::vector<Value> configs;
  for (int i = 0; i < 600; ++i) {
    configs.push_back(i % 7 == 3 ? wrong
                                 : Value(Object{{"name", "n" + std::to_string(i)}, {"count", i}}));
  }
  std::vector<ValidateCall> checks;
  std::vector<PlanCall> plans;
  const value::Schema& schema = provider->resources().at(type);
  for (const Value& config : configs) {
    checks.push_back({type, config});
    plans.push_back({type, nothing, ProposedNew(schema, nothing, config), config, no_bytes});
  }
  const auto checked = provider->ValidateMany(checks);
  const auto planned = provider->PlanMany(plans);
  ASSERT_EQ(checked.size(), configs.size());
  ASSERT_EQ(planned.size(), configs.size());
  for (size_t i = 0; i < configs.size(); ++i) {
    ASSERT_TRUE(checked[i].ok() && planned[i].ok()) << i;
    EXPECT_EQ(checked[i]->empty(), i % 7 != 3) << i;
    EXPECT_EQ(planned[i]->planned.Text("name"), configs[i].Text("name")) << i;
  }
  const Value a = Created(*provider, configs[0]), b = Created(*provider, configs[1]);
  const Value gone = Value(Object{{"name", "gone"}});
  const auto read = provider->ReadMany({{type, a, bytes}, {type, gone, bytes}, {type, b, bytes}});
  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read[0]->new_state, a);
  EXPECT_TRUE(read[1]->new_state.is_null());
  EXPECT_EQ(read[2]->new_state, b);
  EXPECT_EQ(read[2]->private_bytes, bytes);
}

TEST_F(HostTest, MissingProgramIsNotFound) {
  EXPECT_EQ(Launch(folder_ + "/none", {}).error().code(), ErrorCode::NotFound);
  std::ofstream(folder_ + "/plain") << "text";
  EXPECT_EQ(Launch(folder_ + "/plain", {}).error().code(), ErrorCode::Denied);
}

TEST_F(HostTest, SilentProgramTimesOut) {
  EXPECT_EQ(LaunchScript("exec sleep 60").error().code(), ErrorCode::Timeout);
}

TEST_F(HostTest, GarbageHandshakesAreProtocolErrors) {
  for (const char* line : {"hello", "1|6", "2|6|unix|/x|grpc|", "1|4|unix|/x|grpc|",
                           "1|6|unix|/x|netrpc|", "1|6|unix||grpc|", "1|6|pigeon|/x|grpc|"}) {
    auto launched = LaunchScript(std::string("echo '") + line + "'; exec sleep 60");
    ASSERT_FALSE(launched.ok()) << line;
    EXPECT_EQ(launched.error().code(), ErrorCode::Protocol) << line;
  }
}

TEST_F(HostTest, DeathWhileStartingTellsItsLastWords) {
  auto launched = LaunchScript("echo 'no licence' >&2; exit 3");
  ASSERT_FALSE(launched.ok());
  EXPECT_EQ(launched.error().code(), ErrorCode::Unavailable);
  EXPECT_NE(launched.error().message().find("exit status 3"), std::string::npos);
  EXPECT_NE(launched.error().message().find("no licence"), std::string::npos);
}

TEST_F(HostTest, NobodyListeningIsUnavailable) {
  auto launched = LaunchScript("echo '1|6|unix|/nowhere|grpc|'; exec sleep 60");
  ASSERT_FALSE(launched.ok());
  EXPECT_EQ(launched.error().code(), ErrorCode::Unavailable);
}

TEST(Serve, WithoutTheCookieItSaysWhatItIs) {
  FILE* out = popen(FAKE_PROVIDER " 2>&1", "r");
  char line[200] = {};
  EXPECT_NE(fgets(line, sizeof line, out), nullptr);
  EXPECT_NE(std::string(line).find("started by the engine"), std::string::npos);
  EXPECT_EQ(WEXITSTATUS(pclose(out)), 1);
}

}  // namespace
}  // namespace sprint::host
