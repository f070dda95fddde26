#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "providers/value/value.h"

// What the state keeps of the world, and how it is written down.
namespace sprint::state {

// What the program asked for that must outlive the program's own text: a block that was
// deleted still protects its object.
struct Lifecycle {
  bool protect = false;                // no plan may delete or replace it
  bool retain = false;                 // forgotten instead of deleted
  bool create_before_destroy = false;  // a replacement is there before the old one goes
};

// An object whose replacement was made beside it and that is still to go.
struct Deposed {
  std::string key;  // unique within its record
  value::Value attributes;
  std::string private_bytes;
  int64_t schema_version = 0;
  std::string tag;
};

// One resource of the program and its object.
struct Record {
  std::string address, type, provider;
  value::Value attributes;                // null: only the deposed objects below are left
  std::string private_bytes;              // the provider's, any bytes
  int64_t schema_version = 0;             // of the provider's schema that wrote `attributes`
  std::vector<std::string> dependencies;  // direct, of the run that made it
  std::vector<std::string> sensitive;     // attributes that are never shown
  // Attributes that somebody else changed and that are let be, with what the program said of
  // them then: an object, or null. Where it says something else they are no longer let be.
  value::Value let_be{};
  bool tainted = false;  // half made: replaced next time
  bool unready = false;  // made, and its conditions have not held yet
  // The `replace_when` that was fulfilled while the object could not be replaced, as
  // lower::Name has it; or "".
  std::string due;
  std::string tag;  // the ownership tag its object carries, or ""
  Lifecycle lifecycle;
  std::vector<Deposed> deposed;
};

// A provider call that was about to be made: durable before the call.
struct Intent {
  int64_t id = 0;      // given by the store
  std::string action;  // "create", "update", "delete"
  // Of a "delete": the deposed object it is about, "" for the current one. Of a "create":
  // the key under which the object that is there becomes deposed, "" when none is there.
  std::string deposed;
  Record object;        // the record as it will be; its attributes are the planned ones
  value::Value config;  // references resolved, secrets still by name
  int64_t begun = 0;    // s since 1970
};

// Machines that could not be had: placement leaves more of them out for a while.
struct Refusal {
  std::string zone, pool;  // names of the continuum's
  int64_t count = 0;       // instances that are there all the same
  std::string reason;      // "capacity", "quota"
  std::string text;        // what the provider said
  int64_t until = 0;       // s since 1970
};

struct Snapshot {
  std::string lineage;  // made once per state, a UUID
  int64_t serial = 0;   // one more with every change of a record
  std::map<std::string, Record> records;
  std::vector<Intent> open;  // intents without a result, oldest first
};

// Of all refusals of a state together.
value::Value ToValue(const std::vector<Refusal>& refusals);
// Protocol: not what ToValue gives.
Result<std::vector<Refusal>> RefusalsFromValue(const value::Value& value);

// The written form, the same in every store: fields at their defaults are left out.
value::Value ToValue(const Record& record);
value::Value ToValue(const Intent& intent);
// Protocol: not what ToValue gives.
Result<Record> RecordFromValue(const value::Value& value);
Result<Intent> IntentFromValue(const value::Value& value);

}  // namespace sprint::state
