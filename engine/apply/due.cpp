#include "engine/apply/due.h"

#include <algorithm>
#include <set>

namespace sprint::apply {
namespace {

value::Value AttributesAt(const state::Snapshot& snapshot, const std::string& address) {
  const auto found = snapshot.records.find(address);
  return found == snapshot.records.end() ? value::Value() : found->second.attributes;
}

}  // namespace

Status DueReplacements::Note(state::Snapshot& snapshot, state::Store& store) {
  for (const plan::Due& due : plan_.due) {
    causes_.try_emplace(due.cause, AttributesAt(snapshot, due.cause));
    const auto found = snapshot.records.find(due.address);
    if (found == snapshot.records.end() || !found->second.due.empty()) continue;
    found->second.due = noted_[due.address] = due.trigger;
    SPRINT_RETURN_IF_ERROR(store.Put(found->second));
  }
  return Ok();
}

void DueReplacements::Drop(state::Store& store) const {
  if (noted_.empty()) return;
  const auto now = store.Read();
  // While a call is open nobody knows what it has changed.
  if (!now.ok() || !now->open.empty()) return;
  std::set<std::string> founded;
  for (const plan::Due& due : plan_.due) {
    if (!(AttributesAt(*now, due.cause) == causes_.at(due.cause))) founded.insert(due.address);
  }
  for (const auto& [address, trigger] : noted_) {
    const auto found = now->records.find(address);
    if (founded.contains(address) || found == now->records.end()) continue;
    if (found->second.due != trigger) continue;
    state::Record record = found->second;
    record.due.clear();
    (void)store.Put(record);
  }
}

}  // namespace sprint::apply
