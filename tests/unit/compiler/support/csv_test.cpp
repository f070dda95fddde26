#include "compiler/support/csv.h"

#include <gtest/gtest.h>

namespace sprint {
namespace {

// Each row in brackets, each cell with where it stands.
std::string Read(std::string_view text) {
  CsvReader reader(text);
  std::vector<CsvCell> row;
  std::string out;
  while (reader.Next(row)) {
    out += "[";
    for (const CsvCell& cell : row) {
      out += cell.text + "@" + std::to_string(cell.begin) + "-" + std::to_string(cell.end) + " ";
    }
    out.back() = ']';
  }
  if (const auto& mistake = reader.mistake()) {
    out += std::to_string(mistake->begin) + ": " + mistake->message;
  }
  return out;
}

TEST(Csv, CellsKnowWhereTheyStand) {
  EXPECT_EQ(Read("a,b\n1,22"), "[a@0-1 b@2-3][1@4-5 22@6-8]");
  EXPECT_EQ(Read("a , b\t\n"), "[a@0-1 b@4-5]");
  EXPECT_EQ(Read("a,,\n,"), "[a@0-1 @2-2 @3-3][@4-4 @5-5]");
}

TEST(Csv, PassesOverWhatToolsLeave) {
  EXPECT_EQ(Read("\xEF\xBB\xBF"
                 "a\r\n\r\n \n1\r\n\n"),
            "[a@3-4][1@10-11]");
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("\n\n  "), "");
  // A carriage return inside a line is part of its cell.
  EXPECT_EQ(Read("a\rb"), "[a\rb@0-3]");
}

TEST(Csv, QuotesHoldAnything) {
  EXPECT_EQ(Read("\"a,\"\"b\"\"\nc\" ,d"), "[a,\"b\"\nc@0-11 d@13-14]");
  EXPECT_EQ(Read("\"\""), "[@0-2]");
  EXPECT_EQ(Read("a\"b"), "[a\"b@0-3]");
}

TEST(Csv, SaysWhatIsWrongWithQuotes) {
  EXPECT_EQ(Read("a\n\"b"), "[a@0-1]2: this quote is not closed");
  EXPECT_EQ(Read("\"a\"b"), "3: a comma is due behind a cell in quotes");
  EXPECT_EQ(Read("\"a\"\"\"b"), "5: a comma is due behind a cell in quotes");
}

TEST(Csv, RowsAreNotEndless) {
  EXPECT_EQ(Read(std::string(1000, ',')), "1000: a row has at most 1000 cells");
  EXPECT_TRUE(Read(std::string(999, ',')).ends_with("@999-999]"));
}

}  // namespace
}  // namespace sprint
