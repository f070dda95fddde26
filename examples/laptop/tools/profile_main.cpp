// laptop-profile --pictures FOLDER [--requests 60] [--core 0] [--write PROGRAM]: starts
// each service on one core, sends it pictures one after the other and prints the
// processor time one of them takes, as the `measured` lines of a program.
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "examples/laptop/measure/latency.h"
#include "examples/laptop/measure/measured_lines.h"
#include "examples/laptop/measure/service.h"

namespace sprint::tools {
namespace {

constexpr char kKind[] = "local.Slice";
constexpr size_t kWarmUp = 3;  // requests not counted: caches, page faults

struct Profile {
  double milliseconds = 0;  // processor time a request, everything the process did
  double variation = 0;     // of the handling alone
  std::vector<std::string> answers;
};

Profile Measure(const std::vector<std::string>& command, int core,
                const std::vector<std::string>& bodies, size_t requests, const std::string& type) {
  const measure::Service service(command, core);
  measure::Connection connection(service.url());
  Profile profile;
  std::vector<double> handling;
  double before = 0;
  for (size_t i = 0; i < kWarmUp + requests; ++i) {
    if (i == kWarmUp) before = service.CpuSeconds();
    measure::Answer answer = connection.Post(bodies[i % bodies.size()], type);
    if (answer.status != 200) {
      throw std::runtime_error(command.front() + " answered " + std::to_string(answer.status) +
                               ": " + answer.body);
    }
    if (i >= kWarmUp) handling.push_back(answer.cpu_ms);
    if (profile.answers.size() < bodies.size()) profile.answers.push_back(std::move(answer.body));
  }
  profile.milliseconds = 1e3 * (service.CpuSeconds() - before) / static_cast<double>(requests);
  profile.variation = measure::Summarise(handling).variation;
  return profile;
}

int Run(const std::vector<std::string>& words) {
  const std::string folder = measure::Flag(words, "pictures", "");
  const std::string program = measure::Flag(words, "write", "");
  const size_t requests = std::stoul(measure::Flag(words, "requests", "60"));
  const int core = std::stoi(measure::Flag(words, "core", "0"));
  if (folder.empty() || requests < 1) {
    std::fprintf(stderr,
                 "usage: laptop-profile --pictures FOLDER [--requests 60] [--core 0] [--write "
                 "PROGRAM.sprint]\n");
    return 2;
  }
  std::vector<std::string> pictures;
  for (measure::Picture& picture : measure::ReadPictures(folder))
    pictures.push_back(std::move(picture.bytes));
  const std::string bin = measure::ExecutableFolder();
  // Every picture goes to Blur once, so that Detect sees them all.
  const Profile blur = Measure({bin + "/laptop-blur"}, core, pictures,
                               std::max(requests, pictures.size()), "image/png");
  const Profile tiny = Measure({bin + "/laptop-detect", "--variant", "tiny"}, core, blur.answers,
                               requests, "image/jpeg");
  const Profile whole = Measure({bin + "/laptop-detect", "--variant", "whole"}, core, blur.answers,
                                requests, "image/jpeg");

  struct Line {
    const char* component;
    const Profile& profile;
  };
  const std::array<Line, 3> lines = {Line{"app.Blur", blur}, Line{"app.Detect.tiny", tiny},
                                     Line{"app.Detect.whole", whole}};
  std::string text = program.empty() ? "" : measure::ReadFile(program);
  for (const Line& line : lines) {
    const long rounded = std::max(1L, std::lround(line.profile.milliseconds));
    std::printf("measured %-16s on %s = %ld ms  // %.1f ms of one core, variation %.2f\n",
                line.component, kKind, rounded, line.profile.milliseconds, line.profile.variation);
    if (program.empty()) continue;
    std::optional<std::string> changed = measure::SetMeasured(text, line.component, kKind, rounded);
    if (!changed) {
      throw std::runtime_error(program + " has no line `measured " + line.component + " on " +
                               kKind + " = ... ms`");
    }
    text = std::move(*changed);
  }
  if (!program.empty()) {
    measure::WriteFile(program, text);
    std::printf("written to %s\n", program.c_str());
  }
  return 0;
}

}  // namespace
}  // namespace sprint::tools

int main(int argc, char** argv) {
  try {
    return sprint::tools::Run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "laptop-profile: %s\n", error.what());
    return 1;
  }
}
