#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/solver/problem.h"

namespace sprint::solver {

// Contradictions that need no search. The problem is made easier until it is linear: pools
// that no requirement tells apart become one, whose every figure is the best among them;
// nobody waits for anybody; instances may be bought in pieces. What cannot hold even there
// holds nowhere, and Z3 says which requirements that takes.
class Refuter {
 public:
  // Kept by reference.
  explicit Refuter(const Problem& problem);
  ~Refuter();

  // Of the required constraints that are `active`, some that hold nowhere together; empty:
  // nothing holds anywhere, whatever is required. None of them can be left out as far as the
  // easier problem shows. Nothing: it shows no contradiction, or none within the time.
  std::optional<std::vector<uint32_t>> Refute(const std::vector<bool>& active, double seconds);

 private:
  class Builder;
  std::unique_ptr<Builder> builder_;
};

}  // namespace sprint::solver
