#include "engine/simulate/simulate.h"

#include <algorithm>
#include <cmath>
#include <deque>

#include "compiler/support/check.h"
#include "engine/simulate/calendar.h"
#include "engine/simulate/warm_pool.h"

namespace sprint::simulate {
namespace {

constexpr uint64_t AskEvery = 1 << 16;  // events between two calls of go_on

// A part where it is placed, ready to be served.
struct Site {
  uint32_t pool = 0;
  double service = 0;  // s of one core, mean
  double variation = 1;
  double cold = 0;     // functions
  double exit = 0;     // 1 for the last part
  double onward = 0;   // s to the next part
  int warm_pool = -1;  // functions
};
// A flow as it leaves from each part.
struct Way {
  uint32_t to = 0;
  double probability = 1;
  std::vector<double> hop;  // s, per part it leaves from
};
struct Stop {
  std::vector<Site> sites;
  std::vector<Way> ways;
  bool alternatives = true;      // one of the ways at most
  std::vector<uint32_t> member;  // paths that have this component
};

// What comes at a time of its own: everything that is not the end of work at a station.
struct Timer {
  enum Kind : uint8_t { Enter, Serve, FunctionDone, Outside, EndOfBatch };
  double time = 0;
  uint64_t order = 0;
  Kind kind = Enter;
  uint32_t subject = 0;  // token; Outside: component
  WarmPool::Instance instance;
  bool operator<(const Timer& other) const {
    return time != other.time ? time > other.time : order > other.order;
  }
};

struct Request {
  uint32_t component = 0, part = 0;
  uint32_t visited = 0;  // components so far
  double entered = 0;
};
// How far along a path a request was when it had visited so many components: it counts
// for nothing once the request has been elsewhere.
struct Progress {
  uint32_t steps = 0, visited = 0;
  double begun = 0;
};

class Run {
 public:
  Run(const solver::Problem& problem, const solver::Placement& placement,
      const std::vector<std::vector<uint32_t>>& paths, const Settings& settings)
      : problem_(problem),
        placement_(placement),
        paths_(paths),
        settings_(settings),
        random_(settings.seed),
        first_station_(problem.pools.size(), 0),
        turn_(problem.pools.size(), 0),
        calendar_(MakeStations()),
        executing_(problem.pools.size()),
        components_(problem.components.size()),
        along_(paths.size()) {
    for (uint32_t c = 0; c < problem.components.size(); ++c) stops_.push_back(MakeStop(c));
    for (uint32_t p = 0; p < paths.size(); ++p) {
      for (const uint32_t c : paths[p]) stops_[c].member.push_back(p);
    }
  }

  Report Take(const std::vector<double>& quantiles) {
    Begin();
    const bool whole = Loop();
    return Describe(quantiles, whole);
  }

 private:
  struct Executions {
    uint32_t now = 0;
    double last = 0, worked = 0;
    std::deque<Token> waiting;
    uint64_t measured = 0, cold = 0;
  };

  // Returns how many there are; runs before calendar_ is made.
  uint32_t MakeStations() {
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      const solver::Pool& pool = problem_.pools[j];
      first_station_[j] = static_cast<uint32_t>(stations_.size());
      if (pool.form == solver::Form::Functions) continue;
      const uint32_t cores = Cores(pool);
      for (uint32_t i = 0; i < placement_.count[j]; ++i) {
        stations_.emplace_back(cores, pool.per_core ? settings_.cores : Discipline::Shared);
      }
    }
    return static_cast<uint32_t>(stations_.size());
  }

  // As performance::Node has it: a fraction of a core makes all of them slower or faster.
  static uint32_t Cores(const solver::Pool& pool) {
    return pool.per_core && pool.cores >= 2 ? static_cast<uint32_t>(pool.cores) : 1;
  }

