#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sprint::logic {

// Linear conditions over choices (true or false) and amounts (reals, at least 0). A condition
// belongs to a group, which can be left out, or to none, and then always holds. Asks Z3
// which groups contradict each other. Figures are whole numbers: exact, and small ones are
// quick.
class Linear {
 public:
  using Variable = uint32_t;
  using Group = uint32_t;
  static constexpr Group Always = ~Group{0};

  struct Term {
    Variable variable = 0;
    int64_t factor = 0;
  };
  // A choice, or its opposite.
  struct Literal {
    Variable variable = 0;
    bool positive = true;
  };

  explicit Linear(uint32_t groups);
  ~Linear();
  Linear(const Linear&) = delete;
  Linear& operator=(const Linear&) = delete;

  Variable Choice();
  Variable Amount();

  // Choices count as 1 or 0.
  void AtMost(std::span<const Term> terms, int64_t bound, Group group = Always);
  // One of them holds.
  void Either(std::span<const Literal> literals, Group group = Always);
  // Where all of `when` hold, the sum is at most the bound.
  void AtMostWhen(std::span<const Literal> when, std::span<const Term> terms, int64_t bound);

  // Of these groups some that cannot hold together, none of which can be left out; empty
  // when nothing holds even without any. Nothing: they can, or it was not decided within
  // `milliseconds` for each question asked on the way. Deterministic but for that limit.
  std::optional<std::vector<Group>> Core(std::span<const Group> groups, unsigned milliseconds);

 private:
  class Solver;
  std::unique_ptr<Solver> solver_;
};

}  // namespace sprint::logic
