#include "tests/e2e/state/places.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>

namespace sprint::state {

Folder::Folder() {
  std::string pattern = testing::TempDir() + "stateXXXXXX";
  if (mkdtemp(pattern.data())) path_ = pattern;
}
Folder::~Folder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> Kinds() { return {"sqlite"}; }

std::string Place(const std::string&, std::string&) {
  static const Folder folder;
  static std::atomic<int> count{0};
  return "sqlite:" + folder.path() + "/" + std::to_string(++count) + "/state.db";
}

}  // namespace sprint::state
