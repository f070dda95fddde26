#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "engine/simulate/arrivals.h"
#include "engine/simulate/station.h"
#include "engine/simulate/statistics.h"
#include "engine/solver/problem.h"

// Discrete-event simulation of a placed application, to see what the formulas of
// performance/ foretell happen request by request.
//
// The same system as the model's: each instance of a pool is a station that all parts
// placed there share; functions have a warm pool for every part that uses them, and a
// pool's limit of executions is a queue before all of them; a transfer takes delay plus
// bytes over bandwidth, without waiting for others. Components with no flow to them are
// entered from outside at their rate. Where the probabilities of a component's flows add
// up to at most 1 a request takes one of them or ends; where they add up to more, each
// flow is drawn by itself and the request goes several ways. A component that several
// flows reach serves each request by itself; nothing is joined. What a request takes at
// a station is drawn anew at every station, with the part's demand as its mean.
//
// Times in s, rates in requests/s. The same settings give the same bytes.
namespace sprint::simulate {

// Stated: log-normal with the variation of each demand; exponential where that is 1.
enum class Service : uint8_t { Stated, Exponential, Deterministic, LogNormal };

// Which of a pool's instances gets a request.
enum class Balance : uint8_t {
  Random,      // the model's: Poisson arrivals stay Poisson
  RoundRobin,  // more even, so better than foretold
};

struct Settings {
  Process process = Process::Poisson;
  // Trace: when requests enter each component, s, ascending; empty vectors for the others.
  std::vector<std::vector<double>> trace;
  double warmup = 0;      // s before the measured time
  double seconds = 3600;  // measured; a request counts when it enters then
  uint64_t seed = 1;
  Service service = Service::Stated;
  double cv = 1;  // LogNormal: standard deviation over mean of the service times
  Discipline cores = Discipline::Shared;
  Balance balance = Balance::Random;
  // Asked now and then with the share that is done; false ends the run, and what was
  // measured until then is reported.
  std::function<bool(double)> go_on;
};

// Response time of one component or of a path of several, hops between them included.
struct Response {
  std::vector<uint32_t> path;
  uint64_t requests = 0;
  Estimate mean;
  std::vector<Estimate> quantiles;  // as asked for
};

struct Usage {
  // Share of what the instances can do; functions: of the limit of executions, or where
  // there is none the mean number of them.
  Estimate utilisation;
  uint64_t executions = 0, cold = 0;  // functions
};

struct Report {
  std::vector<Response> responses;  // each component, then the paths asked for
  std::vector<Usage> pools;         // as in the problem
  double seconds = 0;               // measured simulated time
  uint64_t requests = 0;            // that entered from outside in it
  uint64_t events = 0;
  bool whole = true;  // false: ended by go_on
};

// `placement` must be one of `problem`'s. `paths`: of two components or more. `quantiles`
// in 0..1.
Report Simulate(const solver::Problem& problem, const solver::Placement& placement,
                const std::vector<std::vector<uint32_t>>& paths,
                const std::vector<double>& quantiles, const Settings& settings);

}  // namespace sprint::simulate
