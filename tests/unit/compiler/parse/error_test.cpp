#include <gtest/gtest.h>

#include "compiler/parse/parse.h"
#include "tests/unit/compiler/parse/show.h"

namespace sprint::parse {
namespace {

struct Outcome {
  std::string tree;
  // "CODE `marked text` message" a line.
  std::string problems;
};

Outcome Read(const std::string& text) {
  SourceTable sources;
  const FileId file = sources.Add("a", text);
  diag::Emitter emitter;
  const ast::File parsed = Parse(file, sources, emitter);
  Outcome outcome{ShowFile(parsed), ""};
  for (const diag::Diagnostic& problem : emitter.Take()) {
    outcome.problems += problem.code + " `" + std::string(sources.text(problem.loc)) + "` " +
                        problem.message + "\n";
  }
  return outcome;
}

std::string Problems(const std::string& text) { return Read(text).problems; }

// Applies the only fix and reads again.
std::string Fixed(std::string text) {
  SourceTable sources;
  const FileId file = sources.Add("a", text);
  diag::Emitter emitter;
  Parse(file, sources, emitter);
  for (const diag::Diagnostic& problem : emitter.Take()) {
    if (!problem.fix) continue;
    text.replace(problem.fix->loc.begin, problem.fix->loc.end - problem.fix->loc.begin,
                 problem.fix->text);
    break;
  }
  EXPECT_EQ(Problems(text), "") << text;
  return text;
}

TEST(Mistakes, OneALineAndTheRestIsRead) {
  const Outcome outcome = Read(
      "component A {\n"
      "  a = 1 b = 2\n"
      "  memory = \n"
      "  cores 2\n"
      "  foo\n"
      "  d = [for x in y 3]\n"
      "  last = 3\n"
      "}\n"
      "data D { class = }\n"
      "data E { class = x }\n");
  EXPECT_EQ(outcome.problems,
            "E0109 `b` `b` begins another item on the same line\n"
            "E0101 `` expected a value, found the end of the line\n"
            "E0101 `2` expected `=` before the value of an attribute\n"
            "E0101 `foo` expected `=` or `{` after `foo`\n"
            "E0101 `3` expected `:`, found `3`\n"
            "E0101 `}` expected a value, found `}`\n");
  EXPECT_EQ(outcome.tree,
            "component A{a=1; memory=<error>; d=<error>; last=3; }\n"
            "data D{class=<error>; }\ndata E{class=x; }\n");
}

TEST(Mistakes, AnUnclosedBraceEndsBeforeTheNextDeclaration) {
  const Outcome outcome = Read("component A {\n  a = { b = 1\n\ncomponent B {\n  c = 3\n}\n");
  EXPECT_EQ(outcome.problems, "E0102 `{` `{` is never closed\n");
  EXPECT_EQ(outcome.tree, "component A{a={b=1; }; }\ncomponent B{c=3; }\n");
}

TEST(Mistakes, AnUnclosedParenthesisEndsOnItsLine) {
  const Outcome outcome = Read(
      "application A {\n  require response(Blur <= 300 ms\n  x = [1, 2\n  y = 3\n}\nlet z = 1");
  EXPECT_EQ(outcome.problems, "E0102 `(` `(` is never closed\nE0102 `[` `[` is never closed\n");
  EXPECT_NE(outcome.tree.find("x=[1, 2]; y=3; }\nlet z = 1"), std::string::npos) << outcome.tree;
}

TEST(Mistakes, StrayBracketsCloseNothing) {
  EXPECT_EQ(Problems("let x = 1)\n}\nlet y = 2"),
            "E0102 `)` `)` closes nothing\nE0102 `}` `}` closes nothing\n");
}

TEST(Mistakes, AnOpenTextEndsOnItsLine) {
  const Outcome outcome = Read("let x = \"abc\nlet y = \"a {b\nlet z = 1\n");
  EXPECT_EQ(outcome.problems,
            "E0103 `\"abc` text is not closed on its line\n"
            "E0103 `\"a {b` text is not closed on its line\n");
  EXPECT_NE(outcome.tree.find("let z = 1"), std::string::npos);
  EXPECT_EQ(Problems("let x = \"\"\"\nabc"), "E0103 `\"\"\"` text is never closed\n");
}

TEST(Mistakes, InTexts) {
  EXPECT_EQ(Problems(R"(let x = "a\qb")"), "E0104 `\\q` `\\q` is no escape\n");
  EXPECT_EQ(Problems(R"(let x = "\u{110000}")"), "E0104 `\\u` `\\u` is no escape\n");
  EXPECT_EQ(Problems("import \"a{b}\""), "E0104 `b` what is imported cannot be computed\n");
}

TEST(Mistakes, OfMeaning) {
  EXPECT_EQ(Problems("x = 3"), "E0105 `x` attribute `x` stands outside of any block\n");
  EXPECT_EQ(Problems("let x = 1 < 2 < 3"), "E0106 `<` comparisons do not chain\n");
  EXPECT_EQ(Problems("let x = (1 < 2) == true"), "");
  EXPECT_EQ(Problems("let x = 1e999"), "E0112 `1e999` `1e999` is out of the range of numbers\n");
  EXPECT_EQ(Problems("let x = 3 { a = 1 }"), "E0101 `{` a block cannot follow this value\n");
  EXPECT_EQ(Problems("b { a = 1,, c = 2 }"), "E0101 `,` comma separates nothing\n");
  EXPECT_EQ(Problems("continuum C {\n  link a b\n}"),
            "E0101 `link` expected the form `link a <-> b { … }`\n");
  EXPECT_EQ(Problems("let x"), "E0101 `let x` `let x` has no value\n");
}

TEST(Mistakes, OfOtherLanguages) {
  EXPECT_EQ(Read("let x = a && !b || c").tree, "let x = ((a and (not b)) or c)\n");
  EXPECT_EQ(Fixed("let x = 'a b'"), "let x = \"a b\"");
  EXPECT_EQ(Fixed("# hello {\nlet x = 1"), "// hello {\nlet x = 1");
  EXPECT_EQ(Fixed("resource aws.bucket \"logs\" {\n}"), "resource aws.bucket logs {\n}");
  EXPECT_EQ(Fixed("b {\n  image \"x\"\n}"), "b {\n  image = \"x\"\n}");
  EXPECT_EQ(Fixed("b {\n  a = 1 c = 2\n}"), "b {\n  a = 1, c = 2\n}");
  EXPECT_EQ(Problems("let na\xC3\xAFve = 1"),
            "E0110 `na\xC3\xAFve` `na\xC3\xAFve` has letters that no name has\n");
}

TEST(Limits, StopWhatIsTooDeepTooLongOrTooLarge) {
  const auto many = [](const std::string& text, size_t times) {
    std::string all;
    for (size_t i = 0; i < times; ++i) all += text;
    return all;
  };
  for (const char* bomb : {"(", "[", "{ a = ", "f(", "\"{"}) {
    EXPECT_EQ(Problems("let x = " + many(bomb, 5000)).substr(0, 6), "E0107 ") << bomb;
  }
  for (const char* bomb : {"-", "not ", "1 + ", "a.", "if a then b else "}) {
    EXPECT_EQ(Problems("let x = " + many(bomb, 5000) + "1").substr(0, 6), "E0107 ") << bomb;
  }
  EXPECT_EQ(Problems("let x = f" + many("(1)", 5000)).substr(0, 6), "E0107 ");
  EXPECT_EQ(Problems("let x = " + many("(", 190) + "1" + many(")", 190)), "");
  EXPECT_EQ(Problems("let x = " + many("1 + ", 900) + "1"), "");
  EXPECT_NE(Problems(many("}", 5000)).find("E0113"), std::string::npos);

  SourceTable sources;
  const FileId file = sources.Add("a", "let x = 1\nlet y = 2");
  diag::Emitter emitter;
  EXPECT_TRUE(Parse(file, sources, emitter, {.bytes = 10}).declarations.empty());
  EXPECT_TRUE(Parse(file, sources, emitter, {.tokens = 3}).declarations.empty());
  const auto problems = emitter.Take();
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].code + problems[1].code, "E0108E0108");
}

