#include "providers/local/images.h"

#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <exception>
#include <filesystem>
#include <system_error>

namespace sprint::local {
namespace {

Error Shape(const std::string& path, const std::string& what) {
  return {ErrorCode::InvalidArgument, path + ": " + what};
}

// yaml-cpp throws; the caller stops it.
Result<LocalImage> Find(const std::string& path, const std::string& image) {
  YAML::Node file = YAML::LoadFile(path);
  if (!file.IsMap() && !file.IsNull()) return Shape(path, "must map images to programs");
  YAML::Node entry = file.IsMap() ? file[image] : YAML::Node();
  if (!entry.IsDefined() || entry.IsNull()) {
    return Error(ErrorCode::NotFound, "no local program stands for the image " + image +
                                          "; add to " + path + ":  \"" + image +
                                          "\": {command: [PROGRAM]}");
  }
  LocalImage found;
  YAML::Node command = entry.IsMap() ? entry["command"] : YAML::Node();
  if (!command.IsSequence() || command.size() == 0) {
    return Shape(path, image + " needs a `command`: a list of words");
  }
  for (const YAML::Node& word : command) found.command.push_back(word.as<std::string>());
  YAML::Node environment = entry["env"];
  if (environment.IsDefined() && !environment.IsNull()) {
    if (!environment.IsMap()) return Shape(path, "`env` of " + image + " must be a map");
    for (const auto& variable : environment) {
      found.environment[variable.first.as<std::string>()] = variable.second.as<std::string>();
    }
  }
  return found;
}

}  // namespace

Result<LocalImage> FindImage(const std::string& path, const std::string& image) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return Error(ErrorCode::NotFound, "no local program stands for the image " + image +
                                          ": there is no file " + path + "; write into it:  \"" +
                                          image + "\": {command: [PROGRAM]}");
  }
  try {
    Result<LocalImage> found = Find(path, image);
    if (found.ok()) found->folder = std::filesystem::path(path).parent_path().string();
    return found;
  } catch (const std::exception& problem) {
    return Shape(path, problem.what());
  } catch (...) {
    return Shape(path, "unknown problem");
  }
}

Status ResolveCommand(std::vector<std::string>& command, const std::vector<std::string>& folders) {
  if (command.empty()) return Error(ErrorCode::InvalidArgument, "an empty command");
  std::string& word = command.front();
  if (word.starts_with("/")) return Ok();
  std::string places;
  for (const std::string& folder : folders) {
    std::string path = folder;
    path.append("/").append(word);
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0) {
      word = path;
      return Ok();
    }
    places += (places.empty() ? "" : ", ") + folder;
  }
  if (word.find('/') == std::string::npos) return Ok();
  return Error(ErrorCode::NotFound, "no program " + word + " in " + places);
}

}  // namespace sprint::local
