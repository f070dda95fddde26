#pragma once

#include "engine/exchange/space4ai.h"

namespace sprint::bench {

enum class Twist {
  None,
  Memory,           // what runs on a machine is limited by its memory before its speed
  SharedFunctions,  // a few functions for all partitions, not one for each
  TwoSources,       // requests enter at two components
};

// A system as the published ones of 5 to 15 components are, of any size: a drone, two
// layers of edge nodes, `machine_layers` of machines, a function for each partition that
// can be one. Its figures have the distribution of the published files: drones 4-5 $/h,
// edge nodes 6-8, the k-th machine up to k, functions up to 1; demands 0.1-0.2 s on the
// drone, 0.5-1.5 s on edge nodes, 0.3-0.7 s on machines, 2-3 s as a function; early exits
// 0.4-0.9; sizes 4-7, bandwidths 1000-2000, 1 ms of delay.
exchange::space4ai::System CutSystem(uint32_t seed, uint32_t components, uint32_t machine_layers,
                                     Twist twist);

}  // namespace sprint::bench