  Stop MakeStop(uint32_t c) {
    const auto& parts = problem_.components[c].variants[placement_.variant[c]].parts;
    const auto& pools = placement_.pool[c];
    Stop stop;
    for (size_t p = 0; p < parts.size(); ++p) {
      const auto& options = parts[p].options;
      const auto option = std::find_if(options.begin(), options.end(),
                                       [&](const auto& one) { return one.pool == pools[p]; });
      SPRINT_CHECK(option != options.end(), "a part is simulated where it cannot be");
      const solver::Pool& pool = problem_.pools[pools[p]];
      Site site;
      site.pool = pools[p];
      site.service = option->demand;
      site.variation = option->variation;
      if (pool.form == solver::Form::Functions) {
        site.cold = std::max(option->cold, option->demand);
        site.warm_pool = static_cast<int>(warm_pools_.size());
        const double busy = parts[p].rate * option->demand;
        warm_pools_.emplace_back(pool.idle, static_cast<uint32_t>(std::ceil(busy)));
      } else if (pool.per_core) {
        site.service *= Cores(pool) / pool.cores;
      }
      const bool last = p + 1 == parts.size();
      site.exit = last ? 1 : parts[p].exit;
      if (!last) site.onward = solver::Hop(problem_, pools[p], pools[p + 1], parts[p].output);
      stop.sites.push_back(site);
    }
    double sum = 0;
    for (const solver::Flow& flow : problem_.flows) {
      if (flow.from != c) continue;
      Way way{flow.to, flow.probability, {}};
      for (const uint32_t pool : pools) {
        const double bytes = flow.bytes.value_or(parts.back().output);
        way.hop.push_back(solver::Hop(problem_, pool, placement_.pool[flow.to][0], bytes));
      }
      stop.ways.push_back(std::move(way));
      sum += flow.probability;
    }
    stop.alternatives = sum <= 1 + 1e-9;
    return stop;
  }

  void Begin() {
    std::vector<bool> entry(problem_.components.size(), true);
    for (const solver::Flow& flow : problem_.flows) entry[flow.to] = false;
    for (uint32_t c = 0; c < entry.size(); ++c) {
      if (settings_.process == Process::Trace) {
        sources_.emplace_back(settings_.trace[c]);
      } else {
        sources_.emplace_back(settings_.process, entry[c] ? problem_.components[c].rate : 0,
                              random_.Next());
      }
      FromOutside(c);
    }
    worked_.assign(problem_.pools.size(), {});
    for (uint32_t b = 0; b <= Batches; ++b) {
      At({settings_.warmup + settings_.seconds * b / Batches, 0, Timer::EndOfBatch, b, {}});
    }
  }

  bool Loop() {
    for (;;) {
      const double work = calendar_.Soonest();
      const double timer = timers_.empty() ? Never : timers_.front().time;
      if (work == Never && timer == Never) return true;
      now_ = std::min(work, timer);
      if (++events_ % AskEvery == 0 && settings_.go_on) {
        const double share = now_ / (settings_.warmup + settings_.seconds);
        if (!settings_.go_on(std::min(share, 1.0))) return false;
      }
      if (work < timer) {
        const uint32_t station = calendar_.Source();
        const Token token = stations_[station].Complete(now_);
        calendar_.Set(station, stations_[station].Next());
        Served(token);
      } else {
        std::pop_heap(timers_.begin(), timers_.end());
        const Timer due = timers_.back();
        timers_.pop_back();
        Handle(due);
      }
    }
  }

  void Handle(const Timer& due) {
    switch (due.kind) {
      case Timer::Enter:
        Enter(due.subject, requests_[due.subject].component);
        return;
      case Timer::Serve:
        Serve(due.subject);
        return;
      case Timer::FunctionDone:
        EndExecution(due.subject, due.instance);
        return;
      case Timer::Outside:
        if (due.time >= settings_.warmup) ++outside_;
        Enter(NewToken(), due.subject);
        FromOutside(due.subject);
        return;
      case Timer::EndOfBatch:
        for (uint32_t j = 0; j < problem_.pools.size(); ++j) worked_[j].push_back(Worked(j));
        return;
    }
  }

  void At(Timer timer) {
    timer.order = order_++;
    timers_.push_back(timer);
    std::push_heap(timers_.begin(), timers_.end());
  }

  void FromOutside(uint32_t c) {
    const double time = sources_[c].Next();
    if (time < settings_.warmup + settings_.seconds) At({time, 0, Timer::Outside, c, {}});
  }

  Token NewToken() {
    if (free_.empty()) {
      requests_.emplace_back();
      progress_.resize(requests_.size() * paths_.size());
      return static_cast<Token>(requests_.size() - 1);
    }
    const Token token = free_.back();
    free_.pop_back();
    requests_[token].visited = 0;
    std::fill_n(progress_.begin() + static_cast<int64_t>(token * paths_.size()), paths_.size(),
                Progress{});
    return token;
  }

