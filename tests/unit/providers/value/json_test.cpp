#include <gtest/gtest.h>

#include <limits>

#include "providers/value/value.h"

namespace sprint::value {
namespace {

TEST(Json, KeysAreSortedAndNumbersShort) {
  Value value(Object{{"b", 2.0}, {"a", List{0.1, true, Value()}}, {"c", "x\n\"\x01"}});
  EXPECT_EQ(ToJson(value), "{\"a\":[0.1,true,null],\"b\":2,\"c\":\"x\\n\\\"\\u0001\"}");
}

TEST(Json, PrettyIndentsByTwo) {
  EXPECT_EQ(ToJson(Object{{"a", List{1}}, {"b", Object{}}}, true),
            "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}");
}

TEST(Json, UnknownSurvives) {
  Value value(Object{{"id", Unknown{}}});
  EXPECT_EQ(ToJson(value), "{\"id\":{\"$unknown\":true}}");
  EXPECT_EQ(FromJson(ToJson(value)).value(), value);
}

TEST(Json, ReadsNumbersExactly) {
  EXPECT_EQ(*FromJson("9223372036854775807")->As<int64_t>(), INT64_MAX);
  EXPECT_EQ(*FromJson("-9223372036854775808")->As<int64_t>(), INT64_MIN);
  EXPECT_EQ(*FromJson("9223372036854775808")->As<double>(), 9223372036854775808.0);
  EXPECT_EQ(*FromJson("2.0")->As<int64_t>(), 2);
  EXPECT_EQ(*FromJson("1.5e-3")->As<double>(), 0.0015);
}

TEST(Json, EscapesBecomeUtf8) {
  EXPECT_EQ(*FromJson("\"\\u00e4\\ud83d\\ude00\\/\"")->As<std::string>(),
            "\xC3\xA4\xF0\x9F\x98\x80/");
}

TEST(Json, RefusesWhatIsNoJson) {
  for (const char* text :
       {"", "{", "[1,]", "{\"a\"}", "{a:1}", "01", "1.", "-", "1e", "tru", "\"\\x\"", "\"a",
        "\"\\ud800\"", "\"\\udc00\"", "[1] 2", "1e999", "\"\n\"", "nul"}) {
    Result<Value> result = FromJson(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.error().code(), ErrorCode::InvalidArgument);
  }
  EXPECT_NE(FromJson("[1, x]").error().message().find("byte 4"), std::string::npos);
}

TEST(Json, DepthIsLimited) {
  auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(FromJson(nested(200)).ok());
  EXPECT_FALSE(FromJson(nested(202)).ok());
  EXPECT_FALSE(FromJson(std::string(1000000, '[')).ok());
}

TEST(Value, IntegralDoublesAreIntegers) {
  EXPECT_EQ(Value(2.0), Value(2));
  EXPECT_TRUE(Value(9223372036854775808.0).As<double>());
  EXPECT_TRUE(Value(std::numeric_limits<double>::infinity()).As<double>());
  EXPECT_NE(Value(Unknown{}), Value());
}

TEST(Value, ReadersFallBack) {
  Value value(Object{{"n", 1.5}, {"t", "x"}, {"u", List{Object{{"deep", Unknown{}}}}}});
  EXPECT_EQ(value.Number("n"), 1.5);
  EXPECT_EQ(value.Number("t", 7), 7);
  EXPECT_EQ(value.Text("t"), "x");
  EXPECT_EQ(value.Text("none", "d"), "d");
  EXPECT_EQ(Value("text").Find("t"), nullptr);
  EXPECT_TRUE(value.HasUnknown());
  EXPECT_FALSE(value.Find("t")->HasUnknown());
}

}  // namespace
}  // namespace sprint::value
