#include "engine/plan/adopt.h"

#include <utility>

namespace sprint::plan {

Status Adopt(const lower::Adoption& adoption, const Inventory& inventory, const Held* held,
             host::Provider* provider, Step& step) {
  const std::string& id = adoption.id;
  if (held && !held->record->attributes.is_null()) {
    if (held->record->attributes.Text("id") == id) return Ok();
    return Error(ErrorCode::InvalidArgument, "`" + id + "` cannot be adopted: the address has `" +
                                                 held->record->attributes.Text("id") + "` already");
  }
  for (const auto& [address, other] : inventory.held) {
    if (other.record->type != step.type || other.record->attributes.Text("id") != id) continue;
    return Error(ErrorCode::InvalidArgument,
                 "`" + id + "` cannot be adopted: it is `" + address + "` already");
  }
  if (!provider) {
    return Error(ErrorCode::NotFound, "its provider is needed to adopt `" + id + "`");
  }
  SPRINT_ASSIGN_OR_RETURN(std::string wire, WireType(*provider, step.type));
  SPRINT_ASSIGN_OR_RETURN(host::ReadAnswer answer, provider->Import(wire, id));
  if (std::string text = Objections(answer.messages); !text.empty()) {
    return Error(ErrorCode::Unavailable, std::move(text)).While("adopting `" + id + "`");
  }
  if (answer.new_state.is_null()) {
    return Error(ErrorCode::NotFound, "there is no `" + id + "` to adopt");
  }
  step.adopt = id;
  step.before = std::move(answer.new_state);
  step.private_bytes = std::move(answer.private_bytes);
  return Ok();
}

}  // namespace sprint::plan
