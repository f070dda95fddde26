#include "engine/settings/settings.h"

#include <yaml-cpp/yaml.h>

#include <cmath>
#include <cstdlib>

#include "compiler/support/quantity.h"

namespace sprint::settings {
namespace {

Error Wrong(const YAML::Mark& mark, const std::string& why) {
  return Error(ErrorCode::InvalidArgument,
               "sprint.yaml, line " + std::to_string(mark.line + 1) + ": " + why);
}

// "10 min", in s.
Result<double> Duration(const YAML::Node& value) {
  const auto text = value.IsScalar() ? value.as<std::string>() : std::string();
  char* rest = nullptr;
  const double number = std::strtod(text.c_str(), &rest);
  while (*rest == ' ') ++rest;
  const auto unit = ParseUnit(rest);
  if (unit && unit->dimension == dimension::Time && number >= 0 && std::isfinite(number)) {
    return number * unit->factor;
  }
  return Wrong(value.Mark(), "a duration is expected, as `10 min`");
}

Result<Refused> ToRefused(const YAML::Node& map) {
  Refused refused;
  for (const auto& entry : map) {
    const auto name = entry.first.as<std::string>();
    if (name != "capacity" && name != "quota") {
      return Wrong(entry.first.Mark(),
                   "`" + name + "` is nothing that is refused; `capacity` and `quota` are");
    }
    SPRINT_ASSIGN_OR_RETURN((name == "quota" ? refused.quota : refused.capacity),
                            Duration(entry.second));
  }
  return refused;
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
    } else if (name == "refused" && value.IsMap()) {
      SPRINT_ASSIGN_OR_RETURN(settings.refused, ToRefused(value));
    } else {
      return Wrong(entry.first.Mark(), "`" + name + "` means nothing here; `state`, `key`, " +
                                           "`secrets` and `refused` do");
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
