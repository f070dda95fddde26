#include "engine/exchange/tofu_state.h"

#include <gmock/gmock.h>

namespace sprint::exchange {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string Document(const std::string& resources, const std::string& rest = "") {
  return R"({"version": 4, "terraform_version": "1.12.0", "serial": 7, "lineage": "old",)" + rest +
         R"("resources": [)" + resources + "]}";
}

constexpr const char* Cloud = R"(provider[\"registry.opentofu.org/hashicorp/cloud\"])";

std::string Resource(const std::string& type, const std::string& name, const std::string& instances,
                     const std::string& module = "", const std::string& provider = Cloud) {
  return R"({"mode": "managed", )" + (module.empty() ? "" : R"("module": ")" + module + R"(", )") +
         R"("type": ")" + type + R"(", "name": ")" + name + R"(", "provider": ")" + provider +
         R"(", "instances": [)" + instances + "]}";
}

TofuState Read(const std::string& text) {
  auto read = ReadTofuState(text);
  EXPECT_TRUE(read.ok()) << read.error().ToString();
  return read.ok() ? read.TakeValue() : TofuState{};
}

std::string Refusal(const std::string& text) {
  const auto read = ReadTofuState(text);
  EXPECT_FALSE(read.ok()) << text;
  return read.ok() ? "" : read.error().ToString();
}

TEST(TofuState, InstanceIsARecord) {
  const TofuState read = Read(Document(
      Resource("cloud_machine", "web-1",
               R"({"schema_version": 3, "attributes": {"id": "i-1", "password": "p", "size": 2.5},
          "sensitive_attributes": [[{"type": "get_attr", "value": "password"}]],
          "private": "AP8=", "status": "tainted", "create_before_destroy": true,
          "skip_destroy": true})")));
  EXPECT_EQ(read.lineage, "old");
  EXPECT_EQ(read.serial, 7);
  EXPECT_THAT(read.names, ElementsAre(Pair("cloud_machine.web-1", "web_1")));
  const state::Record& record = read.records.at("web_1");
  EXPECT_EQ(record.address, "web_1");
  EXPECT_EQ(record.type, "cloud.machine");
  EXPECT_EQ(record.provider, "cloud");
  EXPECT_EQ(record.attributes.Number("size"), 2.5);
  EXPECT_EQ(record.private_bytes, std::string("\0\xff", 2));
  EXPECT_EQ(record.schema_version, 3);
  EXPECT_THAT(record.sensitive, ElementsAre("password"));
  EXPECT_TRUE(record.tainted && record.lifecycle.create_before_destroy && record.lifecycle.retain);
}

TEST(TofuState, IndicesAndModulesAreKept) {
  const TofuState read = Read(Document(
      Resource("cloud_machine", "web",
               R"({"index_key": 0, "attributes": {}}, {"index_key": 1, "attributes": {}})") +
      "," +
      Resource("cloud_machine", "web", R"({"index_key": "eu.1]", "attributes": {}})",
               R"(module.site[\"a.b\"].module.in-ner)")));
  EXPECT_THAT(
      read.names,
      ElementsAre(Pair("cloud_machine.web[0]", "web[0]"), Pair("cloud_machine.web[1]", "web[1]"),
                  Pair("module.site[\"a.b\"].module.in-ner.cloud_machine.web[\"eu.1]\"]",
                       "site[\"a.b\"].in_ner.web[\"eu.1]\"]")));
}

TEST(TofuState, DependenciesAreTheInstancesOfToday) {
  const TofuState read = Read(
      Document(Resource("cloud_net", "net",
                        R"({"index_key": 0, "attributes": {}}, {"index_key": 1, "attributes": {}})",
                        "module.m[0]") +
               "," +
               Resource("cloud_machine", "web",
                        R"({"attributes": {}, "dependencies": ["module.m.cloud_net.net",
                   "data.cloud_image.x", "cloud_machine.web", "cloud_gone.y"]})")));
  EXPECT_THAT(read.records.at("web").dependencies, ElementsAre("m[0].net[0]", "m[0].net[1]"));
}

TEST(TofuState, SameNamesGetTheirTypes) {
  const TofuState read =
      Read(Document(Resource("cloud_machine", "web", R"({"attributes": {}})") + "," +
                    Resource("cloud_address", "web", R"({"attributes": {}})")));
  EXPECT_TRUE(read.records.contains("web_cloud_machine"));
  EXPECT_TRUE(read.records.contains("web_cloud_address"));
}

