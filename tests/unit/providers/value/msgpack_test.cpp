#include <gtest/gtest.h>

#include "providers/value/value.h"

namespace sprint::value {
namespace {

std::string Hex(const std::string& bytes) {
  std::string out;
  char buffer[4];
  for (unsigned char c : bytes) {
    std::snprintf(buffer, sizeof buffer, "%02x ", c);
    out += buffer;
  }
  if (!out.empty()) out.pop_back();
  return out;
}

std::string Packed(const Value& value, const std::string& type) {
  return Hex(ToMsgpack(value, TypeFromJson(type).value()));
}

std::string Bytes(std::initializer_list<int> bytes) {
  std::string out;
  for (int b : bytes) out += static_cast<char>(b);
  return out;
}

TEST(Msgpack, ScalarsTakeTheShortestForm) {
  EXPECT_EQ(Packed(Value(), "\"string\""), "c0");
  EXPECT_EQ(Packed(true, "\"bool\""), "c3");
  EXPECT_EQ(Packed(5, "\"number\""), "05");
  EXPECT_EQ(Packed(-1, "\"number\""), "ff");
  EXPECT_EQ(Packed(200, "\"number\""), "cc c8");
  EXPECT_EQ(Packed(-200, "\"number\""), "d1 ff 38");
  EXPECT_EQ(Packed(int64_t{1} << 40, "\"number\""), "cf 00 00 01 00 00 00 00 00");
  EXPECT_EQ(Packed(1.5, "\"number\""), "cb 3f f8 00 00 00 00 00 00");
  EXPECT_EQ(Packed(2.0, "\"number\""), "02");
  EXPECT_EQ(Packed("hi", "\"string\""), "a2 68 69");
}

TEST(Msgpack, UnknownIsExtensionZero) {
  EXPECT_EQ(Packed(Unknown{}, "\"string\""), "d4 00 00");
  EXPECT_EQ(Packed(Unknown{}, "\"dynamic\""), "d4 00 00");
}

TEST(Msgpack, ObjectCarriesExactlyItsAttributes) {
  EXPECT_EQ(
      Packed(Object{{"a", 1}, {"stray", 9}}, "[\"object\",{\"a\":\"number\",\"b\":\"bool\"}]"),
      "82 a1 61 01 a1 62 c0");
  EXPECT_EQ(Packed(Object{{"k", 1}}, "[\"map\",\"number\"]"), "81 a1 6b 01");
}

TEST(Msgpack, ScalarsFollowTheType) {
  EXPECT_EQ(Packed(5, "\"string\""), "a1 35");
  EXPECT_EQ(Packed("5", "\"number\""), "05");
  EXPECT_EQ(Packed("five", "\"number\""), "a4 66 69 76 65");
}

TEST(Msgpack, DynamicCarriesItsType) {
  EXPECT_EQ(Packed(1, "\"dynamic\""), "92 c4 08 22 6e 75 6d 62 65 72 22 01");
  Value value(Object{{"x", List{1, "two", Value()}}});
  EXPECT_EQ(FromMsgpack(ToMsgpack(value, Type{})).value(), value);
}

TEST(Msgpack, SetsAreSortedWithoutRepetition) {
  EXPECT_EQ(Packed(List{3, 1, 3, 2}, "[\"set\",\"number\"]"), "93 01 02 03");
  EXPECT_EQ(Packed(List{Unknown{}, 1, Unknown{}}, "[\"set\",\"number\"]"),
            "93 01 d4 00 00 d4 00 00");
  EXPECT_EQ(Packed(List{3, 1, 3}, "[\"list\",\"number\"]"), "93 03 01 03");
}

TEST(Msgpack, RoundTrip) {
  std::string type =
      "[\"object\",{\"l\":[\"list\",\"string\"],\"n\":\"number\",\"t\":[\"tuple\","
      "[\"bool\",\"number\"]],\"u\":\"string\"}]";
  Value value(Object{{"l", List{"a", "b"}}, {"n", 0.25}, {"t", List{true, -7}}, {"u", Unknown{}}});
  EXPECT_EQ(FromMsgpack(ToMsgpack(value, TypeFromJson(type).value())).value(), value);
}

TEST(Msgpack, AnyExtensionIsUnknown) {
  EXPECT_TRUE(FromMsgpack(Bytes({0xc7, 3, 12, 0x81, 1, 0xc2}))->is_unknown());
}

TEST(Msgpack, EveryTruncationIsAnError) {
  std::string bytes =
      ToMsgpack(Object{{"a", List{1, "text", 1.5, Unknown{}}}, {"b", Object{}}}, Type{});
  ASSERT_TRUE(FromMsgpack(bytes).ok());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(FromMsgpack(bytes.substr(0, size)).ok()) << size;
  }
}

TEST(Msgpack, HostileBytesAreAnError) {
  EXPECT_FALSE(FromMsgpack(Bytes({0xc1})).ok());                          // never used
  EXPECT_FALSE(FromMsgpack(Bytes({0xdd, 0xff, 0xff, 0xff, 0xff})).ok());  // 4G elements promised
  EXPECT_FALSE(FromMsgpack(Bytes({0x81, 0x01, 0x01})).ok());              // key is a number
  EXPECT_FALSE(FromMsgpack(Bytes({0x81, 0x90, 0x01})).ok());              // key is a list
  EXPECT_FALSE(FromMsgpack(Bytes({0x01, 0x01})).ok());                    // a value too many
  EXPECT_FALSE(FromMsgpack(std::string(100000, '\x91')).ok());            // too deep
  EXPECT_EQ(FromMsgpack(Bytes({0xc1})).error().code(), ErrorCode::InvalidArgument);
}

TEST(TypeJson, RoundTrip) {
  for (const char* text :
       {"\"string\"", "\"dynamic\"", "[\"list\",\"bool\"]", "[\"map\",[\"set\",\"number\"]]",
        "[\"object\",{\"a\":\"string\",\"b\":[\"tuple\",[\"bool\",\"number\"]]}]"}) {
    EXPECT_EQ(TypeToJson(TypeFromJson(text).value()), text);
  }
  EXPECT_TRUE(TypeFromJson("[\"object\",{\"a\":\"string\"},[\"a\"]]").ok());
}

TEST(TypeJson, RefusesOthers) {
  for (const char* text : {"\"int\"", "[\"list\"]", "[\"list\",\"bool\",1]", "[\"object\",[]]",
                           "[\"tuple\",{}]", "7", "[1,2]", "["}) {
    EXPECT_FALSE(TypeFromJson(text).ok()) << text;
  }
}

TEST(Schema, ImpliesAnObject) {
  Schema schema;
  schema.attributes = {{.name = "b", .type = {.kind = Type::Kind::Bool}},
                       {.name = "a", .type = {.kind = Type::Kind::String}}};
  EXPECT_EQ(TypeToJson(schema.ImpliedType()), "[\"object\",{\"a\":\"string\",\"b\":\"bool\"}]");
  EXPECT_EQ(schema.Find("a")->name, "a");
  EXPECT_EQ(schema.Find("c"), nullptr);
}

}  // namespace
}  // namespace sprint::value
