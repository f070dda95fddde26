#include "compiler/parse/parse.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/compiler/parse/show.h"

namespace sprint::parse {
namespace {

struct Parsed {
  std::string tree;
  std::string problems;
};

Parsed Read(const std::string& text) {
  SourceTable sources;
  const FileId file = sources.Add("a", text);
  diag::Emitter emitter;
  const ast::File parsed = Parse(file, sources, emitter);
  return {ShowFile(parsed), diag::RenderCompact(emitter.Take(), sources)};
}

std::string Tree(const std::string& text) {
  const Parsed parsed = Read(text);
  EXPECT_EQ(parsed.problems, "");
  return parsed.tree;
}

// The value of `let x = …`.
std::string Value(const std::string& text) {
  const std::string tree = Tree("let x = " + text);
  return tree.substr(8, tree.size() - 9);
}

std::string Attributes(const std::string& text) {
  const std::string tree = Tree("b {\n" + text + "\n}");
  return tree.substr(2, tree.size() - 4);
}

std::string ReadFile(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(Programs, TheNorthStarParsesWithoutAWord) {
  const auto root = std::filesystem::current_path() / "examples";
  for (const char* name : {"mask-detection", "laptop", "wind-farm"}) {
    const std::string text = ReadFile(root / name / (std::string(name) + ".sprint"));
    ASSERT_FALSE(text.empty()) << name;
    const Parsed parsed = Read(text);
    EXPECT_EQ(parsed.problems, "") << name;
    EXPECT_EQ(parsed.tree.find("<error>"), std::string::npos) << name;
  }
}

TEST(Expressions, BindAsInArithmetic) {
  EXPECT_EQ(Value("1 + 2 * -a.b(3)[4] - 5"), "((1 + (2 * (-a.b(3)[4]))) - 5)");
  EXPECT_EQ(Value("not a == b and c or d"), "(((not (a == b)) and c) or d)");
  EXPECT_EQ(Value("if a then b else if c then d else e + 1"),
            "(if a then b else (if c then d else (e + 1)))");
  EXPECT_EQ(Value("(a + b) * c"), "((a + b) * c)");
  EXPECT_EQ(Value("f(A -> B -> app.C) <= 2 s at p95"), "((f(<A -> B -> app.C>) <= 2_s) at p95)");
  EXPECT_EQ(Value("[for k, v in m if v > 1: k]"), "[for k v in m if (v > 1): k]");
  EXPECT_EQ(Value("[1, 2, 3,]"), "[1, 2, 3]");
}

TEST(Quantities, TakeTheUnitBehindTheNumber) {
  EXPECT_EQ(Value("cameras * 0.5 rps"), "(cameras * 0.5f_rps)");
  EXPECT_EQ(Value("4 moves/h"), "4_moves/h");
  EXPECT_EQ(Value("0.002 EUR/h"), "0.002f_EUR/h");
  EXPECT_EQ(Value("30s"), "30_s");
  EXPECT_EQ(Value("2 GiB / 100 Mbit/s"), "(2_GiB / 100_Mbit/s)");
  EXPECT_EQ(Value("2 GiB / rate"), "(2_GiB / rate)");
  EXPECT_EQ(Value("a >= 90 % and b"), "((a >= 90_%) and b)");
  EXPECT_EQ(Value("a >= 90 % at p95"), "((a >= 90_%) at p95)");
}

TEST(Quantities, PercentIsModuloWhenAnOperandFollows) {
  EXPECT_EQ(Value("x % 2"), "(x % 2)");
  EXPECT_EQ(Value("7 % 2"), "(7 % 2)");
  EXPECT_EQ(Value("7 % x"), "(7 % x)");
  EXPECT_EQ(Value("7 % (x)"), "(7 % x)");
  EXPECT_EQ(Attributes("exit = 40 %, demand { a = 1 }"), "exit=40_%; demand{a=1; }; ");
  EXPECT_EQ(Attributes("a = 40 %\nb = 1"), "a=40_%; b=1; ");
}

TEST(Texts, HaveHolesAndEscapes) {
  EXPECT_EQ(Value(R"("10.0.0.{11 + index}")"), "\"10.0.0.{(11 + index)}\"");
  EXPECT_EQ(Value(R"("a\"\{b\}\n\u{e9}\\")"), "\"a\"{b}\n\xC3\xA9\\\"");
  EXPECT_EQ(Value(R"("{f("{x}")}")"), "\"{f(\"{x}\")}\"");
  EXPECT_EQ(Value(R"("")"), "\"\"");
}

TEST(Texts, OfSeveralLinesLoseTheirMargin) {
  EXPECT_EQ(Value("\"\"\"\n    a \"b\"\n      {c}\n\n    d\n    \"\"\""),
            "\"a \"b\"\n  {c}\n\nd\"");
}

TEST(Keywords, AreNamesWhereverTheyBeginNothing) {
  EXPECT_EQ(Attributes("data = component, memory = link\noutput = type.version\nif = 1\nin = 2"),
            "data=component; memory=link; output=type.version; if=1; in=2; ");
  EXPECT_EQ(Tree("component flow {\n nodes { a = 1 }\n require = 3\n}"),
            "component flow{nodes{a=1; }; require=3; }\n");
  EXPECT_EQ(Attributes("edge.K3s = 1\n\"app.io/name\" = 2"), "edge.K3s=1; app.io/name=2; ");
}

TEST(Statements, OfEveryForm) {
  EXPECT_EQ(Tree("import \"f\" as m version \"1.2\""), "import label:m = \"f\"version=\"1.2\"; \n");
  EXPECT_EQ(Tree("function f(a: Int, b): Text = a"), "function f $a:Int $b :Text = a\n");
  EXPECT_EQ(Tree("type T = { a: Int, b: List[Text]? }"), "type T :{a:Int;b:List[Text]?;}\n");
  EXPECT_EQ(Tree("type T = \"a\" | \"b\""), "type T :|a|b\n");
  EXPECT_EQ(Tree("param x: later secret Text"), "param x :later secret Text\n");
  EXPECT_EQ(Tree("let c = openstack.Cloud { a = 1 }"), "let c = openstack.Cloud{a=1; }\n");
  EXPECT_EQ(Tree("param x: Int = n { min = 1 }"), "param x :Int = n{min=1; }\n");
  EXPECT_EQ(Tree("host H {\n run(c) { resource local.zone z { a = c } }\n}"),
            "host H{run $c{resource local.zone z{a=c; }; }; }\n");
  EXPECT_EQ(Tree("deploy A on T {\n pin X in zone\n forbid X.y on K\n maximize accuracy(X)\n}"),
            "deploy A T{pin X zone <in>; forbid X.y K <on>; maximize = accuracy(X); }\n");
  EXPECT_EQ(Tree("moved a.b -> a.c"), "moved a.b a.c\n");
  EXPECT_EQ(Tree("application A {\n prefer n: x <= bound at p95 { weight = 2 EUR/h }\n}"),
            "application A{prefer label:n = ((x <= bound) at p95){weight=2_EUR/h; }; }\n");
}

TEST(LineEnds, OfWindowsAreLineEnds) {
  EXPECT_EQ(Tree("/// doc\r\nb {\r\n  a = 1 // c\r\n  c = \"x\"\r\n}\r\n"),
            "b doc(doc){a=1; c=\"x\"; }\n");
  EXPECT_EQ(Value("\"\"\"\r\n  a\r\n  b\r\n  \"\"\""), "\"a\nb\"");
}

TEST(Docs, BelongToWhatFollows) {
  EXPECT_EQ(Tree("/// file\n\n/// one\n/// two\nlet a = 1\n"),
            "doc(file)\nlet a = 1 doc(one\ntwo)\n");
  EXPECT_EQ(Tree("/// one\ndata D {\n  /// size\n  size = 1\n}"),
            "data D doc(one){size=1 doc(size); }\n");
}

}  // namespace
}  // namespace sprint::parse
