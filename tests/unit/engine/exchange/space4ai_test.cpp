#include "engine/exchange/space4ai.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/driver/compile.h"
#include "compiler/parse/format.h"
#include "engine/exchange/space4ai_solution.h"
#include "providers/value/value.h"
#include "tests/testing/memory_files.h"
#include "tests/unit/engine/exchange/example.h"

namespace sprint::exchange::space4ai {
namespace {

using ::testing::HasSubstr;

std::string With(const std::string& from, const std::string& to, std::string text = Example) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string Said(const std::vector<Note>& notes) {
  std::string text;
  for (const Note& note : notes) text += note.place + ": " + note.message + "\n";
  return text;
}

System Good(const std::string& text) {
  ReadResult read = Read(text);
  EXPECT_EQ(Said(read.errors), "");
  EXPECT_EQ(Said(read.warnings), "");
  return read.system.value_or(System{});
}

ir::Program Compiled(const std::string& text) {
  SourceTable sources;
  diag::Emitter emitter;
  const sprint::testing::MemoryFiles files({{"out.sprint", text}});
  auto program = driver::Compile("out.sprint", files, sources, emitter, {});
  for (const diag::Diagnostic& problem : emitter.Take()) ADD_FAILURE() << problem.message;
  EXPECT_TRUE(program.has_value());
  return program ? std::move(*program) : ir::Program{};
}

placement::Answer PlacedBest(const System& system) {
  const ir::Program program = Compiled(Program(system, "x.json"));
  auto answer = placement::Place(program, program.deploys.front());
  EXPECT_TRUE(answer.ok());
  return answer.ok() ? answer.TakeValue() : placement::Answer{};
}

TEST(Space4ai, TheExampleCostsWhatItCostsByHand) {
  const placement::Answer answer = PlacedBest(Good(Example));
  EXPECT_EQ(answer.state, placement::State::Optimal);
  EXPECT_NEAR(answer.cost, 3.232, 1e-12);
  EXPECT_NEAR(answer.bound, 3.232, 1e-9);
}

TEST(Space4ai, ItsProgramIsFormattedAndReadsLikeOne) {
  const std::string text = Program(Good(Example), "example.json");
  SourceTable sources;
  EXPECT_EQ(parse::Format(sources.Add("out.sprint", text), sources), text);
  EXPECT_THAT(text, HasSubstr("/// Imported from example.json."));
  // The memory most resources ask for stands before the demands.
  EXPECT_THAT(text, HasSubstr("V1 = { time = 400 ms, memory = 2 GiB }"));
  EXPECT_THAT(text, HasSubstr("V2 = 350 ms"));
  EXPECT_THAT(text, HasSubstr("flow c1 -> c2 { probability = 80 %, data = 2 MiB }"));
  EXPECT_THAT(text, HasSubstr("require c2_alone: response(c2) <= 1.2 s"));
  // Of two domains that join the cloud with the functions the quicker one.
  EXPECT_THAT(text,
              HasSubstr("link cloud <-> functions     { bandwidth = 1000 MiB/s, delay = 1 ms }"));
}

TEST(Space4ai, ASolutionHasTheTimesWorkedOutByHand) {
  const System system = Good(Example);
  const placement::Answer answer = PlacedBest(system);
  for (const Shape shape : {Shape::Deployments, Shape::Flat}) {
    auto text = Solution(system, answer, shape);
    ASSERT_TRUE(text.ok());
    const auto json = value::FromJson(*text);
    ASSERT_TRUE(json.ok());
    EXPECT_NEAR(json->Number("total_cost"), 3.232, 1e-12);
    EXPECT_NEAR(json->Find("global_constraints")->Find("p1")->Number("path_response_time"),
                1.883138, 1e-6);
    const value::Value* c2 = json->Find("components")->Find("c2");
    EXPECT_NEAR(c2->Number("response_time"), 1.043864, 1e-6);
    const value::Value* parts = shape == Shape::Flat ? c2 : c2->Find("s2");
    ASSERT_NE(parts, nullptr);
    EXPECT_EQ(parts->Find("h2")->Find("edge")->Find("E1")->Number("number"), 1);
    EXPECT_NE(parts->Find("h3")->Find("functions")->Find("F2"), nullptr);
  }
}

TEST(Space4ai, ASolutionIsOfTheSystemItCameFrom) {
  const System system = Good(Example);
  placement::Answer answer = PlacedBest(system);
  answer.parts.front().pool_name = "v1";
  auto text = Solution(system, answer, Shape::Flat);
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().code(), ErrorCode::Conflict);
}

TEST(Space4ai, WaysThatAreEachQuickerForSomeSizeAreAllKept) {
  // 3 MB: 10 ms + 30 ms on the one, 1 ms + 300 ms on the other.
  const std::string text = Program(Good(With("\"AccessDelay\": 0.001, \"Bandwidth\": 1000",
                                             "\"AccessDelay\": 0.001, \"Bandwidth\": 10")),
                                   "x.json");
  EXPECT_THAT(text,
              HasSubstr("link cloud <-> functions     { bandwidth = 10 MiB/s, delay = 1 ms }\n"
                        "  link cloud <-> functions     { bandwidth = 100 MiB/s, delay = 10 ms }"));
  Compiled(text);
}

TEST(Space4ai, NamesThatAreNoneAreMended) {
  std::string text = Example;
  for (const auto& [from, to] : {std::pair("\"c1\"", "\"1 in\""),
                                 {"\"c2\"", "\"not\""},
                                 {"\"E1\"", "\"edge-1 \\\"x\\\"\""},
                                 {"\"V1\"", "\"1_in\""}}) {
    for (size_t at; (at = text.find(from)) != std::string::npos;) {
      text.replace(at, std::string(from).size(), to);
    }
  }
  const System system = Good(text);
  const placement::Answer answer = PlacedBest(system);
  EXPECT_NEAR(answer.cost, 3.232, 1e-12);
  auto solution = Solution(system, answer, Shape::Deployments);
  ASSERT_TRUE(solution.ok());
  EXPECT_THAT(*solution, HasSubstr("\"edge-1 \\\"x\\\"\": {"));
  EXPECT_THAT(*solution, HasSubstr("\"1 in\": {"));
}

TEST(Space4ai, OlderAndNewerLayoutsMeanTheSame) {
  const std::string plain = Program(Good(Example), "x");
  std::string text = Example;
  for (size_t at; (at = text.find("computationallayers")) != std::string::npos;) {
    text.replace(at, 19, "computationalLayers");
  }
  for (size_t at; (at = text.find("early_exit_probability")) != std::string::npos;) {
    text.replace(at, 22, "stop_probability");
  }
  text = With("\"Performance\"", "\"DemandMatrix\"", text);
  text = With("{\"model\": \"QTedge\", \"demand\": 0.2}", "0.2", text);
  text = With("{\"model\": \"PACSLTK\", \"demandWarm\": 0.5, \"demandCold\": 1.5}", "[0.5, 1.5]",
              text);
  text = With("\"next\": [\"h3\"], \"data_size\": [1]", "\"next\": \"h3\", \"data_size\": 1", text);
  text = With("\"h1\": {\"next\": [], \"data_size\": [0]",
              "\"h1\": {\"next\": \"\", \"data_size\": 0", text);
  text = With("[{\"resource\": \"E1\", \"memory\": 512}]", "[\"E1\"]", text);
  text = With("{\"h1\": {\"next\": [\"c2\", \"c3\"]",
              "{\"h1\": {\"memory\": 512, \"next\": [\"c2\", \"c3\"]", text);
  EXPECT_EQ(Program(Good(text), "x"), plain);
}

TEST(Space4ai, WhatIsNotKnownIsSaidAndLeftOut) {
  std::string text = With("\"Time\": 1", "\"Time\": 1, \"Color\": 3");
  text = With("\"n_cores\": 1", "\"n_cores\": 1, \"gpu\": 1", text);
  text = With("\"early_exit_probability\": 0}}}}", "\"early_exit_probability\": 0.3}}}}", text);
  text = With("{\"resource\": \"F3\", \"memory\": 1024}", "{\"resource\": \"F1\", \"memory\": 1}",
              text);
  const ReadResult read = Read(text);
  EXPECT_EQ(Said(read.errors), "");
  ASSERT_TRUE(read.system);
  EXPECT_EQ(Said(read.warnings),
            "Color: this key is not known, and left out\n"
            "EdgeResources.edge.E1.gpu: this key is not known, and left out\n"
            "Components.c3.s1.h1.early_exit_probability: the last partition answers everything; "
            "this is left out\n"
            "CompatibilityMatrix.c3.h1[2]: there is no performance on `F1`; it is left out\n"
            "Performance.c3.h1.F3: it is not compatible, and left out\n");
}

TEST(Space4ai, WhatCannotBeMeantIsToldWithItsPlace) {
  const struct {
    const char *from, *to, *said;
  } cases[] = {
      {"\"number\": 2", "\"number\": 2.5",
       "EdgeResources.edge.E1.number: 2.5 is no count up to 10000"},
      {"\"number\": 2", "\"number\": 1e9", "EdgeResources.edge.E1.number: 1000000000 is no count"},
      {"\"cost\": 3.0", "\"cost\": \"3\"", "EdgeResources.edge.E1.cost: a number is due"},
      {"\"cost\": 3.0", "\"cost\": -3", "EdgeResources.edge.E1.cost: -3 is too little: 0 or more"},
      {"\"cost\": 3.0", "\"cost\": 1e300", "EdgeResources.edge.E1.cost: this number is too large"},
      {"\"Lambda\": 1.0", "\"Lambda\": 0", "Lambda: 0 is too little: more than 0 is due"},
      {"\"Lambda\": 1.0,", "", "Lambda: this is missing"},
      {"[0.8, 0.2]", "[0.8]", "DirectedAcyclicGraph.c1.transition_probability: one is due"},
      {"[0.8, 0.2]", "[1.8, 0.2]", "transition_probability: 1.8 is no probability"},
      {"\"c3\": {\"next\": [], \"transition_probability\": []}",
       "\"c3\": {\"next\": [\"c1\"], \"transition_probability\": [1]}",
       "DirectedAcyclicGraph: the flows form a circle"},
      {"\"next\": [\"h3\"]", "\"next\": [\"h9\"]", "Components.c2.s2: the partitions are no chain"},
      {"\"h3\": {\"next\": [\"c3\"]", "\"h3\": {\"next\": [\"h2\"]",
       "Components.c2.s2: the partitions are no chain"},
      {"\"demand\": 0.2", "\"demand\": 0", "Performance.c1.h1.E1.demand: 0 is too little"},
      {"\"components\": [\"c1\", \"c2\", \"c3\"]", "\"components\": [\"c2\", \"c1\"]",
       "GlobalConstraints.p1.components: nothing leads from `c2` to `c1`"},
      {"\"resource\": \"E1\"", "\"resource\": \"E7\"",
       "CompatibilityMatrix.c1.h1[0]: there is no resource `E7`"},
      {"\"V1\": {\"number\"", "\"E1\": {\"number\"",
       "CloudResources.cloud.E1: there is a resource of this name already"},
      {"\"Components\"", "\"Komponents\"", "Components: this is missing"},
      {"{", "[", "no JSON"},
  };
  for (const auto& wrong : cases) {
    const ReadResult read = Read(With(wrong.from, wrong.to));
    EXPECT_FALSE(read.system) << wrong.to;
    EXPECT_THAT(Said(read.errors), HasSubstr(wrong.said));
  }
  EXPECT_THAT(Said(Read("{\"components\": {}, \"total_cost\": 3}").errors),
              HasSubstr("this is a solution"));
  EXPECT_THAT(Said(Read(std::string(100'000, '[')).errors), HasSubstr("nested too deep"));
}

// Every number, text, list and object of the file.
void Collect(value::Value& at, std::vector<value::Value*>& all) {
  all.push_back(&at);
  if (auto* object = at.As<value::Object>()) {
    for (auto& [key, member] : *object) Collect(member, all);
  } else if (auto* list = at.As<value::List>()) {
    for (value::Value& item : *list) Collect(item, all);
  }
}

// Each in turn replaced by something else: refused with its place, or a program that compiles.
TEST(Space4ai, WhateverStandsWhereItIsRefusedOrCompiles) {
  using value::List, value::Object, value::Value;
  const std::vector<Value> others{Value(),    Value(-1.0),   Value(0.0),     Value(1e300),
                                  Value("x"), Value(List{}), Value(Object{})};
  const auto whole = value::FromJson(Example);
  ASSERT_TRUE(whole.ok());
  Value counted = *whole;
  std::vector<Value*> places;
  Collect(counted, places);
  int accepted = 0, refused = 0;
  for (size_t k = 0; k < places.size(); ++k) {
    for (const Value& other : others) {
      Value changed = *whole;
      std::vector<Value*> all;
      Collect(changed, all);
      *all[k] = other;
      const std::string text = value::ToJson(changed);
      SCOPED_TRACE(text);
      const ReadResult read = Read(text);
      if (read.system) {
        ++accepted;
        Compiled(Program(*read.system, "x.json"));
      } else {
        ++refused;
        EXPECT_FALSE(read.errors.empty());
      }
    }
  }
  EXPECT_GT(accepted, 100);
  EXPECT_GT(refused, 300);
}

TEST(Space4ai, AFileCutAnywhereIsRefused) {
  const std::string text = Example;
  for (size_t length = 0; length + 1 < text.size(); length += 7) {
    EXPECT_FALSE(Read(text.substr(0, length)).system) << length;
  }
}

}  // namespace
}  // namespace sprint::exchange::space4ai
