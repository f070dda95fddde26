#include "engine/state/sqlite_query.h"

namespace sprint::state {

bool DiskIsFull(sqlite3* db, int code) {
  // The second: the file in shared memory beside the log cannot be made as large as it must.
  return (code & 0xff) == SQLITE_FULL || ((code & 0xff) == SQLITE_IOERR && db &&
                                          sqlite3_extended_errcode(db) == SQLITE_IOERR_SHMSIZE);
}

Error SqliteError(sqlite3* db, int code) {
  if (DiskIsFull(db, code)) {
    return Error(ErrorCode::Unavailable, "the disk with the state is full");
  }
  const std::string text = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_READONLY:
      return Error(ErrorCode::Denied, "the state is read-only: " + text);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Error(ErrorCode::Denied, "the state cannot be opened: " + text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error(ErrorCode::Protocol, "the state file is damaged: " + text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error(ErrorCode::Unavailable, "the state file is busy: " + text);
    default:
      return Error(ErrorCode::Unavailable, "the state cannot be used: " + text);
  }
}

Status Run(sqlite3* db, const char* sql) {
  const int code = sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return SqliteError(db, code);
  return Ok();
}

Query::Query(sqlite3* db, const char* sql) : db_(db) {
  code_ = sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr);
}
Query::~Query() { sqlite3_finalize(statement_); }

Query& Query::Text(std::string_view text) {
  if (statement_) {
    sqlite3_bind_text64(statement_, ++bound_, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  return *this;
}
Query& Query::Blob(std::string_view bytes) {
  if (statement_) {
    sqlite3_bind_blob64(statement_, ++bound_, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
  return *this;
}
Query& Query::Number(int64_t number) {
  if (statement_) sqlite3_bind_int64(statement_, ++bound_, number);
  return *this;
}
void Query::Reset() {
  sqlite3_reset(statement_);
  bound_ = 0;
}

Result<bool> Query::Next() {
  if (code_ != SQLITE_OK) return SqliteError(db_, code_);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return SqliteError(db_, code);
}
Status Query::Done() {
  auto row = Next();
  if (!row.ok()) return row.TakeError();
  return Ok();
}
std::string_view Query::Column(int index) const {
  const void* data = sqlite3_column_blob(statement_, index);
  const int size = sqlite3_column_bytes(statement_, index);
  return data ? std::string_view(static_cast<const char*>(data), static_cast<size_t>(size)) : "";
}
int64_t Query::Integer(int index) const { return sqlite3_column_int64(statement_, index); }

}  // namespace sprint::state
