#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "engine/simulate/random.h"

namespace sprint::simulate {

enum class Process : uint8_t {
  Poisson,
  Deterministic,  // evenly spaced, the first at a random time within one space
  Trace,
};

// One request of a trace: when (s), and at which component; "" at every entry.
struct Arrival {
  double time = 0;
  std::string component;
};
struct Trace {
  std::vector<Arrival> arrivals;  // in order of time
  double Length() const { return arrivals.empty() ? 0 : arrivals.back().time; }
};

// One line a request: seconds since the start, then, after a space or comma, the
// component where it enters. Blank lines and what follows a `#` are skipped. Times may be
// any ascending numbers; the first becomes the beginning. InvalidArgument names the line.
Result<Trace> ParseTrace(const std::string& text);

// Times of one entry component, in order; Never when there are no more.
class Source {
 public:
  Source(Process process, double rate, uint64_t seed);
  explicit Source(std::vector<double> times);
  double Next();

 private:
  Process process_;
  double rate_ = 0;
  double now_ = 0;
  bool begun_ = false;
  Random random_;
  std::vector<double> times_;
  size_t at_ = 0;
};

}  // namespace sprint::simulate
