#include "engine/state/postgres_backend.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "engine/secrets/crypto.h"

namespace sprint::state {
namespace {

constexpr int64_t Version = 1;  // of the tables
// Any number: of two that make the tables at once one waits for the other.
constexpr const char* Schema = R"sql(
SELECT pg_advisory_xact_lock(1397773908);
CREATE TABLE IF NOT EXISTS sprint_meta(version BIGINT NOT NULL);
INSERT INTO sprint_meta SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM sprint_meta);
CREATE TABLE IF NOT EXISTS sprint_entries(space TEXT NOT NULL, key TEXT NOT NULL,
  bytes BYTEA NOT NULL, PRIMARY KEY(space, key));
CREATE TABLE IF NOT EXISTS sprint_leases(space TEXT PRIMARY KEY, token BIGINT NOT NULL,
  expires TIMESTAMPTZ NOT NULL, lasts INTERVAL NOT NULL, purpose TEXT NOT NULL,
  holder TEXT NOT NULL, host TEXT NOT NULL, pid BIGINT NOT NULL, since BIGINT NOT NULL);
)sql";

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Rows = std::unique_ptr<PGresult, ClearResult>;

std::string Trimmed(const char* text) {
  std::string trimmed = text ? text : "";
  while (!trimmed.empty() && (trimmed.back() == '\n' || trimmed.back() == ' ')) trimmed.pop_back();
  return trimmed;
}

std::string_view Cell(const Rows& rows, int row, int column) {
  return {PQgetvalue(rows.get(), row, column),
          static_cast<size_t>(PQgetlength(rows.get(), row, column))};
}
int64_t Integer(const Rows& rows, int row, int column) {
  return std::strtoll(PQgetvalue(rows.get(), row, column), nullptr, 10);
}

class PostgresBackend final : public Backend {
 public:
  PostgresBackend(PGconn* connection, std::string space)
      : connection_(connection), space_(std::move(space)) {}
  ~PostgresBackend() override { PQfinish(connection_); }

  Status Prepare() {
    if (PQstatus(connection_) != CONNECTION_OK) {
      const std::string text = Trimmed(PQerrorMessage(connection_));
      const bool denied = text.find("authentication") != std::string::npos ||
                          text.find("password") != std::string::npos;
      return Error(denied ? ErrorCode::Denied : ErrorCode::Unavailable, "PostgreSQL: " + text);
    }
    PQsetNoticeProcessor(
        connection_, [](void*, const char*) {}, nullptr);
    // A commit that answered is on disk, whatever the server's default is.
    SPRINT_RETURN_IF_ERROR(Run("SET synchronous_commit = on"));
    SPRINT_RETURN_IF_ERROR(Run("SET client_encoding = 'UTF8'"));
    SPRINT_ASSIGN_OR_RETURN(const Rows there, Ask("SELECT to_regclass('sprint_meta')", {}));
    if (Cell(there, 0, 0).empty()) {
      SPRINT_RETURN_IF_ERROR(Transaction([&] { return Run(Schema); }));
    }
    SPRINT_ASSIGN_OR_RETURN(const Rows version, Ask("SELECT version FROM sprint_meta", {}));
    if (PQntuples(version.get()) == 1 && Integer(version, 0, 0) == Version) return Ok();
    return Error(ErrorCode::Protocol, "the state's tables were made by another version of sprint");
  }

  Status Read(const See& see) override {
    const std::lock_guard lock(mutex_);
    SPRINT_RETURN_IF_ERROR(Alive());
    SPRINT_ASSIGN_OR_RETURN(
        const Rows rows,
        Ask("SELECT convert_to(key, 'UTF8'), bytes FROM sprint_entries WHERE space = $1", {space_},
            Binary));
    return Each(rows, see);
  }

  Status ReadKey(const std::string& key, const See& see) override {
    const std::lock_guard lock(mutex_);
    SPRINT_RETURN_IF_ERROR(Alive());
    SPRINT_ASSIGN_OR_RETURN(
        const Rows rows,
        Ask("SELECT convert_to(key, 'UTF8'), bytes FROM sprint_entries WHERE space = $1 AND "
            "key = $2",
            {space_, key}, Binary));
    return Each(rows, see);
  }

