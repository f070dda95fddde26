#include "providers/host/propose.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "providers/host/provider.h"

namespace sprint::host {
namespace {

using value::Object;
using value::Value;

TEST(ProposedNew, ConfigThenComputedPriorThenNull) {
  value::Schema schema;
  schema.attributes = {{.name = "set", .type = {}},
                       {.name = "dropped", .type = {}},
                       {.name = "id", .type = {}, .computed = true}};
  Value prior(Object{{"set", 1}, {"dropped", 2}, {"id", "x"}});
  EXPECT_EQ(ProposedNew(schema, prior, Object{{"set", 5}}),
            Value(Object{{"set", 5}, {"dropped", Value()}, {"id", "x"}}));
  EXPECT_EQ(ProposedNew(schema, Value(), Object{{"set", 5}}),
            Value(Object{{"set", 5}, {"dropped", Value()}, {"id", Value()}}));
  EXPECT_TRUE(ProposedNew(schema, prior, Value()).is_null());
}

TEST(FindProgram, RefusesPathsAndNamesWhereItLooked) {
  EXPECT_EQ(FindProgram("../x").error().code(), ErrorCode::InvalidArgument);
  setenv("SPRINT_PROVIDER_PATH", "/some/where::/else", 1);
  auto found = FindProgram("nothing");
  unsetenv("SPRINT_PROVIDER_PATH");
  EXPECT_EQ(found.error().code(), ErrorCode::NotFound);
  EXPECT_NE(found.error().message().find("/some/where, /else"), std::string::npos);
}

}  // namespace
}  // namespace sprint::host
