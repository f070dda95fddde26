#include "providers/sdk/plan.h"

#include <gtest/gtest.h>

namespace sprint::sdk {
namespace {

using value::Object;
using value::Unknown;
using value::Value;

value::Schema Sample() {
  value::Type text;
  text.kind = value::Type::Kind::String;
  value::Schema schema;
  schema.attributes = {{.name = "name", .type = text, .required = true, .forces_new = true},
                       {.name = "size", .type = text, .optional = true, .computed = true},
                       {.name = "id", .type = text, .computed = true}};
  return schema;
}

TEST(PlanChange, CreateLeavesComputedUnknown) {
  Value config(Object{{"name", "a"}, {"size", "s"}});
  EXPECT_EQ(PlanChange(Sample(), Value(), config, config).planned,
            Value(Object{{"name", "a"}, {"size", "s"}, {"id", Unknown{}}}));
}

TEST(PlanChange, ReplacementForgetsOnlyWhatIsNotConfigured) {
  Value prior(Object{{"name", "a"}, {"size", "s"}, {"id", "1"}});
  Value config(Object{{"name", "b"}, {"size", "s"}});
  PlannedChange change = PlanChange(Sample(), prior, config, config);
  EXPECT_EQ(change.requires_replace, std::vector<std::string>{"name"});
  EXPECT_EQ(change.planned, Value(Object{{"name", "b"}, {"size", "s"}, {"id", Unknown{}}}));
}

TEST(CheckConfig, UnknownPassesAndWrongKindsDoNot) {
  EXPECT_TRUE(CheckConfig(Sample(), Object{{"name", Unknown{}}}).empty());
  auto objections = CheckConfig(Sample(), Object{{"name", "a"}, {"size", 5}});
  ASSERT_EQ(objections.size(), 1u);
  EXPECT_EQ(objections[0].attribute, "size");
}

}  // namespace
}  // namespace sprint::sdk
