#include "compiler/parse/format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/parse/parse.h"
#include "tests/unit/compiler/parse/show.h"

namespace sprint::parse {
namespace {

std::string Tree(const std::string& text) {
  SourceTable sources;
  const FileId file = sources.Add("a", text);
  diag::Emitter emitter;
  const ast::File parsed = Parse(file, sources, emitter);
  EXPECT_FALSE(emitter.has_errors()) << text;
  return ShowFile(parsed);
}

std::string FormatOnce(const std::string& text) {
  SourceTable sources;
  return Format(sources.Add("a", text), sources);
}

// Formats, and checks what must hold of every formatted text.
std::string Formatted(const std::string& text) {
  const std::string formatted = FormatOnce(text);
  EXPECT_EQ(FormatOnce(formatted), formatted) << "not idempotent: " << text;
  EXPECT_EQ(Tree(formatted), Tree(text));
  return formatted;
}

TEST(Format, SpacesAndIndents) {
  EXPECT_EQ(Formatted("component   A{\nmemory=2GiB\n   arch=[ arm64,amd64 ]\n}"),
            "component A {\n  memory = 2 GiB\n  arch   = [arm64, amd64]\n}\n");
  EXPECT_EQ(Formatted("let x=-a+b*( -c )-f( 1,- 2 )[ 0 ].d"),
            "let x = -a + b * (-c) - f(1, -2)[0].d\n");
  EXPECT_EQ(Formatted("let x=if a then-1 else not(b)"), "let x = if a then -1 else not (b)\n");
  EXPECT_EQ(Formatted("let x=[for k,v in m if v>1:k]"), "let x = [for k, v in m if v > 1: k]\n");
  EXPECT_EQ(Formatted("let x = 40% % 3\nlet y = x%2\nlet z = 4moves/h"),
            "let x = 40 % % 3\nlet y = x % 2\nlet z = 4 moves/h\n");
  EXPECT_EQ(Formatted("function f( a:Int,b ):Text? = a"), "function f(a: Int, b): Text? = a\n");
  EXPECT_EQ(Formatted("type T={a:List[ Text ],b:\"x\"|\"y\"}"),
            "type T = { a: List[Text], b: \"x\" | \"y\" }\n");
  EXPECT_EQ(Formatted("continuum C{\nnodes n [3] : edge.X{ }\nlink a<->b{delay=1ms}\n}"),
            "continuum C {\n  nodes n[3]: edge.X {}\n  link a <-> b { delay = 1 ms }\n}\n");
  EXPECT_EQ(Formatted("host H {\nrun (c) { }\nrequire (a) <= b\n}"),
            "host H {\n  run(c) {}\n  require (a) <= b\n}\n");
}

TEST(Format, KeepsCommentsAndSingleBlankLines) {
  EXPECT_EQ(Formatted("\n\n/// doc\nlet x = 1   // why\n\n\n\n// alone\nlet y = 2\n\n\n"),
            "/// doc\nlet x = 1  // why\n\n// alone\nlet y = 2\n");
  EXPECT_EQ(Formatted("b {\n\n  a = 1\n\n\n  // last\n\n}"), "b {\n  a = 1\n\n  // last\n}\n");
  EXPECT_EQ(Formatted("b { // why\n a = 1 }"), "b {  // why\n  a = 1\n}\n");
}

TEST(Format, ABlockIsOnOneLineOrHasItsOwn) {
  EXPECT_EQ(Formatted("b { a = 1,\n c = 2, d = 3, }"), "b {\n  a = 1\n  c = 2, d = 3\n}\n");
  EXPECT_EQ(Formatted("b\n{\n a = 1\n}"), "b {\n  a = 1\n}\n");
  EXPECT_EQ(Formatted("b { a = { c = 1\n } }"), "b {\n  a = {\n    c = 1\n  }\n}\n");
  EXPECT_EQ(Formatted("b {\n}"), "b {}\n");
}

TEST(Format, AlignsNeighbours) {
  EXPECT_EQ(Formatted("b {\n  a = 1\n  bcd = 2\n\n  ef = 3\n  demand { x = 1 }\n}"),
            "b {\n  a   = 1\n  bcd = 2\n\n  ef     = 3\n  demand { x = 1 }\n}\n");
  EXPECT_EQ(Formatted("data A { x = 1 }\ndata Bcd { x = 1 }"),
            "data A   { x = 1 }\ndata Bcd { x = 1 }\n");
  EXPECT_EQ(Formatted("deploy A on T {\n measured X on K = 1 s\n measured Xyz on Kl = 10 s\n}"),
            "deploy A on T {\n  measured X   on K  = 1 s\n  measured Xyz on Kl = 10 s\n}\n");
}

TEST(Format, IndentsWhatGoesOnBelow) {
  EXPECT_EQ(
      Formatted("let x = a\n+ b\nlet y = [\n1,\n2\n]\nlet z = f(\na,\n{\nb = 1\n}\n)"),
      "let x = a\n  + b\nlet y = [\n  1,\n  2\n]\nlet z = f(\n  a,\n  {\n    b = 1\n  }\n)\n");
}

TEST(Format, LeavesTextsAlone) {
  EXPECT_EQ(Formatted("let x=\"a  {b+1}  \"\nlet y=\"\"\"\n  a\n     b\n  \"\"\""),
            "let x = \"a  {b+1}  \"\nlet y = \"\"\"\n  a\n     b\n  \"\"\"\n");
}

TEST(Format, KeepsACommaThatSeparatesWhatWouldJoin) {
  EXPECT_EQ(Formatted("b {\n  a = x,\n  at p95\n}"), "b {\n  a = x,\n  at p95\n}\n");
}

TEST(Format, GivesBackWhatItCannotRead) { EXPECT_EQ(FormatOnce("let  x = \n"), "let  x = \n"); }

TEST(Format, ProgramsKeepTheirMeaning) {
  const auto root = std::filesystem::current_path();
  size_t programs = 0;
  for (const char* folder : {"examples", "stdlib"}) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() != ".sprint") continue;
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      Formatted(text.str());
      // As ill laid out as can be: every run of spaces is one, and lines begin at once.
      std::string squeezed;
      for (const char c : text.str()) {
        const bool space = c == ' ';
        if (space && (squeezed.empty() || squeezed.back() == ' ' || squeezed.back() == '\n'))
          continue;
        squeezed += c;
      }
      EXPECT_EQ(Formatted(squeezed).empty(), false);
      ++programs;
    }
  }
  EXPECT_GE(programs, 3u);
}

}  // namespace
}  // namespace sprint::parse
