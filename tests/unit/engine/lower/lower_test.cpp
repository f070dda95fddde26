#include "engine/lower/lower.h"

#include <gtest/gtest.h>

#include "engine/lower/config.h"

namespace sprint::lower {
namespace {

// Two components, A -> B, on one zone with a pool of two boards.
struct World {
  ir::Program program;
  ir::Deploy& deploy() { return program.deploys[0]; }

  World() {
    program.kinds.resize(1);
    program.kinds[0].name = "edge.Board";
    program.kind_provides.push_back([](const ir::TemplateScope&) {
      return std::vector<ir::ResourceSpec>{{"sim.board", "board", {}, {}, {}}};
    });
    ir::Host host;
    host.setup = [](const ir::TemplateScope&) {
      return std::vector<ir::ResourceSpec>{{"sim.net", "net", {}, {}, {}}};
    };
    host.run = [](const ir::TemplateScope& scope) {
      ir::Record attributes;
      for (const auto& [name, value] : scope.bindings) {
        if (name == "node") attributes.emplace_back("node", *value.Find("id"));
        if (name != "c") continue;
        attributes.emplace_back("next", *value.Find("next"));
        attributes.emplace_back("label", *value.Find("label"));
      }
      attributes.emplace_back("memory", Quantity{1024, dimension::Size, "KiB", ""});
      return std::vector<ir::ResourceSpec>{{"sim.process", "process", attributes, {}, {}}};
    };
    program.hosts.push_back(host);
    ir::Component a, b;
    a.name = "A";
    a.variants.resize(1);
    a.variants[0].parts.resize(1);
    b = a;
    b.name = "B";
    program.components = {a, b};
    ir::Application application;
    application.components = {0, 1};
    application.flows.push_back({0, 1, 0.5, {}});
    program.applications.push_back(application);
    ir::Continuum continuum;
    continuum.zones.resize(1);
    continuum.zones[0].name = "plant";
    continuum.zones[0].host = 0;
    continuum.zones[0].pools.resize(1);
    continuum.zones[0].pools[0].name = "board";
    continuum.zones[0].pools[0].kind = 0;
    program.continua.push_back(continuum);
    program.deploys.resize(1);
    deploy().application = 0;
    deploy().continuum = 0;
    deploy().components = program.components;
  }
  Result<DesiredGraph> Go() {
    return Lower(program, deploy(), {{0, 0, 0, 0, 0, 1}, {1, 0, 0, 0, 0, 2}}, {{0, 0, 2}});
  }
};

const Resource* Find(const DesiredGraph& graph, const std::string& address) {
  for (const Resource& resource : graph.resources) {
    if (resource.address == address) return &resource;
  }
  return nullptr;
}

TEST(Lower, AddressesNameZonePoolComponentAndReplica) {
  World world;
  const auto graph = world.Go();
  ASSERT_TRUE(graph.ok()) << graph.error().ToString();
  std::vector<std::string> addresses;
  for (const Resource& resource : graph->resources) addresses.push_back(resource.address);
  const std::vector<std::string> expected{
      "plant.net",          "plant.board[0].board", "plant.board[1].board",
      "plant.B[0].process", "plant.B[1].process",   "plant.A[0].process"};
  EXPECT_EQ(addresses, expected);
}

TEST(Lower, ReplicaRunsOnTheNodeOfItsNumberAndDependsOnSetup) {
  World world;
  const auto graph = world.Go();
  ASSERT_TRUE(graph.ok());
  const Resource* second = Find(*graph, "plant.B[1].process");
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->config.Find("node")->Find("$ref")->Text("address"), "plant.board[1].board");
  const std::vector<std::string> needs{"plant.board[1].board", "plant.net"};
  EXPECT_EQ(second->dependencies, needs);
  EXPECT_EQ(second->config.Number("memory"), 1024);
}

TEST(Lower, ComponentKnowsItsSuccessorsAddress) {
  World world;
  const auto graph = world.Go();
  ASSERT_TRUE(graph.ok());
  const Resource* first = Find(*graph, "plant.A[0].process");
  ASSERT_NE(first, nullptr);
  const auto* next = first->config.Find("next")->As<value::List>();
  ASSERT_EQ(next->size(), 1u);
  EXPECT_EQ(next->at(0).Find("address")->Find("$ref")->Text("address"), "plant.B[0].process");
  EXPECT_EQ(next->at(0).Number("probability"), 0.5);
}

TEST(Lower, WhoSendsToACopiedComponentKnowsEachCopyAndItsShare) {
  World world;
  ir::Continuum& continuum = world.program.continua.front();
  continuum.zones.push_back(continuum.zones[0]);
  continuum.zones.back().name = "field";
  const auto graph = Lower(world.program, world.deploy(),
                           {{0, 0, 0, 0, 0, 1}, {1, 0, 0, 0, 0, 2, 0}, {1, 0, 0, 1, 0, 1, 1}},
                           {{0, 0, 2}, {1, 0, 1}});
  ASSERT_TRUE(graph.ok()) << graph.error().ToString();
  const Resource* first = Find(*graph, "plant.A[0].process");
  ASSERT_NE(first, nullptr);
  const auto* next = first->config.Find("next")->As<value::List>();
  ASSERT_EQ(next->size(), 2u);
  EXPECT_EQ(next->at(0).Find("address")->Find("$ref")->Text("address"), "plant.B[0].process");
  EXPECT_EQ(next->at(1).Find("address")->Find("$ref")->Text("address"), "field.B[0].process");
  EXPECT_EQ(next->at(0).Number("probability"), 0.25);
  EXPECT_EQ(next->at(1).Number("probability"), 0.25);
}

TEST(Lower, ComponentHasTheNameThatPeopleAreShown) {
  World world;
  ir::Variant& cut = world.deploy().components[0].variants[0];
  cut.name = "split";
  cut.parts[0].name = "Head";
  const auto graph = world.Go();
  ASSERT_TRUE(graph.ok());
  EXPECT_EQ(Find(*graph, "plant.A[0].process")->config.Text("label"), "A/split.Head");
  EXPECT_EQ(Find(*graph, "plant.B[0].process")->config.Text("label"), "B");
}

TEST(Lower, TakesOverWhatDoesNotDependOnThePlacement) {
  World world;
  world.program.resources = {{"sim.net", "wire", {{"name", "w"}}, {}, {}}};
  auto before = world.Go();
  ASSERT_TRUE(before.ok());
  auto now = Lower(world.program, world.deploy(), {{0, 0, 0, 0, 0, 1}}, {{0, 0, 1}}, &*before);
  ASSERT_TRUE(now.ok()) << now.error().ToString();
  ASSERT_EQ(now->resources.size(), 4u);
  EXPECT_EQ(now->resources[0].address, "wire");
  EXPECT_EQ(now->resources[0].config.Text("name"), "w");
  EXPECT_EQ(before->resources[0].address, "");
  EXPECT_EQ(before->resources[1].address, "plant.net");
}

TEST(Lower, RefusesOneAddressForTwo) {
  World world;
  world.program.resources = {{"sim.net", "wire", {}, {}, {}}, {"sim.net", "wire", {}, {}, {}}};
  const auto graph = world.Go();
  ASSERT_FALSE(graph.ok());
  EXPECT_EQ(graph.error().message(), "two resources have the address `wire`");
}

TEST(Lower, RefusesAReferenceToNothingAndACircle) {
  World world;
  world.program.resources = {{"sim.net", "x", {{"a", ir::Value(ir::Later{"y", "id"})}}, {}, {}}};
  EXPECT_FALSE(world.Go().ok());
  world.program.resources.push_back({"sim.net", "y", {}, {"x"}, {}});
  const auto circle = world.Go();
  ASSERT_FALSE(circle.ok());
  EXPECT_NE(circle.error().message().find("circle"), std::string::npos);
}

TEST(Lower, ResourcesNeedWhatConfiguresTheirProvider) {
  World world;
  world.program.resources = {{"sim.net", "x", {}, {}, {}}, {"inner.net", "y", {}, {}, {}}};
  const ir::Record config{{"at", ir::Value(ir::Later{"x", "id"})}};
  world.program.providers.push_back({"inner", config, {}});
  // One of a library, which says nothing, does not stand above it.
  world.program.providers.push_back({"inner", {}, {}});
  const auto graph = world.Go();
  ASSERT_TRUE(graph.ok());
  ASSERT_EQ(graph->providers.size(), 1u);
  EXPECT_EQ(graph->resources[1].dependencies, std::vector<std::string>{"x"});
  world.program.providers[0].name = "sim";
  EXPECT_EQ(world.Go().error().message(),
            "provider `sim` is configured by `x`, which it makes itself");
  world.program.providers[0] = {"inner", {{"at", ir::Value(ir::Later{"z", "id"})}}, {}};
  EXPECT_EQ(world.Go().error().message(),
            "provider `inner` refers to `z`, which is no resource of this program");
}

TEST(Config, JoinsTextOnceItsPiecesAreKnown) {
  const auto config = ToConfig(ir::Value(
      ir::Join{{ir::Value("http://"), ir::Value(ir::Later{"a", "ip"}), ir::Value(":80")}}));
  ASSERT_TRUE(config.ok());
  EXPECT_TRUE(Resolve(*config, {}).is_unknown());
  const value::Value known(value::Object{{"ip", value::Value("1.2.3.4")}});
  const value::Value text = Resolve(*config, [&](const std::string&) { return &known; });
  EXPECT_EQ(text, value::Value("http://1.2.3.4:80"));
}

}  // namespace
}  // namespace sprint::lower
