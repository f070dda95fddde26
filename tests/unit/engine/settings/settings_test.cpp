#include "engine/settings/settings.h"

#include <gmock/gmock.h>

#include "tests/testing/memory_files.h"

namespace sprint::settings {
namespace {

using ::testing::HasSubstr;

Result<Settings> Given(const std::string& text) {
  return Read("/folder", sprint::testing::MemoryFiles({{"/folder/sprint.yaml", text}}));
}

TEST(Settings, SayWhereThingsAre) {
  const auto settings = Given(
      "state: etcd://etcd.example/team\n"
      "key: pass:sprint/team\n"
      "secrets:\n"
      "  db: file:/run/secrets/db\n"
      "  api: 'command:vault read -field=x api'\n"
      "  typed: prompt\n");
  ASSERT_TRUE(settings.ok()) << settings.error().ToString();
  EXPECT_EQ(settings->state, "etcd://etcd.example/team");
  EXPECT_EQ(settings->key, "pass:sprint/team");
  ASSERT_EQ(settings->secrets.size(), 3u);
  EXPECT_EQ(secrets::ToText(settings->secrets.at("db")), "file:/run/secrets/db");
  EXPECT_EQ(settings->secrets.at("api").kind, secrets::Source::Kind::Command);
  EXPECT_EQ(settings->secrets.at("api").argument, "vault read -field=x api");
  EXPECT_EQ(settings->secrets.at("typed").kind, secrets::Source::Kind::Prompt);
}

TEST(Settings, SayHowLongPlacementsDoWithoutWhatWasRefused) {
  const auto settings = Given("refused:\n  capacity: 30 s\n  quota: 1.5 h\n");
  ASSERT_TRUE(settings.ok()) << settings.error().ToString();
  EXPECT_EQ(settings->refused.capacity, 30);
  EXPECT_EQ(settings->refused.quota, 5400);
  EXPECT_EQ(Given("refused: { quota: 2 h }")->refused.capacity, 600) << "as nobody said";
}

TEST(Settings, NoFileAndAnEmptyOneSayNothing) {
  for (const auto& settings :
       {Read("/elsewhere", sprint::testing::MemoryFiles()), Given(""), Given("# nothing\n")}) {
    ASSERT_TRUE(settings.ok());
    EXPECT_EQ(settings->state + settings->key, "");
    EXPECT_TRUE(settings->secrets.empty());
  }
}

TEST(Settings, MistakeIsSaidWithItsLineAndNeverRepeatsASecret) {
  struct {
    const char *text, *why;
  } const mistakes[] = {
      {"state: a\nstaet: b\n", "line 2: `staet` means nothing here"},
      {"state:\n  url: b\n", "line 1: `state` means nothing here"},
      {"- a\n", "line 1: names and values are expected"},
      {"key: hunter2\n", "line 1: a secret comes from"},
      {"secrets:\n  db: hunter2\n", "line 2: a secret comes from"},
      {"secrets:\n  db: [hunter2]\n", "sprint.yaml, line"},
      {"secrets: {db: hunter2\n", "sprint.yaml, line"},
      {"a: b: c\n", "sprint.yaml, line 1"},
      {"refused:\n  quota: 3\n", "line 2: a duration is expected"},
      {"refused:\n  quota: 3 GiB\n", "line 2: a duration is expected"},
      {"refused:\n  quota: -3 s\n", "line 2: a duration is expected"},
      {"refused:\n  luck: 3 s\n", "line 2: `luck` is nothing that is refused"},
  };
  for (const auto& mistake : mistakes) {
    const auto settings = Given(mistake.text);
    ASSERT_FALSE(settings.ok()) << mistake.text;
    EXPECT_EQ(settings.error().code(), ErrorCode::InvalidArgument);
    EXPECT_THAT(settings.error().message(), HasSubstr(mistake.why)) << mistake.text;
    EXPECT_THAT(settings.error().ToString(), ::testing::Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace sprint::settings
