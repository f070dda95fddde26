#include "engine/cli/backup.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "compiler/support/environment.h"
#include "engine/state/document.h"

namespace sprint::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t Kept = 10;
constexpr const char* Ending = ".state.json";

// Names end with the serial in digits of one length, so that they sort by age.
void RemoveOld(const fs::path& folder, const std::string& prefix) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    // `a` and `a-1` are two programs.
    const size_t digits =
        name.find_first_not_of("0123456789", std::min(prefix.size(), name.size()));
    if (name.starts_with(prefix) && digits != std::string::npos && name.substr(digits) == Ending) {
      found.push_back(it->path());
    }
  }
  std::sort(found.begin(), found.end());
  for (size_t i = 0; i + Kept < found.size(); ++i) fs::remove(found[i], error);
}

}  // namespace

Result<std::string> KeepBackup(const House& house, const state::Store& store,
                               const state::Snapshot& snapshot) {
  if (snapshot.records.empty() && snapshot.open.empty()) return std::string();
  const fs::path folder = fs::path(house.folder) / "backups";
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  const std::string prefix = house.run_name() + "-";
  char serial[32];
  std::snprintf(serial, sizeof serial, "%010lld", static_cast<long long>(snapshot.serial));
  const std::string path = (folder / (prefix + serial + Ending)).string();
  const state::Document document{snapshot, {}};
  const std::string text = store.keyring()
                               ? state::Seal(document, *store.keyring(), store.locked_keyring())
                               : state::ToText(document);
  if (Status written = RealFileSystem().Write(path, text, 0600); !written.ok()) {
    return written.TakeError().While("keeping the state as it was");
  }
  RemoveOld(folder, prefix);
  return path;
}

}  // namespace sprint::cli
