#include <regex>
#include <sstream>

#include "tests/e2e/cli/fixture.h"

namespace sprint::cli {
namespace {

using testing::HasSubstr;

constexpr const char* Mistake = "component A { image = \"a:1\", memry = 1 GiB }\n";
constexpr const char* Clean = "let a = 1\n";

class Help : public Command {
 protected:
  // Looks at the help of `verb`, "" or "state list", and of all below it; how many that is.
  size_t Look(const std::string& verb) const {
    const Ran ran = Sprint(verb + " --help");
    EXPECT_EQ(ran.code, 0) << verb;
    if (!verb.empty()) {
      EXPECT_THAT(ran.out, testing::ContainsRegex("Example:.*sprint " + verb)) << verb;
    }
    size_t verbs = 1;
    const size_t list = ran.out.find("Subcommands:");
    if (list == std::string::npos) return verbs;
    const std::string names = ran.out.substr(list);
    const std::regex line("\n  ([a-z]+) {3,}");
    for (std::sregex_iterator found(names.begin(), names.end(), line), end; found != end; ++found) {
      verbs += Look((verb.empty() ? "" : verb + " ") + (*found)[1].str());
    }
    return verbs;
  }
};

TEST_F(Help, OfEveryVerbHasAnExample) { EXPECT_GT(Look(""), 40u); }

TEST_F(Command, VersionIsForPeopleAndForPrograms) {
  EXPECT_EQ(Sprint("version").out, Sprint("--version").out);
  EXPECT_FALSE(JsonOf(Sprint("version --json")).Text("version").empty());
}

TEST_F(Command, CheckTakesSeveralFilesAndTellsAllOfThem) {
  Write("a.sprint", Mistake);
  Write("b.sprint", Clean);
  const Ran both = Sprint("check a.sprint b.sprint");
  EXPECT_EQ(both.code, 1);
  EXPECT_THAT(both.err, HasSubstr("error[E0203]"));
  EXPECT_THAT(both.out, HasSubstr("b.sprint: no mistakes"));
  EXPECT_EQ(Sprint("check").code, 1) << "without names it checks what is here";
  EXPECT_EQ(Sprint("check b.sprint").code, 0);
}

TEST_F(Command, CheckAsJsonIsOneListAndTellsASharedImportOnce) {
  Write("shared.sprint", Mistake);
  Write("a.sprint", "import \"shared.sprint\" as s\n");
  Write("b.sprint", "import \"shared.sprint\" as s\n");
  const Ran ran = Sprint("check --json a.sprint b.sprint");
  EXPECT_EQ(ran.code, 1);
  const value::Value json = JsonOf(ran);
  const auto* list = json.As<value::List>();
  ASSERT_TRUE(list && list->size() == 1) << ran.out;
  EXPECT_EQ(list->front().Text("code"), "E0203");
  EXPECT_EQ(list->front().Text("file"), "shared.sprint");
  EXPECT_EQ(list->front().Number("line"), 1);
}

TEST_F(Command, WhatOnlyPlanningFindsIsToldAtItsLine) {
  Write("a.sprint",
        "import std.local\nresource local.zone plant { name = \"plant\" }\nforget plant\n");
  for (const char* verb : {"plan", "apply"}) {
    const Ran ran = Sprint(std::string(verb) + " a.sprint");
    EXPECT_EQ(ran.code, 1);
    EXPECT_THAT(ran.err,
                HasSubstr("error: `plant` is to be forgotten, and is still in the program"));
    EXPECT_THAT(ran.err, HasSubstr("--> a.sprint:3:1"));
  }
}

TEST_F(Command, FormatWritesShowsAndChecks) {
  Write("a.sprint", "let   a=1\n");
  EXPECT_EQ(Sprint("fmt --check a.sprint").code, 2);
  const Ran diff = Sprint("fmt --diff a.sprint");
  EXPECT_EQ(diff.code, 2);
  EXPECT_THAT(diff.out, HasSubstr("-let   a=1\n+let a = 1\n"));
  EXPECT_EQ(Text("a.sprint"), "let   a=1\n") << "neither changes anything";
  EXPECT_EQ(Sprint("fmt a.sprint").code, 0);
  EXPECT_EQ(Text("a.sprint"), "let a = 1\n");
  EXPECT_EQ(Sprint("fmt --check a.sprint").code, 0);
}

TEST_F(Command, FormatReadsStandardInput) {
  Write("in", "let   a=1\n");
  EXPECT_EQ(Sprint("fmt - < in").out, "let a = 1\n");
  EXPECT_EQ(Sprint("fmt --check - < in").code, 2);
}

TEST_F(Command, FormatTellsMistakesAndLeavesTheFile) {
  Write("a.sprint", "let a = = 1\n");
  const Ran ran = Sprint("fmt a.sprint");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr("error[E0101]"));
  EXPECT_EQ(Text("a.sprint"), "let a = = 1\n");
}

TEST_F(Command, ExplainListsAndShows) {
  EXPECT_THAT(Sprint("explain").out, HasSubstr("\nE0203  "));
  EXPECT_THAT(Sprint("explain e0203").out, HasSubstr("Right:"));
  EXPECT_EQ(JsonOf(Sprint("explain E0203 --json")).Text("name"), "UnknownAttribute");
  const Ran unknown = Sprint("explain E0299");
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean"));
}

TEST_F(Command, CompletionKnowsEveryVerbOfEachShell) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Ran ran = Sprint(std::string("completion ") + shell);
    EXPECT_EQ(ran.code, 0);
    EXPECT_THAT(ran.out, HasSubstr("destroy")) << shell;
    EXPECT_THAT(ran.out, HasSubstr("no-refresh")) << shell;
  }
  Write("try",
        Sprint("completion bash").out +
            "COMP_WORDS=(sprint pl); COMP_CWORD=1; _sprint; echo ${COMPREPLY[@]}\n"
            "COMP_WORDS=(sprint fmt --d); COMP_CWORD=2; _sprint; echo ${COMPREPLY[@]}\n"
            "COMP_WORDS=(sprint state m); COMP_CWORD=2; _sprint; echo ${COMPREPLY[@]}\n"
            "COMP_WORDS=(sprint state rm --y); COMP_CWORD=3; _sprint; echo ${COMPREPLY[@]}\n");
  Sprint("version; bash try > tried");
  EXPECT_EQ(Text("tried"), "plan\n--diff\nmv migrate\n--yes\n");
  EXPECT_EQ(Sprint("completion tcsh").code, 1);
}

