#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <utility>

#include "compiler/support/environment.h"
#include "compiler/support/leftovers.h"
#include "engine/state/backend.h"
#include "engine/state/life.h"
#include "engine/state/sqlite_query.h"
#include "engine/state/sqlite_version2.h"

namespace sprint::state {
namespace {

constexpr int64_t Version = 3;                     // PRAGMA user_version
constexpr const char* Application = "0x5350524e";  // "SPRN", for file(1)
constexpr int64_t SmallestPage = 512;              // bytes
constexpr const char* Schema = R"sql(
CREATE TABLE entries(space TEXT NOT NULL, key TEXT NOT NULL, bytes BLOB NOT NULL,
  UNIQUE(space, key));
CREATE TABLE leases(space TEXT PRIMARY KEY, token INTEGER NOT NULL, held INTEGER NOT NULL,
  purpose TEXT, holder TEXT, host TEXT, since INTEGER, boot TEXT, processes TEXT, pid INTEGER,
  started INTEGER, beat_ms INTEGER, beats INTEGER, lasts_ms INTEGER);
)sql";

std::string Layout() {
  return std::string(Schema) + "PRAGMA application_id=" + Application +
         "; PRAGMA user_version=" + std::to_string(Version);
}

class SqliteBackend final : public Backend {
 public:
  SqliteBackend(sqlite3* db, std::string space, const Clock& clock)
      : db_(db), space_(std::move(space)), clock_(clock), watch_(clock) {
    sqlite3_busy_timeout(db_, 10'000);
  }
  ~SqliteBackend() override { sqlite3_close(db_); }

  Status Prepare() {
    // Damage of the file's structure is found here and not in the middle of a run.
    SPRINT_RETURN_IF_ERROR(Run(db_, "PRAGMA cell_size_check=ON"));
    SPRINT_ASSIGN_OR_RETURN(int64_t version, Number("PRAGMA user_version"));
    // FULL: the log is flushed at every commit, not only at checkpoints.
    SPRINT_RETURN_IF_ERROR(Run(db_, "PRAGMA synchronous=FULL"));
    if (version == Version) return Ok();
    if (version > Version) {
      return Error(ErrorCode::Protocol, "the state file was written by a newer sprint (version " +
                                            std::to_string(version) + "; this one knows " +
                                            std::to_string(Version) + "): use that one");
    }
    return Transaction([&]() -> Status {
      // Another process may have been faster.
      SPRINT_ASSIGN_OR_RETURN(version, Number("PRAGMA user_version"));
      if (version == Version) return Ok();
      SPRINT_ASSIGN_OR_RETURN(const std::optional<Change> old, TakeVersion2(db_));
      if (!old) return Error(ErrorCode::Protocol, "the file holds no state");
      SPRINT_RETURN_IF_ERROR(Run(db_, Layout().c_str()));
      return Apply(*old);
    });
  }

  // Not even reading can begin, for want of space.
  bool full() const {
    return DiskIsFull(db_, sqlite3_exec(db_, "PRAGMA user_version", nullptr, nullptr, nullptr));
  }
  // From now on this is what every attempt to write gives.
  void Refuse(const Error& error) { refused_ = error; }

  // A file that was cut off has fewer pages than it says. With a log beside it the file
  // may be shorter for a while.
  Status CheckSize(int64_t bytes) {
    SPRINT_ASSIGN_OR_RETURN(const int64_t pages, Number("PRAGMA page_count"));
    SPRINT_ASSIGN_OR_RETURN(const int64_t page, Number("PRAGMA page_size"));
    if (bytes >= SmallestPage && bytes >= pages * page) return Ok();
    return Error(ErrorCode::Protocol,
                 "the state file is damaged: it is cut off at " + std::to_string(bytes) + " bytes");
  }

  Status Read(const See& see) override {
    const std::lock_guard lock(mutex_);
    Query query(db_, "SELECT key, bytes FROM entries WHERE space = ?");
    query.Text(space_);
    return Each(query, see);
  }

  Status ReadKey(const std::string& key, const See& see) override {
    const std::lock_guard lock(mutex_);
    SPRINT_RETURN_IF_ERROR(InPlace());
    Query query(db_, "SELECT key, bytes FROM entries WHERE space = ? AND key = ?");
    query.Text(space_).Text(key);
    return Each(query, see);
  }

  Status Create(const Change& entries) override {
    const std::lock_guard lock(mutex_);
    return Transaction([&]() -> Status {
      Query any(db_, "SELECT 1 FROM entries WHERE space = ? LIMIT 1");
      SPRINT_ASSIGN_OR_RETURN(const bool found, any.Text(space_).Next());
      return found ? Ok() : Apply(entries);
    });
  }

  Status Write(int64_t token, const Change& change) override {
    const std::lock_guard lock(mutex_);
    return Transaction([&]() -> Status {
      SPRINT_RETURN_IF_ERROR(Fenced(token));
      return Apply(change);
    });
  }

  Result<Lease> Acquire(Lease claim, int64_t seconds) override {
    const std::lock_guard lock(mutex_);
    SPRINT_RETURN_IF_ERROR(Transaction([&]() -> Status {
      SPRINT_ASSIGN_OR_RETURN(const Row old, ReadLease());
      if (Lives(old)) return Locked(old.lease);
      const Sign sign = SignOfThis(clock_, seconds);
      claim.token = old.lease.token + 1;
      claim.pid = sign.pid;
      return Query(db_, "INSERT OR REPLACE INTO leases VALUES(?,?,1,?,?,?,?,?,?,?,?,?,1,?)")
          .Text(space_)
          .Number(claim.token)
          .Text(claim.purpose)
          .Text(claim.holder)
          .Text(claim.host)
          .Number(claim.since)
          .Text(sign.boot)
          .Text(sign.processes)
          .Number(sign.pid)
          .Number(sign.started)
          .Number(sign.beat_ms)
          .Number(sign.lasts_ms)
          .Done();
    }));
    return claim;
  }

  Status Renew(int64_t token) override {
    const std::lock_guard lock(mutex_);
    return Transaction([&]() -> Status {
      SPRINT_RETURN_IF_ERROR(Fenced(token));
      return Query(db_, "UPDATE leases SET beat_ms=?, beats=beats+1 WHERE space=?")
          .Number(SteadyMs(clock_))
          .Text(space_)
          .Done();
    });
  }

  Status End(int64_t token) override {
    const std::lock_guard lock(mutex_);
    SPRINT_RETURN_IF_ERROR(Transaction([&]() -> Status {
      SPRINT_ASSIGN_OR_RETURN(const Row row, ReadLease());
      if (!row.held || row.lease.token != token) return LeaseLost();
      return Query(db_, "UPDATE leases SET held=0 WHERE space=?").Text(space_).Done();
    }));
    // The file is whole by itself between two holders, for who copies it.
    (void)sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    return Ok();
  }

  Result<std::optional<Lease>> Holder() override {
    const std::lock_guard lock(mutex_);
    SPRINT_ASSIGN_OR_RETURN(const Row row, ReadLease());
    return Lives(row) ? std::optional<Lease>(row.lease) : std::nullopt;
  }

  Result<std::vector<std::string>> Spaces() override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> spaces;
    Query query(db_, "SELECT DISTINCT space FROM entries ORDER BY space");
    while (true) {
      SPRINT_ASSIGN_OR_RETURN(const bool more, query.Next());
      if (!more) return spaces;
      spaces.emplace_back(query.Column(0));
    }
  }

