#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/state/backend.h"

namespace sprint::testing {

// A place for one state that exists in memory only. Everybody holds its lease.
class MemoryBackend final : public state::Backend {
 public:
  std::map<std::string, std::string> entries;

  Status Read(const See& see) override {
    for (const auto& [key, bytes] : entries) SPRINT_RETURN_IF_ERROR(see(key, bytes));
    return Ok();
  }
  Status ReadKey(const std::string& key, const See& see) override {
    const auto found = entries.find(key);
    return found == entries.end() ? Ok() : see(key, found->second);
  }
  Status Create(const state::Change& made) override {
    return entries.empty() ? Write(0, made) : Ok();
  }
  Status Write(int64_t, const state::Change& change) override {
    for (const auto& [key, bytes] : change) {
      if (bytes) {
        entries[key] = *bytes;
      } else {
        entries.erase(key);
      }
    }
    return Ok();
  }
  Result<state::Lease> Acquire(state::Lease claim, int64_t) override { return claim; }
  Status Renew(int64_t) override { return Ok(); }
  Status End(int64_t) override { return Ok(); }
  Result<std::optional<state::Lease>> Holder() override { return std::optional<state::Lease>(); }
  Result<std::vector<std::string>> Spaces() override { return std::vector<std::string>{"memory"}; }
  Status Drop(int64_t) override {
    entries.clear();
    return Ok();
  }
};

}  // namespace sprint::testing
