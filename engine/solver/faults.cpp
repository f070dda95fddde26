#include "engine/solver/faults.h"

#include <cmath>

namespace sprint::solver {
namespace {

// Larger figures would lose the small ones beside them in sums.
constexpr double Most = 1e18;
// Whether one of them is up is reckoned over every choice of them.
constexpr size_t MostCopies = 8;

class Finder {
 public:
  explicit Finder(const Problem& problem) : problem_(problem) {}

  std::vector<std::string> Run() {
    const size_t zones = problem_.one_kind.size();
    if (problem_.routes.size() != zones) Say("routes are not by zones");
    for (const auto& row : problem_.routes) {
      if (row.size() != zones) Say("routes are not by zones");
      for (const auto& routes : row) {
        for (const Route& route : routes) {
          Figure(route.delay, "a delay");
          Figure(route.seconds_per_byte, "a bandwidth");
          Figure(route.price, "a price");
        }
      }
    }
    if (!(problem_.ceiling > 0 && problem_.ceiling <= 1)) Say("the ceiling is no share");
    if (!problem_.zone_availability.empty() && problem_.zone_availability.size() != zones) {
      Say("availabilities are not by zones");
    }
    for (double up : problem_.zone_availability) Share(up, "an availability is no share");
    for (const Pool& pool : problem_.pools) Check(pool);
    for (const Component& component : problem_.components) Check(component);
    for (const Flow& flow : problem_.flows) {
      if (flow.from >= flow.to || flow.to >= problem_.components.size()) {
        Say("a flow goes backwards, or nowhere");
      }
      if (flow.bytes) Figure(*flow.bytes, "a flow's size");
      Figure(flow.probability, "a flow's probability");
    }
    for (const Constraint& rule : problem_.constraints) Check(rule);
    return found_;
  }

 private:
  void Say(const char* text) {
    if (found_.empty() || found_.back() != text) found_.emplace_back(text);
  }
  void Figure(double value, const char* what) {
    if (!(value >= 0 && value <= Most)) {
      Say((std::string(what) + " is negative, too large or no number").c_str());
    }
  }
  void Share(double value, const char* text) {
    if (!(value >= 0 && value <= 1)) Say(text);
  }
  void Limit(double value, const char* what) {
    if (!std::isinf(value) || value < 0) Figure(value, what);
  }

  void Check(const Pool& pool) {
    if (pool.zone >= problem_.one_kind.size()) Say("a pool is in no zone");
    if (pool.min > pool.max && pool.form == Form::Machines) Say("a pool's least is above its most");
    Figure(pool.price, "a price");
    Figure(pool.fee, "a fee");
    Figure(pool.power, "a power");
    Figure(pool.carbon, "an emission");
    Share(pool.availability, "an availability is no share");
    Figure(pool.reserved, "a pool's reserved memory");
    Limit(pool.memory, "a pool's memory");
    Limit(pool.gpu_memory, "a pool's memory");
    Limit(pool.concurrency, "a concurrency");
    if (!(pool.cores > 0 && pool.cores <= 1e6)) Say("a pool has no cores");
  }

  void Check(const Component& component) {
    Figure(component.rate, "a rate");
    if (component.variants.empty()) Say("a component has no variant");
    for (const Variant& variant : component.variants) {
      if (variant.parts.empty()) Say("a variant has no part");
      if (variant.accuracy && !std::isfinite(*variant.accuracy)) Say("an accuracy is no number");
      for (const Part& part : variant.parts) {
        Figure(part.rate, "a rate");
        Figure(part.memory, "a memory");
        Figure(part.gpu_memory, "a memory");
        Figure(part.output, "a size");
        Share(part.exit, "an exit is no share");
        for (const Option& option : part.options) {
          if (option.pool >= problem_.pools.size()) Say("an option leads to no pool");
          Figure(option.demand, "a demand");
          Figure(option.response.mean, "a function's time");
          Figure(option.response.variance, "a function's time");
          if (option.memory) Figure(*option.memory, "a memory");
          if (option.billed) Figure(*option.billed, "a billed time");
        }
      }
    }
  }

  void Check(const Constraint& rule) {
    if (std::isnan(rule.bound)) Say("a bound is no number");
    if (rule.percentile && !(*rule.percentile > 0 && *rule.percentile < 1)) {
      Say("a percentile is not between 0 and 1");
    }
    if (rule.weight) Figure(*rule.weight, "a weight");
    for (uint32_t c : rule.path) {
      if (c >= problem_.components.size()) Say("a constraint names no component");
    }
    if (rule.path.empty() && !IsSum(rule.metric) && rule.metric != Metric::Utilisation) {
      Say("a constraint names no component");
    }
    if (rule.metric == Metric::Utilisation && rule.pool >= problem_.pools.size()) {
      Say("a constraint names no pool");
    }
    if (rule.metric == Metric::Apart && rule.path.size() > MostCopies) {
      Say("a component has too many copies");
    }
    if (rule.metric == Metric::Where && rule.allowed.size() != problem_.pools.size()) {
      Say("a constraint allows other pools than there are");
    }
  }

  const Problem& problem_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> Faults(const Problem& problem) { return Finder(problem).Run(); }

}  // namespace sprint::solver
