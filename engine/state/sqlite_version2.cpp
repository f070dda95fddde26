#include "engine/state/sqlite_version2.h"

#include <utility>

#include "engine/state/entries.h"
#include "engine/state/sqlite_query.h"

namespace sprint::state {
namespace {

Result<bool> HasTable(sqlite3* db, const char* name) {
  Query query(db, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
  return query.Text(name).Next();
}

// Calls `take` with each document of `sql`, and the number before it.
template <typename Take>
Status EachDocument(sqlite3* db, const char* sql, Take take) {
  Query query(db, sql);
  while (true) {
    SPRINT_ASSIGN_OR_RETURN(const bool more, query.Next());
    if (!more) return Ok();
    SPRINT_ASSIGN_OR_RETURN(const value::Value document,
                            value::FromJson(std::string(query.Column(1))));
    SPRINT_RETURN_IF_ERROR(take(query.Integer(0), document));
  }
}

}  // namespace

Result<std::optional<Change>> TakeVersion2(sqlite3* db) {
  SPRINT_ASSIGN_OR_RETURN(const bool found, HasTable(db, "journal"));
  if (!found) return std::optional<Change>();
  Snapshot snapshot;
  int64_t version = 0;
  {
    Query meta(db, "SELECT key, value FROM meta");
    while (true) {
      SPRINT_ASSIGN_OR_RETURN(const bool more, meta.Next());
      if (!more) break;
      if (meta.Column(0) == "lineage") snapshot.lineage = meta.Column(1);
      if (meta.Column(0) == "serial") snapshot.serial = meta.Integer(1);
      if (meta.Column(0) == "version") version = meta.Integer(1);
    }
  }
  if (version != 2) {
    return Error(ErrorCode::Protocol, "the state file is of version " + std::to_string(version) +
                                          ", which only development versions wrote");
  }
  SPRINT_RETURN_IF_ERROR(EachDocument(
      db, "SELECT 0, document FROM records", [&](int64_t, const value::Value& document) -> Status {
        SPRINT_ASSIGN_OR_RETURN(Record record, RecordFromValue(document));
        std::string address = record.address;
        snapshot.records.emplace(std::move(address), std::move(record));
        return Ok();
      }));
  SPRINT_RETURN_IF_ERROR(EachDocument(db, "SELECT id, document FROM journal",
                                      [&](int64_t id, const value::Value& document) -> Status {
                                        SPRINT_ASSIGN_OR_RETURN(Intent intent,
                                                                IntentFromValue(document));
                                        intent.id = id;
                                        snapshot.open.push_back(std::move(intent));
                                        return Ok();
                                      }));
  SPRINT_RETURN_IF_ERROR(
      Run(db, "DROP TABLE meta; DROP TABLE records; DROP TABLE journal; DROP TABLE lease"));
  return std::optional<Change>(ToEntries(snapshot));
}

}  // namespace sprint::state
