#include "compiler/diag/render.h"

#include <gtest/gtest.h>

#include "compiler/diag/emitter.h"

namespace sprint::diag {
namespace {

TEST(RenderTerminal, ShowsLinesCaretsAndLabels) {
  SourceTable sources;
  const FileId file =
      sources.Add("a.sprint", "component A {\n  x = 1\n  y = 2\n  memry = 1 GiB\n}\n");
  Emitter emitter;
  emitter.Error("E0203", {file, 32, 37}, "`component` has no attribute `memry`")
      .Label({file, 10, 11}, "in this one")
      .Help("did you mean `memory`?")
      .FixIt({file, 32, 37}, "memory");
  EXPECT_EQ(RenderTerminal(emitter.Take(), sources),
            "error[E0203]: `component` has no attribute `memry`\n"
            " --> a.sprint:4:3\n"
            "  |\n"
            "1 | component A {\n"
            "  |           - in this one\n"
            "...\n"
            "4 |   memry = 1 GiB\n"
            "  |   ^^^^^\n"
            "  = help: did you mean `memory`?\n");
}

TEST(RenderTerminal, OtherFilesAndSeveralMarksOnALine) {
  SourceTable sources;
  const FileId one = sources.Add("one.sprint", "let a = b + c\n");
  const FileId two = sources.Add("two.sprint", "\n\nlet c = 1\n");
  Emitter emitter;
  emitter.Warning("E0999", {one, 10, 11}, "odd")
      .Label({two, 6, 7}, "from here")
      .Label({one, 8, 9}, "left")
      .FixIt({one, 10, 11}, "-");
  EXPECT_EQ(RenderTerminal(emitter.Take(), sources),
            "warning[E0999]: odd\n"
            " --> one.sprint:1:11\n"
            "  |\n"
            "1 | let a = b + c\n"
            "  |           ^\n"
            "  |         - left\n"
            " ::: two.sprint:3:5\n"
            "  |\n"
            "3 | let c = 1\n"
            "  |     - from here\n"
            "  = fix: write `-` for `+`\n");
}

TEST(RenderTerminal, CountsCharactersAndDefusesControlCharacters) {
  SourceTable sources;
  const FileId file = sources.Add("a", "x = \"\xC3\xA9\xE2\x82\xAC\x1b[31m\" y");
  Emitter emitter;
  emitter.Error("", {file, 17, 18}, "here");
  EXPECT_EQ(RenderTerminal(emitter.Take(), sources),
            "error: here\n --> a:1:18\n  |\n1 | x = \"\xC3\xA9\xE2\x82\xAC [31m\" y\n"
            "  |               ^\n");
}

TEST(RenderTerminal, MessagesMayQuoteControlCharacters) {
  SourceTable sources;
  const FileId file = sources.Add("a", "x = y");
  Emitter emitter;
  emitter.Error("", {file, 4, 5}, "no file `\n\x1b[31m`").Label({file, 0, 1}, "\r").Help("\a?");
  EXPECT_EQ(RenderTerminal(emitter.Take(), sources),
            "error: no file `  [31m`\n --> a:1:5\n  |\n1 | x = y\n  |     ^\n  | -  \n"
            "  = help:  ?\n");
}

TEST(RenderTerminal, CutsVeryLongLinesAroundTheMark) {
  SourceTable sources;
  const FileId file = sources.Add("a", std::string(5000, 'x') + "y" + std::string(5000, 'z'));
  Emitter emitter;
  emitter.Error("", {file, 5000, 5001}, "here");
  const std::string out = RenderTerminal(emitter.Take(), sources);
  EXPECT_LT(out.size(), 400u);
  EXPECT_NE(out.find("1 | …" + std::string(40, 'x') + "yz"), std::string::npos) << out;
  EXPECT_NE(out.find("\n  | " + std::string(41, ' ') + "^\n"), std::string::npos) << out;
}

TEST(RenderTerminal, MarksPlacesWithoutLengthAndWithoutFile) {
  SourceTable sources;
  const FileId file = sources.Add("a", "a {\n  x =\n}");
  Emitter emitter;
  emitter.Error("E0101", {file, 9, 9}, "expected a value");
  emitter.Error("E0201", {}, "no such param");
  emitter.Error("E0102", {file, 2, 11}, "all of it");
  const std::string out = RenderTerminal(emitter.Take(), sources, Color::Off);
  EXPECT_NE(out.find("2 |   x =\n  |      ^\n"), std::string::npos) << out;
  EXPECT_NE(out.find("error[E0201]: no such param\n"), std::string::npos) << out;
  EXPECT_NE(out.find("1 | a {\n  |   ^\n"), std::string::npos) << out;
}

TEST(RenderTerminal, ColorChangesNothingElse) {
  SourceTable sources;
  const FileId file = sources.Add("a", "let x = 1");
  Diagnostic diagnostic;
  diagnostic.loc = {file, 4, 5};
  diagnostic.message = "m";
  diagnostic.labels.push_back({{file, 0, 3}, "l"});
  diagnostic.help = "h";
  std::string colored = RenderTerminal({diagnostic}, sources, Color::On);
  EXPECT_NE(colored.find("\x1b[1;31m"), std::string::npos);
  for (size_t at = colored.find('\x1b'); at != std::string::npos; at = colored.find('\x1b')) {
    colored.erase(at, colored.find('m', at) - at + 1);
  }
  EXPECT_EQ(colored, RenderTerminal({diagnostic}, sources));
}

TEST(RenderJson, IsJsonWithTheKeysOfTheManual) {
  SourceTable sources;
  const FileId file = sources.Add("a \"b\"", "let x = 1\nlet y = x\n");
  Emitter emitter;
  emitter.Error("E0203", {file, 14, 15}, "line\nend \xC3\xA9\x01")
      .Label({file, 4, 5}, "there")
      .Help("do")
      .FixIt({file, 14, 15}, "z");
  emitter.Note("", {}, "no place");
  EXPECT_EQ(
      RenderJson(emitter.Take(), sources),
      R"([{"code":"","severity":"note","message":"no place","labels":[]},)"
      R"({"code":"E0203","severity":"error","file":"a \"b\"","line":2,"column":5,"end_line":2,)"
      R"("end_column":6,"message":"line\nend )"
      "\xC3\xA9"
      R"(\u0001","help":"do","labels":)"
      R"([{"file":"a \"b\"","line":1,"column":5,"end_line":1,"end_column":6,"message":"there"}],)"
      R"("fix":{"file":"a \"b\"","line":2,"column":5,"end_line":2,"end_column":6,"text":"z"}}])");
}

}  // namespace
}  // namespace sprint::diag
