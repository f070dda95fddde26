#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sprint {

// A cell of a table with the bytes [begin, end) it stands in, quotes and all.
struct CsvCell {
  std::string text;
  size_t begin = 0, end = 0;
};

// Reads a table row by row, as RFC 4180 has it: cells between commas, lines ended by LF or
// CRLF, a cell in quotes with commas, line ends and doubled quotes inside. Besides, blanks
// around cells, lines without anything and a byte order mark are passed over. Readers in libraries
// do not tell where a cell stands, which a diagnostic must.
class CsvReader {
 public:
  static constexpr size_t MostCells = 1'000;  // of a row

  // `text` must outlive the reader.
  explicit CsvReader(std::string_view text);

  // The next row into `row`; false at the end, or at a mistake.
  bool Next(std::vector<CsvCell>& row);

  struct Mistake {
    size_t begin = 0, end = 0;
    const char* message = "";
  };
  // Why Next gave false; nothing at the end.
  const std::optional<Mistake>& mistake() const { return mistake_; }

 private:
  bool AtLineEnd() const;
  void SkipBlanks();
  bool ReadQuoted(CsvCell& cell);

  std::string_view text_;
  size_t at_ = 0;
  std::optional<Mistake> mistake_;
};

}  // namespace sprint
