#include "providers/sdk/plan.h"

#include <gtest/gtest.h>

namespace sprint::sdk {
namespace {

using value::Object;
using value::Type;
using value::Unknown;
using value::Value;

value::Schema Machine() {
  value::Schema schema;
  const Type text{.kind = Type::Kind::String};
  schema.attributes = {
      {.name = "id", .type = text, .computed = true},
      {.name = "image", .type = text, .required = true, .forces_new = true},
      {.name = "cores", .type = {.kind = Type::Kind::Number}, .optional = true},
  };
  return schema;
}

Object Config(const char* image, int cores) { return {{"image", image}, {"cores", cores}}; }

TEST(PlanChange, WhatTheProviderDecidesIsUnknownOnCreate) {
  const Value config = Config("debian", 2);
  const PlannedChange change = PlanChange(Machine(), {}, config, config);
  EXPECT_TRUE(change.requires_replace.empty());
  EXPECT_TRUE(change.planned.Find("id")->is_unknown());
  EXPECT_EQ(change.planned.Text("image"), "debian");
}

TEST(PlanChange, AnUpdateKeepsWhatTheProviderDecided) {
  const Value prior = Object{{"id", "m-1"}, {"image", "debian"}, {"cores", 2}};
  const Value config = Config("debian", 4);
  const PlannedChange change = PlanChange(Machine(), prior, config, config);
  EXPECT_TRUE(change.requires_replace.empty());
  EXPECT_EQ(change.planned.Text("id"), "m-1");
  EXPECT_EQ(change.planned.Number("cores"), 4);
}

TEST(PlanChange, AForcingAttributeReplacesAndForgetsTheId) {
  const Value prior = Object{{"id", "m-1"}, {"image", "debian"}, {"cores", 2}};
  const Value config = Config("alpine", 2);
  const PlannedChange change = PlanChange(Machine(), prior, config, config);
  EXPECT_EQ(change.requires_replace, std::vector<std::string>{"image"});
  EXPECT_TRUE(change.planned.Find("id")->is_unknown());
}

TEST(PlanChange, AnUnchangedObjectIsPlannedAsItIs) {
  const Value prior = Object{{"id", "m-1"}, {"image", "debian"}, {"cores", 2}};
  const Value config = Config("debian", 2);
  EXPECT_EQ(PlanChange(Machine(), prior, config, config).planned, prior);
}

TEST(PlanChange, DeletionPlansNothing) {
  const Value prior = Object{{"id", "m-1"}, {"image", "debian"}, {"cores", 2}};
  EXPECT_TRUE(PlanChange(Machine(), prior, {}, {}).planned.is_null());
}

TEST(CheckConfig, ObjectsToEachMistakeOnItsAttribute) {
  const std::vector<Objection> objections =
      CheckConfig(Machine(), Object{{"id", "mine"}, {"cores", "two"}});
  ASSERT_EQ(objections.size(), 3u);
  EXPECT_EQ(objections[0].attribute, "id");
  EXPECT_EQ(objections[1].attribute, "image");
  EXPECT_EQ(objections[2].attribute, "cores");
}

TEST(CheckConfig, UnknownPassesEverywhere) {
  EXPECT_TRUE(CheckConfig(Machine(), Object{{"image", Unknown{}}, {"cores", Unknown{}}}).empty());
}

}  // namespace
}  // namespace sprint::sdk
