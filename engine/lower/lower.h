#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/ir/program.h"
#include "compiler/support/address.h"
#include "compiler/support/result.h"
#include "engine/lower/lifecycle.h"
#include "providers/value/value.h"

// A placed program into the resources that realise it.
namespace sprint::lower {

// Where one part of a component's chosen variant runs. Indices are those of the
// deploy's components, of the component's variants, of the variant's parts, of the
// continuum's zones, of the zone's pools.
struct Assignment {
  ir::Index component = 0, variant = 0, part = 0, zone = 0, pool = 0;
  uint32_t replicas = 1;
  uint32_t copy = 0;  // which of the component's copies, each in zones of its own
};
// How many nodes of a pool are used.
struct PoolCount {
  ir::Index zone = 0, pool = 0;
  uint32_t count = 0;
};

struct Resource {
  std::string address;                    // "plant.Blur[0].process"
  std::string type;                       // "local.process"
  std::string provider;                   // "local"
  value::Value config;                    // an object; references as engine/lower/config.h says
  std::vector<std::string> dependencies;  // direct, sorted
  Loc loc;
  Lifecycle lifecycle{};
  // Of attributes that are quantities: the unit the user wrote, for showing.
  std::map<std::string, std::string> units{};
  // The instance of a pool whose capacity the object takes, "upv.large[0]", or "": what a lack
  // of capacity or quota sends the placement back for.
  std::string instance{};
};

struct ProviderConfig {
  std::string name;
  value::Value config;  // references as in a resource's: it may be configured by what is made
  Loc loc{};
};

// `moved A -> B`: what the state knows as A, and below it, is B now. Prefixes of
// addresses, cut at a name: `plant` covers `plant.rpi[0]` and not `plants`.
struct Move {
  std::string from, to;
  Loc loc;
};
// `adopt ADDRESS { id = … }`: an object that exists already becomes ADDRESS.
struct Adoption {
  std::string address, id;
  Loc loc;
};
// `forget ADDRESS`: the record goes, the object stays. A prefix, as in Move.
struct Forget {
  std::string address;
  Loc loc;
};

struct DesiredGraph {
  std::vector<Resource> resources;  // in the order of the program
  std::vector<ProviderConfig> providers;
  std::vector<Move> moves{};
  std::vector<Adoption> adoptions{};
  std::vector<Forget> forgets{};
  std::vector<std::string> notes{};  // for the user
};

using sprint::Covers;

// Copies of a component share its requests: who sends to it knows all of them.
// Node i of a pool hosts replica i of every part on the pool. Addresses are the
// template's prefix + "." + the resource's name; prefixes: "<zone>" (setup),
// "<zone>.<pool>[i]" (nodes), "<zone>.<Component>[i]" (run), "<zone>.<Component>"
// (serve), "<a>-<b>" (links); the parts of a variant with several are named after
// the component: "<zone>.<Component>.<Part>".
// What a provider is configured by is needed by all its resources.
// With `before`, a graph of the same program placed otherwise, the resources that the program
// writes itself are taken out of that one, where they have no address any more; they come first
// in both.
// InvalidArgument: two resources of one address, a reference to none, a circle.
Result<DesiredGraph> Lower(const ir::Program& program, const ir::Deploy& deploy,
                           const std::vector<Assignment>& assignments,
                           const std::vector<PoolCount>& counts, DesiredGraph* before = nullptr);
// The resources of a program that deploys nothing: those of its root file.
Result<DesiredGraph> Lower(const ir::Program& program);

}  // namespace sprint::lower
