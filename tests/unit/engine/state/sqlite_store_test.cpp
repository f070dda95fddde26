#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/state/store.h"

namespace sprint::state {
namespace {

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
    EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().ToString());
    return store.ok() ? store.TakeValue() : nullptr;
  }
  Record Sample() const {
    Record record;
    record.address = "plant.net";
    record.type = "sim.net";
    record.provider = "sim";
    record.attributes = value::Object{{"id", value::Value("n-1")}};
    record.private_bytes = std::string("\0\xff", 2);
    record.dependencies = {"a", "b"};
    record.tainted = true;
    return record;
  }
  std::string folder_, path_;
};

TEST_F(SqliteStore, FileAndFolderAreTheOwnersOnly) {
  auto store = Open();
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(stat((folder_ + "/.sprint").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(SqliteStore, RecordSurvivesReopening) {
  std::string lineage;
  {
    auto store = Open();
    lineage = store->Read()->lineage;
    ASSERT_TRUE(store->Put(Sample()).ok());
  }
  auto snapshot = Open()->Read();
  ASSERT_TRUE(snapshot.ok());
  EXPECT_EQ(snapshot->lineage, lineage);
  EXPECT_EQ(snapshot->serial, 1);
  const Record& record = snapshot->records.at("plant.net");
  EXPECT_EQ(record.attributes, Sample().attributes);
  EXPECT_EQ(record.private_bytes, Sample().private_bytes);
  EXPECT_EQ(record.dependencies, Sample().dependencies);
  EXPECT_TRUE(record.tainted);
}

TEST_F(SqliteStore, IntentStaysOpenUntilItsResultIsWritten) {
  Intent intent;
  intent.object = Sample();
  intent.action = "create";
  intent.object.attributes = value::Object{{"id", value::Value(value::Unknown{})}};
  {
    auto store = Open();
    ASSERT_TRUE(store->Begin(intent).ok());
  }
  auto store = Open();
  auto snapshot = store->Read();
  ASSERT_EQ(snapshot->open.size(), 1u);
  EXPECT_TRUE(snapshot->open[0].object.attributes.Find("id")->is_unknown());
  ASSERT_TRUE(store->Finish(intent, snapshot->open[0].id, Sample()).ok());
  snapshot = store->Read();
  EXPECT_TRUE(snapshot->open.empty());
  EXPECT_EQ(snapshot->records.size(), 1u);
}

TEST_F(SqliteStore, WriterWhoseLeaseWasTakenOverCannotWrite) {
  auto slow = Open();
  auto fast = Open();
  ASSERT_TRUE(slow->Acquire("slow", 60).ok());
  const auto refused = fast->Acquire("fast", 60);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::Conflict);
  ASSERT_TRUE(fast->Acquire("fast", 0).ok());
  const Status late = slow->Put(Sample());
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code(), ErrorCode::Conflict);
  EXPECT_TRUE(fast->Put(Sample()).ok());
}

TEST_F(SqliteStore, DamagedFileIsSaidToBeDamaged) {
  std::filesystem::create_directories(folder_ + "/.sprint");
  std::ofstream(path_) << std::string(4096, 'x');
  const auto store = OpenSqlite(path_);
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code(), ErrorCode::Protocol);
}

}  // namespace
}  // namespace sprint::state
