#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/performance/station.h"

// A placement problem as plain numbers: it knows no names and no program. Base units:
// s, bytes, bytes/s, requests/s, EUR/s, W, shares as 0..1. Things refer to each other
// by index. Formulas: sections 2 to 6 of the model page, with its memory per instance.
namespace sprint::solver {

enum class Form : uint8_t { Nodes, Machines, Functions };

struct Pool {
  uint32_t zone = 0;
  Form form = Form::Nodes;
  // Counts that may be used. Machines below `min` cannot be given back: they cost even
  // when idle. Nodes exist anyway and cost only when used. Functions have no count.
  uint32_t min = 0, max = 1;
  double price = 0;   // EUR/s per instance; functions: EUR/s of execution
  double fee = 0;     // functions: EUR per request
  double memory = 0;  // bytes per instance or function
  double gpu_memory = 0;
  double reserved = 0;  // bytes the runtime itself needs
  double cores = 1;
  bool per_core = false;
  double power = 0;         // W per instance, functions: while executing
  double carbon = 0;        // g/s that this power emits
  double availability = 1;  // share of time an instance, or the function service, is up
  double concurrency = 0;   // functions: executions at once, 0 unlimited
  double idle = 600;        // functions: s after which a warm instance dies
};

struct Option {
  uint32_t pool = 0;
  double demand = 0;  // s; functions: the warm time
  // Functions only: constant at this load, cold starts included.
  performance::Sojourn response;
  std::optional<double> memory = std::nullopt;  // bytes, instead of the part's
  double cold = 0;  // s; functions: the time of an instance that has to start first
  // s; functions: what one execution is billed, when not the warm time.
  std::optional<double> billed = std::nullopt;
  // Standard deviation of the demand over its mean; in `response` already.
  double variation = 1;
};

struct Part {
  double rate = 0;  // requests/s that reach it
  double memory = 0, gpu_memory = 0;
  double output = 0;  // bytes to the next part, from the last one to each successor
  double exit = 0;    // share answered here
  std::vector<Option> options;
};

struct Variant {
  std::optional<double> accuracy;
  std::vector<Part> parts;
};

struct Component {
  double rate = 0;
  std::vector<Variant> variants;
  // The first of its copies where there are several, which share the requests: while one is
  // up, all are reached.
  std::optional<uint32_t> copy_of = std::nullopt;
};

// `from` < `to`: components are in topological order.
struct Flow {
  uint32_t from = 0, to = 0;
  // What one request sends along here, when it is not the same to every successor.
  std::optional<double> bytes = std::nullopt;
  double probability = 1;
};

// Ways between two zones; none: nothing may flow between them. From a zone to itself:
// between its pools, none costs no time. Within one pool nothing ever does.
struct Route {
  double delay = 0;
  double seconds_per_byte = 0;
  double price = 0;  // EUR/byte
};

enum class Metric : uint8_t {
  Response,
  Accuracy,
  Cost,
  Energy,
  Carbon,
  Availability,
  Utilisation,
  Rate,
  Where,
  Apart  // how many of the copies are like those before them, in zones that none of these uses
};

struct Constraint {
  Metric metric = Metric::Cost;
  // Response: successive flows. Availability: the same, with all copies of each. Apart: copies.
  // One: Accuracy, Rate, Where.
  std::vector<uint32_t> path;
  uint32_t pool = 0;  // Utilisation
  bool at_most = true;
  double bound = 0;
  std::optional<double> percentile;
  std::optional<double> weight;  // EUR/s when missed; absent: required
  std::vector<bool> allowed;     // Where: pools this component may use
};

enum class Goal : uint8_t { Cost, Energy, Carbon };

struct Problem {
  std::vector<Pool> pools;
  std::vector<bool> one_kind;                           // per zone
  std::vector<double> zone_availability;                // per zone; empty: all are always up
  std::vector<std::vector<std::vector<Route>>> routes;  // [zone][zone]
  std::vector<Component> components;
  std::vector<Flow> flows;
  std::vector<Constraint> constraints;
  bool one_way = false;
  double ceiling = 0.9;  // of every utilisation, which is below 1 in any case
  Goal goal = Goal::Cost;
};

struct Placement {
  std::vector<uint32_t> variant;            // per component
  std::vector<std::vector<uint32_t>> pool;  // per component, per part of its variant
  std::vector<uint32_t> count;              // per pool; functions 0
  friend bool operator==(const Placement&, const Placement&) = default;
};

// Network time of `bytes` from one pool to another: 0 on the same pool, or in one zone
// that says nothing else; infinite without a way.
double Hop(const Problem& problem, uint32_t from, uint32_t to, double bytes);

// EUR that `bytes` from one pool to another cost: on the way they take, which is the
// quickest; of equally quick ones the cheapest.
double Fare(const Problem& problem, uint32_t from, uint32_t to, double bytes);

// Bytes of one request from a component to the next when `output` is what its last part
// sends.
double FlowBytes(const Problem& problem, uint32_t from, uint32_t to, double output);

// Bytes a replica of `part` needs there.
inline double Memory(const Part& part, const Option& option) {
  return option.memory.value_or(part.memory);
}

// Busy seconds per second that one instance of a pool may carry.
double Capacity(const Problem& problem, const Pool& pool);
// Executions that may run at once on all of a pool of functions; infinite: no limit.
double Concurrency(const Problem& problem, const Pool& pool);

// What one used instance, or one second of execution, adds to the objective per s.
double Burden(const Problem& problem, const Pool& pool);

// EUR/s of a part's executions and requests on a pool of functions: each part pays for its
// own, for the time that is billed, and a fee for each request.
double ExecutionCost(const Pool& pool, const Part& part, const Option& option);
// The metric whose value is the goal: Cost, Energy or Carbon.
Metric MetricOf(Goal goal);
// What an instance or a second of execution adds to one of these.
double Rate(const Pool& pool, Metric metric);
// Is it one of these, a sum over everything?
inline bool IsSum(Metric metric) {
  return metric == Metric::Cost || metric == Metric::Energy || metric == Metric::Carbon;
}

}  // namespace sprint::solver