  Status Create(const Change& entries) override {
    const std::lock_guard lock(mutex_);
    return Transaction([&]() -> Status {
      SPRINT_RETURN_IF_ERROR(Run("LOCK TABLE sprint_entries IN SHARE ROW EXCLUSIVE MODE"));
      SPRINT_ASSIGN_OR_RETURN(
          const Rows any, Ask("SELECT 1 FROM sprint_entries WHERE space = $1 LIMIT 1", {space_}));
      return PQntuples(any.get()) > 0 ? Ok() : Apply(entries);
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
      SPRINT_ASSIGN_OR_RETURN(
          const Rows taken,
          Ask("INSERT INTO sprint_leases AS old VALUES($1, 1, clock_timestamp() + $2::interval, "
              "$2::interval, $3, $4, $5, $6, $7) ON CONFLICT(space) DO UPDATE SET "
              "token = old.token + 1, expires = excluded.expires, lasts = excluded.lasts, "
              "purpose = excluded.purpose, holder = excluded.holder, host = excluded.host, "
              "pid = excluded.pid, since = excluded.since WHERE old.expires <= clock_timestamp() "
              "RETURNING token",
              {space_, std::to_string(seconds) + " s", claim.purpose, claim.holder, claim.host,
               std::to_string(claim.pid), std::to_string(claim.since)}));
      if (PQntuples(taken.get()) == 1) {
        claim.token = Integer(taken, 0, 0);
        return Ok();
      }
      SPRINT_ASSIGN_OR_RETURN(const std::optional<Lease> holder, ReadLease());
      return Locked(holder.value_or(Lease()));
    }));
    return claim;
  }

  Status Renew(int64_t token) override {
    return Change1(
        "UPDATE sprint_leases SET expires = clock_timestamp() + lasts "
        "WHERE space = $1 AND token = $2 AND expires > clock_timestamp() RETURNING 1",
        token);
  }
  Status End(int64_t token) override {
    return Change1(
        "UPDATE sprint_leases SET expires = '-infinity' "
        "WHERE space = $1 AND token = $2 AND expires > clock_timestamp() RETURNING 1",
        token);
  }

  Result<std::optional<Lease>> Holder() override {
    const std::lock_guard lock(mutex_);
    SPRINT_RETURN_IF_ERROR(Alive());
    return ReadLease();
  }

  Result<std::vector<std::string>> Spaces() override {
    const std::lock_guard lock(mutex_);
    SPRINT_RETURN_IF_ERROR(Alive());
    SPRINT_ASSIGN_OR_RETURN(
        const Rows rows,
        Ask("SELECT DISTINCT space COLLATE \"C\" FROM sprint_entries ORDER BY 1", {}));
    std::vector<std::string> spaces;
    spaces.reserve(static_cast<size_t>(PQntuples(rows.get())));
    for (int row = 0; row < PQntuples(rows.get()); ++row) spaces.emplace_back(Cell(rows, row, 0));
    return spaces;
  }

  Status Drop(int64_t token) override {
    const std::lock_guard lock(mutex_);
    return Transaction([&]() -> Status {
      SPRINT_RETURN_IF_ERROR(Fenced(token));
      SPRINT_RETURN_IF_ERROR(Do("DELETE FROM sprint_entries WHERE space = $1", {space_}));
      // The row stays, so that tokens go on growing.
      return Do("UPDATE sprint_leases SET expires = '-infinity' WHERE space = $1", {space_});
    });
  }

 private:
  static constexpr int Binary = 1;

  Error Failure(const PGresult* result) const {
    const char* state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    const std::string code = state ? state : "";
    const std::string text =
        "PostgreSQL: " +
        Trimmed(result && state ? PQresultErrorMessage(result) : PQerrorMessage(connection_));
    // Classes of SQLSTATE: PostgreSQL manual, appendix A.
    if (code.starts_with("28") || code == "42501") return Error(ErrorCode::Denied, text);
    if (code == "25006") return Error(ErrorCode::Denied, "the state is read-only: " + text);
    if (code.starts_with("22") || code.starts_with("54")) {
      return Error(ErrorCode::InvalidArgument, text);
    }
    return Error(ErrorCode::Unavailable, text);
  }

  // A connection that broke is made anew once, before something new begins.
  Status Alive() {
    if (PQstatus(connection_) == CONNECTION_OK) return Ok();
    PQreset(connection_);
    return PQstatus(connection_) == CONNECTION_OK ? Ok() : Status(Failure(nullptr));
  }

  Status Run(const char* sql) {
    const Rows rows(PQexec(connection_, sql));
    const ExecStatusType status = PQresultStatus(rows.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return Ok();
    return Failure(rows.get());
  }

  Result<Rows> Ask(const char* sql, const std::vector<std::string>& values, int format = 0) {
    std::vector<const char*> texts;
    texts.reserve(values.size());
    for (const std::string& value : values) texts.push_back(value.c_str());
    Rows rows(PQexecParams(connection_, sql, static_cast<int>(texts.size()), nullptr, texts.data(),
                           nullptr, nullptr, format));
    const ExecStatusType status = PQresultStatus(rows.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return Failure(rows.get());
    return rows;
  }
  Status Do(const char* sql, const std::vector<std::string>& values) {
    auto rows = Ask(sql, values);
    if (!rows.ok()) return rows.TakeError();
    return Ok();
  }
  // LeaseLost unless `sql` found the live lease of this token.
  Status Change1(const char* sql, int64_t token) {
    const std::lock_guard lock(mutex_);
    SPRINT_RETURN_IF_ERROR(Alive());
    SPRINT_ASSIGN_OR_RETURN(const Rows rows, Ask(sql, {space_, std::to_string(token)}));
    return PQntuples(rows.get()) == 1 ? Ok() : Status(LeaseLost());
  }

  static Status Each(const Rows& rows, const See& see) {
    for (int row = 0; row < PQntuples(rows.get()); ++row) {
      SPRINT_RETURN_IF_ERROR(see(Cell(rows, row, 0), Cell(rows, row, 1)));
    }
    return Ok();
  }

  template <typename Body>
  Status Transaction(Body body) {
    SPRINT_RETURN_IF_ERROR(Alive());
    SPRINT_RETURN_IF_ERROR(Run("BEGIN"));
    Status status = body();
    if (status.ok()) status = Run("COMMIT");
    if (!status.ok() && PQtransactionStatus(connection_) != PQTRANS_IDLE) (void)Run("ROLLBACK");
    return status;
  }

  Status Fenced(int64_t token) {
    SPRINT_ASSIGN_OR_RETURN(const Rows rows,
                            Ask("SELECT 1 FROM sprint_leases WHERE space = $1 AND token = $2 AND "
                                "expires > clock_timestamp() FOR UPDATE",
                                {space_, std::to_string(token)}));
    return PQntuples(rows.get()) == 1 ? Ok() : Status(LeaseLost());
  }

  // One statement for all that is written and one for all that goes: two round trips.
  Status Apply(const Change& change) {
    std::string keys, bytes, gone;
    for (const auto& [key, value] : change) {
      std::string& list = value ? keys : gone;
      list += list.empty() ? "{" : ",";
      list += Quoted(key);
      if (!value) continue;
      bytes += bytes.empty() ? "{" : ",";
      bytes += R"("\\x)" + secrets::ToHex(*value) + "\"";
    }
    if (!keys.empty()) {
      SPRINT_RETURN_IF_ERROR(
          Do("INSERT INTO sprint_entries SELECT $1, k, b FROM unnest($2::text[], $3::bytea[]) "
             "AS new(k, b) ON CONFLICT(space, key) DO UPDATE SET bytes = excluded.bytes",
             {space_, keys + "}", bytes + "}"}));
    }
    if (gone.empty()) return Ok();
    return Do("DELETE FROM sprint_entries WHERE space = $1 AND key = ANY($2::text[])",
              {space_, gone + "}"});
  }

  static std::string Quoted(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    return quoted + "\"";
  }

  Result<std::optional<Lease>> ReadLease() {
    SPRINT_ASSIGN_OR_RETURN(
        const Rows rows, Ask("SELECT token, purpose, holder, host, pid, since FROM sprint_leases "
                             "WHERE space = $1 AND expires > clock_timestamp()",
                             {space_}));
    if (PQntuples(rows.get()) == 0) return std::optional<Lease>();
    Lease lease;
    lease.token = Integer(rows, 0, 0);
    lease.purpose = Cell(rows, 0, 1);
    lease.holder = Cell(rows, 0, 2);
    lease.host = Cell(rows, 0, 3);
    lease.pid = Integer(rows, 0, 4);
    lease.since = Integer(rows, 0, 5);
    return std::optional<Lease>(lease);
  }

  PGconn* connection_;
  const std::string space_;
  std::mutex mutex_;
};

