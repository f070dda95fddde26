#pragma once

#include <span>
#include <vector>

#include "engine/solver/domains.h"
#include "engine/solver/evaluate.h"
#include "engine/solver/traffic.h"

namespace sprint::solver {

// One way of running a whole component: a variant, and where each of its parts is.
struct Choice {
  uint32_t variant = 0;
  std::span<const Item* const> items;  // per part
  double fixed = 0;                    // objective of executions, fees and moves
  double cost = 0;                     // EUR/s of executions and fees
  bool touches_edge = false, ends_in_cloud = false;

  // Objective at these prices of a busy second on each pool.
  double Due(const std::vector<double>& prices) const {
    double due = fixed;
    for (const Item* item : items) due += prices[item->pool] * item->load;
    return due;
  }
};

// Some components placed on hardware with given counts, and what that breaks for good, wherever
// the others go.
class Partial {
 public:
  // All are kept by reference.
  Partial(const Problem& problem, const Domains& domains);

  // With these counts, and nothing placed. Not `fixed`: there may be fewer.
  void Begin(std::vector<uint32_t> counts, bool fixed = true);
  // Choices are kept by reference.
  void Put(uint32_t c, const Choice& choice);
  void Take(uint32_t c);
  // s that c takes at least while it is not placed; 0 unless told.
  void SetFloor(uint32_t c, double mean) { floor_[c] = mean; }

  bool placed(uint32_t c) const { return chosen_[c] != nullptr; }
  double load(uint32_t j) const { return load_[j]; }
  const std::vector<double>& loads() const { return load_; }
  uint32_t count(uint32_t j) const { return counts_[j]; }
  // Load that pool j takes at most, rounding included.
  double most(uint32_t j) const { return most_[j]; }
  // Of a pool that nobody came to only those instances that are there anyway.
  uint32_t Count(uint32_t j) const { return users_[j] > 0 ? counts_[j] : idle_[j]; }

  // Does nothing but the load of each part, and the way back, stand against this choice?
  bool StillFits(uint32_t c, const Choice& choice) const {
    for (const Item* item : choice.items) {
      if (item->load > most_[item->pool] - load_[item->pool]) return false;
    }
    return !Returns(c, choice);
  }
  // Has c, which is placed, got room where it is?
  bool Fits(uint32_t c) const;
  // Are there ways between c and its neighbours that are placed, none back from the cloud?
  bool Joins(uint32_t c) const;
  // Would something return from the cloud to the edge, were c like this?
  bool Returns(uint32_t c, const Choice& choice) const {
    return (choice.touches_edge && cloud_before_[c] > 0) ||
           (choice.ends_in_cloud && edge_after_[c] > 0);
  }
  // Mean time at c, which is placed.
  double Mean(uint32_t c) const { return Along({c}, load_, zero_).mean(); }
  // Mean time along a path were these the loads of pools; what is not placed takes `floor`.
  double Mean(const std::vector<uint32_t>& path, const std::vector<double>& loads,
              const std::vector<double>& floor) const {
    return Along(path, loads, floor).mean();
  }
  // Mean time of a part with this option when its pool has so much load.
  double MeanAt(const Option& option, double load) const { return At(option, load).mean; }
  // Infinite when a required bound is broken for good, else the price of the preferences
  // that are, and of the ways between what is placed. `complete`: everything is.
  double Lost(bool complete) const;
  // Objective of what is placed beside instances.
  double Executions() const;
  // All of it, when everything is placed.
  Placement Whole() const;

 private:
  void Add(uint32_t c, const Choice& choice, int sign);
  performance::Sojourn At(const Option& option, double load) const;
  Response Along(const std::vector<uint32_t>& path, const std::vector<double>& loads,
                 const std::vector<double>& floor) const;
  bool Holds(const Constraint& rule, bool monotone, bool complete) const;
  double Sum(Metric metric) const;

  const Problem& problem_;
  const Domains& domains_;
  uint32_t all_;
  Traffic ways_;
  std::vector<double> capacity_, concurrency_;  // per pool; of an instance
  std::vector<char> function_;
  std::vector<uint32_t> idle_;
  std::vector<std::vector<uint32_t>> before_, after_;  // components; when nothing may return
  std::vector<std::vector<Flow>> flows_;               // per component, those that touch it

  bool fixed_ = true;
  std::vector<uint32_t> counts_;
  std::vector<double> most_;
  Placement placement_;  // with these counts
  std::vector<const Choice*> chosen_;
  std::vector<char> placed_;
  std::vector<double> load_, memory_, gpu_;
  std::vector<uint32_t> users_;
  std::vector<double> floor_, zero_;
  // How many of those before are placed and end in the cloud, of those after touch the edge.
  std::vector<int> cloud_before_, edge_after_;
};

}  // namespace sprint::solver
