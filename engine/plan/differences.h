#pragma once

#include <string>
#include <vector>

#include "engine/plan/plan.h"

// What differs between two values of one object, and what of it is let be.
namespace sprint::plan {

// Names of the attributes that differ, sorted.
std::vector<std::string> Differing(const value::Value& before, const value::Value& after);
// "`a`, `b`"
std::string Listed(const std::vector<std::string>& names);
// "`a` changes", "`a`, `b` change"
std::string Changing(const std::vector<std::string>& names);

// Attributes that `config` sets and that somebody else changed from what `record` has to
// `found`; and those that were let be before and still are, for the program says the same.
std::vector<Drifted> DriftOf(const state::Record& record, const value::Value& found,
                             const value::Value& config, const lower::Lifecycle& lifecycle);
// For state::Record::let_be: what `config`, resolved, says of the attributes that are let be.
value::Value LetBeBy(const value::Value& config, const std::vector<Drifted>& drift);

// `config` with the values of `prior` where the program lets the object be: what it
// ignores, and what drifted under a policy other than Enforce. Done before planning, so
// that the provider agrees.
value::Value LetBe(value::Value config, const value::Value& prior,
                   const lower::Lifecycle& lifecycle, const std::vector<Drifted>& drift);

}  // namespace sprint::plan
