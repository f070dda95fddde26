#pragma once

#include <cstdint>
#include <vector>

#include "engine/solver/problem.h"

namespace sprint::solver {

// All parts of all variants of all components, numbered as they come.
struct PartNumbers {
  struct Name {
    uint32_t c = 0, v = 0, p = 0;  // component, variant, part
  };
  std::vector<Name> names;                   // per number
  std::vector<std::vector<uint32_t>> first;  // [component][variant]: number of its first part

  explicit PartNumbers(const Problem& problem) {
    for (uint32_t c = 0; c < problem.components.size(); ++c) {
      first.emplace_back();
      for (uint32_t v = 0; v < problem.components[c].variants.size(); ++v) {
        first[c].push_back(static_cast<uint32_t>(names.size()));
        const size_t parts = problem.components[c].variants[v].parts.size();
        for (uint32_t p = 0; p < parts; ++p) names.push_back({c, v, p});
      }
    }
  }

  uint32_t Of(uint32_t c, uint32_t v, size_t p) const {
    return first[c][v] + static_cast<uint32_t>(p);
  }
};

}  // namespace sprint::solver
