#include "engine/state/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sprint::state {
namespace {

using testing::HasSubstr;
using testing::Not;
using value::Object;

value::Value Secret() {
  return Object{{"$secret", Object{{"name", "db"}, {"print", "0123456789abcdef"}}}};
}

Snapshot Sample() {
  Snapshot snapshot;
  snapshot.lineage = "0b7f52a0-0000-4000-8000-000000000001";
  snapshot.serial = 7;
  Record& record = snapshot.records["plant.vm"];
  record.address = "plant.vm";
  record.type = "sim.vm";
  record.provider = "sim";
  record.attributes =
      Object{{"id", "i-1"}, {"password", Secret()}, {"token", "hunter2"}, {"size", 2}};
  record.sensitive = {"token"};
  record.private_bytes = std::string("\0\x01hunter3", 9);
  Intent& intent = snapshot.open.emplace_back();
  intent.id = 3;
  intent.action = "delete";
  intent.object = record;
  return snapshot;
}

TEST(StateDocument, ComesBackAsItWas) {
  const std::string text = ToText({Sample(), {}});
  const auto back = DocumentFromText(text, {});
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_TRUE(Same(back->snapshot, Sample()));
  EXPECT_TRUE(back->masked.empty());
  EXPECT_EQ(ToText(*back), text);
  Snapshot other = Sample();
  other.records.at("plant.vm").attributes.As<Object>()->at("size") = 3;
  EXPECT_FALSE(Same(other, Sample()));
}

TEST(StateDocument, MaskedOneSaysWhatItLacks) {
  EXPECT_TRUE(HoldsSecrets(Sample()));
  const Document masked = Mask(Sample());
  EXPECT_THAT(masked.masked,
              testing::IsSupersetOf({"plant.vm.password", "plant.vm.token", "plant.vm.private"}));
  const std::string text = ToText(masked);
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(text, Not(HasSubstr("hunter3")));
  EXPECT_THAT(text, Not(HasSubstr("0123456789abcdef")));
  EXPECT_THAT(text, HasSubstr("(secret db)"));
  const auto back = DocumentFromText(text, {});
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(back->masked, masked.masked);
}

TEST(StateDocument, SealedOneOpensByItsKeyAlone) {
  const auto keys = secrets::Keyring::Make();
  const auto locked = keys.Lock("right");
  ASSERT_TRUE(locked.ok());
  const std::string text = Seal({Sample(), {}}, keys, *locked);
  EXPECT_THAT(text, Not(HasSubstr("sim.vm")));
  const auto open = [&](const char* key) {
    return DocumentFromText(text, [key] { return Result<std::string>(key); });
  };
  EXPECT_EQ(open("wrong").error().code(), ErrorCode::Denied);
  const auto back = open("right");
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_TRUE(Same(back->snapshot, Sample()));
  EXPECT_EQ(back->keyring->Fingerprint("db", "x"), keys.Fingerprint("db", "x"));
}

TEST(StateDocument, ShownIsWhatPeopleMaySee) {
  const value::Value shown = Shown(Object{{"a", Secret()}, {"b", "hunter2"}, {"c", 1}}, {"b"});
  EXPECT_EQ(shown, value::Value(Object{{"a", "(secret db)"}, {"b", "(sensitive)"}, {"c", 1}}));
}

}  // namespace
}  // namespace sprint::state
