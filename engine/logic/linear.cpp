#include "engine/logic/linear.h"

#include <z3++.h>

#include <algorithm>
#include <string>

namespace sprint::logic {
class Linear::Solver {
 public:
  explicit Solver(uint32_t groups)
      : amounts_(context_), taken_(context_), groups_(context_), solver_(context_) {
    for (uint32_t g = 0; g < groups; ++g) {
      groups_.push_back(context_.bool_const(("g" + std::to_string(g)).c_str()));
    }
  }

  Variable Add(bool choice) {
    const auto index = static_cast<Variable>(amounts_.size());
    const std::string name = (choice ? "c" : "a") + std::to_string(index);
    const z3::expr amount = context_.real_const(name.c_str());
    solver_.add(amount >= 0);
    // A choice is also an amount of 0 or 1, so that sums are refuted as linear programs are,
    // before one choice after another is tried.
    const z3::expr taken = context_.bool_const(("t" + std::to_string(index)).c_str());
    if (choice) {
      solver_.add(amount <= 1 && z3::implies(taken, amount >= 1) &&
                  z3::implies(!taken, amount <= 0));
    }
    amounts_.push_back(amount);
    taken_.push_back(taken);
    return index;
  }

  z3::expr Sum(std::span<const Term> terms) {
    z3::expr_vector parts(context_);
    for (const Term& term : terms) {
      parts.push_back(context_.real_val(term.factor) * amounts_[static_cast<int>(term.variable)]);
    }
    return parts.empty() ? context_.real_val(0) : z3::sum(parts);
  }
  z3::expr AtMost(std::span<const Term> terms, int64_t bound) {
    return Sum(terms) <= context_.real_val(bound);
  }
  z3::expr Of(const Literal& literal) {
    const z3::expr taken = taken_[static_cast<int>(literal.variable)];
    return literal.positive ? taken : !taken;
  }
  z3::expr Any(std::span<const Literal> literals) {
    z3::expr_vector all(context_);
    z3::expr_vector shares(context_);
    for (const Literal& literal : literals) {
      all.push_back(Of(literal));
      const z3::expr amount = amounts_[static_cast<int>(literal.variable)];
      shares.push_back(literal.positive ? amount : 1 - amount);
    }
    if (all.empty()) return context_.bool_val(false);
    return z3::mk_or(all) && z3::sum(shares) >= 1;
  }
  z3::expr All(std::span<const Literal> literals) {
    z3::expr_vector all(context_);
    for (const Literal& literal : literals) all.push_back(Of(literal));
    return z3::mk_and(all);
  }
  void Require(const z3::expr& condition, Group group) {
    solver_.add(group == Always ? condition
                                : z3::implies(groups_[static_cast<int>(group)], condition));
  }
  void Require(const z3::expr& when, const z3::expr& then) { solver_.add(z3::implies(when, then)); }

  // The groups that Z3's proof needed; nothing: it found none.
  std::optional<std::vector<Group>> Ask(const std::vector<Group>& asked, unsigned milliseconds) {
    z3::params settings(context_);
    settings.set("timeout", milliseconds);
    solver_.set(settings);
    z3::expr_vector assumptions(context_);
    for (const Group g : asked) assumptions.push_back(groups_[static_cast<int>(g)]);
    if (solver_.check(assumptions) != z3::unsat) return std::nullopt;
    std::vector<Group> used;
    const z3::expr_vector core = solver_.unsat_core();
    for (unsigned k = 0; k < core.size(); ++k) {
      used.push_back(
          static_cast<Group>(std::stoul(core[static_cast<int>(k)].decl().name().str().substr(1))));
    }
    std::sort(used.begin(), used.end());
    return used;
  }

 private:
  z3::context context_;
  z3::expr_vector amounts_, taken_, groups_;
  z3::solver solver_;
};

Linear::Linear(uint32_t groups) : solver_(std::make_unique<Solver>(groups)) {}
Linear::~Linear() = default;

Linear::Variable Linear::Choice() { return solver_->Add(true); }
Linear::Variable Linear::Amount() { return solver_->Add(false); }

void Linear::AtMost(std::span<const Term> terms, int64_t bound, Group group) {
  solver_->Require(solver_->AtMost(terms, bound), group);
}
void Linear::Either(std::span<const Literal> literals, Group group) {
  solver_->Require(solver_->Any(literals), group);
}
void Linear::AtMostWhen(std::span<const Literal> when, std::span<const Term> terms, int64_t bound) {
  solver_->Require(solver_->All(when), solver_->AtMost(terms, bound));
}

std::optional<std::vector<Linear::Group>> Linear::Core(std::span<const Group> groups,
                                                       unsigned milliseconds) {
  // What Z3 says is an error of its own, running out of memory for one, is no answer.
  try {
    auto core = solver_->Ask({groups.begin(), groups.end()}, milliseconds);
    for (size_t at = 0; core && at < core->size();) {
      std::vector<Group> less = *core;
      less.erase(less.begin() + static_cast<std::ptrdiff_t>(at));
      // What is left may need even less; what came before was needed and still is.
      if (auto smaller = solver_->Ask(less, milliseconds)) {
        core = std::move(smaller);
      } else {
        ++at;
      }
    }
    return core;
  } catch (const z3::exception&) {
    return std::nullopt;
  }
}

}  // namespace sprint::logic
