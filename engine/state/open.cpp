#include <utility>

#include "engine/state/etcd_backend.h"
#include "engine/state/keyed_store.h"
#include "engine/state/location.h"
#include "engine/state/postgres_backend.h"

namespace sprint::state {
namespace {

Result<std::unique_ptr<Backend>> OpenBackend(const std::string& url, const std::string& space) {
  SPRINT_ASSIGN_OR_RETURN(const Location location, ParseLocation(url));
  switch (location.kind) {
    case Location::Kind::Sqlite:
      return OpenSqliteBackend(location.path, space);
    case Location::Kind::Etcd:
      return OpenEtcdBackend(location, space);
    case Location::Kind::Postgres:
      return OpenPostgresBackend(location, space);
  }
  SPRINT_UNREACHABLE("a location of no kind");
}

}  // namespace

Result<std::unique_ptr<Store>> Open(const std::string& url, const std::string& space,
                                    const AskKey& ask) {
  SPRINT_ASSIGN_OR_RETURN(std::unique_ptr<Backend> backend, OpenBackend(url, space));
  SPRINT_ASSIGN_OR_RETURN(std::unique_ptr<KeyedStore> store,
                          KeyedStore::Open(std::move(backend), ask));
  return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<Store>> OpenSqlite(const std::string& path) {
  return Open("sqlite:" + path, "default");
}

Result<std::vector<std::string>> Spaces(const std::string& url) {
  SPRINT_ASSIGN_OR_RETURN(const std::unique_ptr<Backend> backend, OpenBackend(url, ""));
  return backend->Spaces();
}

Result<std::optional<Lease>> HolderOf(const std::string& url, const std::string& space) {
  SPRINT_ASSIGN_OR_RETURN(const std::unique_ptr<Backend> backend, OpenBackend(url, space));
  return backend->Holder();
}

Status BreakLease(const std::string& url, const std::string& space, int64_t token) {
  SPRINT_ASSIGN_OR_RETURN(const std::unique_ptr<Backend> backend, OpenBackend(url, space));
  return backend->End(token);
}

}  // namespace sprint::state
