#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "engine/lower/lower.h"

// In which order the desired resources are planned, and what of them is made first.
namespace sprint::plan {

// The resources of `graph` by index, in waves: each depends on earlier waves only.
std::vector<std::vector<size_t>> Waves(const lower::DesiredGraph& graph);

// What must be there before its old object goes: asked for, or needed by such a one, since
// the old object of the needed one must outlive the old object of that.
std::set<std::string> CreatedFirst(const lower::DesiredGraph& graph);

}  // namespace sprint::plan