  void Enter(Token token, uint32_t c) {
    const uint32_t visited = requests_[token].visited + 1;
    requests_[token] = {c, 0, visited, now_};
    for (const uint32_t p : stops_[c].member) {
      Progress& along = progress_[token * paths_.size() + p];
      const auto& path = paths_[p];
      if (path.front() == c) {
        along = {1, visited, now_};
      } else {
        const bool next = along.visited + 1 == visited && along.steps > 0 &&
                          along.steps < path.size() && path[along.steps] == c;
        along.steps = next ? along.steps + 1 : 0;
        along.visited = visited;
      }
    }
    Serve(token);
  }

  double Draw(double mean, double variation) {
    switch (settings_.service) {
      case Service::Stated:
        if (variation == 1) return random_.Exponential(mean);
        return variation > 0 ? random_.LogNormal(mean, variation) : mean;
      case Service::Exponential:
        return random_.Exponential(mean);
      case Service::Deterministic:
        return mean;
      case Service::LogNormal:
        return random_.LogNormal(mean, settings_.cv);
    }
    SPRINT_UNREACHABLE("service");
  }

  void Serve(Token token) {
    const Request& request = requests_[token];
    const Site& site = stops_[request.component].sites[request.part];
    const uint32_t j = site.pool;
    if (site.warm_pool >= 0) {
      Executions& pool = executing_[j];
      if (problem_.pools[j].concurrency > 0 && pool.now >= problem_.pools[j].concurrency) {
        pool.waiting.push_back(token);
      } else {
        Execute(token);
      }
      return;
    }
    const uint32_t n = placement_.count[j];
    uint32_t instance = 0;
    if (n > 1) {
      instance = settings_.balance == Balance::Random ? random_.Below(n) : turn_[j]++ % n;
    }
    const uint32_t station = first_station_[j] + instance;
    stations_[station].Arrive(now_, token, Draw(site.service, site.variation));
    calendar_.Set(station, stations_[station].Next());
  }

  void Count(Executions& pool, int change) {
    pool.worked += pool.now * (now_ - pool.last);
    pool.last = now_;
    pool.now += static_cast<uint32_t>(change);
  }

  void Execute(Token token) {
    const Request& request = requests_[token];
    const Site& site = stops_[request.component].sites[request.part];
    Executions& pool = executing_[site.pool];
    Count(pool, 1);
    const auto instance = warm_pools_[static_cast<size_t>(site.warm_pool)].Take(now_);
    if (now_ >= settings_.warmup) {
      ++pool.measured;
      pool.cold += instance.cold ? 1 : 0;
    }
    At({now_ + Draw(instance.cold ? site.cold : site.service, site.variation), 0,
        Timer::FunctionDone, token, instance});
  }

  void EndExecution(Token token, const WarmPool::Instance& instance) {
    const Request& request = requests_[token];
    const Site& site = stops_[request.component].sites[request.part];
    Executions& pool = executing_[site.pool];
    Count(pool, -1);
    warm_pools_[static_cast<size_t>(site.warm_pool)].GiveBack(now_, instance);
    if (!pool.waiting.empty()) {
      const Token next = pool.waiting.front();
      pool.waiting.pop_front();
      Execute(next);
    }
    Served(token);
  }

  // The part is done: the next one, or out of the component.
  void Served(Token token) {
    Request& request = requests_[token];
    const Site& site = stops_[request.component].sites[request.part];
    if (site.exit >= 1 || (site.exit > 0 && random_.Chance(site.exit))) {
      Leave(token);
      return;
    }
    ++request.part;
    if (site.onward > 0) {
      At({now_ + site.onward, 0, Timer::Serve, token, {}});
    } else {
      Serve(token);
    }
  }

  void Record(Series& series, double begun) {
    const double since = begun - settings_.warmup;
    if (since < 0 || since >= settings_.seconds) return;
    const auto batch = static_cast<uint32_t>(since / settings_.seconds * Batches);
    series.Add(std::min(batch, Batches - 1), now_ - begun);
  }

