// fuzz.numbers COUNT SEED FILE...   COUNT programs out of FILES with some of their numbers off by
// powers of ten, or 0: what the compiler lets pass can be placed, or it is said in the program's
// own lines why not. Nothing that is found is without a number.
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "compiler/driver/compile.h"
#include "engine/placement/infeasible.h"
#include "engine/placement/placement.h"
#include "tests/testing/memory_files.h"

namespace sprint {
namespace {

constexpr uint64_t Steps = 2'000;

struct Range {
  size_t begin, end;
};

// Numbers with a unit: those that are quantities.
std::vector<Range> NumbersOf(const std::string& text) {
  const auto digit = [&](size_t i) { return std::isdigit(static_cast<unsigned char>(text[i])); };
  std::vector<Range> found;
  for (size_t i = 1; i < text.size(); ++i) {
    if (!digit(i) || (text[i - 1] != ' ' && text[i - 1] != '{')) continue;
    size_t end = i;
    while (end < text.size() && (digit(end) || text[end] == '.')) ++end;
    if (end + 1 < text.size() && text[end] == ' ' &&
        (std::isalpha(static_cast<unsigned char>(text[end + 1])) || text[end + 1] == '%')) {
      found.push_back({i, end});
    }
    i = end;
  }
  return found;
}

std::string Changed(std::string text, std::minstd_rand& random) {
  for (size_t changes = 1 + random() % 4; changes > 0; --changes) {
    const std::vector<Range> numbers = NumbersOf(text);
    if (numbers.empty()) return text;
    const Range at = numbers[random() % numbers.size()];
    const int power = static_cast<int>(random() % 31) - 15;
    const double number = std::strtod(text.c_str() + at.begin, nullptr) *
                          (random() % 8 == 0 ? 0 : std::pow(10, power));
    char written[64];
    std::snprintf(written, sizeof written, "%.6f", number);
    text.replace(at.begin, at.end - at.begin, written);
  }
  return text;
}

// What is wrong; "" when nothing is.
std::string Try(const std::string& text, size_t& placed) {
  const testing::MemoryFiles files({{"fuzz.sprint", text}});
  SourceTable sources;
  diag::Emitter emitter;
  const auto program = driver::Compile("fuzz.sprint", files, sources, emitter, {});
  if (!program || emitter.has_errors()) return "";
  for (const ir::Deploy& deploy : program->deploys) {
    placement::Options options;
    options.steps = Steps;
    const auto answer = placement::Place(*program, deploy, options);
    if (!answer.ok()) return answer.error().ToString();
    ++placed;
    if (answer->state == placement::State::Infeasible) {
      if (!placement::InfeasibleDiagnostic(*answer, deploy).loc.ok()) return "no place says why";
      continue;
    }
    if (!std::isfinite(answer->objective) || !std::isfinite(answer->bound)) return "no number";
    if (answer->bound > answer->objective * (1 + 1e-9)) return "a bound above what was found";
    for (const placement::Placed& part : answer->parts) {
      if (!(std::isfinite(part.response_mean) && part.response_mean >= 0)) return "no time";
    }
  }
  return "";
}

int Main(int argc, char** argv) {
  if (argc < 4) return 1;
  std::vector<std::string> texts;
  for (int i = 3; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    // Goldens of several files are no programs.
    if (texts.back().find("//@ file") != std::string::npos) texts.pop_back();
  }
  std::minstd_rand random(static_cast<unsigned>(std::atoi(argv[2])));
  size_t placed = 0;
  for (int i = 0; i < std::atoi(argv[1]); ++i) {
    const std::string text = Changed(texts[random() % texts.size()], random);
    if (const std::string wrong = Try(text, placed); !wrong.empty()) {
      std::printf("%s:\n%s\n", wrong.c_str(), text.c_str());
      return 1;
    }
  }
  std::printf("%s programs, %zu placements asked for\n", argv[1], placed);
  return placed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace sprint

int main(int argc, char** argv) { return sprint::Main(argc, argv); }
