#pragma once

#include <map>
#include <string>

#include "compiler/support/result.h"

namespace sprint::state {

// Where states are kept, as people write it:
//   sqlite:PATH                             a file; a bare path is one too
//   etcd://[USER@]HOST[:2379]/PREFIX[?ca=FILE&cert=FILE&key=FILE&tls=off]
//   postgres://[USER@]HOST[:5432]/DATABASE[?OPTION=VALUE…]    options of libpq
// TLS is required and the server's certificate is checked, unless the server is this
// machine or the URL says otherwise. A password in the URL is refused: it would be on
// command lines and in files; SPRINT_STATE_PASSWORD holds it (PostgreSQL's own PGPASSWORD
// and ~/.pgpass serve as well).
struct Location {
  enum class Kind { Sqlite, Etcd, Postgres };
  Kind kind = Kind::Sqlite;
  std::string path;  // of the file; prefix or database without the first slash
  std::string user, host, port;
  std::map<std::string, std::string> options;

  // The server is this machine.
  bool local() const;
};

// InvalidArgument, saying what is possible.
Result<Location> ParseLocation(const std::string& url);

}  // namespace sprint::state
