#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// `measured X on K = t` lines of a program.
namespace sprint::profile {

// In a unit that people read it in, three digits: "62.7 ms", "1.25 s", "840 us".
std::string FormatTime(double seconds);

// "{ time = 62.7 ms, variation = 12 % }", and the bytes a replica needs there.
std::string FormatDemand(double seconds, double variation,
                         std::optional<double> memory = std::nullopt);

// Bytes [begin, end) of a text, and what is to stand there; begin == end inserts.
struct Edit {
  size_t begin = 0, end = 0;
  std::string text;
};
// All else of the text stays as it is. Edits must not overlap.
std::string Edited(std::string_view text, std::vector<Edit> edits);

// The insertion of `line` below the line that `offset` is in, as far in as that line, or
// two spaces further when it opens a block.
Edit LineBelow(std::string_view text, size_t offset, const std::string& line);

}  // namespace sprint::profile
