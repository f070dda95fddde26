#include <utility>

#include "engine/apply/apply.h"

namespace sprint::apply {

namespace {

Status RecoverOne(state::Store& store, plan::ProviderSet& providers,
                  const state::Snapshot& snapshot, const state::Intent& intent) {
  state::Record record = intent.object;
  SPRINT_ASSIGN_OR_RETURN(host::Provider * provider, providers.Get(record.provider));
  SPRINT_ASSIGN_OR_RETURN(std::string wire, plan::WireType(*provider, record.type));
  if (intent.action == "create") {
    SPRINT_ASSIGN_OR_RETURN(
        host::ApplyAnswer answer,
        provider->Apply(wire, {}, record.attributes, intent.config, record.private_bytes));
    record.attributes = answer.new_state;
    record.private_bytes = answer.private_bytes;
    record.tainted = !plan::Objections(answer.messages).empty();
  } else {
    const auto found = snapshot.records.find(record.address);
    if (found == snapshot.records.end()) return store.Abandon(intent.id);
    record = found->second;
    SPRINT_ASSIGN_OR_RETURN(host::ReadAnswer answer,
                            provider->Read(wire, record.attributes, record.private_bytes));
    if (std::string text = plan::Objections(answer.messages); !text.empty()) {
      return Error(ErrorCode::Unavailable, std::move(text));
    }
    record.attributes = answer.new_state;
    record.private_bytes = answer.private_bytes;
  }
  std::optional<state::Record> kept;
  if (!record.attributes.is_null()) kept = std::move(record);
  return store.Finish(intent, intent.id, kept);
}

}  // namespace

Result<std::vector<std::string>> Recover(state::Store& store, plan::ProviderSet& providers) {
  SPRINT_ASSIGN_OR_RETURN(state::Snapshot snapshot, store.Read());
  std::vector<std::string> addresses;
  for (const state::Intent& intent : snapshot.open) {
    if (Status status = RecoverOne(store, providers, snapshot, intent); !status.ok()) {
      return status.TakeError().While("finding out what became of `" + intent.object.address + "`");
    }
    addresses.push_back(intent.object.address);
  }
  return addresses;
}

}  // namespace sprint::apply
