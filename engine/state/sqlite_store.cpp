#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <random>
#include <utility>

#include "engine/state/store.h"

namespace sprint::state {

namespace {

constexpr int64_t Version = 2;
const char* const Schema = R"sql(
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records(address TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal(id INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lease(one INTEGER PRIMARY KEY CHECK(one = 1), holder TEXT, host TEXT,
  pid INTEGER, heartbeat INTEGER, token INTEGER NOT NULL);
)sql";

Error Failure(sqlite3* db, int code) {
  const std::string text = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return Error(ErrorCode::Unavailable, "the disk with the state is full");
    case SQLITE_READONLY:
      return Error(ErrorCode::Denied, "the state is read-only: " + text);
    case SQLITE_CANTOPEN:
      return Error(ErrorCode::Denied, "the state cannot be opened: " + text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error(ErrorCode::Protocol, "the state file is damaged: " + text);
    case SQLITE_BUSY:
      return Error(ErrorCode::Conflict, "the state is in use: " + text);
    default:
      return Error(ErrorCode::Unavailable, "the state cannot be used: " + text);
  }
}

// One prepared statement. Parameters are bound in order; a failure is kept for Done/Next.
class Query {
 public:
  Query(sqlite3* db, const char* sql) : db_(db) {
    code_ = sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr);
  }
  ~Query() { sqlite3_finalize(statement_); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& Text(const std::string& text) {
    if (statement_) {
      sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()),
                        SQLITE_TRANSIENT);
    }
    return *this;
  }
  Query& Blob(const std::string& bytes) {
    if (statement_) {
      sqlite3_bind_blob(statement_, ++bound_, bytes.data(), static_cast<int>(bytes.size()),
                        SQLITE_TRANSIENT);
    }
    return *this;
  }
  Query& Number(int64_t number) {
    if (statement_) sqlite3_bind_int64(statement_, ++bound_, number);
    return *this;
  }
  // True: a row is there.
  Result<bool> Next() {
    if (code_ != SQLITE_OK) return Failure(db_, code_);
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return Failure(db_, code);
  }
  Status Done() {
    auto row = Next();
    if (!row.ok()) return row.TakeError();
    return Ok();
  }
  std::string Column(int index) const {
    const void* data = sqlite3_column_blob(statement_, index);
    const int size = sqlite3_column_bytes(statement_, index);
    return data ? std::string(static_cast<const char*>(data), static_cast<size_t>(size)) : "";
  }
  int64_t Integer(int index) const { return sqlite3_column_int64(statement_, index); }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
  int code_ = SQLITE_OK;
  int bound_ = 0;
};

std::string NewUuid() {
  std::random_device random;
  unsigned char bytes[16];
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random());
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  const char* digits = "0123456789abcdef";
  std::string text;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(sqlite3* db) : db_(db) {}
  ~SqliteStore() override { sqlite3_close(db_); }

  Status Prepare() {
    sqlite3_busy_timeout(db_, 5000);
    SPRINT_RETURN_IF_ERROR(Run("PRAGMA journal_mode=WAL"));
    SPRINT_RETURN_IF_ERROR(Run("PRAGMA synchronous=FULL"));
    SPRINT_RETURN_IF_ERROR(Run("BEGIN IMMEDIATE"));
    SPRINT_RETURN_IF_ERROR(Run(Schema));
    SPRINT_RETURN_IF_ERROR(
        Query(db_, "INSERT OR IGNORE INTO meta VALUES('lineage', ?)").Text(NewUuid()).Done());
    SPRINT_RETURN_IF_ERROR(Run("INSERT OR IGNORE INTO meta VALUES('serial', 0)"));
    SPRINT_RETURN_IF_ERROR(
        Query(db_, "INSERT OR IGNORE INTO meta VALUES('version', ?)").Number(Version).Done());
    SPRINT_RETURN_IF_ERROR(Run("INSERT OR IGNORE INTO lease VALUES(1, NULL, NULL, 0, 0, 0)"));
    SPRINT_RETURN_IF_ERROR(Run("COMMIT"));
    Query version(db_, "SELECT value FROM meta WHERE key = 'version'");
    SPRINT_ASSIGN_OR_RETURN(bool found, version.Next());
    if (!found || version.Integer(0) != Version) {
      return Error(ErrorCode::Protocol, "the state was written by another version of sprint");
    }
    return Ok();
  }

