#include "compiler/support/loc.h"

#include <gtest/gtest.h>

namespace sprint {
namespace {

TEST(SourceTable, LinesAndColumnsCountFromOne) {
  SourceTable sources;
  const FileId file = sources.Add("a.sprint", "one\ntwo\n\nfour");
  EXPECT_EQ(sources.Where(file, 0).line, 1u);
  EXPECT_EQ(sources.Where(file, 5).line, 2u);
  EXPECT_EQ(sources.Where(file, 5).column, 2u);
  EXPECT_EQ(sources.Where(file, 9).line, 4u);
  EXPECT_EQ(sources.Line(file, 2), "two");
  EXPECT_EQ(sources.Line(file, 3), "");
  EXPECT_EQ(sources.Line(file, 5), "");
}

TEST(SourceTable, ARangePastTheEndIsCut) {
  SourceTable sources;
  const FileId file = sources.Add("a.sprint", "abc");
  EXPECT_EQ(sources.text(Loc{file, 1, 99}), "bc");
  EXPECT_EQ(sources.text(Loc{}), "");
}

TEST(SourceTable, TextsStayWhereTheyAre) {
  SourceTable sources;
  const FileId first = sources.Add("a", "x");
  const std::string_view view = sources.text(first);
  for (int i = 0; i < 100; ++i) sources.Add("b", "y");
  EXPECT_EQ(view.data(), sources.text(first).data());
}

}  // namespace
}  // namespace sprint
