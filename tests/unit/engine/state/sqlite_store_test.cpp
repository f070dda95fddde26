#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/state/backend.h"
#include "engine/state/keeper.h"
#include "engine/state/keyed_store.h"
#include "tests/testing/no_threads.h"

// What is SQLite's alone; the contract of all stores is tested in tests/e2e/state.
namespace sprint::state {
namespace {

using testing::HasSubstr;

class SqliteStore : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "stateXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ + "/.sprint/state.db";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<Store> Open() {
    auto store = OpenSqlite(path_);
    EXPECT_TRUE(store.ok()) << store.error().ToString();
    return store.ok() ? store.TakeValue() : nullptr;
  }
  // A state with some records, closed.
  void Fill(int count) {
    auto store = Open();
    ASSERT_TRUE(store->Acquire("test", 60).ok());
    for (int i = 0; i < count; ++i) ASSERT_TRUE(store->Put(Sample(i)).ok());
    ASSERT_TRUE(store->Release().ok());
  }
  static Record Sample(int i) {
    Record record;
    record.address = "plant.net" + std::to_string(i);
    record.type = "sim.net";
    record.provider = "sim";
    record.attributes = value::Object{{"id", "n-" + std::to_string(i)}, {"text", "some content"}};
    return record;
  }
  std::string Bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Write(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }
  void Sql(const char* statement) const {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, statement, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  std::string folder_, path_;
};

TEST_F(SqliteStore, LeaseThatNobodyCanKeepIsGivenBack) {
  auto store = Open();
  {
    const NoThreads none;
    const auto keeper = Keeper::Take(*store, {.purpose = "apply"});
    ASSERT_FALSE(keeper.ok());
    EXPECT_EQ(keeper.error().code(), ErrorCode::Unavailable);
  }
  EXPECT_TRUE(Keeper::Take(*store, {.purpose = "apply"}).ok());
}

TEST_F(SqliteStore, FileAndFolderAreTheOwnersOnly) {
  auto store = Open();
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(stat((folder_ + "/.sprint").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(SqliteStore, FileThatIsNoneIsSaidToBeDamaged) {
  std::filesystem::create_directories(folder_ + "/.sprint");
  Write(std::string(4096, 'x'));
  const auto store = OpenSqlite(path_);
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code(), ErrorCode::Protocol);
  EXPECT_THAT(store.error().ToString(), HasSubstr(path_));
}

TEST_F(SqliteStore, EntryThatWasTakenAwayOrIsOldIsNoticed) {
  Fill(3);
  Sql("CREATE TABLE kept AS SELECT * FROM entries WHERE key = 'record/plant.net1'");
  {
    auto store = Open();
    ASSERT_TRUE(store->Acquire("test", 60).ok());
    Record changed = Sample(1);
    changed.tainted = true;
    ASSERT_TRUE(store->Put(changed).ok());
    ASSERT_TRUE(store->Release().ok());
  }
  ASSERT_TRUE(Open()->Read().ok());
  Sql("DELETE FROM entries WHERE key = 'record/plant.net1'");
  auto snapshot = Open()->Read();
  ASSERT_FALSE(snapshot.ok());
  EXPECT_THAT(snapshot.error().message(), HasSubstr("2 entries where 3 were written"));
  Sql("INSERT INTO entries SELECT * FROM kept");
  snapshot = Open()->Read();
  ASSERT_FALSE(snapshot.ok());
  EXPECT_EQ(snapshot.error().code(), ErrorCode::Protocol);
}

TEST_F(SqliteStore, EntryMovedToAnotherAddressIsNoticed) {
  Fill(3);
  Sql("UPDATE entries SET key = 'record/x' WHERE key = 'record/plant.net1'");
  const auto snapshot = Open()->Read();
  ASSERT_FALSE(snapshot.ok());
  EXPECT_THAT(snapshot.error().message(), HasSubstr("record/x"));
}

TEST_F(SqliteStore, NewerFileIsRefused) {
  Fill(1);
  Sql("PRAGMA user_version=4");
  const auto store = OpenSqlite(path_);
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code(), ErrorCode::Protocol);
  EXPECT_THAT(store.error().message(), HasSubstr("newer sprint"));
}

TEST_F(SqliteStore, FileOfVersion2IsTakenOver) {
  std::filesystem::create_directories(folder_ + "/.sprint");
  Sql(R"sql(
    CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE records(address TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE journal(id INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL);
    CREATE TABLE lease(one INTEGER PRIMARY KEY CHECK(one = 1), holder TEXT, host TEXT,
      pid INTEGER, heartbeat INTEGER, token INTEGER NOT NULL);
    INSERT INTO meta VALUES('lineage', '0b7f52a0-0000-4000-8000-000000000001'), ('serial', 12),
      ('version', 2);
    INSERT INTO records VALUES('a.b', '{"address":"a.b","type":"sim.net","provider":"sim",
      "attributes":{"id":"7"}}');
    INSERT INTO journal VALUES(9, '{"action":"delete","object":{"address":"a.b","type":"sim.net",
      "provider":"sim"}}');
  )sql");
  for (int time = 0; time < 2; ++time) {
    const auto snapshot = Open()->Read();
    ASSERT_TRUE(snapshot.ok()) << snapshot.error().ToString();
    EXPECT_EQ(snapshot->lineage, "0b7f52a0-0000-4000-8000-000000000001");
    EXPECT_EQ(snapshot->serial, 12);
    EXPECT_EQ(snapshot->records.at("a.b").attributes.Text("id"), "7");
    ASSERT_EQ(snapshot->open.size(), 1u);
    EXPECT_EQ(snapshot->open[0].id, 9);
  }
}

TEST_F(SqliteStore, EncryptedFileShowsNothingAndTakesNothingInClear) {
  Fill(3);
  {
    auto store = Open();
    ASSERT_TRUE(store->Acquire("test", 60).ok());
    Sql("CREATE TABLE kept AS SELECT * FROM entries WHERE key LIKE 'record/%'");
    ASSERT_TRUE(store->Encrypt("key").ok());
    ASSERT_TRUE(store->Release().ok());
  }
  const AskKey key = [] { return Result<std::string>("key"); };
  ASSERT_TRUE((*state::Open("sqlite:" + path_, "default", key))->Read().ok());
  // Somebody who may write the file but has no key puts old entries back.
  Sql("UPDATE entries SET bytes = (SELECT bytes FROM kept WHERE kept.key = entries.key) "
      "WHERE key = 'record/plant.net1'");
  const auto snapshot = (*state::Open("sqlite:" + path_, "default", key))->Read();
  ASSERT_FALSE(snapshot.ok());
  EXPECT_THAT(snapshot.error().message(), HasSubstr("in clear where all is encrypted"));
  Sql("DROP TABLE kept; DELETE FROM entries WHERE key = 'record/plant.net1'; VACUUM");
  EXPECT_THAT(Bytes(), testing::Not(HasSubstr("some content")));
}

// A clock that people set while we run: the time of day jumps, the machine's own goes on.
class JumpingClock : public Clock {
 public:
  std::chrono::system_clock::time_point Now() const override {
    return std::chrono::system_clock::now() + jump;
  }
  std::chrono::steady_clock::time_point Steady() const override {
    return std::chrono::steady_clock::now() + passed;
  }
  std::chrono::hours jump{0};
  std::chrono::seconds passed{0};
};

class SqliteLease : public SqliteStore {
 protected:
  std::unique_ptr<KeyedStore> OpenAt(const Clock& clock) {
    auto backend = OpenSqliteBackend(path_, "default", clock);
    EXPECT_TRUE(backend.ok());
    auto store = KeyedStore::Open(backend.TakeValue());
    EXPECT_TRUE(store.ok());
    return store.TakeValue();
  }
};

TEST_F(SqliteLease, SettingTheTimeOfDayEndsAndProlongsNothing) {
  JumpingClock clock;
  auto first = OpenAt(clock), second = OpenAt(clock);
  ASSERT_TRUE(first->Acquire("first", 30).ok());
  for (const int hours : {24 * 365, -24 * 365}) {
    clock.jump = std::chrono::hours(hours);
    EXPECT_FALSE(second->Acquire("second", 30).ok()) << hours;
    EXPECT_TRUE(first->Put(Sample(1)).ok()) << hours;
  }
  clock.passed = std::chrono::seconds(31);
  EXPECT_TRUE(second->Acquire("second", 30).ok());
  EXPECT_FALSE(first->Put(Sample(1)).ok());
}

TEST_F(SqliteLease, LeaseOfAnotherMachineEndsWhenItShowsNoSignOfLife) {
  JumpingClock clock;
  auto first = OpenAt(clock), second = OpenAt(clock);
  ASSERT_TRUE(first->Acquire("first", 30).ok());
  // As seen from a machine with another boot id the stored clock says nothing.
  Sql("UPDATE leases SET boot = 'elsewhere', beat_ms = 1");
  EXPECT_FALSE(second->Acquire("second", 30).ok());
  clock.passed = std::chrono::seconds(29);
  Sql("UPDATE leases SET beats = beats + 1");
  EXPECT_FALSE(second->Acquire("second", 30).ok());
  clock.passed = std::chrono::seconds(58);
  EXPECT_FALSE(second->Acquire("second", 30).ok());
  clock.passed = std::chrono::seconds(60);
  EXPECT_TRUE(second->Acquire("second", 30).ok());
}

TEST_F(SqliteLease, DeadProcessHoldsNothing) {
  auto first = Open(), second = Open();
  ASSERT_TRUE(first->Acquire("first", 3600).ok());
  EXPECT_FALSE(second->Acquire("second", 30).ok());
  // The process of that number is another one than took the lease.
  Sql("UPDATE leases SET started = started - 1");
  EXPECT_TRUE(second->Acquire("second", 30).ok());
}

TEST_F(SqliteStore, ReadOnlyDiskCanBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everything; see tests/e2e/verbs/disk_test.py";
  Fill(1);
  chmod(path_.c_str(), 0400);
  chmod((folder_ + "/.sprint").c_str(), 0500);
  auto store = Open();
  EXPECT_TRUE(store->Read().ok());
  const auto refused = store->Acquire("test", 60);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::Denied);
  chmod((folder_ + "/.sprint").c_str(), 0700);
}

}  // namespace
}  // namespace sprint::state
