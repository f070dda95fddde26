#include "engine/cli/running.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "compiler/support/environment.h"
#include "engine/cli/house.h"
#include "engine/cli/session.h"

namespace sprint::cli {

using value::Object;
using value::Value;

Value RunningValue(const placement::Answer& answer) {
  value::List parts;
  for (const placement::Placed& part : answer.parts) {
    parts.push_back(Object{{"component", part.component_name},
                           {"variant", part.variant_name},
                           {"part", part.part_name},
                           {"zone", part.zone_name},
                           {"pool", part.pool_name},
                           {"copy", static_cast<int64_t>(part.copy)},
                           {"replicas", static_cast<int64_t>(part.replicas)}});
  }
  return Object{{"workload", answer.workload}, {"cost", answer.cost}, {"parts", parts}};
}

Status SaveRunning(const std::string& program_path, const Value& running) {
  return RealFileSystem().Write(PlacementPath(program_path), value::ToJson(running, true), 0600);
}

Result<std::optional<placement::Answer>> LoadRunning(const std::string& program_path) {
  const std::string path = PlacementPath(program_path);
  if (!RealFileSystem().Exists(path)) return std::optional<placement::Answer>();
  SPRINT_ASSIGN_OR_RETURN(const std::string text, RealFileSystem().Read(path));
  auto document = value::FromJson(text);
  const Value* list = document.ok() ? document->Find("parts") : nullptr;
  const auto* parts = list ? list->As<value::List>() : nullptr;
  if (!parts) return Error(ErrorCode::Protocol, "`" + path + "` is no placement");
  placement::Answer answer;
  answer.workload = document->Number("workload");
  answer.cost = document->Number("cost");
  for (const Value& part : *parts) {
    placement::Placed placed;
    placed.component_name = part.Text("component");
    placed.variant_name = part.Text("variant");
    placed.part_name = part.Text("part");
    placed.zone_name = part.Text("zone");
    placed.pool_name = part.Text("pool");
    placed.copy = static_cast<uint32_t>(std::clamp(part.Number("copy", 0), 0.0, 1e3));
    placed.replicas = static_cast<uint32_t>(std::clamp(part.Number("replicas", 1), 0.0, 1e6));
    answer.parts.push_back(std::move(placed));
  }
  return std::optional<placement::Answer>(std::move(answer));
}

Status ForgetRunning(const std::string& program_path) {
  const std::string path = PlacementPath(program_path);
  if (std::remove(path.c_str()) == 0 || !RealFileSystem().Exists(path)) return Ok();
  return Error(ErrorCode::Denied, "cannot remove `" + path + "`");
}

uint32_t Moves(const placement::Answer& running, const placement::Answer& next) {
  uint32_t moves = 0;
  for (const placement::Placed& part : next.parts) {
    const bool same = std::any_of(
        running.parts.begin(), running.parts.end(), [&](const placement::Placed& other) {
          return other.component_name == part.component_name &&
                 other.variant_name == part.variant_name && other.part_name == part.part_name &&
                 other.zone_name == part.zone_name && other.pool_name == part.pool_name &&
                 other.copy == part.copy && other.replicas == part.replicas;
        });
    if (!same) ++moves;
  }
  return moves;
}

}  // namespace sprint::cli