  Result<Snapshot> Read() override {
    const std::lock_guard lock(mutex_);
    SPRINT_RETURN_IF_ERROR(Run("BEGIN"));
    auto snapshot = ReadAll();
    const Status end = Run("COMMIT");
    if (snapshot.ok() && !end.ok()) return Error(end.error());
    return snapshot;
  }

  Result<int64_t> Begin(const Intent& intent) override {
    int64_t id = 0;
    SPRINT_RETURN_IF_ERROR(Write([&]() -> Status {
      SPRINT_RETURN_IF_ERROR(Query(db_, "INSERT INTO journal VALUES(NULL, ?)")
                                 .Text(value::ToJson(ToValue(intent)))
                                 .Done());
      id = sqlite3_last_insert_rowid(db_);
      return Ok();
    }));
    return id;
  }

  Status Finish(const Intent& intent, int64_t id, const std::optional<Record>& record) override {
    return Write([&]() -> Status {
      SPRINT_RETURN_IF_ERROR(record ? Upsert(*record) : Erase(intent.object.address));
      return Close(id);
    });
  }

  Status Abandon(int64_t id) override {
    return Write([&] { return Close(id); });
  }
  Status Put(const Record& record) override {
    return Write([&] { return Upsert(record); });
  }
  Status Remove(const std::string& address) override {
    return Write([&] { return Erase(address); });
  }

  Result<Lease> Acquire(const std::string& holder, int64_t timeout) override {
    Lease mine;
    mine.holder = holder;
    mine.pid = getpid();
    mine.heartbeat = std::time(nullptr);
    char host[256] = {};
    if (gethostname(host, sizeof host - 1) == 0) mine.host = host;
    token_.reset();
    SPRINT_RETURN_IF_ERROR(Write([&]() -> Status {
      SPRINT_ASSIGN_OR_RETURN(Lease old, ReadLease());
      if (!old.holder.empty() && mine.heartbeat - old.heartbeat < timeout) {
        return Error(ErrorCode::Conflict, "the state is locked by " + old.holder + " (process " +
                                              std::to_string(old.pid) + " on " + old.host + ")");
      }
      mine.token = old.token + 1;
      return Query(db_, "UPDATE lease SET holder=?, host=?, pid=?, heartbeat=?, token=?")
          .Text(mine.holder)
          .Text(mine.host)
          .Number(mine.pid)
          .Number(mine.heartbeat)
          .Number(mine.token)
          .Done();
    }));
    const std::lock_guard lock(mutex_);
    token_ = mine.token;
    return mine;
  }

  Status Heartbeat() override {
    return Write([&] {
      return Query(db_, "UPDATE lease SET heartbeat=?").Number(std::time(nullptr)).Done();
    });
  }

  Status Release() override {
    SPRINT_RETURN_IF_ERROR(Write([&] { return Run("UPDATE lease SET holder=NULL"); }));
    const std::lock_guard lock(mutex_);
    token_.reset();
    return Ok();
  }

  Result<std::optional<Lease>> Holder() override {
    const std::lock_guard lock(mutex_);
    SPRINT_ASSIGN_OR_RETURN(Lease lease, ReadLease());
    if (lease.holder.empty()) return std::optional<Lease>();
    return std::optional<Lease>(lease);
  }

 private:
  Status Run(const char* sql) {
    const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return Failure(db_, code);
    return Ok();
  }

  // One durable transaction; a holder whose lease was taken over writes nothing.
  template <typename Body>
  Status Write(Body body) {
    const std::lock_guard lock(mutex_);
    SPRINT_RETURN_IF_ERROR(Run("BEGIN IMMEDIATE"));
    Status status = Fenced();
    if (status.ok()) status = body();
    if (status.ok()) status = Run("COMMIT");
    if (!status.ok() && !sqlite3_get_autocommit(db_)) {
      // The first failure is what the user must hear of.
      if (const Status undone = Run("ROLLBACK"); !undone.ok()) {
        return status.TakeError().While("undoing: " + undone.error().message());
      }
    }
    return status;
  }

