#include "engine/logic/linear.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sprint::logic {
namespace {

using ::testing::ElementsAre;
using Literals = std::vector<Linear::Literal>;
using Terms = std::vector<Linear::Term>;
using Groups = std::vector<Linear::Group>;
constexpr unsigned Milliseconds = 10'000;

TEST(Linear, NamesTheGroupsThatContradictAndNoOthers) {
  Linear linear(4);
  const auto a = linear.Choice(), b = linear.Choice(), c = linear.Choice();
  linear.Either(Literals{{a}, {b}, {c}});
  linear.AtMost(Terms{{a, 3}, {b, 4}, {c, 5}}, 3, 0);  // only a
  linear.Either(Literals{{a, false}}, 1);
  linear.Either(Literals{{b}}, 2);
  linear.AtMost(Terms{{c, 1}}, 0, 3);
  EXPECT_THAT(*linear.Core(Groups{0, 1, 3}, Milliseconds), ElementsAre(0, 1));
  EXPECT_THAT(*linear.Core(Groups{0, 2, 3}, Milliseconds), ElementsAre(0, 2));
  EXPECT_FALSE(linear.Core(Groups{0, 3}, Milliseconds));
  EXPECT_FALSE(linear.Core(Groups{1, 2, 3}, Milliseconds));
}

TEST(Linear, WithoutAnyGroupTheCoreIsEmpty) {
  Linear linear(1);
  const auto a = linear.Choice();
  linear.Either(Literals{{a}});
  linear.AtMost(Terms{{a, 1}}, 0);
  EXPECT_TRUE(linear.Core(Groups{0}, Milliseconds)->empty());
}

TEST(Linear, NothingOfNoneHolds) {
  Linear linear(1);
  linear.Either(Literals{}, 0);
  EXPECT_THAT(*linear.Core(Groups{0}, Milliseconds), ElementsAre(0));
  EXPECT_FALSE(linear.Core(Groups{}, Milliseconds));
}

TEST(Linear, AmountsAreAtLeastWhatIsChosenMakesThem) {
  Linear linear(1);
  const auto a = linear.Choice(), b = linear.Choice(), t = linear.Amount();
  linear.AtMostWhen(Literals{{a}}, Terms{{t, -1}}, -7);
  linear.AtMostWhen(Literals{{a}, {b}}, Terms{{t, -1}}, -11);
  linear.AtMost(Terms{{t, 1}}, 10, 0);
  linear.Either(Literals{{a}});
  EXPECT_FALSE(linear.Core(Groups{0}, Milliseconds));
  linear.Either(Literals{{b}});
  EXPECT_THAT(*linear.Core(Groups{0}, Milliseconds), ElementsAre(0));
}

}  // namespace
}  // namespace sprint::logic
