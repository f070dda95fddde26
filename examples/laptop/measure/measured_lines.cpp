#include "examples/laptop/measure/measured_lines.h"

namespace sprint::measure {
namespace {

std::string_view NextWord(std::string_view& line) {
  const size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  line.remove_prefix(begin);
  const size_t end = std::min(line.find_first_of(" \t"), line.size());
  std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

}  // namespace

std::optional<std::string> SetMeasured(std::string_view program, std::string_view component,
                                       std::string_view kind, long milliseconds) {
  for (size_t begin = 0; begin < program.size();) {
    const size_t end = std::min(program.find('\n', begin), program.size());
    std::string_view rest = program.substr(begin, end - begin);
    if (NextWord(rest) == "measured" && NextWord(rest) == component && NextWord(rest) == "on" &&
        NextWord(rest) == kind && NextWord(rest) == "=") {
      const std::string_view number = NextWord(rest);
      const bool digits =
          !number.empty() && number.find_first_not_of("0123456789.") == std::string_view::npos;
      if (digits && NextWord(rest) == "ms") {
        const size_t at = static_cast<size_t>(number.data() - program.data());
        std::string changed(program.substr(0, at));
        changed += std::to_string(milliseconds);
        changed += program.substr(at + number.size());
        return changed;
      }
    }
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace sprint::measure
