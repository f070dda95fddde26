#include <sstream>

#include "tests/e2e/cli/fixture.h"

// Programs with very much in them that is of no use. They are placed as if it were not there,
// in as many steps, and in a time in proportion to their text.
namespace sprint::cli {
namespace {

using testing::HasSubstr;

// What is added to a program in which one board is best. A debug build reads some ten thousand
// declarations a second; an optimised one plans with 100'000 kinds in two.
struct Crowd {
  size_t kinds = 0;   // that nothing demands
  size_t pools = 0;   // of such a kind
  size_t zones = 0;   // in a ring, with such a pool each
  size_t dearer = 0;  // pools that would do, each at a price of its own
};

std::string Program(const Crowd& crowd) {
  std::ostringstream text;
  text << "node Board { memory = 1 GiB, price = 0.1 EUR/h }\n"
          "node Other { memory = 1 GiB, price = 0.01 EUR/h }\n";
  for (size_t i = 0; i < crowd.kinds; ++i) text << "node K" << i << " { price = 0.01 EUR/h }\n";
  text << "component A { image = \"a:1\", memory = 10 MiB, demand { Board = 10 ms } }\n"
          "component B { image = \"b:1\", memory = 10 MiB, demand { Board = 20 ms } }\n"
          "application App {\n  workload = 1 rps\n  flow A -> B\n"
          "  require response(A -> B) <= 1 s\n}\n"
          "continuum Here {\n  zone home {\n    trust = owned\n    nodes board[2]: Board\n";
  for (size_t i = 0; i < crowd.pools; ++i) text << "    nodes p" << i << ": Other\n";
  for (size_t i = 0; i < crowd.dearer; ++i) {
    text << "    nodes d" << i << ": Board { price = " << 0.2 + 0.001 * static_cast<double>(i)
         << " EUR/h }\n";
  }
  text << "  }\n";
  for (size_t i = 0; i < crowd.zones; ++i) {
    text << "  zone z" << i << " { trust = owned, nodes other: Other }\n";
  }
  for (size_t i = 0; i < crowd.zones; ++i) {
    text << "  link z" << i << " <-> z" << (i + 1) % crowd.zones << " { delay = 1 ms }\n";
  }
  text << "}\ndeploy App on Here { minimize cost }\n";
  return text.str();
}

class Crowded : public Command {
 protected:
  value::Value Placement(const Crowd& crowd) {
    Write("a.sprint", Program(crowd));
    const value::Value json = JsonOf(Sprint("plan --json a.sprint"));
    const value::Value* placement = json.Find("placement");
    EXPECT_TRUE(placement) << value::ToJson(json);
    return placement ? *placement : value::Value();
  }

  // Placed as without the crowd, in at most `steps` steps.
  void Check(const Crowd& crowd, double steps) {
    const value::Value placement = Placement(crowd);
    EXPECT_EQ(placement.Text("status"), "optimal");
    EXPECT_EQ(placement.Number("cost"), 0.1);
    EXPECT_LE(placement.Number("steps"), steps);
    for (const value::Value& part : *placement.Find("components")->As<value::List>()) {
      EXPECT_EQ(part.Text("pool"), "board");
    }
  }
};

TEST_F(Crowded, ByKinds) { Check({.kinds = 20'000}, Placement({}).Number("steps")); }

TEST_F(Crowded, ByPools) { Check({.pools = 10'000}, Placement({}).Number("steps")); }

TEST_F(Crowded, ByZones) { Check({.zones = 1'000}, Placement({}).Number("steps")); }

TEST_F(Crowded, ByDearerPools) { Check({.dearer = 1'000}, 1'000); }

TEST_F(Crowded, ByMoreZonesThanThereMayBe) {
  Write("a.sprint", Program({.zones = 2'000}));
  const Ran ran = Sprint("plan a.sprint");
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr("error[E0311]: a continuum has at most 2000 zones"));
  EXPECT_THAT(ran.err, HasSubstr("zone z1999"));
}

}  // namespace
}  // namespace sprint::cli
