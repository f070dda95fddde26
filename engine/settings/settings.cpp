#include "engine/settings/settings.h"

#include <yaml-cpp/yaml.h>

namespace sprint::settings {
namespace {

Error Wrong(const YAML::Mark& mark, const std::string& why) {
  return Error(ErrorCode::InvalidArgument,
               "sprint.yaml, line " + std::to_string(mark.line + 1) + ": " + why);
}

Result<Settings> ToSettings(const YAML::Node& document) {
  Settings settings;
  if (document.IsNull()) return settings;
  if (!document.IsMap()) return Wrong(document.Mark(), "names and values are expected");
  for (const auto& entry : document) {
    const auto name = entry.first.as<std::string>();
    const YAML::Node& value = entry.second;
    if (name == "state" && value.IsScalar()) {
      settings.state = value.as<std::string>();
    } else if (name == "key" && value.IsScalar()) {
      settings.key = value.as<std::string>();
      if (const auto source = secrets::ParseSource(settings.key); !source.ok()) {
        return Wrong(value.Mark(), source.error().message());
      }
    } else if (name == "secrets" && value.IsMap()) {
      for (const auto& secret : value) {
        const auto source = secrets::ParseSource(secret.second.as<std::string>());
        if (!source.ok()) return Wrong(secret.second.Mark(), source.error().message());
        settings.secrets[secret.first.as<std::string>()] = *source;
      }
    } else {
      return Wrong(entry.first.Mark(),
                   "`" + name + "` means nothing here; `state`, `key` and `secrets` do");
    }
  }
  return settings;
}

}  // namespace

Result<Settings> Read(const std::string& folder, const FileSystem& files) {
  const std::string path = folder + "/sprint.yaml";
  if (!files.Exists(path)) return Settings{};
  SPRINT_ASSIGN_OR_RETURN(const std::string text, files.Read(path));
  try {
    return ToSettings(YAML::Load(text));
  } catch (const YAML::Exception& error) {
    return Wrong(error.mark, error.msg);
  }
}

}  // namespace sprint::settings