TEST_F(Command, InitMakesAProgramThatIsRightAndPlans) {
  ASSERT_EQ(Sprint("init hello").code, 0);
  EXPECT_EQ(Sprint("check hello/main.sprint").code, 0);
  EXPECT_EQ(Sprint("fmt --check hello/main.sprint").code, 0) << "it is written as it should be";
  const value::Value plan = JsonOf(Sprint("plan hello/main.sprint --json"));
  ASSERT_TRUE(plan.Find("placement"));
  EXPECT_EQ(plan.Find("placement")->Text("status"), "optimal");
  EXPECT_THAT(Sprint("init 'an hour'").out, HasSubstr("sprint check 'an hour/main.sprint'  "))
      << "what is to be typed can be";
  const Ran again = Sprint("init hello");
  EXPECT_EQ(again.code, 1) << "what is there is kept";
  EXPECT_THAT(again.err, HasSubstr("there already"));
}

TEST_F(Command, ShowOutputGraphAndWhyOfWhatIsNotThereYet) {
  ASSERT_EQ(Sprint("init").code, 0);
  EXPECT_THAT(Sprint("show").out, HasSubstr("nothing exists"));
  EXPECT_TRUE(JsonOf(Sprint("show --json")).Find("resources"));
  EXPECT_THAT(Sprint("output").out, HasSubstr("url = (known after apply)"));
  EXPECT_TRUE(JsonOf(Sprint("output --json")).Find("url")->is_null());
  const Ran misspelt = Sprint("output main.sprint urll");
  EXPECT_EQ(misspelt.code, 1);
  EXPECT_THAT(misspelt.err, HasSubstr("did you mean `url`?"));

  EXPECT_THAT(Sprint("graph").out, HasSubstr("\"home.Read.proxy\" -> \"home.Count.proxy\""));
  EXPECT_THAT(Sprint("graph --svg").out, HasSubstr(">home.Read.proxy</text>"));
  const value::Value graph = JsonOf(Sprint("graph --json"));
  EXPECT_EQ(graph.Find("nodes")->As<value::List>()->size(), 6u);

  const Ran why = Sprint("why main.sprint home.Count.proxy");
  EXPECT_THAT(why.out, HasSubstr("not there yet"));
  EXPECT_THAT(why.out, HasSubstr("for Count, placed on home/slice"));
  EXPECT_THAT(why.out, HasSubstr("is needed by home.Read.proxy"));
  EXPECT_EQ(JsonOf(Sprint("why main.sprint home.Count.proxy --json")).Text("type"), "local.proxy");
  EXPECT_THAT(Sprint("why main.sprint home.Cuont.proxy").err, HasSubstr("did you mean"));
}

