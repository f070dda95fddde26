#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "engine/state/keeper.h"
#include "engine/state/store.h"
#include "tests/e2e/state/places.h"

// What every place must do, tried against the real ones.
namespace sprint::state {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Record Sample(const std::string& address = "plant.net", int64_t size = 1) {
  Record record;
  record.address = address;
  record.type = "sim.net";
  record.provider = "sim";
  record.attributes = value::Object{{"id", "n-1"}, {"size", size}, {"text", "\xc3\xa4 \"'\\ \n"}};
  record.private_bytes = std::string("\0\xff\n", 3);
  record.dependencies = {"a", "b"};
  record.tainted = true;
  return record;
}

// More than one transaction of a keyed store takes.
Snapshot Many() {
  Snapshot many;
  many.lineage = "11111111-2222-4333-8444-555555555555";
  for (int i = 0; i < 250; ++i) {
    many.records["r" + std::to_string(i)] = Sample("r" + std::to_string(i));
  }
  return many;
}

Intent Creation(const std::string& address) {
  Intent intent;
  intent.action = "create";
  intent.object = Sample(address);
  intent.object.attributes = value::Object{{"id", value::Unknown{}}};
  return intent;
}

class Contract : public AtPlaces {
 protected:
  std::unique_ptr<Store> Open(const std::string& space = "prod") {
    auto store = state::Open(url_, space);
    EXPECT_TRUE(store.ok()) << store.error().ToString();
    if (!store.ok()) std::abort();  // there is nothing to go on with
    return store.TakeValue();
  }
  std::unique_ptr<Store> OpenLocked(const std::string& space = "prod") {
    auto store = Open(space);
    const auto lease = store->Acquire("test", 60);
    EXPECT_TRUE(lease.ok()) << lease.error().ToString();
    return store;
  }
  static Snapshot Read(Store& store) {
    auto snapshot = store.Read();
    EXPECT_TRUE(snapshot.ok()) << snapshot.error().ToString();
    return snapshot.ok() ? snapshot.TakeValue() : Snapshot{};
  }
};

#define EXPECT_OK(expression)                                \
  do {                                                       \
    const auto outcome = (expression);                       \
    EXPECT_TRUE(outcome.ok()) << outcome.error().ToString(); \
  } while (false)
#define EXPECT_ERROR(expression, expected)                                     \
  do {                                                                         \
    const auto outcome = (expression);                                         \
    ASSERT_FALSE(outcome.ok());                                                \
    EXPECT_EQ(outcome.error().code(), expected) << outcome.error().ToString(); \
  } while (false)

TEST_P(Contract, RecordsComeBackWhole) {
  EXPECT_OK(OpenLocked()->Put(Sample()));
  const Snapshot snapshot = Read(*Open());
  EXPECT_EQ(snapshot.serial, 1);
  ASSERT_EQ(snapshot.records.size(), 1u);
  EXPECT_EQ(value::ToJson(ToValue(snapshot.records.at("plant.net"))),
            value::ToJson(ToValue(Sample())));
}

TEST_P(Contract, LineageIsMadeOnce) {
  const std::string lineage = Read(*Open()).lineage;
  EXPECT_EQ(lineage.size(), 36u);
  EXPECT_EQ(Read(*Open()).lineage, lineage);
  EXPECT_NE(Read(*Open("staging")).lineage, lineage);
}

TEST_P(Contract, ManyThatMakeAStateAtOnceMakeOne) {
  std::vector<std::string> lineages(8);
  std::vector<std::thread> threads;
  for (std::string& lineage : lineages) {
    threads.emplace_back([&] { lineage = Read(*Open()).lineage; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(lineages.begin(), lineages.end()).size(), 1u);
}

TEST_P(Contract, SpacesKeepApart) {
  EXPECT_OK(OpenLocked("prod")->Put(Sample("a")));
  EXPECT_OK(OpenLocked("staging")->Put(Sample("b")));
  EXPECT_EQ(Read(*Open("prod")).records.count("b"), 0u);
  const auto spaces = Spaces(url_);
  ASSERT_TRUE(spaces.ok());
  EXPECT_THAT(*spaces, testing::ElementsAre("prod", "staging"));
}

TEST_P(Contract, IntentStaysOpenUntilItsResultIsWritten) {
  {
    auto store = OpenLocked();
    EXPECT_OK(store->Begin(Creation("a")));
    EXPECT_OK(store->Begin(Creation("b")));
    EXPECT_OK(store->Release());
  }
  auto store = OpenLocked();
  Snapshot snapshot = Read(*store);
  ASSERT_EQ(snapshot.open.size(), 2u);
  EXPECT_TRUE(snapshot.open[0].object.attributes.Find("id")->is_unknown());
  EXPECT_EQ(snapshot.serial, 0);
  EXPECT_OK(store->Finish(snapshot.open[0], snapshot.open[0].id, Sample("a")));
  EXPECT_OK(store->Abandon(snapshot.open[1].id));
  snapshot = Read(*Open());
  EXPECT_THAT(snapshot.open, IsEmpty());
  EXPECT_EQ(snapshot.records.size(), 1u);
  EXPECT_EQ(snapshot.serial, 1);
}

TEST_P(Contract, FinishingWithNothingRemovesTheRecord) {
  auto store = OpenLocked();
  EXPECT_OK(store->Put(Sample("a")));
  Intent intent = Creation("a");
  intent.action = "delete";
  const auto id = store->Begin(intent);
  ASSERT_TRUE(id.ok());
  EXPECT_OK(store->Finish(intent, *id, std::nullopt));
  EXPECT_THAT(Read(*store).records, IsEmpty());
}

TEST_P(Contract, RefusalsStandBesideTheRecords) {
  auto store = OpenLocked();
  EXPECT_TRUE(store->Refused()->empty());
  EXPECT_OK(store->Put(Sample()));
  const int64_t serial = Read(*store).serial;
  EXPECT_OK(store->SetRefused({{"upv", "large", 1, "quota", "0 of 4", 1234567890123}}));
  EXPECT_EQ(Read(*store).serial, serial) << "no plan gets stale by it";
  auto other = Open();
  const auto refused = other->Refused();
  ASSERT_TRUE(refused.ok());
  ASSERT_EQ(refused->size(), 1u);
  EXPECT_EQ(refused->front().pool, "large");
  EXPECT_EQ(refused->front().count, 1);
  EXPECT_EQ(refused->front().until, 1234567890123);
  EXPECT_OK(store->SetRefused({}));
  EXPECT_TRUE(other->Refused()->empty());
  EXPECT_EQ(Read(*other).records.size(), 1u);
}

TEST_P(Contract, WritingNeedsTheLock) {
  auto store = Open();
  EXPECT_ERROR(store->Put(Sample()), ErrorCode::Conflict);
  EXPECT_ERROR(store->Begin(Creation("a")), ErrorCode::Conflict);
  EXPECT_OK(store->Acquire("test", 60));
  EXPECT_OK(store->Put(Sample()));
  EXPECT_OK(store->Release());
  EXPECT_ERROR(store->Put(Sample()), ErrorCode::Conflict);
}

TEST_P(Contract, SecondWriterIsToldWhoHasTheLock) {
  auto first = OpenLocked();
  auto second = Open();
  const auto refused = second->Acquire("plan", 60);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::Conflict);
  EXPECT_THAT(refused.error().message(), HasSubstr("process " + std::to_string(getpid())));
  const auto holder = second->Holder();
  ASSERT_TRUE(holder.ok() && *holder);
  EXPECT_EQ((*holder)->purpose, "test");
  EXPECT_EQ((*holder)->pid, getpid());
  EXPECT_NEAR(static_cast<double>((*holder)->since), static_cast<double>(time(nullptr)), 5);
  EXPECT_OK(first->Release());
  EXPECT_FALSE(second->Holder()->has_value());
  EXPECT_OK(second->Acquire("plan", 60));
}

TEST_P(Contract, ReadersNeedNoLock) {
  auto writer = OpenLocked();
  EXPECT_OK(writer->Put(Sample()));
  EXPECT_EQ(Read(*Open()).records.size(), 1u);
}

TEST_P(Contract, TokensGrow) {
  auto store = Open();
  int64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    const auto lease = store->Acquire("test", 60);
    ASSERT_TRUE(lease.ok());
    EXPECT_GT(lease->token, last);
    last = lease->token;
    EXPECT_OK(store->Release());
  }
}

TEST_P(Contract, LeaseEndsWithoutHeartbeatAndItsHolderWritesNothingMore) {
  auto slow = Open();
  ASSERT_TRUE(slow->Acquire("slow", 1).ok());
  EXPECT_OK(slow->Put(Sample("a")));
  auto fast = Open();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(8);
  while (!fast->Acquire("fast", 60).ok() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_OK(fast->Put(Sample("b")));
  EXPECT_ERROR(slow->Put(Sample("c")), ErrorCode::Conflict);
  EXPECT_ERROR(slow->Begin(Creation("c")), ErrorCode::Conflict);
  EXPECT_ERROR(slow->Heartbeat(), ErrorCode::Conflict);
  EXPECT_ERROR(slow->Release(), ErrorCode::Conflict);
  // Its failed attempts ended nobody else's lease.
  EXPECT_OK(fast->Put(Sample("d")));
  EXPECT_EQ(Read(*fast).records.size(), 3u);
}

TEST_P(Contract, LeaseThatEndedIsLostAlsoWhenNobodyTookIt) {
  auto store = Open();
  ASSERT_TRUE(store->Acquire("slow", 1).ok());
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(8);
  while (store->Holder()->has_value() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_ERROR(store->Put(Sample()), ErrorCode::Conflict);
}

TEST_P(Contract, KeeperKeepsTheLockAndGivesItBack) {
  auto store = Open();
  auto other = Open();
  {
    auto keeper = Keeper::Take(*store, {.purpose = "apply", .lasts = std::chrono::seconds(1)});
    ASSERT_TRUE(keeper.ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));
    EXPECT_OK(store->Put(Sample()));
    EXPECT_ERROR(other->Acquire("other", 1), ErrorCode::Conflict);
  }
  EXPECT_OK(other->Acquire("other", 1));
}

TEST_P(Contract, KeeperWaitsForTheOther) {
  auto first = OpenLocked();
  auto second = Open();
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    EXPECT_OK(first->Release());
  });
  std::string told;
  const auto keeper =
      Keeper::Take(*second, {.purpose = "apply",
                             .wait = std::chrono::seconds(10),
                             .waiting = [&](const Lease& lease) { told = lease.purpose; }});
  later.join();
  EXPECT_TRUE(keeper.ok());
  EXPECT_EQ(told, "test");
}

