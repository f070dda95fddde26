#include "engine/plan/moves.h"

#include <algorithm>
#include <set>
#include <utility>

namespace sprint::plan {

namespace {

bool SameObject(const state::Record& a, const state::Record& b) {
  return a.type == b.type && a.tag == b.tag && a.attributes == b.attributes;
}

std::string Renamed(const std::string& address, const lower::Move& move) {
  return move.to + address.substr(move.from.size());
}

Status Apply(const lower::Move& move, Inventory& inventory) {
  std::vector<std::string> moving;
  for (auto it = inventory.held.lower_bound(move.from);
       it != inventory.held.end() && it->first.starts_with(move.from); ++it) {
    if (lower::Covers(move.from, it->first)) moving.push_back(it->first);
  }
  for (const std::string& address : moving) {
    Held held = std::move(inventory.held.at(address));
    inventory.held.erase(address);
    const std::string to = Renamed(address, move);
    if (const auto there = inventory.held.find(to); there != inventory.held.end()) {
      if (SameObject(*there->second.record, *held.record)) {
        inventory.left_behind.push_back(held.record);
        continue;
      }
      return Error(ErrorCode::InvalidArgument,
                   "`" + address + "` cannot move to `" + to + "`, which has an object of its own")
          .At(move.loc);
    }
    if (held.moved_from.empty()) held.moved_from = address;
    inventory.held.emplace(to, std::move(held));
  }
  for (auto& [address, held] : inventory.held) {
    for (std::string& need : held.dependencies) {
      if (lower::Covers(move.from, need)) need = Renamed(need, move);
    }
  }
  return Ok();
}

}  // namespace

Result<Inventory> TakeInventory(const state::Snapshot& snapshot, const lower::DesiredGraph& graph) {
  Inventory inventory;
  for (const auto& [address, record] : snapshot.records) {
    inventory.held.emplace_hint(inventory.held.end(), address,
                                Held{&record, "", record.dependencies});
  }
  if (graph.moves.empty()) return inventory;
  for (const lower::Move& move : graph.moves) {
    for (const lower::Resource& resource : graph.resources) {
      if (!lower::Covers(move.from, resource.address)) continue;
      return Error(ErrorCode::InvalidArgument, "`" + resource.address +
                                                   "` is said to have moved to `" + move.to +
                                                   "`, and is still in the program")
          .At(move.loc);
    }
    SPRINT_RETURN_IF_ERROR(Apply(move, inventory));
  }
  return inventory;
}

}  // namespace sprint::plan