  Status Fenced() {
    if (!token_) return Ok();
    SPRINT_ASSIGN_OR_RETURN(Lease lease, ReadLease());
    if (lease.token == *token_) return Ok();
    return Error(ErrorCode::Conflict, "the lock on the state was taken over by " + lease.holder);
  }

  Result<Lease> ReadLease() {
    Query query(db_, "SELECT holder, host, pid, heartbeat, token FROM lease");
    SPRINT_ASSIGN_OR_RETURN(bool found, query.Next());
    Lease lease;
    if (!found) return lease;
    lease.holder = query.Column(0);
    lease.host = query.Column(1);
    lease.pid = query.Integer(2);
    lease.heartbeat = query.Integer(3);
    lease.token = query.Integer(4);
    return lease;
  }

  Status Upsert(const Record& record) {
    SPRINT_RETURN_IF_ERROR(Query(db_, "INSERT OR REPLACE INTO records VALUES(?, ?)")
                               .Text(record.address)
                               .Text(value::ToJson(ToValue(record)))
                               .Done());
    return Run("UPDATE meta SET value = value + 1 WHERE key = 'serial'");
  }
  Status Erase(const std::string& address) {
    SPRINT_RETURN_IF_ERROR(
        Query(db_, "DELETE FROM records WHERE address = ?").Text(address).Done());
    return Run("UPDATE meta SET value = value + 1 WHERE key = 'serial'");
  }
  Status Close(int64_t id) {
    return Query(db_, "DELETE FROM journal WHERE id = ?").Number(id).Done();
  }

  Result<Snapshot> ReadAll() {
    Snapshot snapshot;
    Query meta(db_, "SELECT key, value FROM meta");
    while (true) {
      SPRINT_ASSIGN_OR_RETURN(bool more, meta.Next());
      if (!more) break;
      if (meta.Column(0) == "lineage") snapshot.lineage = meta.Column(1);
      if (meta.Column(0) == "serial") snapshot.serial = meta.Integer(1);
    }
    Query records(db_, "SELECT document FROM records ORDER BY address");
    while (true) {
      SPRINT_ASSIGN_OR_RETURN(bool more, records.Next());
      if (!more) break;
      SPRINT_ASSIGN_OR_RETURN(value::Value document, value::FromJson(records.Column(0)));
      SPRINT_ASSIGN_OR_RETURN(Record record, RecordFromValue(document));
      const std::string address = record.address;
      snapshot.records.emplace_hint(snapshot.records.end(), address, std::move(record));
    }
    Query journal(db_, "SELECT id, document FROM journal ORDER BY id");
    while (true) {
      SPRINT_ASSIGN_OR_RETURN(bool more, journal.Next());
      if (!more) break;
      SPRINT_ASSIGN_OR_RETURN(value::Value document, value::FromJson(journal.Column(1)));
      SPRINT_ASSIGN_OR_RETURN(Intent intent, IntentFromValue(document));
      intent.id = journal.Integer(0);
      snapshot.open.push_back(std::move(intent));
    }
    return snapshot;
  }

  sqlite3* db_;
  std::mutex mutex_;
  std::optional<int64_t> token_;
};

}  // namespace

Result<std::unique_ptr<Store>> OpenSqlite(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code failed;
  if (!folder.empty() && !std::filesystem::exists(folder, failed)) {
    std::filesystem::create_directories(folder, failed);
    if (!failed) {
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
    }
    if (failed) {
      return Error(ErrorCode::Denied, "the state's folder `" + folder.string() +
                                          "` cannot be made: " + failed.message());
    }
  }
  // Made by us and not by SQLite, so that it never has another mode, not even briefly.
  const int made = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (made < 0) {
    return Error(ErrorCode::Denied,
                 "the state `" + path + "` cannot be opened: " + std::strerror(errno));
  }
  close(made);
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
  auto store = std::make_unique<SqliteStore>(db);
  if (code != SQLITE_OK) return Failure(db, code);
  if (Status ready = store->Prepare(); !ready.ok()) {
    return ready.TakeError().While("opening the state `" + path + "`");
  }
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace sprint::state
