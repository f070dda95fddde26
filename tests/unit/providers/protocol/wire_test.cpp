#include "providers/protocol/wire.h"

#include <gtest/gtest.h>

namespace sprint::protocol {
namespace {

TEST(Wire, BlocksBecomeAttributes) {
  tfplugin6::Schema wire;
  auto* block = wire.mutable_block()->add_block_types();
  block->set_type_name("disk");
  block->set_nesting(tfplugin6::Schema::NestedBlock::LIST);
  auto* size = block->mutable_block()->add_attributes();
  size->set_name("size");
  size->set_type("\"number\"");
  EXPECT_EQ(value::TypeToJson(FromWire(wire)->ImpliedType()),
            "[\"object\",{\"disk\":[\"list\",[\"object\",{\"size\":\"number\"}]]}]");
  size->set_type("\"colour\"");
  EXPECT_EQ(FromWire(wire).error().code(), ErrorCode::Protocol);
}

TEST(Wire, ValuesComeAsJsonToo) {
  tfplugin6::DynamicValue wire;
  EXPECT_TRUE(FromWire(wire)->is_null());
  wire.set_json("[1]");
  EXPECT_EQ(FromWire(wire).value(), value::Value(value::List{1}));
  wire.set_msgpack("\xc1");
  EXPECT_EQ(FromWire(wire).error().code(), ErrorCode::Protocol);
}

TEST(Wire, PathsAreReadable) {
  tfplugin6::AttributePath path = AttributePath("disks");
  path.add_steps()->set_element_key_int(0);
  path.add_steps()->set_attribute_name("tags");
  path.add_steps()->set_element_key_string("a");
  EXPECT_EQ(FromWire(path), "disks[0].tags[\"a\"]");
}

}  // namespace
}  // namespace sprint::protocol