// The server's name is checked against its certificate unless it is this machine or the
// URL says otherwise; libpq itself would not even ask for TLS.
std::map<std::string, std::string> Parameters(const Location& location) {
  std::map<std::string, std::string> parameters{{"dbname", location.path},
                                                {"application_name", "sprint"},
                                                {"connect_timeout", "10"},
                                                {"keepalives_idle", "10"},
                                                {"tcp_user_timeout", "20000"}};
  if (!location.host.empty()) parameters["host"] = location.host;
  if (!location.port.empty()) parameters["port"] = location.port;
  if (!location.user.empty()) parameters["user"] = location.user;
  if (const char* password = std::getenv("SPRINT_STATE_PASSWORD")) {
    parameters["password"] = password;
  }
  if (!location.local() && !std::getenv("PGSSLMODE")) {
    parameters["sslmode"] = "verify-full";
    constexpr const char* SystemRoots = "/etc/ssl/certs/ca-certificates.crt";
    const char* home = std::getenv("HOME");
    const std::string own = std::string(home ? home : "") + "/.postgresql/root.crt";
    if (access(own.c_str(), R_OK) != 0 && !std::getenv("PGSSLROOTCERT")) {
      parameters["sslrootcert"] = SystemRoots;
    }
  }
  for (const auto& [name, value] : location.options) parameters[name] = value;
  return parameters;
}

}  // namespace

Result<std::unique_ptr<Backend>> OpenPostgresBackend(const Location& location,
                                                     const std::string& space) {
  std::vector<const char*> names, values;
  const auto parameters = Parameters(location);
  for (const auto& [name, value] : parameters) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  auto backend =
      std::make_unique<PostgresBackend>(PQconnectdbParams(names.data(), values.data(), 0), space);
  if (Status ready = backend->Prepare(); !ready.ok()) {
    return ready.TakeError().While("opening the state on " + location.host);
  }
  return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace sprint::state