TEST_F(Command, OutputsOfResourcesAreAsTheStateHasThem) {
  Write("a.sprint",
        "import std.local\n"
        "resource local.zone plant { name = \"plant\" }\n"
        "output name = plant.name\n"
        "output text = \"zone {plant.name}\"\n"
        "output two  = [plant.name, 2]\n"
        "output plain = 3 s\n");
  const std::string before = Sprint("output").out;
  EXPECT_THAT(before, HasSubstr("text = (known after apply)\n"));
  EXPECT_THAT(before, HasSubstr("plain = 3 s\n"));
  const Ran applied = Sprint("apply --yes");
  ASSERT_EQ(applied.code, 0) << applied.out << applied.err;
  EXPECT_THAT(Sprint("output").out, HasSubstr("two = [\"plant\",2]\n"));
  EXPECT_EQ(Sprint("output text").out, "zone plant\n") << "of the only program here";
  EXPECT_EQ(JsonOf(Sprint("output --json")).Text("name"), "plant");
  EXPECT_THAT(Sprint("show plant").out, HasSubstr("plant  (local.zone)"));
  EXPECT_THAT(Sprint("show plnt").err, HasSubstr("the state has no `plnt`, nor is there such a"));
  EXPECT_EQ(Sprint("destroy --yes").code, 0);
}

TEST_F(Command, WhatWasForgottenCanBeAdopted) {
  const std::string program =
      "import std.local\n"
      "resource local.zone plant { name = \"plant\" }\n"
      "resource local.node box { zone = plant.name, name = \"plant.box\", cores = 0.2,"
      " memory = 64 MiB }\n";
  Write("a.sprint", program);
  ASSERT_EQ(Sprint("apply --yes").code, 0);
  ASSERT_EQ(Sprint("state rm plant --yes").code, 0);
  ASSERT_EQ(Sprint("state rm box --yes").code, 0);
  Write("a.sprint", program + "adopt plant { id = \"plant\" }\nadopt box { id = \"plant.box\" }\n");
  const Ran plan = Sprint("plan");
  EXPECT_THAT(plan.out, HasSubstr("Plan: 0 to add, ")) << plan.err;
  EXPECT_THAT(plan.out, HasSubstr(" 0 to destroy.")) << plan.err;
  EXPECT_EQ(Sprint("apply --yes").code, 0);
  EXPECT_THAT(Sprint("plan").out, HasSubstr("No changes."));
  EXPECT_EQ(Sprint("destroy --yes").code, 0);
}

// The first hour: what `init` writes runs, answers, and goes away again.
TEST_F(Command, InitMakesAProgramThatRuns) {
  if (std::system("command -v python3 > /dev/null && command -v curl > /dev/null") != 0)
    GTEST_SKIP() << "no python3 or curl";
  ASSERT_EQ(Sprint("init").code, 0);
  const Ran applied = Sprint("apply main.sprint --yes");
  ASSERT_EQ(applied.code, 0) << applied.out << applied.err;
  EXPECT_THAT(Sprint("agent status").out, HasSubstr("no request in the last 60 s; predicted for"));
  const value::Value status = JsonOf(Sprint("agent status --json"));
  ASSERT_TRUE(status.Find("rows") && status.Find("rows")->As<value::List>());
  EXPECT_TRUE(status.Find("rows")->As<value::List>()->front().Find("mean_measured_s")->is_null());
  Sprint("version > /dev/null; curl -s -m 10 -d 'count these four words' $('" SPRINT
         "' output main.sprint url) > answer");
  EXPECT_EQ(Text("answer"), "4 words\n");
  EXPECT_EQ(Sprint("plan").code, 0) << "and there is nothing left to do";
  std::istringstream lines(Sprint("agent --seconds 1 --json").out);
  size_t decisions = 0;
  for (std::string line; std::getline(lines, line); ++decisions) {
    const auto json = value::FromJson(line);
    EXPECT_TRUE(json.ok() && json->Find("decision")) << line;
  }
  EXPECT_GT(decisions, 0u);
  const Ran destroyed = Sprint("destroy main.sprint --yes");
  EXPECT_EQ(destroyed.code, 0) << destroyed.out << destroyed.err;
  EXPECT_THAT(Sprint("show").out, HasSubstr("nothing exists"));
}

}  // namespace
}  // namespace sprint::cli
