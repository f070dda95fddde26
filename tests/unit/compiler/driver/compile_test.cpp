#include "compiler/driver/compile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "tests/testing/memory_files.h"

namespace sprint::driver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MemoryFiles;

constexpr const char* Laptop = R"(
import std.local

param load: Rate = 2 rps
param name: Text = "one"

component Greet { image = "greet:1", memory = 64 MiB, env = { NAME = name } }
component Shout { image = "shout:1", command = ["shout", "-v"] }

application Hello {
  workload = load
  flow Greet -> Shout
}

continuum Here {
  zone plant {
    country = "ES", trust = owned, host = local.Process
    nodes board[2]: local.Slice { cores = 0.5, memory = 256 MiB }
  }
  zone cloud {
    country = "ES", trust = partner, host = local.Process
    machines vm[0..3]: local.Slice { price = 0.10 EUR/h }
  }
  link plant <-> cloud { bandwidth = 50 Mbit/s, delay = 20 ms }
}

deploy Hello on Here {
  minimize cost
  measured Greet on local.Slice = 10 ms
  measured Shout on local.Slice = 20 ms
}

output cost = Hello.cost
output url  = "see {Hello.entry.url}"
)";

struct Compiled {
  SourceTable sources;
  std::optional<ir::Program> program;
  std::string said;
};
std::unique_ptr<Compiled> CompileAll(const MemoryFiles& files,
                                     const std::map<std::string, std::string>& params = {}) {
  auto compiled = std::make_unique<Compiled>();
  diag::Emitter emitter;
  compiled->program = Compile("main.sprint", files, compiled->sources, emitter, params);
  compiled->said = diag::RenderCompact(emitter.Take(), compiled->sources);
  return compiled;
}
std::unique_ptr<Compiled> CompileText(const std::string& text,
                                      const std::map<std::string, std::string>& params = {}) {
  return CompileAll(MemoryFiles({{"main.sprint", text}}), params);
}

const ir::Host& HostNamed(const ir::Program& program, const std::string& name) {
  for (const ir::Host& host : program.hosts) {
    if (host.name == name) return host;
  }
  ADD_FAILURE() << "no host " << name;
  return program.hosts.front();
}

std::string Shown(const ir::ResourceSpec& spec, const std::string& attribute) {
  for (const auto& [key, value] : spec.attributes) {
    if (key == attribute) return ir::Show(value);
  }
  return "none";
}

ir::Value Zone() { return ir::Record{{"name", "plant"}, {"country", "ES"}, {"trust", "owned"}}; }

TEST(Compile, RunTemplateMakesOneProcessOfTheLocalProvider) {
  const auto compiled = CompileText(Laptop);
  ASSERT_EQ(compiled->said, "");
  const ir::Host& host = HostNamed(*compiled->program, "local.Process");
  const ir::Record c = {{"name", "Greet"},
                        {"variant", ""},
                        {"part", ""},
                        {"image", "greet:1"},
                        {"command", ir::List{}},
                        {"memory", ir::Value(1024.0)},
                        {"cores", ir::Value(1.0)},
                        {"env", ir::Record{{"NAME", "one"}}}};
  const auto made = host.run({{{"zone", Zone()},
                               {"c", c},
                               {"node", ir::Record{{"name", "board-1"}}},
                               {"replica", ir::Value(0.0)}},
                              "plant.Greet[0]"});
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].type, "local.process");
  EXPECT_EQ(Shown(made[0], "component"), "\"Greet\"");
  EXPECT_EQ(Shown(made[0], "image"), "\"greet:1\"");
  EXPECT_EQ(Shown(made[0], "env"), "{ NAME = \"one\" }");
  EXPECT_THAT(Shown(made[0], "node"), HasSubstr("plant"));
}

TEST(Compile, ServeTemplatePassesBackendsAndSuccessorsOn) {
  const auto compiled = CompileText(Laptop);
  const ir::Host& host = HostNamed(*compiled->program, "local.Process");
  const ir::List backends = {ir::Later{"plant.Greet[0].process", "address"}};
  const auto made = host.serve({{{"zone", Zone()},
                                 {"c", ir::Record{{"name", "Greet"}}},
                                 {"backends", backends},
                                 {"next", ir::List{}}},
                                "plant.Greet"});
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].type, "local.proxy");
  EXPECT_EQ(Shown(made[0], "backends"), "[later plant.Greet[0].process.address]");
}

TEST(Compile, NodesProvideASliceOfTheirOwnFigures) {
  const auto compiled = CompileText(Laptop);
  const ir::Program& program = *compiled->program;
  const ir::Pool& pool = program.continua[0].zones[0].pools[0];
  const auto made = program.kind_provides[pool.kind](
      {{{"zone", Zone()},
        {"node",
         ir::Record{{"name", "board-0"}, {"cores", ir::Value(0.5)}, {"memory", ir::Value(7.0)}}}},
       "plant.board[0]"});
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].type, "local.node");
  EXPECT_EQ(Shown(made[0], "cores"), "0.5");
  EXPECT_EQ(Shown(made[0], "memory"), "7");
}