TEST_P(Contract, BrokenLockIsLostToItsHolder) {
  auto holder = OpenLocked();
  auto other = Open();
  const auto lease = other->Holder();
  ASSERT_TRUE(lease.ok() && *lease);
  EXPECT_ERROR(other->Break((*lease)->token + 1), ErrorCode::Conflict);
  EXPECT_OK(holder->Put(Sample("a")));
  EXPECT_OK(other->Break((*lease)->token));
  EXPECT_ERROR(holder->Put(Sample("b")), ErrorCode::Conflict);
  EXPECT_ERROR(other->Break((*lease)->token), ErrorCode::Conflict);
  EXPECT_OK(other->Acquire("other", 60));
}

TEST_P(Contract, WhatManyThreadsWriteIsThere) {
  auto store = OpenLocked();
  constexpr int Threads = 8, Each = 12;
  std::vector<std::thread> threads;
  for (int t = 0; t < Threads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < Each; ++i) {
        const std::string address = "r" + std::to_string(t) + "." + std::to_string(i);
        const Intent intent = Creation(address);
        const auto id = store->Begin(intent);
        ASSERT_TRUE(id.ok()) << id.error().ToString();
        ASSERT_TRUE(store->Finish(intent, *id, Sample(address)).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Snapshot snapshot = Read(*Open());
  EXPECT_EQ(snapshot.records.size(), static_cast<size_t>(Threads * Each));
  EXPECT_EQ(snapshot.serial, Threads * Each);
  EXPECT_THAT(snapshot.open, IsEmpty());
}

TEST_P(Contract, ManyAndLargeRecordsFit) {
  auto store = OpenLocked();
  Snapshot many;
  many.lineage = "11111111-2222-4333-8444-555555555555";
  many.serial = 77;
  for (int i = 0; i < 3000; ++i) {
    const std::string address = "r" + std::to_string(i);
    many.records[address] = Sample(address, i);
  }
  (*many.records["r7"].attributes.As<value::Object>())["text"] = std::string(700'000, 'x');
  many.open.push_back(Creation("r1"));
  many.open.back().id = 5;
  EXPECT_OK(store->Adopt(many));
  EXPECT_OK(store->Put(Sample("more")));
  const Snapshot snapshot = Read(*Open());
  EXPECT_EQ(snapshot.lineage, many.lineage);
  EXPECT_EQ(snapshot.serial, 78);
  EXPECT_EQ(snapshot.records.size(), 3001u);
  EXPECT_EQ(snapshot.records.at("r7").attributes.Text("text").size(), 700'000u);
  ASSERT_EQ(snapshot.open.size(), 1u);
  EXPECT_EQ(snapshot.open[0].id, 5);
  EXPECT_ERROR(store->Adopt(many), ErrorCode::Conflict);
}

AskKey Key(const std::string& key) {
  return [key] { return Result<std::string>(key); };
}

TEST_P(Contract, EncryptedStateOpensWithItsKeyOnly) {
  std::string lineage;
  {
    auto store = OpenLocked();
    EXPECT_OK(store->Put(Sample("a")));
    EXPECT_OK(store->Encrypt("correct horse"));
    EXPECT_OK(store->Put(Sample("b")));
    EXPECT_OK(store->Begin(Creation("c")));
    lineage = Read(*store).lineage;
    EXPECT_OK(store->Release());
  }
  EXPECT_ERROR(state::Open(url_, "prod"), ErrorCode::Denied);
  EXPECT_ERROR(state::Open(url_, "prod", Key("battery staple")), ErrorCode::Denied);
  auto store = state::Open(url_, "prod", Key("correct horse"));
  ASSERT_TRUE(store.ok()) << store.error().ToString();
  const Snapshot snapshot = Read(**store);
  EXPECT_EQ(snapshot.lineage, lineage);
  EXPECT_EQ(snapshot.records.size(), 2u);
  EXPECT_EQ(snapshot.open.size(), 1u);
  EXPECT_EQ(value::ToJson(ToValue(snapshot.records.at("a"))), value::ToJson(ToValue(Sample("a"))));
}

TEST_P(Contract, KeysCanBeChanged) {
  std::string print;
  const std::string file_key = secrets::MakeKeyText();
  {
    auto store = OpenLocked();
    EXPECT_OK(store->Adopt(Many()));
    EXPECT_OK(store->Encrypt("first"));
    print = store->keyring()->Fingerprint("db", "hunter2");
    EXPECT_OK(store->Encrypt(file_key));
    EXPECT_EQ(store->keyring()->Fingerprint("db", "hunter2"), print);
    EXPECT_OK(store->Put(Sample("more")));
    EXPECT_OK(store->Release());
  }
  EXPECT_ERROR(state::Open(url_, "prod", Key("first")), ErrorCode::Denied);
  auto store = state::Open(url_, "prod", Key(file_key));
  ASSERT_TRUE(store.ok()) << store.error().ToString();
  EXPECT_EQ(Read(**store).records.size(), 251u);
  EXPECT_EQ((*store)->keyring()->Fingerprint("db", "hunter2"), print);
  EXPECT_NE((*store)->keyring()->Fingerprint("db", "hunter3"), print);
  EXPECT_NE((*store)->keyring()->Fingerprint("other", "hunter2"), print);
}

TEST_P(Contract, EncryptedStateCanTakeOverAnother) {
  auto store = OpenLocked();
  const std::string key = secrets::MakeKeyText();
  EXPECT_OK(store->Encrypt(key));
  Snapshot other;
  other.lineage = "11111111-2222-4333-8444-555555555555";
  other.records["a"] = Sample("a");
  EXPECT_OK(store->Adopt(other));
  EXPECT_OK(store->Put(Sample("b")));
  auto again = state::Open(url_, "prod", Key(key));
  ASSERT_TRUE(again.ok()) << again.error().ToString();
  EXPECT_EQ(Read(**again).records.size(), 2u);
}

TEST_P(Contract, ReplacedStateIsTheOtherAndNothingElse) {
  auto store = OpenLocked();
  EXPECT_OK(store->Put(Sample("a")));
  EXPECT_OK(store->Put(Sample("b")));
  Snapshot other = Read(*store);
  other.records.erase("a");
  other.records["c"] = Sample("c", 2);
  other.serial = 9;
  EXPECT_OK(store->Replace(other));
  EXPECT_OK(store->Put(Sample("d")));
  Snapshot now = Read(*Open());
  EXPECT_EQ(now.serial, 10);
  EXPECT_EQ(now.lineage, other.lineage);
  ASSERT_EQ(now.records.size(), 3u);
  EXPECT_TRUE(now.records.contains("b") && now.records.contains("c"));

  // Of another lineage, and more than fits into one transaction of any place.
  other.lineage = "11111111-2222-4333-8444-555555555555";
  for (int i = 0; i < 300; ++i)
    other.records["r" + std::to_string(i)] = Sample("r" + std::to_string(i), i);
  EXPECT_OK(store->Encrypt("key"));
  EXPECT_OK(store->Replace(other));
  auto again = state::Open(url_, "prod", Key("key"));
  ASSERT_TRUE(again.ok()) << again.error().ToString();
  now = Read(**again);
  EXPECT_EQ(now.lineage, other.lineage);
  EXPECT_EQ(now.records.size(), 302u);
  EXPECT_EQ(now.serial, 9);
  EXPECT_ERROR((*again)->Replace(other), ErrorCode::Conflict);  // it has no lock
}

TEST_P(Contract, DecryptedStateNeedsNoKey) {
  auto store = OpenLocked();
  EXPECT_OK(store->Adopt(Many()));
  EXPECT_OK(store->Encrypt("key"));
  EXPECT_FALSE(store->locked_keyring().is_null());
  EXPECT_OK(store->Decrypt());
  EXPECT_TRUE(store->locked_keyring().is_null());
  EXPECT_OK(store->Put(Sample("more")));
  EXPECT_EQ(Read(*Open()).records.size(), 251u);
}

TEST_P(Contract, KeysOfAnotherStateKeepItsFingerprints) {
  auto first = OpenLocked("first"), second = OpenLocked("second");
  EXPECT_OK(first->Encrypt("key"));
  EXPECT_OK(second->EncryptWith(*first->keyring(), first->locked_keyring()));
  EXPECT_OK(second->Put(Sample("a")));
  EXPECT_ERROR(state::Open(url_, "second", Key("other")), ErrorCode::Denied);
  auto again = state::Open(url_, "second", Key("key"));
  ASSERT_TRUE(again.ok()) << again.error().ToString();
  EXPECT_EQ(Read(**again).records.size(), 1u);
  EXPECT_EQ((*again)->keyring()->Fingerprint("db", "hunter2"),
            first->keyring()->Fingerprint("db", "hunter2"));
  EXPECT_ERROR(second->EncryptWith(*first->keyring(), first->locked_keyring()),
               ErrorCode::Conflict);
}

TEST_P(Contract, DroppedStateIsGoneAndItsNameFree) {
  auto store = OpenLocked("first");
  EXPECT_OK(store->Put(Sample("a")));
  EXPECT_OK(OpenLocked("second")->Put(Sample("b")));
  EXPECT_ERROR(Open("first")->Drop(), ErrorCode::Conflict);
  EXPECT_OK(store->Drop());
  EXPECT_THAT(*Spaces(url_), testing::ElementsAre("second"));
  EXPECT_ERROR(store->Put(Sample("c")), ErrorCode::Conflict);
  EXPECT_THAT(Read(*OpenLocked("first")).records, IsEmpty());
}

TEST_P(Contract, LockOfAnEncryptedStateIsSeenAndBrokenWithoutItsKey) {
  auto store = OpenLocked();
  EXPECT_OK(store->Encrypt("key"));
  const auto holder = HolderOf(url_, "prod");
  ASSERT_TRUE(holder.ok() && *holder);
  EXPECT_EQ((*holder)->purpose, "test");
  EXPECT_OK(BreakLease(url_, "prod", (*holder)->token));
  EXPECT_ERROR(store->Put(Sample()), ErrorCode::Conflict);
  EXPECT_FALSE(HolderOf(url_, "prod")->has_value());
}

INSTANTIATE_TEST_SUITE_P(All, Contract, testing::ValuesIn(Kinds()),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace sprint::state
