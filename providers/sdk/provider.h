#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "providers/value/value.h"

namespace sprint::sdk {

// What a provider can do besides the protocol.
struct Abilities {
  // Apply asked again to create what a cut off call has made finds that object; asked to
  // delete it by what was planned, which has no computed attributes, too.
  bool repeats_creates = true;
  // Objects made by ApplyOwned carry the tag, and FindOwned finds them by it.
  bool finds_owned = false;
  // s that a new object may be there without being found.
  double consistency = 0;
};

// One kind of infrastructure, served by a process of its own. The engine calls it
// only through the plugin protocol; nothing here knows the engine. Read and Apply come
// from several threads at once.
class Provider {
 public:
  virtual ~Provider() = default;

  virtual const value::Schema& config_schema() const = 0;
  virtual const std::map<std::string, value::Schema>& resources() const = 0;

  // Called once, before any of the calls below. `config` has the config schema's attributes.
  virtual Status Configure(const value::Value& config) = 0;

  // What exists now; null when it does not exist. Must not change anything.
  virtual Result<value::Value> Read(const std::string& type, const value::Value& current) = 0;

  // Make it so: `prior` null = create, `wanted` null = delete, both = update in place.
  // Attributes that are the provider's to decide are null in `wanted`.
  // Returns the state reached, all attributes known. Must be safe to call again after
  // a lost answer: an object with the same identity is adopted, not made twice.
  virtual Result<value::Value> Apply(const std::string& type, const value::Value& prior,
                                     const value::Value& wanted) = 0;

  virtual Abilities abilities() const { return {}; }
  // Apply; an object that it makes carries `tag` from the first moment.
  virtual Result<value::Value> ApplyOwned(const std::string& type, const value::Value& prior,
                                          const value::Value& wanted, const std::string&) {
    return Apply(type, prior, wanted);
  }
  // The objects that carry `tag`, with all attributes.
  virtual Result<std::vector<value::Value>> FindOwned(const std::string&, const std::string&) {
    return std::vector<value::Value>{};
  }
  // Enough of the existing object `id` to read it by.
  virtual Result<value::Value> Import(const std::string&, const std::string& id) {
    return value::Value(value::Object{{"id", id}});
  }

  // Running calls should end early.
  virtual void Stop() {}
};

// Set and not empty in a provider's environment: it offers no batches, as a provider that
// knows only the plugin protocol.
inline constexpr char NoBatchesName[] = "SPRINT_PROVIDER_NO_BATCHES";

// Serves until the engine says stop; the body of a provider's main().
// Planning needs no code of the provider: computed attributes without a value are
// unknown on create and keep their value on update; a changed `forces_new` attribute
// asks for replacement.
int Serve(std::unique_ptr<Provider> provider);

}  // namespace sprint::sdk
