#include "engine/profile/measured_lines.h"

#include <algorithm>
#include <cmath>

#include "compiler/support/check.h"
#include "compiler/support/quantity.h"

namespace sprint::profile {

std::string FormatTime(double seconds) {
  if (seconds >= 1) return FormatNumber(seconds, 3) + " s";
  if (seconds >= 1e-3) return FormatNumber(seconds * 1e3, 3) + " ms";
  return FormatNumber(std::max(seconds, 1e-9) * 1e6, 3) + " us";
}

std::string FormatDemand(double seconds, double variation, std::optional<double> memory) {
  std::string text = "{ time = " + FormatTime(seconds);
  text += ", variation = " + FormatNumber(variation * 100, 2) + " %";
  if (memory) text += ", memory = " + Format(Quantity{*memory, dimension::Size, {}, {}});
  return text + " }";
}

std::string Edited(std::string_view text, std::vector<Edit> edits) {
  std::stable_sort(edits.begin(), edits.end(),
                   [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  std::string changed;
  size_t done = 0;
  for (const Edit& edit : edits) {
    SPRINT_CHECK(edit.begin >= done && edit.begin <= edit.end && edit.end <= text.size(),
                 "edits overlap or lie outside of the text");
    changed += text.substr(done, edit.begin - done);
    changed += edit.text;
    done = edit.end;
  }
  return changed.append(text.substr(done));
}

Edit LineBelow(std::string_view text, size_t offset, const std::string& line) {
  const size_t begin = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;
  const size_t end = std::min(text.find('\n', offset), text.size());
  const std::string_view above = text.substr(begin, end - begin);
  const size_t indent = std::min(above.find_first_not_of(" \t"), above.size());
  const size_t last = above.find_last_not_of(" \t\r");
  std::string fresh = "\n" + std::string(above.substr(0, indent));
  if (last != std::string_view::npos && above[last] == '{') fresh += "  ";
  return {end, end, fresh + line};
}

}  // namespace sprint::profile
