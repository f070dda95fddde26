#include "engine/state/edit.h"

#include <algorithm>

#include "compiler/support/address.h"

namespace sprint::state {
namespace {

Status NoOpenCall(const Snapshot& snapshot, const std::string& address) {
  for (const Intent& intent : snapshot.open) {
    if (!Covers(address, intent.object.address)) continue;
    return Error(ErrorCode::Conflict, "an earlier run was cut off while it worked on `" +
                                          intent.object.address +
                                          "`: `sprint plan` finds out what became of it");
  }
  return Ok();
}

Error NotThere(const std::string& address) {
  return Error(ErrorCode::NotFound, "the state has no `" + address + "`");
}

// Follows what records depend on, as deep as it goes, without recursion.
class CircleSearch {
 public:
  explicit CircleSearch(const Snapshot& snapshot) : snapshot_(snapshot) {}

  Status Run() {
    for (const auto& [address, record] : snapshot_.records) {
      SPRINT_RETURN_IF_ERROR(From(record));
    }
    return Ok();
  }

 private:
  enum class Mark { Open, Done };
  struct Step {
    const Record* record;
    size_t next = 0;
  };

  Status From(const Record& start) {
    if (!marks_.emplace(start.address, Mark::Open).second) return Ok();
    std::vector<Step> path{{&start}};
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next == step.record->dependencies.size()) {
        marks_[step.record->address] = Mark::Done;
        path.pop_back();
        continue;
      }
      const auto needed = snapshot_.records.find(step.record->dependencies[step.next++]);
      if (needed == snapshot_.records.end()) continue;
      const auto [mark, first] = marks_.emplace(needed->first, Mark::Open);
      if (first) {
        path.push_back({&needed->second});
      } else if (mark->second == Mark::Open) {
        return Error(ErrorCode::InvalidArgument,
                     "`" + needed->first + "` depends on itself in a circle");
      }
    }
    return Ok();
  }

  const Snapshot& snapshot_;
  std::map<std::string, Mark> marks_;
};

}  // namespace

Result<Moved> Move(Snapshot& snapshot, const std::string& from, const std::string& to) {
  if (!IsAddress(to)) {
    return Error(ErrorCode::InvalidArgument, "`" + to + "` cannot be an address");
  }
  if (Covers(from, to) || Covers(to, from)) {
    return Error(ErrorCode::InvalidArgument,
                 "`" + from + "` cannot move to `" + to + "`: one lies below the other");
  }
  SPRINT_RETURN_IF_ERROR(NoOpenCall(snapshot, from));
  SPRINT_RETURN_IF_ERROR(NoOpenCall(snapshot, to));
  const auto renamed = [&](const std::string& address) { return to + address.substr(from.size()); };
  Moved moved;
  for (const auto& [address, record] : snapshot.records) {
    if (!Covers(from, address)) continue;
    if (snapshot.records.contains(renamed(address))) {
      return Error(ErrorCode::Conflict, "`" + address + "` cannot move to `" + renamed(address) +
                                            "`, which has an object of its own");
    }
    moved.emplace_back(address, renamed(address));
  }
  if (moved.empty()) return NotThere(from);
  for (const auto& [old_address, new_address] : moved) {
    auto node = snapshot.records.extract(old_address);
    node.key() = node.mapped().address = new_address;
    snapshot.records.insert(std::move(node));
  }
  for (auto& [address, record] : snapshot.records) {
    for (std::string& needed : record.dependencies) {
      if (Covers(from, needed)) needed = renamed(needed);
    }
  }
  ++snapshot.serial;
  return moved;
}

Result<std::vector<std::string>> Forget(Snapshot& snapshot, const std::string& address) {
  SPRINT_RETURN_IF_ERROR(NoOpenCall(snapshot, address));
  std::vector<std::string> forgotten;
  std::erase_if(snapshot.records, [&](const auto& entry) {
    if (!Covers(address, entry.first)) return false;
    forgotten.push_back(entry.first);
    return true;
  });
  if (forgotten.empty()) return NotThere(address);
  for (auto& [other, record] : snapshot.records) {
    std::erase_if(record.dependencies,
                  [&](const std::string& needed) { return Covers(address, needed); });
  }
  ++snapshot.serial;
  return forgotten;
}

Status Check(const Snapshot& snapshot) {
  for (const auto& [address, record] : snapshot.records) {
    if (!IsAddress(address)) {
      return Error(ErrorCode::InvalidArgument, "`" + address + "` cannot be an address");
    }
  }
  return CircleSearch(snapshot).Run();
}

}  // namespace sprint::state
