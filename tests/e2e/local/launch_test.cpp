#include "providers/host/propose.h"
#include "providers/host/provider.h"
#include "tests/e2e/local/fixture.h"

namespace sprint::local {
namespace {

// The provider as the engine has it: a program of its own, over the plugin protocol.
class LaunchTest : public LocalTest {
 protected:
  std::unique_ptr<host::Provider> Launched() {
    std::map<std::string, std::string> environment;
    if (!GetParam()) environment["SPRINT_LOCAL_MODE"] = "plain";
    auto provider = host::Launch(PROVIDER, environment);
    if (!provider.ok()) {
      ADD_FAILURE() << provider.error().ToString();
      return nullptr;
    }
    auto messages = (*provider)->Configure(
        Object{{"directory", Directory()}, {"program_directory", folder_}, {"owner", owner_}});
    EXPECT_TRUE(messages.ok() && messages->empty());
    return provider.TakeValue();
  }
  // Plans and applies; what is planned must be what is reached, where it was known.
  Value Step(host::Provider& provider, const std::string& type, const Value& prior,
             const Value& config) {
    const value::Schema& schema = provider.resources().at(type);
    auto plan = provider.Plan(type, prior, host::ProposedNew(schema, prior, config), config, "");
    if (!plan.ok() || !plan->messages.empty()) {
      ADD_FAILURE() << type << " cannot be planned";
      return {};
    }
    auto applied = provider.Apply(type, prior, plan->planned, config, plan->private_bytes);
    if (!applied.ok()) {
      ADD_FAILURE() << applied.error().ToString();
      return {};
    }
    for (const host::Message& message : applied->messages) ADD_FAILURE() << message.summary;
    EXPECT_FALSE(applied->new_state.HasUnknown());
    if (const Object* planned = plan->planned.As<Object>()) {
      for (const auto& [name, item] : *planned) {
        if (!item.is_unknown() && applied->new_state.Find(name) != nullptr) {
          EXPECT_EQ(*applied->new_state.Find(name), item) << type << "." << name;
        }
      }
    }
    return applied->new_state;
  }
  // The config of `wanted` with every attribute of the schema, as the engine sends it.
  static Value Whole(host::Provider& provider, const std::string& type, const Value& wanted) {
    Object whole;
    for (const value::Attribute& attribute : provider.resources().at(type).attributes) {
      const Value* item = wanted.Find(attribute.name);
      whole[attribute.name] = item == nullptr ? Value() : *item;
    }
    return whole;
  }
};

INSTANTIATE_TEST_SUITE_P(Mode, LaunchTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "root" : "plain"; });

TEST_P(LaunchTest, WholeLifeOverTheWire) {
  auto provider = Launched();
  ASSERT_TRUE(provider);
  struct Made {
    std::string type;
    Value config, state;
  };
  std::vector<Made> all;
  auto create = [&](const std::string& type, const Value& wanted) {
    Value config = Whole(*provider, type, wanted);
    all.push_back({type, config, Step(*provider, type, Value(), config)});
    return all.back().state;
  };
  Value zone = create("local_zone", Object{{"name", "plant"}});
  create("local_zone", Object{{"name", "cloud"}});
  create("local_link",
         Object{{"a", "plant"}, {"b", "cloud"}, {"bandwidth", 6.25e6}, {"delay", 0.002}});
  create("local_node",
         Object{{"zone", "plant"}, {"name", "board-0"}, {"cores", 0.5}, {"memory", 512 << 20}});
  Value process = create("local_process", Process("blur", "board-0"));
  Value proxy = create("local_proxy", Proxy("Blur", "plant", {process.Text("address")}));
  EXPECT_THAT(zone.Text("emulation"),
              testing::StartsWith(GetParam() ? "" : "plain: processes on 127.0.0.1"));
  EXPECT_EQ(Post(proxy, "f"), "blur(f)");

  // The engine and its provider go; what they made stays, and is found again unchanged.
  provider.reset();
  EXPECT_EQ(Post(proxy, "f"), "blur(f)");
  provider = Launched();
  ASSERT_TRUE(provider);
  for (const Made& made : all) {
    auto read = provider->Read(made.type, made.state, "");
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->new_state, made.state) << made.type;
    auto plan = provider->Plan(
        made.type, made.state,
        host::ProposedNew(provider->resources().at(made.type), made.state, made.config),
        made.config, "");
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(plan->planned, made.state) << made.type;
    EXPECT_TRUE(plan->requires_replace.empty()) << made.type;
  }
  for (auto made = all.rbegin(); made != all.rend(); ++made) {
    EXPECT_TRUE(Step(*provider, made->type, made->state, Value()).is_null()) << made->type;
  }
  provider.reset();
  EXPECT_EQ(Footprint(), "");
  EXPECT_FALSE(fs::exists(folder_ + "/.sprint"));
}

TEST_P(LaunchTest, MistakesCrossTheWireAsMessages) {
  auto provider = Launched();
  ASSERT_TRUE(provider);
  Value config =
      Whole(*provider, "local_node", Object{{"zone", "nowhere"}, {"name", "n"}, {"cores", 1}});
  auto applied = provider->Apply("local_node", Value(), config, config, "");
  ASSERT_TRUE(applied.ok());
  ASSERT_EQ(applied->messages.size(), 1u);
  EXPECT_EQ(applied->messages[0].summary, "node n: there is no zone nowhere");
  EXPECT_TRUE(applied->new_state.is_null());
  auto bad = provider->Configure(
      Object{{"directory", Directory()}, {"program_directory", folder_}, {"owner", "a b"}});
  ASSERT_TRUE(bad.ok());
  ASSERT_EQ(bad->size(), 1u);
  EXPECT_THAT((*bad)[0].summary, testing::HasSubstr("owner `a b` must be"));
}

TEST_P(LaunchTest, ProviderKilledWhileStartingAComponentLosesNothing) {
  auto provider = Launched();
  ASSERT_TRUE(provider);
  Step(*provider, "local_zone", Value(), Whole(*provider, "local_zone", Object{{"name", "plant"}}));
  Value node = Object{{"zone", "plant"}, {"name", "board-0"}, {"cores", 1}};
  Step(*provider, "local_node", Value(), Whole(*provider, "local_node", node));
  Value config = Whole(*provider, "local_process", Process("blur", "board-0", {{"HEALTH", "503"}}));
  std::thread killer([this] {
    Within(milliseconds(5000), [this] { return Processes().size() == 2; });
    // The only program of ours that is no component: found by its folder in TMPDIR or name.
    for (const auto& entry : fs::directory_iterator("/proc")) {
      std::error_code error;
      pid_t pid = std::atoi(entry.path().filename().c_str());
      if (pid <= 0 || fs::read_symlink(entry.path() / "exe", error) != fs::path(PROVIDER)) continue;
      const std::string text = Slurp(entry.path() / "stat");
      std::istringstream fields(text.substr(text.rfind(')') + 1));
      std::string state;
      pid_t parent = 0;
      fields >> state >> parent;
      if (parent == getpid()) kill(pid, SIGKILL);
    }
  });
  auto applied = provider->Apply("local_process", Value(), config, config, "");
  killer.join();
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().code(), ErrorCode::Unavailable);
  // The zone's end is the end of the half-made process, too: see TearDown.
  // A program between fork and exec counts twice for a moment.
  EXPECT_TRUE(Within(milliseconds(2000), [this] { return Processes().size() == 2; }));
  provider_stopped_ = true;
}

}  // namespace
}  // namespace sprint::local
