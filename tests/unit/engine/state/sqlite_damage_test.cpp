#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "engine/state/store.h"

// Every region of a state's files, with a bit turned over in it, or cut off there. What is
// read is what was written, or an error says that it is not; never anything else.
namespace sprint::state {
namespace {

using testing::AnyOf;

constexpr int Records = 40;
constexpr size_t Region = 64;  // bytes
constexpr const char* Key = "sprint-key-1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

// Clear, or encrypted.
class SqliteDamage : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "damageXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    // A log stays beside the file as long as somebody has it open.
    auto store = Open(folder_ + "/good.db");
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE((*store)->Acquire("test", 600).ok());
    if (GetParam()) {
      ASSERT_TRUE((*store)->Encrypt(Key).ok());
    }
    for (int i = 0; i < Records; ++i) ASSERT_TRUE((*store)->Put(Sample(i)).ok());
    log_file_ = Bytes("/good.db");
    log_ = Bytes("/good.db-wal");
    ASSERT_FALSE(log_.empty());
    store->reset();
    file_ = Bytes("/good.db");
    ASSERT_FALSE(std::filesystem::exists(folder_ + "/good.db-wal"));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static Result<std::unique_ptr<Store>> Open(const std::string& path) {
    return state::Open("sqlite:" + path, "default", [] { return Result<std::string>(Key); });
  }
  static Record Sample(int i) {
    Record record;
    record.address = "plant.net" + std::to_string(100 + i);
    record.type = "sim.net";
    record.provider = "sim";
    record.attributes = value::Object{{"id", "n-" + std::to_string(i)}, {"text", "some content"}};
    return record;
  }
  std::string Bytes(const std::string& name) const {
    std::ifstream file(folder_ + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // True when it is noticed. A state of fewer records must be one that was once there, and
  // only where the log, whose last entries SQLite takes for unfinished, was hurt.
  bool Noticed(const std::string& file, const std::string& log, bool earlier,
               const std::string& what) {
    std::filesystem::remove(folder_ + "/bad.db-shm");
    std::filesystem::remove(folder_ + "/bad.db-wal");
    std::ofstream(folder_ + "/bad.db", std::ios::binary | std::ios::trunc) << file;
    if (!log.empty()) {
      std::ofstream(folder_ + "/bad.db-wal", std::ios::binary | std::ios::trunc) << log;
    }
    auto store = Open(folder_ + "/bad.db");
    auto snapshot = store.ok() ? (*store)->Read() : Result<Snapshot>(Error(store.error()));
    if (!snapshot.ok()) {
      EXPECT_THAT(snapshot.error().code(),
                  AnyOf(ErrorCode::Protocol, ErrorCode::Unavailable, ErrorCode::Denied))
          << what << ": " << snapshot.error().ToString();
      return true;
    }
    const int count = static_cast<int>(snapshot->records.size());
    EXPECT_TRUE(count == Records || (earlier && count == snapshot->serial))
        << what << ": " << count;
    for (int i = 0; i < count; ++i) {
      const auto found = snapshot->records.find(Sample(i).address);
      const bool same = found != snapshot->records.end() &&
                        value::ToJson(ToValue(found->second)) == value::ToJson(ToValue(Sample(i)));
      EXPECT_TRUE(same) << what << ": " << Sample(i).address;
      if (!same) break;
    }
    return false;
  }

  static std::string Flipped(std::string bytes, size_t at, int bit) {
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
    return bytes;
  }

  std::string folder_, file_, log_file_, log_;
};

TEST_P(SqliteDamage, FlippedBitInAnyRegionOfTheFile) {
  std::mt19937 random(7);
  int noticed = 0;
  for (size_t region = 0; region < file_.size(); region += Region) {
    const size_t at = region + random() % Region;
    noticed += Noticed(Flipped(file_, at, static_cast<int>(random() % 8)), "", false,
                       "byte " + std::to_string(at));
  }
  // Free pages and page numbers that SQLite computes anew are nobody's loss.
  EXPECT_GT(noticed, static_cast<int>(file_.size() / Region / 5));
}

TEST_P(SqliteDamage, FileCutOffInAnyRegion) {
  for (size_t size = 0; size < file_.size(); size += 3 * Region) {
    EXPECT_TRUE(Noticed(file_.substr(0, size), "", false, "size " + std::to_string(size)));
  }
}

TEST_P(SqliteDamage, FlippedBitOrCutInAnyRegionOfTheLog) {
  std::mt19937 random(8);
  EXPECT_FALSE(Noticed(log_file_, log_, false, "unhurt"));
  // A log is long, and its pages are alike: a bit of every thirty-second region, and a cut
  // at some.
  for (size_t region = 0; region < log_.size(); region += 32 * Region) {
    const size_t at = std::min(region + random() % (32 * Region), log_.size() - 1);
    (void)Noticed(log_file_, Flipped(log_, at, static_cast<int>(random() % 8)), true,
                  "byte " + std::to_string(at) + " of the log");
    if (region % (128 * Region) == 0) {
      (void)Noticed(log_file_, log_.substr(0, at), true, "log of " + std::to_string(at));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(States, SqliteDamage, testing::Bool(), [](const auto& encrypted) {
  return encrypted.param ? "Encrypted" : "Clear";
});

}  // namespace
}  // namespace sprint::state
