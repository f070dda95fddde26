#include "engine/simulate/arrivals.h"

#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "engine/simulate/station.h"

namespace sprint::simulate {

Result<Trace> ParseTrace(const std::string& text) {
  Trace trace;
  std::istringstream in(text);
  size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    line.resize(std::min(line.find('#'), line.size()));
    for (char& c : line) {
      if (c == ',' || c == ';' || c == '\t' || c == '\r') c = ' ';
    }
    std::istringstream words(line);
    std::string first, component, more;
    if (!(words >> first)) continue;
    words >> component >> more;
    char* end = nullptr;
    const double time = std::strtod(first.c_str(), &end);
    const auto wrong = [&](const std::string& what) {
      return Error(ErrorCode::InvalidArgument,
                   "line " + std::to_string(number) + " of the trace: " + what);
    };
    if (*end != '\0' || !std::isfinite(time)) return wrong("`" + first + "` is not a time in s");
    if (!more.empty()) return wrong("`" + more + "` after the component");
    if (!trace.arrivals.empty() && time < trace.arrivals.back().time) {
      return wrong("the time goes back");
    }
    trace.arrivals.push_back({time, component});
  }
  if (trace.arrivals.empty()) return Error(ErrorCode::InvalidArgument, "the trace has no request");
  const double begin = trace.arrivals.front().time;
  for (Arrival& arrival : trace.arrivals) arrival.time -= begin;
  return trace;
}

Source::Source(Process process, double rate, uint64_t seed)
    : process_(process), rate_(rate), random_(seed) {}

Source::Source(std::vector<double> times)
    : process_(Process::Trace), random_(0), times_(std::move(times)) {}

double Source::Next() {
  if (process_ == Process::Trace) return at_ < times_.size() ? times_[at_++] : Never;
  if (!(rate_ > 0)) return Never;
  if (process_ == Process::Poisson) return now_ += random_.Exponential(1 / rate_);
  now_ += begun_ ? 1 / rate_ : random_.Share() / rate_;
  begun_ = true;
  return now_;
}

}  // namespace sprint::simulate
