#include "engine/secrets/source.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/secrets/crypto.h"

namespace sprint::secrets {
namespace {

using testing::HasSubstr;
using testing::Not;

Result<std::string> From(const std::string& source) {
  SPRINT_ASSIGN_OR_RETURN(const Source parsed, ParseSource(source));
  EXPECT_EQ(ToText(parsed), source);
  return Fetch(parsed, "secret `db`");
}

class SourceTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "secretXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string File(const std::string& text, mode_t mode) {
    const std::string path = folder_ + "/key";
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
    return path;
  }
  std::string folder_;
};

TEST_F(SourceTest, Environment) {
  setenv("SPRINT_TEST_SECRET", "hunter2", 1);
  EXPECT_EQ(*From("env:SPRINT_TEST_SECRET"), "hunter2");
  unsetenv("SPRINT_TEST_SECRET");
  EXPECT_EQ(From("env:SPRINT_TEST_SECRET").error().code(), ErrorCode::NotFound);
}

TEST_F(SourceTest, FileThatOnlyItsOwnerMayRead) {
  EXPECT_EQ(*From("file:" + File("hunter2\n", 0600)), "hunter2");
  const auto open = From("file:" + File("hunter2\n", 0644));
  ASSERT_FALSE(open.ok());
  EXPECT_EQ(open.error().code(), ErrorCode::Denied);
  EXPECT_THAT(open.error().ToString(), HasSubstr("chmod 600"));
  EXPECT_EQ(From("file:" + folder_ + "/none").error().code(), ErrorCode::NotFound);
}

TEST_F(SourceTest, CommandAndPass) {
  EXPECT_EQ(*From("command:printf 'hunter%d\\n' 2"), "hunter2");
  const auto failed = From("command:printf hunter2; exit 3");
  ASSERT_FALSE(failed.ok());
  EXPECT_THAT(failed.error().ToString(), HasSubstr("ended with 3"));
  EXPECT_THAT(failed.error().ToString(), Not(HasSubstr("hunter2\n")));
  const std::string pass = folder_ + "/pass";
  std::ofstream(pass)
      << "#!/bin/sh\n[ \"$1 $2\" = 'show team/db' ] && printf 'hunter2\\nuser: a\\n'\n";
  chmod(pass.c_str(), 0700);
  const std::string path = std::getenv("PATH");
  setenv("PATH", (folder_ + ":" + path).c_str(), 1);
  EXPECT_EQ(*From("pass:team/db"), "hunter2");
  setenv("PATH", path.c_str(), 1);
}

TEST_F(SourceTest, EmptyIsNone) {
  EXPECT_EQ(From("command:true").error().code(), ErrorCode::NotFound);
}

TEST_F(SourceTest, WhatIsNoSourceIsNotRepeated) {
  for (const char* text : {"hunter2", "", "env:", "vault:hunter2"}) {
    const auto source = ParseSource(text);
    ASSERT_FALSE(source.ok()) << text;
    EXPECT_THAT(source.error().message(), Not(HasSubstr("hunter2")));
    EXPECT_THAT(source.error().message(), HasSubstr("env:NAME"));
  }
}

TEST(Crypto, SealedOpensWithTheSameKeyAtTheSamePlaceOnly) {
  const Key key = Key::Random();
  const std::string sealed = Seal(key, "text", "here");
  EXPECT_EQ(*Unseal(key, sealed, "here"), "text");
  EXPECT_FALSE(Unseal(key, sealed, "there").ok());
  EXPECT_FALSE(Unseal(Key::Random(), sealed, "here").ok());
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string bad = sealed;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_FALSE(Unseal(key, bad, "here").ok()) << i;
    EXPECT_FALSE(Unseal(key, sealed.substr(0, i), "here").ok()) << i;
  }
  EXPECT_EQ(*Unseal(key, Seal(key, "", ""), ""), "");
}

// Test case 13 of the paper that defined GCM (McGrew and Viega 2005, appendix B): key and
// nonce of zeros, no text.
TEST(Crypto, GcmKnownAnswer) {
  const std::string known("\x53\x0f\x8a\xfb\xc7\x45\x36\xb9\xa9\x63\xb4\xf1\xc4\xcb\x73\x8b", 16);
  EXPECT_EQ(*Unseal(Key(std::string(32, '\0')), std::string(12, '\0') + known, ""), "");
}

TEST(Crypto, Base64) {
  for (const auto& [plain, text] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(ToBase64(plain), text);  // RFC 4648, section 10
    EXPECT_EQ(*FromBase64(text), plain);
  }
  for (const char* text : {"Z", "Zg", "Zg=", "????"}) EXPECT_FALSE(FromBase64(text).ok()) << text;
}

}  // namespace
}  // namespace sprint::secrets
