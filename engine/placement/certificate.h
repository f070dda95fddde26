#pragma once

#include <string>
#include <vector>

#include "engine/placement/model.h"
#include "engine/solver/certificate.h"

// A solver's certificate as JSON, with the whole problem in it, so that whoever checks it needs
// nothing of the program: compiler/docs/certificate.schema.json.
namespace sprint::placement {

// What the numbers of a problem are called. Where a list is too short they have none.
struct Names {
  std::vector<std::string> zones, pools, components, constraints;
  std::vector<std::vector<std::string>> variants;            // per component
  std::vector<std::vector<std::vector<std::string>>> parts;  // per component, per variant
};
Names NamesOf(const ir::Program& program, const ir::Deploy& deploy, const Model& model);

// `outcome` is what `certificate` certifies under `options`. One line.
std::string WriteCertificate(const solver::Problem& problem, const Names& names,
                             const solver::SearchOptions& options, const solver::Outcome& outcome,
                             const solver::Certificate& certificate);

}  // namespace sprint::placement
