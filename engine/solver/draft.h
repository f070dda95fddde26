#pragma once

#include <vector>

#include "engine/solver/domains.h"
#include "engine/solver/evaluate.h"
#include "engine/solver/traffic.h"

namespace sprint::solver {

// A placement that is being built and rebuilt. Rules that hold or not (memory, capacity at
// the largest count, ways, one kind, no return) are never broken; bounds on times, costs
// and utilisations may be, and count as a penalty. Everything is kept up to date under
// single changes, whose effect is then cheap to ask for.
class Draft {
 public:
  // All are kept by reference.
  Draft(const Problem& problem, const Domains& domains);

  bool placed(uint32_t c) const { return placed_[c] != 0; }
  bool Complete() const { return left_ == 0; }
  const Placement& placement() const { return placement_; }
  double load(uint32_t j) const { return load_[j]; }
  double memory(uint32_t j) const { return memory_[j]; }
  double gpu_memory(uint32_t j) const { return gpu_[j]; }
  const Item& item(uint32_t c, size_t part) const { return *chosen_[c][part]; }
  uint32_t count(uint32_t j) const { return placement_.count[j]; }
  // Parts on each pool, by their components.
  const std::vector<uint32_t>& users(uint32_t j) const { return users_[j]; }

  // Instances pool j needs for `load` more; above its maximum: there is no room.
  uint32_t Need(uint32_t j, double load) const;
  // May this be on its pool beside what is there?
  bool Room(const Item& item) const;
  // Do all neighbours that are placed have a way to c if it is like this, and does
  // nothing return from the cloud?
  bool Joins(uint32_t c, uint32_t variant, const std::vector<const Item*>& items) const;

  // Counts follow: raised to what is needed.
  void Put(uint32_t c, uint32_t variant, const std::vector<const Item*>& items);
  // Counts stay, but that of a pool without parts, which falls to its idle count.
  void Take(uint32_t c);
  void SetCount(uint32_t j, uint32_t count);
  // Penalty and traffic if c were put so; nothing changes.
  double Ask(uint32_t c, uint32_t variant, const std::vector<const Item*>& items);

  // Puts what is where `previous` has it as far as that still can be, in the order of the
  // components, with as many instances as there were.
  void Recall(const Placement& previous, const Items& items);

  // What a draft can return to.
  struct Kept {
    Placement placement;
    std::vector<std::vector<const Item*>> chosen;
    std::vector<char> placed;
  };
  Kept Keep() const { return {placement_, chosen_, placed_}; }
  // Changes only what differs.
  void Return(const Kept& kept);
  // Sums anew what many small changes made inexact.
  void Recount();

  double cost() const { return cost_; }
  // EUR/s of priced ways, as far as it is minimised.
  double traffic() const { return problem_.goal == Goal::Cost ? traffic_ : 0; }
  // Price of missed preferences, and of broken bounds at their weights.
  double penalty() {
    Refresh();
    return missed_ + broken_;
  }
  // What a constraint on a value says of the components that are placed.
  double Measured(size_t constraint) {
    Refresh();
    return value_[constraint].is;
  }
  bool Holds() {
    Refresh();
    return broken_ == 0;
  }
  double objective() { return cost_ + traffic() + penalty(); }
  // Broken bounds become dearer.
  void Press(double factor);
  void SetWeight(double weight);

 private:
  std::vector<const Item*> Again(uint32_t c, const Placement& previous, const Items& items) const;
  void Change(uint32_t c, int sign);
  void Touch(uint32_t j);
  void TouchOne(uint32_t constraint);
  void TouchStep(uint32_t constraint, uint32_t step);
  void Forget();
  double Time(size_t constraint);
  void Refresh();
  double Measure(size_t constraint);

  const Problem& problem_;
  Placement placement_;
  std::vector<std::vector<const Item*>> chosen_;  // per component, per part
  std::vector<char> placed_;
  size_t left_ = 0;
  std::vector<double> load_, memory_, gpu_, capacity_, concurrency_, burden_;
  std::vector<std::vector<uint32_t>> users_;
  std::vector<uint32_t> busy_pools_;  // per zone of one kind: its pools in use
  std::vector<uint32_t> idle_;

  struct Place {
    uint32_t constraint = 0, step = 0;  // of its path
  };
  std::vector<std::vector<Place>> of_component_;
  std::vector<std::vector<uint32_t>> of_pool_;  // constraints
  std::vector<uint32_t> of_all_;                // those on sums
  std::vector<double> weight_;                  // per constraint
  struct Reading {
    double is = 0, excess = 0;
  };
  std::vector<Reading> value_;  // per constraint
  std::vector<uint32_t> touched_;
  std::vector<char> is_touched_;
  // The steps of each bound on times, and which of them are no longer right.
  struct Steps {
    std::vector<Response> of;
    std::vector<char> is_touched;
    std::vector<uint32_t> touched;
  };
  std::vector<Steps> steps_;  // per constraint
  bool changed_ = false;      // since the last Refresh
  struct Sums {
    double load, memory, gpu;
    uint32_t count;
  };
  std::vector<Sums> sums_;  // of Ask
  struct Step {
    Place place;
    Response before;
  };
  std::vector<Step> steps_asked_;  // of Ask
  bool asking_ = false;
  std::vector<Reading> before_asked_;  // of Ask
  Traffic ways_;
  double cost_ = 0, traffic_ = 0, missed_ = 0, broken_ = 0;

  // One way: for each component those before and after it, and how many of them forbid
  // what.
  std::vector<std::vector<uint32_t>> before_, after_;
  std::vector<uint32_t> cloud_before_, edge_after_;
  std::vector<std::vector<Flow>> flows_;  // per component, those that touch it
  std::vector<double> zero_;
};

}  // namespace sprint::solver
