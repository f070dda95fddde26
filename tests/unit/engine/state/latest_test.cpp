#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "engine/state/document.h"
#include "engine/state/keyed_store.h"

// A state that stays open: read once, and again only when others have written.
namespace sprint::state {
namespace {

using testing::HasSubstr;

// Counts how often everything is read.
class Counting final : public Backend {
 public:
  Counting(std::unique_ptr<Backend> inner, int& reads) : inner_(std::move(inner)), reads_(reads) {}
  Status Read(const See& see) override {
    ++reads_;
    return inner_->Read(see);
  }
  Status ReadKey(const std::string& key, const See& see) override {
    return inner_->ReadKey(key, see);
  }
  Status Create(const Change& entries) override { return inner_->Create(entries); }
  Status Write(int64_t token, const Change& change) override {
    return inner_->Write(token, change);
  }
  Result<Lease> Acquire(Lease claim, int64_t seconds) override {
    return inner_->Acquire(std::move(claim), seconds);
  }
  Status Renew(int64_t token) override { return inner_->Renew(token); }
  Status End(int64_t token) override { return inner_->End(token); }
  Result<std::optional<Lease>> Holder() override { return inner_->Holder(); }
  Result<std::vector<std::string>> Spaces() override { return inner_->Spaces(); }
  Status Drop(int64_t token) override { return inner_->Drop(token); }

 private:
  std::unique_ptr<Backend> inner_;
  int& reads_;
};

class Latest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "latestXXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    store_ = Open();
    other_ = Open();
    ASSERT_TRUE(store_->Acquire("test", 60).ok());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(store_->Put(Sample(i, "old")).ok());
    ASSERT_TRUE(store_->Release().ok());
    reads_ = 0;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path() const { return folder_ + "/state.db"; }
  std::unique_ptr<KeyedStore> Open(const AskKey& ask = {}) {
    auto backend = OpenSqliteBackend(Path(), "default");
    EXPECT_TRUE(backend.ok());
    auto store = KeyedStore::Open(std::make_unique<Counting>(backend.TakeValue(), reads_), ask);
    EXPECT_TRUE(store.ok());
    return store.TakeValue();
  }
  static Record Sample(int i, const std::string& text) {
    Record record;
    record.address = "plant.net" + std::to_string(i);
    record.type = "sim.net";
    record.provider = "sim";
    record.attributes = value::Object{{"text", text}};
    return record;
  }
  std::shared_ptr<const Snapshot> Look(Store& store) {
    auto latest = store.Latest();
    EXPECT_TRUE(latest.ok()) << latest.error().ToString();
    return latest.ok() ? *latest : nullptr;
  }
  static Intent To(const std::string& action, Record object) {
    Intent intent;
    intent.action = action;
    intent.object = std::move(object);
    return intent;
  }
  // What it gives is what is stored, and cost no reading.
  void ExpectTrue(Store& store) {
    const int before = reads_;
    const auto latest = Look(store);
    EXPECT_EQ(reads_, before);
    EXPECT_EQ(ToText(Document{*latest, {}}), ToText(Document{*Open()->Read(), {}}));
  }

  int reads_ = 0;
  std::string folder_;
  std::unique_ptr<KeyedStore> store_, other_;
};

TEST_F(Latest, IsReadOnceWhileNobodyWrites) {
  const auto first = Look(*store_);
  EXPECT_EQ(first->records.size(), 3u);
  EXPECT_EQ(Look(*store_), first);
  EXPECT_EQ(store_->Read()->records.size(), 3u);
  EXPECT_EQ(reads_, 1);
}

TEST_F(Latest, HasWhatOthersWrote) {
  const auto before = Look(*store_);
  ASSERT_TRUE(other_->Acquire("other", 60).ok());
  ASSERT_TRUE(other_->Put(Sample(1, "new")).ok());
  EXPECT_EQ(Look(*store_)->records.at("plant.net1").attributes.Text("text"), "new");
  EXPECT_EQ(before->records.at("plant.net1").attributes.Text("text"), "old");
  // An intent, which does not count as a change of the state.
  ASSERT_TRUE(other_->Begin(To("update", Sample(2, "next"))).ok());
  EXPECT_EQ(Look(*store_)->open.size(), 1u);
  EXPECT_EQ(Look(*store_)->serial, Open()->Read()->serial);
}

TEST_F(Latest, TakesInWhatThisStoreWroteWithoutReading) {
  const auto held = Look(*store_);
  ASSERT_TRUE(store_->Acquire("test", 60).ok());
  ASSERT_TRUE(store_->Put(Sample(0, "new")).ok());
  ASSERT_TRUE(store_->Remove("plant.net1").ok());
  const Intent one = To("create", Sample(7, "made"));
  const Intent two = To("delete", Sample(2, "old"));
  const auto first = store_->Begin(one), second = store_->Begin(two);
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE(store_->SetRefused({{"east", "vm", 0, "quota", "no more", 1}}).ok());
  EXPECT_EQ(reads_, 1) << "the first write reads nothing either";
  ExpectTrue(*store_);
  EXPECT_EQ(Look(*store_)->open.size(), 2u);
  ASSERT_TRUE(store_->Finish(one, *first, Sample(7, "made")).ok());
  ASSERT_TRUE(store_->Finish(two, *second, std::nullopt).ok());
  ASSERT_TRUE(store_->Release().ok());
  ExpectTrue(*store_);
  EXPECT_EQ(Look(*store_)->records.size(), 2u);
  EXPECT_EQ(held->records.size(), 3u) << "what was given stays as it was";
}

TEST_F(Latest, IsReadAgainBeforeWritingWhatOthersChanged) {
  (void)Look(*store_);
  ASSERT_TRUE(other_->Acquire("other", 60).ok());
  ASSERT_TRUE(other_->Put(Sample(1, "theirs")).ok());
  ASSERT_TRUE(other_->Release().ok());
  ASSERT_TRUE(store_->Acquire("test", 60).ok());
  ASSERT_TRUE(store_->Put(Sample(2, "ours")).ok());
  const auto latest = Look(*store_);
  EXPECT_EQ(latest->records.at("plant.net1").attributes.Text("text"), "theirs");
  EXPECT_EQ(latest->records.at("plant.net2").attributes.Text("text"), "ours");
  EXPECT_EQ(latest->serial, 5);
}

TEST_F(Latest, AnotherKeyIsAnErrorAndNotAnOldState) {
  (void)Look(*store_);
  ASSERT_TRUE(other_->Acquire("other", 60).ok());
  ASSERT_TRUE(other_->Encrypt("key").ok());
  EXPECT_FALSE(store_->Latest().ok());
  auto opened = Open([] { return Result<std::string>("key"); });
  EXPECT_EQ(Look(*opened)->records.size(), 3u);
}

TEST_F(Latest, FileThatWasReplacedIsNotGoneOnWith) {
  (void)Look(*store_);
  std::filesystem::copy_file(Path(), Path() + ".copy");
  std::filesystem::rename(Path() + ".copy", Path());
  const auto latest = store_->Latest();
  ASSERT_FALSE(latest.ok());
  EXPECT_THAT(latest.error().message(), HasSubstr("replaced by another"));
  EXPECT_FALSE(store_->Acquire("test", 60).ok());
  EXPECT_EQ(Look(*Open())->records.size(), 3u) << "the log was taken into the file";
}

}  // namespace
}  // namespace sprint::state
