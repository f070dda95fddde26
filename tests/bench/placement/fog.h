#pragma once

#include "engine/solver/problem.h"

namespace sprint::bench {

// Services on a continuum of five tiers, as FogBrainX and EdgeWise describe theirs (Forti,
// Bisicchia, Ferrari, Brogi: declarative placement from things to cloud): end devices,
// access points, street cabinets, providers, cloud. Each tier has sites, each site nodes
// of up to three kinds; services form a tree from a few sources, which are bound to sites
// below.
struct FogOptions {
  uint32_t services = 13, nodes = 16;
  // Bounds on mean times along the tree. Without, and so without any formula that is not
  // linear, other solvers can take part.
  bool responses = true;
};
solver::Problem Fog(uint32_t seed, const FogOptions& options);

// Two constraints are added that cannot hold together, whatever else is left out: both
// services want the same node, which can take either. Returns their indices.
std::vector<uint32_t> PlantContradiction(solver::Problem& problem);

}  // namespace sprint::bench
