#pragma once

#include <string>
#include <vector>

#include "engine/agent/step.h"
#include "engine/state/store.h"
#include "providers/value/value.h"

// Asks the proxies in front of the components what they have measured.
namespace sprint::agent {

struct ProxyAddress {
  std::string component;
  std::string url;  // "http://127.0.0.1:40001/"
};

// Those recorded in the state, in the order of their addresses: resources of a type `proxy`,
// whatever provider's, with attributes `url` and `component`.
std::vector<ProxyAddress> ProxiesOf(const state::Snapshot& snapshot);

// A proxy's answer to GET /metrics.json: component, requests, errors, in_flight,
// arrival_rate, response_mean_s, response_p95_s, path_mean_s, path_p95_s. What is missing
// or no number is NotKnown.
Sample SampleOf(const value::Value& metrics, const std::string& component, Seconds at);

// All at once, none longer than `timeout`; one that does not answer gives a sample that is
// not fresh. Several proxies of one component become one sample: rates and counts added,
// means weighted by requests, the largest 95th percentile, fresh only if all are.
Observation Observe(const std::vector<ProxyAddress>& proxies, Seconds window, Seconds now,
                    Seconds timeout = 1);

}  // namespace sprint::agent
