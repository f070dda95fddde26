#include "engine/state/record.h"

#include <gtest/gtest.h>

namespace sprint::state {
namespace {

Record Full() {
  Record record;
  record.address = "plant.net";
  record.type = "sim.net";
  record.provider = "sim";
  record.attributes = value::Object{{"id", "n-1"}, {"ports", value::List{1, 2}}};
  record.private_bytes = std::string("\0\xff", 2);
  record.schema_version = 3;
  record.dependencies = {"a", "b"};
  record.sensitive = {"ports"};
  record.tainted = true;
  record.tag = "7f3a/plant.net/1";
  record.lifecycle = {true, true, true};
  record.deposed = {
      {"0", value::Object{{"id", "n-0"}}, std::string("\x80"), 2, "7f3a/plant.net/0"}};
  return record;
}

// Equal texts are equal records: what is written down is all there is.
std::string Text(const Record& record) { return value::ToJson(ToValue(record)); }

TEST(Record, ComesBackWhole) {
  const auto text = value::FromJson(Text(Full()));
  ASSERT_TRUE(text.ok());
  const auto back = RecordFromValue(*text);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(Text(*back), Text(Full()));
  EXPECT_EQ(back->private_bytes, Full().private_bytes);
  EXPECT_EQ(back->deposed.at(0).private_bytes, "\x80");
  EXPECT_TRUE(back->lifecycle.protect && back->lifecycle.retain);
}

TEST(Record, DefaultsAreLeftOut) {
  Record record;
  record.address = "a";
  record.type = "sim.thing";
  record.provider = "sim";
  EXPECT_EQ(Text(record), R"({"address":"a","provider":"sim","type":"sim.thing"})");
}

TEST(Record, IntentComesBackWhole) {
  Intent intent;
  intent.action = "create";
  intent.deposed = "1";
  intent.object = Full();
  intent.object.attributes = value::Object{{"id", value::Unknown{}}};
  intent.config = value::Object{{"password", value::Object{{"$secret", "db"}}}};
  intent.begun = 1'700'000'000;
  const auto text = value::FromJson(value::ToJson(ToValue(intent)));
  ASSERT_TRUE(text.ok());
  const auto back = IntentFromValue(*text);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(value::ToJson(ToValue(*back)), value::ToJson(ToValue(intent)));
  EXPECT_TRUE(back->object.attributes.Find("id")->is_unknown());
}

TEST(Record, WhatIsNoneIsRefused) {
  for (const char* text : {"null", "[]", "{}", R"({"address":"a","type":"t"})"}) {
    const auto value = value::FromJson(text);
    ASSERT_TRUE(value.ok());
    EXPECT_EQ(RecordFromValue(*value).error().code(), ErrorCode::Protocol) << text;
    EXPECT_EQ(IntentFromValue(*value).error().code(), ErrorCode::Protocol) << text;
  }
}

}  // namespace
}  // namespace sprint::state
