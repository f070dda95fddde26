#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

namespace sprint::simulate {

inline constexpr double Never = std::numeric_limits<double>::infinity();
using Token = uint32_t;

// How the cores of one node serve more requests than there are cores.
enum class Discipline : uint8_t {
  Shared,  // all at once, evenly, a request on at most one core at a time
  Queued,  // one request a core, the others wait in order of arrival
};

// One node. Times in s of simulated time; they never go back between calls.
class Station {
 public:
  Station(uint32_t cores, Discipline discipline) : cores_(cores), discipline_(discipline) {}

  // `service`: s of one core this request needs.
  void Arrive(double now, Token token, double service);
  // When the next request is done, if nothing else arrives; Never when idle.
  double Next() const;
  // The request that is done at Next(), which is now.
  Token Complete(double now);
  // Core seconds worked until `now`.
  double Worked(double now);

 private:
  struct Job {
    double finish;  // Shared: on the clock of work a request got; Queued: of time
    uint64_t order;
    Token token;
    // Later ones first: std heaps keep the largest on top.
    bool operator<(const Job& other) const {
      return finish != other.finish ? finish > other.finish : order > other.order;
    }
  };
  struct Waiting {
    Token token;
    double service;
  };
  double Speed() const;  // of each request, in cores
  void Advance(double now);
  void Start(Token token, double finish);

  uint32_t cores_;
  Discipline discipline_;
  std::vector<Job> jobs_;  // in service; a heap
  std::deque<Waiting> queue_;
  double clock_ = 0;  // Shared: work that a request present all the time would have got
  double last_ = 0;
  double worked_ = 0;
  uint64_t order_ = 0;
};

}  // namespace sprint::simulate
