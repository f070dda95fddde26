#include "compiler/support/line_diff.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace sprint {
namespace {

using Lines = std::vector<std::string_view>;
constexpr size_t Around = 3;
// Of the table of the longest common subsequence.
constexpr size_t MostCells = 10'000'000;

Lines Split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// One line of the result: ' ', '-' or '+'.
struct Row {
  char sign;
  std::string_view text;
};

// The part that differs, by the longest common subsequence of lines.
void Middle(const Lines& a, const Lines& b, std::vector<Row>& rows) {
  const size_t width = b.size() + 1;
  const bool small = (a.size() + 1) * width <= MostCells;
  std::vector<uint32_t> longest(small ? (a.size() + 1) * width : 0, 0);
  for (size_t i = a.size(); small && i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      longest[i * width + j] =
          a[i] == b[j] ? longest[(i + 1) * width + j + 1] + 1
                       : std::max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (small && i < a.size() && j < b.size() && a[i] == b[j]) {
      rows.push_back({' ', a[i++]});
      ++j;
    } else if (i < a.size() && (!small || j == b.size() ||
                                longest[(i + 1) * width + j] >= longest[i * width + j + 1])) {
      rows.push_back({'-', a[i++]});
    } else {
      rows.push_back({'+', b[j++]});
    }
  }
}

std::vector<Row> Rows(const Lines& a, const Lines& b) {
  size_t begin = 0, end = 0;
  while (begin < a.size() && begin < b.size() && a[begin] == b[begin]) ++begin;
  const size_t shorter = std::min(a.size(), b.size());
  while (end + begin < shorter && a[a.size() - 1 - end] == b[b.size() - 1 - end]) ++end;
  std::vector<Row> rows;
  for (size_t i = 0; i < begin; ++i) rows.push_back({' ', a[i]});
  Middle(Lines(a.begin() + begin, a.end() - end), Lines(b.begin() + begin, b.end() - end), rows);
  for (size_t i = a.size() - end; i < a.size(); ++i) rows.push_back({' ', a[i]});
  return rows;
}

std::string Range(size_t first, size_t count) {
  return std::to_string(count == 0 ? first : first + 1) + "," + std::to_string(count);
}

}  // namespace

std::string UnifiedDiff(const std::string& name, const std::string& before,
                        const std::string& after) {
  if (before == after) return "";
  const std::vector<Row> rows = Rows(Split(before), Split(after));
  std::string out = "--- " + name + "\n+++ " + name + "\n";
  size_t old_line = 0, new_line = 0;
  for (size_t at = 0; at < rows.size();) {
    size_t change = at;
    while (change < rows.size() && rows[change].sign == ' ') ++change;
    if (change == rows.size()) break;
    // From the lines before a change to those behind the last that is near it.
    const size_t begin = std::max(at, change > Around ? change - Around : 0);
    size_t end = change, quiet = 0;
    for (size_t i = change; i < rows.size() && quiet <= 2 * Around; ++i) {
      quiet = rows[i].sign == ' ' ? quiet + 1 : 0;
      if (quiet == 0) end = i + 1;
    }
    end = std::min(end + Around, rows.size());
    old_line += begin - at;
    new_line += begin - at;
    size_t old_count = 0, new_count = 0;
    std::string text;
    for (size_t i = begin; i < end; ++i) {
      old_count += rows[i].sign != '+';
      new_count += rows[i].sign != '-';
      text.append(1, rows[i].sign).append(rows[i].text).append("\n");
    }
    out += "@@ -" + Range(old_line, old_count) + " +" + Range(new_line, new_count) + " @@\n" + text;
    old_line += old_count;
    new_line += new_count;
    at = end;
  }
  return out;
}

}  // namespace sprint
