#pragma once

#include <sqlite3.h>

#include <string>
#include <string_view>

#include "compiler/support/result.h"

// SQLite with our errors.
namespace sprint::state {

// What went wrong last on `db`, or what `code` means when there is no database.
Error SqliteError(sqlite3* db, int code);

// That is why the last call on `db` gave `code`.
bool DiskIsFull(sqlite3* db, int code);

Status Run(sqlite3* db, const char* sql);

// One prepared statement. Parameters are bound in order and must outlive the query; a
// failure to prepare is kept for Next and Done.
class Query {
 public:
  Query(sqlite3* db, const char* sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& Text(std::string_view text);
  Query& Blob(std::string_view bytes);
  Query& Number(int64_t number);
  // Unbinds and starts again.
  void Reset();

  // True: a row is there.
  Result<bool> Next();
  Status Done();
  // Valid until the next call of Next.
  std::string_view Column(int index) const;
  int64_t Integer(int index) const;

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
  int code_ = SQLITE_OK;
  int bound_ = 0;
};

}  // namespace sprint::state
