#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "engine/plan/plan.h"

// Providers that are configured by what a program makes: when they can be asked, and what is
// said of their resources before.
namespace sprint::plan {

// The step of the plan at an address; null: the plan does not look at it.
using StepAt = std::function<const Step*(const std::string& address)>;
// What the state has at an address that the plan does not look at, or null.
using RecordedAt = std::function<const value::Value*(const std::string& address)>;

// What `config` comes to now, when nothing that it refers to is made anew and none of the
// values that it takes changes; else the phase in which it can be known. All that it refers
// to has been planned. Conflict: something is not there, and not part of the plan.
struct When {
  std::optional<Phase> later;
  value::Value config;  // without `later`
};
Result<When> Configurable(const lower::ProviderConfig& config, const StepAt& steps,
                          const RecordedAt& recorded);

// The step of a resource whose provider is in a later phase: everything but `before`,
// `config`, `drift` and the address is filled in. Conservative: an attribute that differs, or
// is not known, may need a new object.
struct Bounding {
  value::Value config;          // resolved as far as it can be
  const value::Schema* schema;  // null: not known
  const state::Record* record;  // null: the state has none
  Why anew = Why::None;         // a new object is made because of this, …
  std::string anew_reason{};    // … in words
  bool host_remade = false;     // what configures the provider is made anew
};
void Bound(const Bounding& bounding, Step& step);

// True when the approval of the bounded step `approved` covers `now`:
//   create   it is made, or is there as it should be
//   update   it is changed in place, or nothing is to be done
//   replace  both of these, or a new object takes its place
//   delete   it is deleted, or has gone already
//   no-op    only the state changes
bool Within(const Step& approved, const Step& now);

}  // namespace sprint::plan
