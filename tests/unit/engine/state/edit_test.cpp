#include "engine/state/edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sprint::state {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

void Add(Snapshot& snapshot, const std::string& address, std::vector<std::string> needs = {}) {
  Record& record = snapshot.records[address];
  record.address = address;
  record.dependencies = std::move(needs);
}

// plant.net, plant.vm[0].disk, plant.vm[0].server (needs both) and plants (needs the server).
Snapshot Plant() {
  Snapshot snapshot;
  snapshot.serial = 4;
  Add(snapshot, "plant.net");
  Add(snapshot, "plant.vm[0].disk");
  Add(snapshot, "plant.vm[0].server", {"plant.net", "plant.vm[0].disk"});
  Add(snapshot, "plants", {"plant.vm[0].server"});
  return snapshot;
}

std::vector<std::string> Addresses(const Snapshot& snapshot) {
  std::vector<std::string> addresses;
  for (const auto& [address, record] : snapshot.records) {
    EXPECT_EQ(address, record.address);
    addresses.push_back(address);
  }
  return addresses;
}

TEST(Move, TakesWhatLiesBelowAndWhatDependsOnIt) {
  Snapshot snapshot = Plant();
  const auto moved = Move(snapshot, "plant", "site");
  ASSERT_TRUE(moved.ok()) << moved.error().ToString();
  EXPECT_THAT(*moved, ElementsAre(Pair("plant.net", "site.net"),
                                  Pair("plant.vm[0].disk", "site.vm[0].disk"),
                                  Pair("plant.vm[0].server", "site.vm[0].server")));
  EXPECT_THAT(Addresses(snapshot),
              ElementsAre("plants", "site.net", "site.vm[0].disk", "site.vm[0].server"));
  EXPECT_THAT(snapshot.records.at("plants").dependencies, ElementsAre("site.vm[0].server"));
  EXPECT_THAT(snapshot.records.at("site.vm[0].server").dependencies,
              ElementsAre("site.net", "site.vm[0].disk"));
  EXPECT_EQ(snapshot.serial, 5);
}

TEST(Move, RefusesWhatCannotBeAndChangesNothing) {
  const auto refused = [](const std::string& from, const std::string& to) {
    Snapshot snapshot = Plant();
    const auto moved = Move(snapshot, from, to);
    EXPECT_EQ(snapshot.serial, 4);
    EXPECT_EQ(Addresses(snapshot), Addresses(Plant()));
    return moved.ok() ? std::string("moved") : moved.error().message();
  };
  EXPECT_THAT(refused("plant.vm[0].disk", "plant.net"), HasSubstr("has an object of its own"));
  EXPECT_THAT(refused("plant", "plant.inner"), HasSubstr("one lies below the other"));
  EXPECT_THAT(refused("plant.net", "a b"), HasSubstr("cannot be an address"));
  EXPECT_THAT(refused("plan", "x"), HasSubstr("the state has no `plan`"));
}

TEST(Move, WaitsForACallThatIsOpen) {
  Snapshot snapshot = Plant();
  snapshot.open.emplace_back().object.address = "plant.vm[0].disk";
  const auto moved = Move(snapshot, "plant.vm[0]", "x");
  ASSERT_FALSE(moved.ok());
  EXPECT_EQ(moved.error().code(), ErrorCode::Conflict);
  EXPECT_TRUE(Move(snapshot, "plant.net", "x").ok()) << "it concerns another";
}

TEST(Forget, TakesWhatLiesBelowAndNothingDependsOnItAnyMore) {
  Snapshot snapshot = Plant();
  const auto forgotten = Forget(snapshot, "plant.vm[0]");
  ASSERT_TRUE(forgotten.ok()) << forgotten.error().ToString();
  EXPECT_THAT(*forgotten, ElementsAre("plant.vm[0].disk", "plant.vm[0].server"));
  EXPECT_THAT(Addresses(snapshot), ElementsAre("plant.net", "plants"));
  EXPECT_TRUE(snapshot.records.at("plants").dependencies.empty());
  EXPECT_EQ(snapshot.serial, 5);
  EXPECT_EQ(Forget(snapshot, "plant.vm[0]").error().code(), ErrorCode::NotFound);
}

TEST(Check, FindsCirclesAndNamesThatAreNone) {
  Snapshot snapshot = Plant();
  EXPECT_TRUE(Check(snapshot).ok());
  snapshot.records["plant.net"].dependencies = {"plants"};
  EXPECT_THAT(Check(snapshot).error().message(), HasSubstr("depends on itself in a circle"));
  snapshot = Plant();
  Add(snapshot, "a b");
  EXPECT_THAT(Check(snapshot).error().message(), HasSubstr("`a b` cannot be an address"));
  // What is needed may be gone already.
  snapshot = Plant();
  snapshot.records.erase("plant.net");
  EXPECT_TRUE(Check(snapshot).ok());
}

TEST(Check, FollowsLongChains) {
  Snapshot snapshot;
  for (int i = 0; i < 100'000; ++i) {
    Add(snapshot, "n" + std::to_string(i), {"n" + std::to_string(i + 1)});
  }
  EXPECT_TRUE(Check(snapshot).ok());
}

}  // namespace
}  // namespace sprint::state
