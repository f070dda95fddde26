#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/value.h"
#include "compiler/support/loc.h"
#include "compiler/support/quantity.h"

// The checked program: names resolved, types and units checked, everything that
// placement needs evaluated to numbers in base units (s, bytes, bytes/s, EUR/s,
// shares as 0..1). Entities live in vectors and refer to each other by index, in
// the order of the program. Every entity and constraint keeps its source range.
namespace sprint::ir {

using Index = uint32_t;
inline constexpr Index NoIndex = ~Index{0};

enum class DataLevel { Public, Anonymous, Internal, Personal, Sensitive };
enum class Trust { Owned, Partner, Public };

struct DataClass {
  std::string name;
  DataLevel level = DataLevel::Public;
  std::vector<std::string> residency;  // ISO country codes; empty: anywhere
  double size = 0;                     // bytes
  Loc loc;
};

// What one request needs of one kind of machine or function.
struct Demand {
  Index kind = NoIndex;          // into Program::kinds
  double mean = 0;               // s; the warm time of a function
  double cold = 0;               // s; functions only
  std::optional<double> memory;  // bytes per replica there, instead of the part's
  // Standard deviation over mean; absent: 1, as exponential times have.
  std::optional<double> variation;
  bool measured = false;  // from `measured … on …` of the deploy
  Loc loc;
};

// One piece of a variant; a variant that is not cut has exactly one, named "".
struct Part {
  std::string name;
  std::string image;
  std::vector<std::string> command;
  double memory = 0;      // bytes per replica
  double gpu_memory = 0;  // bytes
  double cores = 0;  // how many cores a replica keeps busy at most; a weight, not a reservation
  double output_size = 0;  // bytes sent to the next part, or to each successor from the last part
  double exit = 0;         // share of requests answered here (0 for the last part)
  std::vector<std::pair<std::string, Value>> env;
  std::vector<Demand> demands;
  Loc loc;
};

struct Variant {
  std::string name;                // "" when the component declares none
  std::optional<double> accuracy;  // 0..1
  std::vector<Part> parts;         // a chain, in order
  Loc loc;
};

struct Declassify {
  Index data = NoIndex;
  std::string by, review;
  Loc loc;
};

struct Component {
  std::string name;  // as addressed: "Blur"
  std::vector<std::string> arch;
  Index input = NoIndex;  // data class, or NoIndex for a bare size
  Index output = NoIndex;
  double input_size = 0;  // bytes
  std::vector<Declassify> declassify;
  bool enclave = false;  // protect = enclave
  std::vector<Variant> variants;
  std::vector<std::string> ports;
  // Highest level and the intersection of residencies of the data it handles,
  // after information flow; empty optional residency: anywhere.
  DataLevel handles = DataLevel::Public;
  std::optional<std::vector<std::string>> residency;
  // The way the most restrictive data took to get here, for explanations.
  std::vector<std::string> data_way;
  Loc loc;
};

struct Flow {
  Index from = NoIndex, to = NoIndex;  // into Program::components
  double probability = 1;
  Loc loc;
  std::optional<double> size = std::nullopt;  // bytes of a request, instead of the output
};

// "Blur", "Detect/tiny", "Detect/split.Head": a part of a variant as people are shown it.
inline std::string LabelOf(const std::string& component, const std::string& variant,
                           const std::string& part) {
  return component + (variant.empty() ? "" : "/" + variant) + (part.empty() ? "" : "." + part);
}

enum class Metric {
  Response,
  Accuracy,
  Cost,
  Utilisation,
  Rate,
  Energy,
  Carbon,
  Availability,
  Spread
};
enum class Relation { AtMost, AtLeast };
// Choices of copies that the path of a response may lead over.
inline constexpr uint32_t MostChoices = 64;

// `require quick_blur: response(Blur) <= 300 ms at p95`, or `prefer … { weight }`.
struct Constraint {
  std::string name;  // "" when not named
  std::string text;  // as written, for tables: "response(Blur) <= 300 ms"
  Metric metric = Metric::Response;
  std::vector<Index> path;  // components: Response of a path; one for Accuracy, Rate, Spread
  std::string pool;         // Utilisation of this pool ("plant.rpi")
  Relation relation = Relation::AtMost;
  double bound = 0;                  // base units
  std::optional<double> percentile;  // 0.95 for p95
  std::optional<double> weight;      // prefer: price of missing it, EUR/s; absent: required
  std::string unit;                  // the unit the user wrote the bound in
  Loc loc;                           // the condition, without the name
};

struct Application {
  std::string name;
  double workload = 0;            // requests/s entering at every entry component
  std::vector<Index> components;  // in topological order
  std::vector<Flow> flows;
  std::vector<Constraint> constraints;
  bool one_way = false;
  Loc loc;
};

// `node K` or `function_service K` of a module.
struct Kind {
  std::string name;  // "edge.RaspberryPi4"
  bool function = false;
  bool attested = false;  // enclave
  std::string arch;       // "arm64"; empty: any
  double memory = 0;      // bytes per node or per function
  double gpu_memory = 0;
  double cores = 1;
  double reserved_memory = 0;  // bytes the runtime itself needs (K3s: 500 MB)
  // Memory that components declare is not reserved: the node's own limit is what binds.
  bool overcommit = false;
  bool per_core = false;    // demands are per core: k cores serve k requests at once
  double price = 0;         // EUR/s per node; EUR/s of execution for functions
  double power = 0;         // W
  double concurrency = 0;   // functions: how many at once, 0 unlimited
  double request_fee = 0;   // EUR per request
  double billing_unit = 0;  // s, functions: executions are billed in whole ones; 0: exactly
  double availability = 1;  // share of time one of it is up
  double idle = 600;        // s, functions: a warm one lives this long
  std::string currency = "EUR";
  Loc loc;
};

enum class PoolForm { Nodes, Machines, Functions };

struct Pool {
  std::string name;  // "rpi"; addressed as "plant.rpi"
  PoolForm form = PoolForm::Nodes;
  Index kind = NoIndex;
  uint32_t min = 0, max = 0;  // Nodes: how many exist (min 0 = use may be less); Functions: unused
  // The kind's figures with the pool's own attributes put over them.
  double price = 0, memory = 0, gpu_memory = 0, cores = 1, power = 0, availability = 1;
  double idle = 600;  // s, functions: a warm one lives this long
  // All attributes of the pool, unevaluated in `index`: one record per instance, in order.
  std::vector<Value> instances;
  Loc loc;
};

struct Zone {
  std::string name;
  std::string country;
  Trust trust = Trust::Public;
  bool one_kind = false;
  double electricity = 0;   // EUR/J, on top of the prices of its pools
  double carbon = 0;        // g/J of its electricity
  double availability = 1;  // share of time the whole zone is up
  Index host = NoIndex;     // into Program::hosts
  std::vector<Pool> pools;
  Value attributes;  // record of everything written in the zone, for the host
  Loc loc;
};

// Two zones may have several: data takes the one that is quickest for it. From a zone to
// itself: between different pools of it, which are otherwise side by side.
struct Link {
  Index a = NoIndex, b = NoIndex;  // zones
  double bandwidth = 0;            // bytes/s; 0 unlimited
  double delay = 0, jitter = 0;    // s
  double loss = 0;                 // share
  double price = 0;                // EUR/byte
  Loc loc;
};

struct Continuum {
  std::string name;
  std::vector<Zone> zones;
  std::vector<Link> links;
  Loc loc;
};

enum class Goal { Cost, Energy, Carbon };
enum class Approve { Automatic, Ask, Never };

struct Deploy {
  std::string name;  // "MaskDetection on Campus"
  Index application = NoIndex, continuum = NoIndex;
  Goal goal = Goal::Cost;
  double horizon = 3600;  // s
  double headroom = 0.1;  // share of every pool that is left free
  // Components with this deploy's `measured` lines put into their demands.
  std::vector<Component> components;
  struct Pin {
    Index component;
    Index zone;
    bool forbid = false;
    Index kind = NoIndex;
    Loc loc;
  };
  std::vector<Pin> pins;
  double monitor_every = 10;  // s
  bool replan = false;
  double replan_every = 30, hold = 120;  // s
  double move_budget = 0;                // moves/s; 0 unlimited
  Approve approve = Approve::Ask;
  Value attributes;  // monitor and replan blocks as written
  Loc loc;
};

// When an object counts as made: see engine/lower/lifecycle.h.
struct Ready {
  enum class Kind { Port, Http, Attribute };
  Kind kind = Kind::Attribute;
  Value subject, expected;
  double within = 300;  // s
};
// What a resource says about the life of its object.
struct Life {
  bool protect = false, retain = false, create_before_destroy = false;
  std::vector<std::string> ignore;
  std::vector<std::pair<std::string, std::string>> drift;  // attribute, policy
  std::vector<Later> replace_when;                         // path "": any change
  std::vector<Ready> ready;
  double timeout = 0;  // s
};

// One resource of a host's or kind's template, evaluated for one situation.
struct ResourceSpec {
  std::string type;                     // "local.process": provider "local", type "process"
  std::string name;                     // as written in the template
  Record attributes;                    // may hold Later and SecretRef
  std::vector<std::string> depends_on;  // full addresses
  Loc loc;
  Life life{};
};

// `moved from -> to`
struct Move {
  std::string from, to;
  Loc loc;
};
// `adopt address { id }`
struct Adoption {
  std::string address, id;
  Loc loc;
};
// `forget address`
struct Forget {
  std::string address;
  Loc loc;
};

// What a template may see. Values are records; `address_of` prefixes resource names.
struct TemplateScope {
  std::vector<std::pair<std::string, Value>> bindings;
  // Address prefix of the resources made here, "plant" or "plant.board[0]": a template
  // that names its own resource r gets Later{prefix + "." + r, attribute}.
  std::string prefix;
};
using Template = std::function<std::vector<ResourceSpec>(const TemplateScope&)>;

// How components run in a zone. Templates may be empty functions.
//   setup   bindings: zone
//   node    bindings: zone, node (record of the instance: index, kind, attributes)  [from the
//           kind's `provide`]
//   run     bindings: zone, c (record: name, variant, part, label, image, command, memory,
//           cores, env, replicas, next), node, replica
//   serve   bindings: zone, c, backends, next
//   connect bindings: link (a, b, bandwidth, delay, jitter, loss)
struct Host {
  std::string name;  // "local.Process"
  Template setup, run, serve, connect;
  Loc loc;
};

// A provider program the templates use: attributes configure it.
struct ProviderUse {
  std::string name;  // "local" -> program sprint-provider-local
  Record config;
  Loc loc;
};

struct Output {
  std::string name;
  // Evaluated when values are there: bindings give applications' records by name.
  std::function<Value(const TemplateScope&)> evaluate;
  Loc loc;
};

struct Program {
  std::string directory;  // of the root file
  std::vector<DataClass> data;
  std::vector<Component> components;
  std::vector<Application> applications;
  std::vector<Kind> kinds;
  std::vector<Template> kind_provides;  // parallel to kinds; may be empty
  std::vector<Host> hosts;
  std::vector<Continuum> continua;
  std::vector<Deploy> deploys;
  std::vector<ProviderUse> providers;
  std::vector<ResourceSpec> resources;  // of the root file itself, outside hosts
  std::vector<Move> moves;
  std::vector<Adoption> adoptions;
  std::vector<Forget> forgets;
  std::vector<Output> outputs;
  std::vector<std::string> secrets;
};

// What `part` needs of `kind`, as measured rather than as declared; null: it cannot run
// there.
const Demand* DemandOn(const Part& part, Index kind);
// Bytes a replica of `part` needs on `kind`.
double MemoryOn(const Part& part, Index kind);

}  // namespace sprint::ir
