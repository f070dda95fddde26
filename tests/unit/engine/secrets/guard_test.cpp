#include "engine/secrets/guard.h"

#include <gmock/gmock.h>

#include "engine/secrets/keyring.h"

namespace sprint::secrets {
namespace {

using testing::HasSubstr;
using testing::Not;
using value::Object;
using value::Value;

class TestVault final : public Vault {
 public:
  Result<std::string> Text(const std::string& name) override {
    const auto found = texts.find(name);
    if (found != texts.end()) return found->second;
    return Error(ErrorCode::NotFound, "no secret `" + name + "`");
  }
  std::string Fingerprint(const std::string& name, const std::string& text) const override {
    return keys.Fingerprint(name, text);
  }
  std::map<std::string, std::string> texts{{"db", "hunter2!"}, {"pin", "42"}};
  Keyring keys = Keyring::Make();
};

// Remembers what it was given, answers what it is told.
class EchoProvider final : public host::Provider {
 public:
  const std::map<std::string, value::Schema>& resources() const override { return resources_; }
  const value::Schema& config_schema() const override { return schema_; }
  Result<std::vector<host::Message>> Configure(const Value& config) override {
    seen = config;
    return std::vector<host::Message>{{true, "cannot log in with hunter2!", "aHVudGVyMiE=", ""}};
  }
  Result<std::vector<host::Message>> Validate(const std::string&, const Value& config) override {
    seen = config;
    return Error(ErrorCode::Unavailable, "died of hunter2!");
  }
  Result<host::PlanAnswer> Plan(const std::string&, const Value& prior, const Value& proposed,
                                const Value&, const std::string&) override {
    seen_prior = prior;
    return host::PlanAnswer{proposed, {}, "", {}};
  }
  Result<host::ApplyAnswer> Apply(const std::string&, const Value&, const Value& planned,
                                  const Value&, const std::string& bytes) override {
    seen = planned;
    seen_bytes = bytes;
    return host::ApplyAnswer{answer.is_null() ? planned : answer, answer_bytes, {}};
  }
  Result<host::ReadAnswer> Read(const std::string&, const Value& current,
                                const std::string&) override {
    return host::ReadAnswer{current, "", {}};
  }
  void Stop() override {}

  Value seen, seen_prior, answer;
  std::string seen_bytes, answer_bytes;

 private:
  std::map<std::string, value::Schema> resources_;
  value::Schema schema_;
};

Value Asked(const char* name) { return Object{{"$secret", name}}; }

class Guarded : public testing::Test {
 protected:
  Guarded() {
    auto owned = std::make_unique<EchoProvider>();
    echo_ = owned.get();
    provider_ = Guard(std::move(owned), vault_);
  }
  std::string Print(const std::string& name) {
    return vault_.Fingerprint(name, vault_.texts.at(name));
  }
  // What a provider gives back when asked to apply `planned`.
  Value Apply(const Value& planned) {
    auto answer = provider_->Apply("t", {}, planned, planned, "");
    EXPECT_TRUE(answer.ok()) << answer.error().ToString();
    return answer.ok() ? answer->new_state : Value();
  }
  TestVault vault_;
  EchoProvider* echo_ = nullptr;
  std::unique_ptr<host::Provider> provider_;
};

TEST_F(Guarded, ProviderGetsTheTextAndWeKeepAFingerprint) {
  const Value kept = Apply(Object{{"user", "ada"}, {"password", Asked("db")}, {"n", 42}});
  EXPECT_EQ(echo_->seen.Text("password"), "hunter2!");
  EXPECT_THAT(value::ToJson(kept), Not(HasSubstr("hunter2")));
  EXPECT_EQ(kept.Find("password")->Find("$secret")->Text("print"), Print("db"));
  EXPECT_EQ(kept.Text("user"), "ada");
}

TEST_F(Guarded, TextsThatHoldTheSecretAreTakenApartAndPutTogetherAgain) {
  echo_->answer = Object{{"url", "sql://ada:hunter2!@db/x"},
                         {"data", value::List{Object{{"b", "aHVudGVyMiE="}}}}};
  const Value kept = Apply(Object{{"password", Asked("db")}});
  const std::string text = value::ToJson(kept);
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(text, Not(HasSubstr("aHVudGVy")));
  EXPECT_EQ(Masked(kept).Text("url"), "sql://ada:(secret db)@db/x");
  const Value expected = echo_->answer;
  echo_->answer = Value();
  const auto read = provider_->Plan("t", kept, kept, Value(), "");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(echo_->seen_prior, expected);
}

TEST_F(Guarded, PrivateBytesAreHiddenAndGivenBack) {
  echo_->answer_bytes = std::string("\0x hunter2! y", 13);
  auto answer = provider_->Apply("t", {}, Object{{"p", Asked("db")}}, {}, "");
  ASSERT_TRUE(answer.ok());
  EXPECT_THAT(answer->private_bytes, Not(HasSubstr("hunter2")));
  ASSERT_TRUE(provider_->Apply("t", {}, Value(Object{}), {}, answer->private_bytes).ok());
  EXPECT_EQ(echo_->seen_bytes, echo_->answer_bytes);
}

TEST_F(Guarded, ShortSecretsAreFoundAsWholeTextsOnly) {
  echo_->answer = Object{{"pin", "42"}, {"port", "8042"}};
  const Value kept = Apply(Object{{"pin", Asked("pin")}});
  EXPECT_TRUE(IsSecret(*kept.Find("pin")));
  EXPECT_EQ(kept.Text("port"), "8042");
}

TEST_F(Guarded, MessagesAndErrorsDoNotTellIt) {
  const auto messages = provider_->Configure(Object{{"password", Asked("db")}});
  ASSERT_TRUE(messages.ok());
  EXPECT_EQ(messages->at(0).summary, "cannot log in with (secret db)");
  EXPECT_EQ(messages->at(0).detail, "(secret db)");
  const auto failed = provider_->Validate("t", Object{{"password", Asked("db")}});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message(), "died of (secret db)");
}

TEST_F(Guarded, SecretThatCannotBeHadStopsWhatNeedsIt) {
  const auto applied = provider_->Apply("t", {}, Object{{"p", Asked("gone")}}, {}, "");
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().code(), ErrorCode::NotFound);
}

TEST_F(Guarded, ChangedSecretIsAChangeToTheProvider) {
  const Value kept = Apply(Object{{"password", Asked("db")}});
  vault_.texts["db"] = "hunter3!";
  // As a prior state: some text that is not the new one, and comes back as it was.
  const auto read = provider_->Read("t", kept, "");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->new_state, kept);
  const auto planned = provider_->Plan("t", kept, Object{{"password", Asked("db")}}, {}, "");
  ASSERT_TRUE(planned.ok());
  EXPECT_NE(echo_->seen_prior.Text("password"), "hunter3!");
  EXPECT_FALSE(planned->planned == kept);
  // A plan made with the old one is not carried out with the new one.
  const auto applied = provider_->Apply("t", {}, kept, {}, "");
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().code(), ErrorCode::Conflict);
}

TEST_F(Guarded, WhatWasCanBeTakenAwayWithoutTheSecret) {
  const Value kept = Apply(Object{{"password", Asked("db")}});
  vault_.texts.erase("db");
  EXPECT_TRUE(provider_->Apply("t", kept, Value(), Value(), "").ok());
}

}  // namespace
}  // namespace sprint::secrets
