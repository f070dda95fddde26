#include "compiler/diag/explain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace sprint::diag {
namespace {

TEST(Pages, ThereIsOneForEveryCodeInOrder) {
  std::vector<std::string_view> pages;
  for (const Page& page : Pages()) {
    pages.push_back(page.code);
    EXPECT_FALSE(page.title.empty()) << page.code;
    EXPECT_FALSE(page.meaning.empty()) << page.code;
    EXPECT_EQ(FindPage(page.code), &page);
    EXPECT_FALSE(KindName(page.code).empty());
  }
  EXPECT_EQ(pages, Kinds());
  EXPECT_TRUE(std::is_sorted(pages.begin(), pages.end()));
}

TEST(Pages, AreFoundByCode) {
  ASSERT_NE(FindPage("e0203"), nullptr);
  EXPECT_EQ(FindPage("e0203")->code, "E0203");
  EXPECT_EQ(FindPage("E9999"), nullptr);
  EXPECT_EQ(FindPage(""), nullptr);
  EXPECT_EQ(FindPage("E02033"), nullptr);
  EXPECT_EQ(KindName("E0203"), "UnknownAttribute");
  EXPECT_EQ(KindName("E9999"), "");
}

TEST(Pages, ShowMeaningAndBothExamples) {
  const std::string page = RenderPage({"E0001", "a title", "What it means.", "a\n\nb\n", "c\n"});
  EXPECT_EQ(page,
            "E0001: a title\n\nWhat it means.\n\nWrong:\n\n    a\n\n    b\n\nRight:\n\n    c\n");
}

// A code that the sources use and kind.def does not have would be one nobody can look up.
TEST(Pages, EveryCodeOfTheSourcesIsInKindDef) {
  const auto root = std::filesystem::current_path();
  const std::regex code("\"(E0[0-9]{3})\"");
  const auto kinds = Kinds();
  const std::set<std::string> known(kinds.begin(), kinds.end());
  size_t found = 0;
  for (const char* folder : {"compiler", "engine"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() != ".cpp") continue;
      std::stringstream stream;
      stream << std::ifstream(entry.path()).rdbuf();
      const std::string text = stream.str();
      for (std::sregex_iterator match(text.begin(), text.end(), code), end; match != end; ++match) {
        ++found;
        EXPECT_TRUE(known.count((*match)[1]) == 1)
            << (*match)[1] << " in " << entry.path()
            << ": add it to compiler/diag/kind.def and a page to compiler/diag/explain_*.cpp";
      }
    }
  }
  EXPECT_GT(found, 20u);
}

// A diagnostic that no golden shows is one nobody has looked at.
TEST(Pages, EveryCodeIsInAGolden) {
  const auto goldens = std::filesystem::current_path() / "tests" / "golden";
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(goldens)) {
    if (entry.path().extension() != ".sprint") continue;
    std::stringstream stream;
    stream << std::ifstream(entry.path()).rdbuf();
    all += stream.str();
  }
  for (const std::string_view code : Kinds()) {
    // The parser gives up only where ANTLR fails in a way we know no program for.
    if (code == "E0114") continue;
    EXPECT_NE(all.find("[" + std::string(code) + "]: "), std::string::npos)
        << code << " " << KindName(code) << " is in no golden";
  }
}

}  // namespace
}  // namespace sprint::diag