TEST(Compile, TemplateNamesItsOwnResourcesByAddress) {
  const auto compiled = CompileText(
      "host H {\n  setup {\n    resource a.net net { peer = box.id }\n"
      "    resource a.box box { }\n  }\n}\n");
  ASSERT_EQ(compiled->said, "");
  const auto made = compiled->program->hosts[0].setup({{{"zone", Zone()}}, "plant"});
  ASSERT_EQ(made.size(), 2u);
  EXPECT_EQ(Shown(made[0], "peer"), "later plant.box.id");
}

TEST(Compile, TemplatesOutliveTheirCompilation) {
  ir::Template setup;
  {
    const auto compiled = CompileText(Laptop);
    setup = HostNamed(*compiled->program, "local.Process").setup;
  }
  EXPECT_EQ(Shown(setup({{{"zone", Zone()}}, "plant"}).at(0), "name"), "\"plant\"");
}

TEST(Compile, ParamsFromOutsideReplaceDefaults) {
  const auto compiled = CompileText(Laptop, {{"load", "6 rps"}, {"name", "12"}});
  ASSERT_EQ(compiled->said, "");
  EXPECT_EQ(compiled->program->applications[0].workload, 6);
  EXPECT_EQ(ir::Show(compiled->program->components[0].variants[0].parts[0].env[0].second),
            "\"12\"");
}

TEST(Compile, ParamOfTheWrongDimensionIsRefused) {
  EXPECT_THAT(CompileText(Laptop, {{"load", "6 s"}})->said, HasSubstr("E0301"));
}

TEST(Compile, MeasuredTimesGoToTheDeployOnly) {
  const auto compiled = CompileText(Laptop);
  EXPECT_THAT(compiled->program->components[1].variants[0].parts[0].demands, IsEmpty());
  const auto& demands = compiled->program->deploys[0].components[1].variants[0].parts[0].demands;
  ASSERT_EQ(demands.size(), 1u);
  EXPECT_EQ(demands[0].mean, 0.02);
  EXPECT_TRUE(demands[0].measured);
}

TEST(Compile, OutputsAreEvaluatedWithWhatTheEngineKnows) {
  const auto compiled = CompileText(Laptop);
  const auto& outputs = compiled->program->outputs;
  ASSERT_EQ(outputs.size(), 2u);
  const ir::Record hello = {{"cost", ir::Value(3.0)}, {"entry", ir::Record{{"url", "http://x"}}}};
  EXPECT_EQ(ir::Show(outputs[0].evaluate({{{"Hello", hello}}, ""})), "3");
  EXPECT_EQ(ir::Show(outputs[1].evaluate({{{"Hello", hello}}, ""})), "\"see http://x\"");
}

TEST(Compile, DeploysOfImportedFilesAreNotExecuted) {
  const auto compiled = CompileAll(MemoryFiles(
      {{"main.sprint", "import \"sub/other.sprint\" as o\nlet x = o.y + 1\n"},
       {"sub/other.sprint", std::string(Laptop) + "\nimport \"third.sprint\"\nlet y = third.z\n"},
       {"sub/third.sprint", "let z = 1\n"}}));
  EXPECT_EQ(compiled->said, "");
  EXPECT_THAT(compiled->program->deploys, IsEmpty());
  EXPECT_THAT(compiled->program->outputs, IsEmpty());
  EXPECT_EQ(compiled->program->applications.size(), 1u);
}

TEST(Compile, RootThatIsNotThereIsOneDiagnostic) {
  const auto compiled = CompileAll(MemoryFiles());
  EXPECT_FALSE(compiled->program);
  EXPECT_THAT(compiled->said, HasSubstr("no file `main.sprint`"));
}

TEST(Compile, SecretsAreReferencesAndNeverText) {
  const auto compiled = CompileText("secret key\nresource a.b c { password = key }\n");
  ASSERT_EQ(compiled->said, "");
  EXPECT_THAT(compiled->program->secrets, ElementsAre("key"));
  EXPECT_EQ(Shown(compiled->program->resources.at(0), "password"), "secret key");
}

TEST(Compile, SameTextGivesTheSameWordsInTheSameOrder) {
  const std::string text = "component B { colour = 1 }\ncomponent A { input = X, memory = 3 }\n";
  EXPECT_EQ(CompileText(text)->said, CompileText(text)->said);
  EXPECT_LT(CompileText(text)->said.find("colour"), CompileText(text)->said.find("memory"));
}

// Of a resource with one map of so many keys, in s of this thread.
double SecondsForAMap(int keys) {
  std::string text = "resource a.b c { labels = { ";
  for (int i = 0; i < keys; ++i) text += (i ? ", key_" : "key_") + std::to_string(i) + " = 1";
  const std::clock_t begin = std::clock();
  EXPECT_EQ(CompileText(text + " } }\n")->said, "");
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

// Sixteen times the keys took 190 times as long when each was looked for among all before it.
TEST(Compile, LargeMapsTakeTimeInProportion) {
  EXPECT_LT(SecondsForAMap(64'000), 50 * SecondsForAMap(4'000));
}

}  // namespace
}  // namespace sprint::driver
