#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "providers/host/provider.h"

namespace sprint::host {

Result<std::string> FindProgram(const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos) {
    return Error(ErrorCode::InvalidArgument, "`" + name + "` is no provider's name");
  }
  std::vector<std::string> folders;
  std::error_code error;
  std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(self.parent_path().string());
  if (const char* list = std::getenv("SPRINT_PROVIDER_PATH")) {
    std::string rest = list;
    while (!rest.empty()) {
      size_t colon = rest.find(':');
      if (colon != 0) folders.push_back(rest.substr(0, colon));
      rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
    }
  }
  // Ours by that name, else any other that speaks the plugin protocol.
  std::string looked;
  for (const std::string& folder : folders) {
    for (const char* prefix : {"/sprint-provider-", "/terraform-provider-"}) {
      std::string path = folder + prefix + name;
      if (std::filesystem::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0) {
        return path;
      }
    }
    looked += (looked.empty() ? "" : ", ") + folder;
  }
  return Error(ErrorCode::NotFound, "no program sprint-provider-" + name +
                                        " or terraform-provider-" + name + " (looked in " + looked +
                                        "; SPRINT_PROVIDER_PATH names more folders)");
}

}  // namespace sprint::host
