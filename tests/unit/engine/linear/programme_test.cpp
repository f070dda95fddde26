#include "engine/linear/programme.h"

#include <gtest/gtest.h>

namespace sprint::linear {
namespace {

using Entry = Programme::Entry;

// Two things to cover, each alone for 10 and 8 or both for 15, of which there is one.
TEST(Programme, GrowsByColumnsAndTellsWhatRowsAreWorth) {
  Programme programme;
  const uint32_t first = programme.AddRow(1, Programme::Infinity);
  const uint32_t second = programme.AddRow(1, Programme::Infinity);
  const uint32_t supply = programme.AddRow(-Programme::Infinity, 0.5);
  const Entry alone[] = {{first, 1}}, other[] = {{second, 1}};
  programme.AddColumn(10, alone);
  programme.AddColumn(8, other);
  ASSERT_TRUE(programme.Solve(100));
  EXPECT_NEAR(programme.objective(), 18, 1e-9);
  EXPECT_NEAR(programme.prices()[first], 10, 1e-9);
  EXPECT_NEAR(programme.prices()[second], 8, 1e-9);

  const Entry both[] = {{first, 1}, {second, 1}, {supply, 1}};
  const uint32_t column = programme.AddColumn(15, both);
  ASSERT_TRUE(programme.Solve(100));
  EXPECT_NEAR(programme.objective(), 16.5, 1e-9);
  EXPECT_NEAR(programme.values()[column], 0.5, 1e-9);
  EXPECT_NEAR(programme.prices()[supply], -3, 1e-9);

  programme.SetRowRange(supply, -Programme::Infinity, 1);
  ASSERT_TRUE(programme.Solve(100));
  EXPECT_NEAR(programme.objective(), 15, 1e-9);
  programme.SetRange(column, 0, 0);
  ASSERT_TRUE(programme.Solve(100));
  EXPECT_NEAR(programme.objective(), 18, 1e-9);
  programme.SetCost(column - 1, 7);
  ASSERT_TRUE(programme.Solve(100));
  EXPECT_NEAR(programme.objective(), 17, 1e-9);
}

TEST(Programme, SaysWhenThereIsNoSolution) {
  Programme programme;
  const uint32_t row = programme.AddRow(2, Programme::Infinity);
  const Entry entries[] = {{row, 1}};
  programme.AddColumn(1, entries, 0, 1);
  EXPECT_FALSE(programme.Solve(100));
  EXPECT_TRUE(programme.values().empty());
}

}  // namespace
}  // namespace sprint::linear
