#include "providers/local/traffic.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace sprint::local {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

ProxyConfig Config(const std::string& id, const std::vector<std::string>& backends,
                   const std::vector<std::pair<std::string, double>>& next = {}) {
  ProxyConfig config;
  config.id = id;
  config.component = "Blur";
  for (const std::string& address : backends) config.backends.push_back({"Blur", address});
  for (const auto& [address, share] : next) config.next.push_back({"Detect", address, share});
  return config;
}

class TrafficTest : public testing::Test {
 protected:
  Traffic::Choice ToBackend(milliseconds patience, const std::set<std::string>& avoid = {}) {
    std::mt19937_64 random(7);
    return traffic_.ToBackend(avoid, steady_clock::now() + patience, random);
  }
  std::vector<Traffic::Trip> Fill(int count) {
    std::vector<Traffic::Trip> trips;
    for (int i = 0; i < count; ++i) trips.push_back(std::move(*ToBackend(seconds(1)).trip));
    return trips;
  }
  Traffic traffic_;
};

TEST_F(TrafficTest, NoBackendIsNoTarget) {
  EXPECT_EQ(ToBackend(seconds(1)).refusal, Traffic::Refusal::NoTarget);
  traffic_.Use(Config("1", {"a"}));
  EXPECT_EQ(ToBackend(seconds(1), {"a"}).refusal, Traffic::Refusal::NoTarget);
  EXPECT_TRUE(ToBackend(seconds(1)).trip);
}

TEST_F(TrafficTest, MoreThanABackendTakesAtOnceWait) {
  traffic_.Use(Config("1", {"a"}));
  std::vector<Traffic::Trip> trips = Fill(Traffic::AtOnce);
  EXPECT_EQ(ToBackend(milliseconds(20)).refusal, Traffic::Refusal::Late);
  trips.pop_back();
  EXPECT_TRUE(ToBackend(milliseconds(20)).trip);
}

TEST_F(TrafficTest, OneThatWaitsSetsOutForABackendThatCame) {
  traffic_.Use(Config("1", {"a"}));
  std::vector<Traffic::Trip> trips = Fill(Traffic::AtOnce);
  std::string went;
  std::thread waiting([&] { went = ToBackend(seconds(30)).trip->target().address; });
  traffic_.Use(Config("2", {"a", "b"}));
  waiting.join();
  EXPECT_EQ(went, "b");
}

TEST_F(TrafficTest, AllThatWaitGetTheirTurn) {
  traffic_.Use(Config("1", {"a", "b"}));
  std::atomic<int> served = 0, at_once = 0, most = 0;
  std::vector<std::thread> requests;
  for (int i = 0; i < 100; ++i) {
    requests.emplace_back([&] {
      Traffic::Choice choice = ToBackend(seconds(30));
      ASSERT_TRUE(choice.trip);
      int now = ++at_once;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      std::this_thread::sleep_for(milliseconds(1));
      --at_once;
      ++served;
    });
  }
  for (std::thread& request : requests) request.join();
  EXPECT_EQ(served, 100);
  EXPECT_LE(most, 2 * Traffic::AtOnce);
}

TEST_F(TrafficTest, WhatTheConfigNoLongerNamesIsLeaving) {
  traffic_.Use(Config("1", {"a"}, {{"old", 1}}));
  auto backend = ToBackend(seconds(1));
  auto next = traffic_.ToNext(0.3);
  EXPECT_EQ(traffic_.Leaving(), 0);
  traffic_.Use(Config("2", {"a", "b"}, {{"new", 1}}));
  EXPECT_EQ(traffic_.config_id(), "2");
  // The backend stays: nobody need wait for it.
  EXPECT_EQ(traffic_.Leaving(), 1);
  next.trip.reset();
  EXPECT_EQ(traffic_.Leaving(), 0);
  EXPECT_EQ(traffic_.ToNext(0.3).trip->target().address, "new");
}

TEST_F(TrafficTest, ACopyStandsInForOneThatIsToBeAvoided) {
  ProxyConfig config = Config("1", {"a"}, {{"x", 0.25}, {"y", 0.25}});
  config.next.push_back({"Other", "z", 0.5});
  traffic_.Use(config);
  EXPECT_EQ(traffic_.ToNext(0.2, {"x"}).trip->target().address, "y");
  EXPECT_EQ(traffic_.ToNext(0.3, {"y"}).trip->target().address, "x");
  // Nobody else does what these do.
  EXPECT_EQ(traffic_.ToNext(0.2, {"x", "y"}).trip->target().address, "x");
  EXPECT_EQ(traffic_.ToNext(0.6, {"z"}).trip->target().address, "z");
}

TEST_F(TrafficTest, TheDieDecidesWhatComesNext) {
  traffic_.Use(Config("1", {"a"}, {{"x", 0.25}, {"y", 0.5}}));
  EXPECT_EQ(traffic_.ToNext(0.2).trip->target().address, "x");
  EXPECT_EQ(traffic_.ToNext(0.25).trip->target().address, "y");
  EXPECT_FALSE(traffic_.ToNext(0.8).trip);
}

}  // namespace
}  // namespace sprint::local