  Status Drop(int64_t token) override {
    const std::lock_guard lock(mutex_);
    return Transaction([&]() -> Status {
      SPRINT_RETURN_IF_ERROR(Fenced(token));
      SPRINT_RETURN_IF_ERROR(Query(db_, "DELETE FROM entries WHERE space=?").Text(space_).Done());
      // The row stays, so that tokens go on growing.
      return Query(db_, "UPDATE leases SET held=0 WHERE space=?").Text(space_).Done();
    });
  }

 private:
  struct Row {
    bool held = false;
    Lease lease;
    Sign sign;
  };

  // Who holds it open for long would else go on with a file that nobody finds any more.
  Status InPlace() {
    int moved = 0;
    (void)sqlite3_file_control(db_, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (moved == 0) return Ok();
    return Error(ErrorCode::Conflict, "the state file was moved, removed or replaced by another");
  }

  Result<int64_t> Number(const char* sql) {
    Query query(db_, sql);
    SPRINT_ASSIGN_OR_RETURN(const bool found, query.Next());
    return found ? query.Integer(0) : int64_t{0};
  }

  static Status Each(Query& query, const See& see) {
    while (true) {
      SPRINT_ASSIGN_OR_RETURN(const bool more, query.Next());
      if (!more) return Ok();
      SPRINT_RETURN_IF_ERROR(see(query.Column(0), query.Column(1)));
    }
  }

  template <typename Body>
  Status Transaction(Body body) {
    if (refused_) return *refused_;
    SPRINT_RETURN_IF_ERROR(InPlace());
    SPRINT_RETURN_IF_ERROR(Run(db_, "BEGIN IMMEDIATE"));
    Status status = body();
    if (status.ok()) status = Run(db_, "COMMIT");
    if (!status.ok() && !sqlite3_get_autocommit(db_)) {
      // The first failure is what the user must hear of.
      if (const Status undone = Run(db_, "ROLLBACK"); !undone.ok()) {
        return status.TakeError().While("undoing: " + undone.error().message());
      }
    }
    return status;
  }

  Status Apply(const Change& change) {
    Query put(db_,
              "INSERT INTO entries VALUES(?, ?, ?) "
              "ON CONFLICT(space, key) DO UPDATE SET bytes = excluded.bytes");
    Query erase(db_, "DELETE FROM entries WHERE space = ? AND key = ?");
    for (const auto& [key, bytes] : change) {
      Query& query = bytes ? put : erase;
      query.Reset();
      query.Text(space_).Text(key);
      if (bytes) query.Blob(*bytes);
      SPRINT_RETURN_IF_ERROR(query.Done());
    }
    return Ok();
  }

  Status Fenced(int64_t token) {
    SPRINT_ASSIGN_OR_RETURN(const Row row, ReadLease());
    return row.lease.token == token && Lives(row) ? Ok() : Status(LeaseLost());
  }

  bool Lives(const Row& row) { return row.held && watch_.Lives(row.sign, row.lease.token); }

  Result<Row> ReadLease() {
    Query query(db_,
                "SELECT token, held, purpose, holder, host, since, boot, processes, pid, started, "
                "beat_ms, beats, lasts_ms FROM leases WHERE space = ?");
    SPRINT_ASSIGN_OR_RETURN(const bool found, query.Text(space_).Next());
    Row row;
    if (!found) return row;
    row.lease.token = query.Integer(0);
    row.held = query.Integer(1) != 0;
    row.lease.purpose = query.Column(2);
    row.lease.holder = query.Column(3);
    row.lease.host = query.Column(4);
    row.lease.since = query.Integer(5);
    row.sign.boot = query.Column(6);
    row.sign.processes = query.Column(7);
    row.lease.pid = row.sign.pid = query.Integer(8);
    row.sign.started = query.Integer(9);
    row.sign.beat_ms = query.Integer(10);
    row.sign.beats = query.Integer(11);
    row.sign.lasts_ms = query.Integer(12);
    return row;
  }

  sqlite3* db_;
  const std::string space_;
  const Clock& clock_;
  Watch watch_;
  std::optional<Error> refused_;
  std::mutex mutex_;
};

Error SystemError(const std::string& what, const std::string& path, int code) {
  return Error(code == ENOSPC ? ErrorCode::Unavailable : ErrorCode::Denied,
               what + " `" + path + "`: " + std::strerror(code));
}

Status MakeFolder(const std::filesystem::path& folder) {
  std::error_code failed;
  if (folder.empty() || std::filesystem::exists(folder, failed)) return Ok();
  std::filesystem::create_directories(folder, failed);
  if (!failed) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  if (!failed) return Ok();
  return SystemError("cannot make the state's folder", folder.string(), failed.value());
}

// Made beside and put in place when it is whole: an empty or short file under this name
// is damage, never a beginning. Made by us and not by SQLite, so that it never has
// another mode than 0600.
Status MakeFile(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  SPRINT_RETURN_IF_ERROR(MakeFolder(folder));
  std::string beside = path + ".new-" + std::to_string(getpid()) + "-XXXXXX";
  const int made = mkostemp(beside.data(), O_CLOEXEC);  // mode 0600
  if (made < 0) return SystemError("cannot make the state", path, errno);
  sqlite3* db = nullptr;
  int code = sqlite3_open_v2(beside.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
  // A write-ahead log: a commit appends to one file where a rollback journal writes two.
  // The file remembers it.
  Status filled = code != SQLITE_OK ? Status(SqliteError(db, code))
                                    : Run(db, ("PRAGMA journal_mode=WAL;" + Layout()).c_str());
  sqlite3_close(db);
  code = 0;
  if (filled.ok() && (fsync(made) != 0 || link(beside.c_str(), path.c_str()) != 0)) code = errno;
  close(made);
  unlink(beside.c_str());
  if (!filled.ok()) return filled;
  // Another process was faster: its file is as good.
  if (code != 0 && code != EEXIST) return SystemError("cannot make the state", path, code);
  // The file's name must survive a loss of power as well as its content.
  const int holds = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (holds >= 0) {
    (void)fsync(holds);
    close(holds);
  }
  return Ok();
}

std::string UriOf(const std::string& path, const char* options) {
  std::string uri = "file:";
  for (const char c : path) {
    constexpr const char* Digits = "0123456789ABCDEF";
    if (c == '?' || c == '#' || c == '%') {
      uri += '%';
      uri += Digits[static_cast<unsigned char>(c) >> 4];
      uri += Digits[static_cast<unsigned char>(c) & 15];
    } else {
      uri += c;
    }
  }
  return uri + options;
}

// Something is in the log beside the file.
bool HasLog(const std::string& path) {
  struct stat log {};
  return stat((path + "-wal").c_str(), &log) == 0 && log.st_size > 0;
}

enum class Access { Write, Read, ReadStill };

Result<std::unique_ptr<SqliteBackend>> OpenFile(const std::string& path, const std::string& space,
                                                const Clock& clock, Access access, bool& full) {
  sqlite3* db = nullptr;
  const bool still = access == Access::ReadStill;
  const int code = sqlite3_open_v2(
      UriOf(path, still ? "?immutable=1" : "").c_str(), &db,
      (access == Access::Write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_URI,
      nullptr);
  auto backend = std::make_unique<SqliteBackend>(db, space, clock);
  if (code != SQLITE_OK) return SqliteError(db, code).While("opening the state `" + path + "`");
  std::error_code unknown;
  const auto bytes = static_cast<int64_t>(std::filesystem::file_size(path, unknown));
  Status ready = HasLog(path) || unknown ? Ok() : backend->CheckSize(bytes);
  if (ready.ok()) ready = backend->Prepare();
  full = !ready.ok() && backend->full();
  if (!ready.ok()) return ready.TakeError().While("opening the state `" + path + "`");
  return backend;
}

}  // namespace

Result<std::unique_ptr<Backend>> OpenMemoryBackend(const std::string& space, const Clock& clock) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, nullptr);
  auto backend = std::make_unique<SqliteBackend>(db, space, clock);
  if (code != SQLITE_OK) return SqliteError(db, code).While("making a state in memory");
  SPRINT_RETURN_IF_ERROR(Run(db, Layout().c_str()));
  SPRINT_RETURN_IF_ERROR(backend->Prepare());
  return std::unique_ptr<Backend>(std::move(backend));
}

Result<std::unique_ptr<Backend>> OpenSqliteBackend(const std::string& path,
                                                   const std::string& space, const Clock& clock) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  // Of those that were killed in MakeFile.
  RemoveLeftovers(folder.empty() ? "." : folder,
                  std::filesystem::path(path).filename().string() + ".new-");
  if (access(path.c_str(), F_OK) != 0) SPRINT_RETURN_IF_ERROR(MakeFile(path));
  const bool writable =
      access(path.c_str(), W_OK) == 0 && access(folder.empty() ? "." : folder.c_str(), W_OK) == 0;
  // The files that SQLite would need to read it beside a writer cannot be made on a disk that
  // is read-only or full. Nobody writes there: it is read as it is. Unless there is a log to
  // be read first.
  const bool alone = !HasLog(path);
  bool full = false;
  auto opened = OpenFile(path, space, clock,
                         writable ? Access::Write
                         : alone  ? Access::ReadStill
                                  : Access::Read,
                         full);
  if (full && alone) {
    if (auto still = OpenFile(path, space, clock, Access::ReadStill, full); still.ok()) {
      (*still)->Refuse(opened.error());
      opened = still.TakeValue();
    }
  }
  if (!opened.ok()) return opened.TakeError();
  return std::unique_ptr<Backend>(opened.TakeValue());
}

}  // namespace sprint::state