  void Leave(Token token) {
    const Request request = requests_[token];
    const Stop& stop = stops_[request.component];
    Record(components_[request.component], request.entered);
    for (const uint32_t p : stop.member) {
      const Progress& along = progress_[token * paths_.size() + p];
      if (along.steps == paths_[p].size()) Record(along_[p], along.begun);
    }
    if (stop.alternatives) {
      double draw = stop.ways.empty() ? 0 : random_.Share();
      for (const Way& way : stop.ways) {
        draw -= way.probability;
        if (draw > 1e-12) continue;
        Go(token, way, request.part);
        return;
      }
    } else {
      for (const Way& way : stop.ways) {
        if (!random_.Chance(way.probability)) continue;
        const Token copy = NewToken();
        requests_[copy].visited = request.visited;
        std::copy_n(progress_.begin() + static_cast<int64_t>(token * paths_.size()), paths_.size(),
                    progress_.begin() + static_cast<int64_t>(copy * paths_.size()));
        Go(copy, way, request.part);
      }
    }
    free_.push_back(token);
  }

  // Entered later even without a hop, so that long chains do not nest calls.
  void Go(Token token, const Way& way, uint32_t part) {
    requests_[token].component = way.to;
    At({now_ + way.hop[part], 0, Timer::Enter, token, {}});
  }

  double Worked(uint32_t j) {
    if (problem_.pools[j].form == solver::Form::Functions) {
      Count(executing_[j], 0);
      return executing_[j].worked;
    }
    double sum = 0;
    for (uint32_t i = 0; i < placement_.count[j]; ++i) {
      sum += stations_[first_station_[j] + i].Worked(now_);
    }
    return sum;
  }

  Estimate Utilisation(uint32_t j) const {
    const solver::Pool& pool = problem_.pools[j];
    const std::vector<double>& worked = worked_[j];
    if (worked.size() < 2) return {};
    const bool function = pool.form == solver::Form::Functions;
    const double places = function ? (pool.concurrency > 0 ? pool.concurrency : 1)
                                   : placement_.count[j] * Cores(pool);
    if (places <= 0) return {};
    std::vector<double> shares;
    const double all = places * settings_.seconds / Batches;
    for (size_t b = 1; b < worked.size(); ++b) shares.push_back((worked[b] - worked[b - 1]) / all);
    const double mean =
        (worked.back() - worked.front()) / (all * static_cast<double>(worked.size() - 1));
    return FromBatches(mean, shares);
  }

  Report Describe(const std::vector<double>& quantiles, bool whole) const {
    Report report;
    report.whole = whole;
    report.events = events_;
    report.requests = outside_;
    report.seconds = whole ? settings_.seconds : std::max(0.0, now_ - settings_.warmup);
    const auto add = [&](std::vector<uint32_t> path, const Series& series) {
      Response response{std::move(path), series.count(), series.Mean(), {}};
      for (const double p : quantiles) response.quantiles.push_back(series.Quantile(p));
      report.responses.push_back(std::move(response));
    };
    for (uint32_t c = 0; c < components_.size(); ++c) add({c}, components_[c]);
    for (size_t p = 0; p < paths_.size(); ++p) add(paths_[p], along_[p]);
    for (uint32_t j = 0; j < problem_.pools.size(); ++j) {
      report.pools.push_back({Utilisation(j), executing_[j].measured, executing_[j].cold});
    }
    return report;
  }

  const solver::Problem& problem_;
  const solver::Placement& placement_;
  const std::vector<std::vector<uint32_t>>& paths_;
  const Settings& settings_;
  Random random_;

  std::vector<Station> stations_;
  std::vector<uint32_t> first_station_, turn_;  // per pool
  Calendar calendar_;
  std::vector<Executions> executing_;  // per pool
  std::vector<WarmPool> warm_pools_;
  std::vector<Stop> stops_;  // per component
  std::vector<Source> sources_;

  double now_ = 0;
  uint64_t events_ = 0, order_ = 0, outside_ = 0;
  std::vector<Timer> timers_;  // a heap
  std::vector<Request> requests_;
  std::vector<Progress> progress_;  // of each request along each path
  std::vector<Token> free_;

  std::vector<Series> components_, along_;
  std::vector<std::vector<double>> worked_;  // per pool, at the ends of batches
};

}  // namespace

Report Simulate(const solver::Problem& problem, const solver::Placement& placement,
                const std::vector<std::vector<uint32_t>>& paths,
                const std::vector<double>& quantiles, const Settings& settings) {
  return Run(problem, placement, paths, settings).Take(quantiles);
}

}  // namespace sprint::simulate
