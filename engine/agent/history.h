#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "compiler/support/result.h"
#include "engine/agent/step.h"
#include "providers/value/value.h"

// What was decided, and everything it rests on: one JSON object a line. Enough to ask why,
// to go on after a restart, and to decide it all again.
namespace sprint::agent {

// An agent began, or a new file did: what it knew.
struct Started {
  Seconds at = 0;
  Settings settings;
  AgentState state;
};
struct Decided {
  Observation observation;
  Decision decision;
};
struct Finished {
  Seconds at = 0;
  Outcome outcome;
};
using Entry = std::variant<Started, Decided, Finished>;

value::Value ToValue(const Entry& entry);
// Protocol when it is none.
Result<Entry> EntryFrom(const value::Value& value);
// One line, without its end, for `agent history`: "12  2026-11-24 08:51:27  …".
std::string Describe(const Entry& entry);
// Several lines with every input, for `agent why N`. `settings` as in the last Started.
std::string Explain(const Decided& decided, const Settings& settings);

// The file, open for appending by one agent at a time.
class History {
 public:
  // Makes the folder and the file, only this user's to read; cuts off a last line that a
  // killed agent did not finish. Errors: Conflict (another agent has it), Denied,
  // Unavailable (no space, I/O).
  static Result<History> Open(const std::string& path);
  ~History();
  History(History&& other) noexcept;
  History& operator=(History&&) = delete;

  // On disk when it returns; on failure the file is as before.
  Status Append(const Entry& entry);
  int64_t size() const { return size_; }
  // Puts the file aside as "PATH.1", over the one put aside before, and begins anew.
  Status Rotate();

 private:
  History(std::string path, int fd, int64_t size) : path_(std::move(path)), fd_(fd), size_(size) {}
  std::string path_;
  int fd_ = -1;
  int64_t size_ = 0;
};

// Whether an agent has the file open just now.
bool AgentRuns(const std::string& path);

// All entries; none when there is no file. A last line without end is left out. Protocol
// with the line's number when another one is damaged.
Result<std::vector<Entry>> ReadHistory(const std::string& path);

}  // namespace sprint::agent