TEST(Limits, ManyMistakesEndTheReading) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "let = 1\n";
  SourceTable sources;
  const FileId file = sources.Add("a", text + "let x = 1\n");
  diag::Emitter emitter;
  EXPECT_TRUE(Parse(file, sources, emitter).declarations.empty());
  // Told within what an emitter tells.
  const auto problems = emitter.Take();
  ASSERT_LT(problems.size(), diag::Emitter::Cap);
  EXPECT_EQ(problems.back().code, "E0113");
}

TEST(Garbage, IsRefusedInPeace) {
  EXPECT_EQ(Problems(std::string("let x = \xFF")).substr(0, 6), "E0108 ");
  EXPECT_EQ(Read("\xEF\xBB\xBFlet x = 1").problems, "");
  EXPECT_EQ(Read("").tree, "");
  // Every pair of tokens of a small language, with and without a beginning.
  const char* const pieces[] = {
      "a",   "=",     "{",  "}",      "(",  ")",   "[",   "]",  "\"",  "\n", ",",    ":",  ".",
      "->",  "..",    "%",  "1",      "if", "/",   "///", "in", "let", "?",  "|",    "at", "link",
      "<->", "nodes", "\\", "\"\"\"", "-",  "not", "@",   "on", "#",   "'",  "type", "for"};
  for (const char* first : pieces) {
    for (const char* second : pieces) {
      for (const char* start : {"", "let x = ", "b {\n a = \"{ "}) {
        const std::string text = std::string(start) + first + " " + second + " " + first;
        SourceTable sources;
        const FileId file = sources.Add("a", text);
        diag::Emitter emitter;
        Parse(file, sources, emitter);
        for (const diag::Diagnostic& problem : emitter.Take()) {
          EXPECT_NE(problem.code, "E0114") << text;
          EXPECT_LE(problem.loc.end, text.size()) << text;
          EXPECT_LE(problem.loc.begin, problem.loc.end) << text;
        }
      }
    }
  }
}

}  // namespace
}  // namespace sprint::parse
