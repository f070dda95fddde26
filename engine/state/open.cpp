#include <utility>

#include "compiler/support/environment.h"
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

Result<std::unique_ptr<Backend>> OpenBackendToLook(const std::string& url,
                                                   const std::string& space) {
  return MayBeThere(url) ? OpenBackend(url, space) : OpenMemoryBackend(space);
}

Result<std::unique_ptr<Store>> StoreOf(Result<std::unique_ptr<Backend>> backend,
                                       const AskKey& ask) {
  if (!backend.ok()) return backend.TakeError();
  SPRINT_ASSIGN_OR_RETURN(std::unique_ptr<KeyedStore> store,
                          KeyedStore::Open(backend.TakeValue(), ask));
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace

bool MayBeThere(const std::string& url) {
  const Result<Location> location = ParseLocation(url);
  return !location.ok() || location->kind != Location::Kind::Sqlite ||
         RealFileSystem().Exists(location->path);
}

Result<std::unique_ptr<Store>> Open(const std::string& url, const std::string& space,
                                    const AskKey& ask) {
  return StoreOf(OpenBackend(url, space), ask);
}

Result<std::unique_ptr<Store>> OpenToLook(const std::string& url, const std::string& space,
                                          const AskKey& ask) {
  return StoreOf(OpenBackendToLook(url, space), ask);
}

Result<std::unique_ptr<Store>> OpenSqlite(const std::string& path) {
  return Open("sqlite:" + path, "default");
}

Result<std::vector<std::string>> Spaces(const std::string& url) {
  SPRINT_ASSIGN_OR_RETURN(const std::unique_ptr<Backend> backend, OpenBackendToLook(url, ""));
  return backend->Spaces();
}

Result<std::optional<Lease>> HolderOf(const std::string& url, const std::string& space) {
  SPRINT_ASSIGN_OR_RETURN(const std::unique_ptr<Backend> backend, OpenBackendToLook(url, space));
  return backend->Holder();
}

Status BreakLease(const std::string& url, const std::string& space, int64_t token) {
  SPRINT_ASSIGN_OR_RETURN(const std::unique_ptr<Backend> backend, OpenBackend(url, space));
  return backend->End(token);
}

}  // namespace sprint::state