TEST(TofuState, TypeOfAProviderOfAnotherNameIsKeptWhole) {
  const std::string web = R"({"attributes": {}})";
  EXPECT_EQ(Read(Document(Resource("google_machine", "web", web))).records.at("web").type,
            "cloud.google_machine");
  for (const char* old : {"provider.cloud", "module.a.provider.cloud.eu"}) {
    EXPECT_EQ(
        Read(Document(Resource("cloud_machine", "web", web, "", old))).records.at("web").provider,
        "cloud");
  }
  EXPECT_THAT(Refusal(Document(Resource("t_x", "web", "{}", "", "nothing"))),
              HasSubstr("is no provider"));
}

TEST(TofuState, DeposedObjectsStayBesideTheCurrentOne) {
  const TofuState read =
      Read(Document(Resource("cloud_machine", "web", R"({"attributes": {"id": "new"}},
          {"deposed": "0a1b2c3d", "attributes": {"id": "old"}, "schema_version": 1})")));
  const state::Record& record = read.records.at("web");
  EXPECT_EQ(record.attributes.Text("id"), "new");
  ASSERT_EQ(record.deposed.size(), 1u);
  EXPECT_EQ(record.deposed[0].key, "0a1b2c3d");
  EXPECT_EQ(record.deposed[0].attributes.Text("id"), "old");
  EXPECT_EQ(read.names.size(), 1u);
}

TEST(TofuState, DataAndOutputsAreCountedAndLeftOut) {
  const TofuState read =
      Read(Document(R"({"mode": "data", "type": "cloud_image", "name": "x", "instances": [{}]})",
                    R"("outputs": {"ip": {"value": "1.2.3.4", "type": "string"}}, )"));
  EXPECT_EQ(read.data, 1);
  EXPECT_EQ(read.outputs, 1);
  EXPECT_TRUE(read.records.empty());
}

TEST(TofuState, WhatCannotBeTakenOverIsSaid) {
  EXPECT_THAT(Refusal("{"), HasSubstr("cannot be read"));
  EXPECT_THAT(Refusal(R"({"version": 3})"), HasSubstr("it is of version 3"));
  EXPECT_THAT(Refusal(R"({"encrypted_data": "x", "meta": {}})"), HasSubstr("it is encrypted"));
  EXPECT_THAT(Refusal(R"({"version": 4, "serial": "x"})"), HasSubstr("`serial` is not"));
  const auto with = [](const std::string& instance) {
    return Document(Resource("cloud_machine", "web", instance));
  };
  EXPECT_THAT(Refusal(with(R"({"attributes_flat": {}})")), HasSubstr("before Terraform 0.12"));
  EXPECT_THAT(Refusal(with(R"({"attributes": 3})")), HasSubstr("`attributes` is not of its type"));
  EXPECT_THAT(Refusal(with(R"({"private": "###"})")), HasSubstr("no base64"));
  EXPECT_THAT(Refusal(with(R"({"index_key": 1.5})")), HasSubstr("index_key"));
  EXPECT_THAT(Refusal(with(R"({"status": "odd"})")), HasSubstr("no status"));
  EXPECT_THAT(Refusal(with("{}, {}")), HasSubstr("it is there twice"));
  EXPECT_THAT(Refusal(with(R"({"deposed": "1"}, {"deposed": "1"})")), HasSubstr("deposed twice"));
  EXPECT_THAT(Refusal(with(R"({"sensitive_attributes": [[]]})")),
              HasSubstr("sensitive_attributes"));
  EXPECT_THAT(Refusal(Document(Resource("t_x", "web", "{}", "modul.a"))), HasSubstr("no module"));
  EXPECT_THAT(Refusal(Document(Resource("t_x", "a b", "{}"))), HasSubstr("cannot be an address"));
  EXPECT_THAT(Refusal(Document(Resource("t_x", "a-b", "{}") + "," + Resource("t_x", "a_b", "{}"))),
              HasSubstr("it is there twice"));
}

TEST(TofuState, IsKnownFromOurOwn) {
  EXPECT_TRUE(LooksLikeTofuState(Document("")));
  EXPECT_TRUE(LooksLikeTofuState(R"({"encrypted_data": "x"})"));
  EXPECT_FALSE(LooksLikeTofuState(R"({"format": "sprint-state", "version": 1, "lineage": "x"})"));
  EXPECT_FALSE(LooksLikeTofuState("[]"));
}

}  // namespace
}  // namespace sprint::exchange
