#pragma once

#include <map>
#include <string>

#include "engine/agent/step.h"

namespace sprint::agent {

// What was measured of a requirement; NotKnown when it cannot be told from the samples:
// too few requests (5 for a mean, 20 for a 95th percentile: below that it is the
// maximum), a component missing, a percentile other than the 95th, a percentile of a
// path that ends midway.
double Measure(const Requirement& requirement, const std::map<std::string, Sample>& samples);

// "1.2 s", in the unit of the bound; "unknown".
std::string Show(const Requirement& requirement, double value);

}  // namespace sprint::agent
