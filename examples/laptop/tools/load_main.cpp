// laptop-load: sends pictures at random instants, whether or not earlier ones have
// been answered, and says how long the answers took.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "examples/laptop/measure/arrivals.h"
#include "examples/laptop/measure/latency.h"
#include "examples/laptop/measure/service.h"

namespace sprint::tools {
namespace {

constexpr char kUsage[] =
    "usage: laptop-load --url URL [--then URL]... --pictures FOLDER --rate R --seconds T\n"
    "                   [--seed 1] [--in-flight 64] [--timeout 30] [--every S] [--json FILE]\n"
    "Poisson arrivals at R per second for T seconds. A time runs from the instant a request\n"
    "was due, so a slow service cannot hide its queue. --then sends each answer on.\n"
    "--every prints a line each S seconds. Exit code 1 if any request failed.\n";

using Clock = std::chrono::steady_clock;

struct Options {
  std::vector<std::string> urls;
  std::string pictures;
  std::string json;
  double rate = 0;
  double seconds = 0;
  double every = 0;
  uint64_t seed = 1;
  int in_flight = 64;
  int timeout = 30;
};

Options Parse(const std::vector<std::string>& words) {
  Options options;
  for (size_t i = 0; i < words.size(); i += 2) {
    if (i + 1 == words.size()) throw std::runtime_error(words[i] + " needs a value");
    const std::string& value = words[i + 1];
    if (words[i] == "--url") {
      options.urls.insert(options.urls.begin(), value);
    } else if (words[i] == "--then") {
      options.urls.push_back(value);
    } else if (words[i] == "--pictures") {
      options.pictures = value;
    } else if (words[i] == "--rate") {
      options.rate = std::stod(value);
    } else if (words[i] == "--seconds") {
      options.seconds = std::stod(value);
    } else if (words[i] == "--every") {
      options.every = std::stod(value);
    } else if (words[i] == "--seed") {
      options.seed = std::stoull(value);
    } else if (words[i] == "--in-flight") {
      options.in_flight = std::stoi(value);
    } else if (words[i] == "--timeout") {
      options.timeout = std::stoi(value);
    } else if (words[i] == "--json") {
      options.json = value;
    } else {
      throw std::runtime_error("unknown option " + words[i]);
    }
  }
  if (options.urls.empty() || options.pictures.empty() || !(options.rate > 0) ||
      !(options.seconds > 0) || options.in_flight < 1 || options.in_flight > 1024) {
    throw std::runtime_error("--url, --pictures, --rate and --seconds are needed");
  }
  return options;
}

// Milliseconds of one answered request: each stage, and all of it from the due instant.
struct Sample {
  double due = 0;       // seconds from the start
  double answered = 0;  // seconds from the start
  std::vector<double> stages;
  double total = 0;
};

struct Results {
  std::mutex mutex;
  std::vector<Sample> samples;
  std::map<std::string, size_t> errors;
  size_t sent_late = 0;  // more than 10 ms: every one of the connections was busy
};

void Work(const Options& options, const std::vector<measure::Picture>& pictures,
          const std::vector<double>& arrivals, Clock::time_point start, std::atomic<size_t>& next,
          Results& results) {
  std::vector<measure::Connection> connections;
  for (const std::string& url : options.urls) connections.emplace_back(url, options.timeout);
  for (size_t i = next++; i < arrivals.size(); i = next++) {
    const auto due = start + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(arrivals[i]));
    std::this_thread::sleep_until(due);
    const bool late = Clock::now() - due > std::chrono::milliseconds(10);
    Sample sample{arrivals[i], 0, {}, 0};
    std::string error;
    const std::string* body = &pictures[i % pictures.size()].bytes;
    measure::Answer answer;
    auto begin = due;
    for (size_t stage = 0; stage < connections.size() && error.empty(); ++stage) {
      measure::Answer fresh =
          connections[stage].Post(*body, stage == 0 ? "image/png" : "image/jpeg");
      const auto end = Clock::now();
      if (fresh.status != 200) {
        error = fresh.status == 0 ? fresh.body : "status " + std::to_string(fresh.status);
      }
      sample.stages.push_back(std::chrono::duration<double, std::milli>(end - begin).count());
      sample.answered = std::chrono::duration<double>(end - start).count();
      sample.total = std::chrono::duration<double, std::milli>(end - due).count();
      begin = end;
      answer = std::move(fresh);
      body = &answer.body;
    }
    std::lock_guard lock(results.mutex);
    results.sent_late += late ? 1 : 0;
    if (error.empty()) {
      results.samples.push_back(std::move(sample));
    } else {
      ++results.errors[error];
    }
  }
}

size_t Errors(const Results& results) {
  size_t count = 0;
  for (const auto& [error, times] : results.errors) count += times;
  return count;
}

// A line each `every` seconds about what was answered since the last one.
void Watch(const Options& options, Clock::time_point start, const std::atomic<bool>& done,
           Results& results) {
  for (int window = 1; !done; ++window) {
    const double to = window * options.every;
    while (!done && std::chrono::duration<double>(Clock::now() - start).count() < to) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    std::vector<double> times;
    size_t errors = 0;
    {
      std::lock_guard lock(results.mutex);
      for (const Sample& sample : results.samples) {
        if (sample.answered > to - options.every && sample.answered <= to)
          times.push_back(sample.total);
      }
      errors = Errors(results);
    }
    const measure::Summary s = measure::Summarise(std::move(times));
    std::printf("  t = %4.0f s: %4zu answered, mean %6.1f ms, p95 %6.1f ms, errors so far %zu\n",
                to, s.count, s.mean, s.p95, errors);
    std::fflush(stdout);
  }
}

void Print(const std::string& name, const measure::Summary& s) {
  std::printf("%-34s %6zu %8.1f %8.1f %8.1f %8.1f %8.1f\n", name.c_str(), s.count, s.mean, s.p50,
              s.p95, s.p99, s.max);
}

int Run(const Options& options) {
  const std::vector<measure::Picture> pictures = measure::ReadPictures(options.pictures);
  const std::vector<double> arrivals =
      measure::PoissonArrivals(options.rate, options.seconds, options.seed);
  Results results;
  std::atomic<size_t> next = 0;
  std::atomic<bool> done = false;
  const auto start = Clock::now() + std::chrono::milliseconds(50);
  std::thread watcher;
  if (options.every > 0) watcher = std::thread([&] { Watch(options, start, done, results); });
  std::vector<std::thread> workers;
  for (int i = 0; i < options.in_flight; ++i) {
    workers.emplace_back([&] { Work(options, pictures, arrivals, start, next, results); });
  }
  for (std::thread& worker : workers) worker.join();
  done = true;
  if (watcher.joinable()) watcher.join();

  std::vector<double> totals;
  std::vector<std::vector<double>> stages(options.urls.size());
  double last = options.seconds;
  for (const Sample& sample : results.samples) {
    totals.push_back(sample.total);
    last = std::max(last, sample.answered);
    for (size_t i = 0; i < stages.size(); ++i) stages[i].push_back(sample.stages[i]);
  }
  const measure::Summary total = measure::Summarise(totals);
  const double answered_rate = static_cast<double>(totals.size()) / last;
  std::printf(
      "%zu requests at %.2f/s asked for, %zu answered (%.2f/s), %zu failed, %zu sent late\n",
      arrivals.size(), options.rate, totals.size(), answered_rate, Errors(results),
      results.sent_late);
  for (const auto& [error, times] : results.errors)
    std::printf("  %zu x %s\n", times, error.c_str());
  std::printf("%-34s %6s %8s %8s %8s %8s %8s   ms\n", "", "count", "mean", "p50", "p95", "p99",
              "max");
  std::string json = "{\"rate\":" + std::to_string(options.rate) +
                     ",\"seconds\":" + std::to_string(options.seconds) +
                     ",\"requests\":" + std::to_string(arrivals.size()) +
                     ",\"errors\":" + std::to_string(Errors(results)) +
                     ",\"sent_late\":" + std::to_string(results.sent_late) +
                     ",\"answered_rate\":" + std::to_string(answered_rate) +
                     ",\"unit\":\"ms\",\"stages\":[";
  for (size_t i = 0; i < stages.size(); ++i) {
    const measure::Summary stage = measure::Summarise(stages[i]);
    if (stages.size() > 1) Print(options.urls[i], stage);
    if (i > 0) json += ',';
    json += measure::ToJson(stage);
  }
  Print("all, from the due instant", total);
  json += "],\"total\":" + measure::ToJson(total) + "}\n";
  if (!options.json.empty()) measure::WriteFile(options.json, json);
  return results.errors.empty() && !totals.empty() ? 0 : 1;
}

}  // namespace
}  // namespace sprint::tools

int main(int argc, char** argv) {
  sprint::tools::Options options;
  try {
    options = sprint::tools::Parse(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "laptop-load: %s\n%s", error.what(), sprint::tools::kUsage);
    return 2;
  }
  try {
    return sprint::tools::Run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "laptop-load: %s\n", error.what());
    return 1;
  }
}
