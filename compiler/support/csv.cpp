#include "compiler/support/csv.h"

namespace sprint {
namespace {

constexpr std::string_view ByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with(ByteOrderMark)) at_ = ByteOrderMark.size();
}

bool CsvReader::AtLineEnd() const {
  return at_ == text_.size() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n";
}

void CsvReader::SkipBlanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
}

bool CsvReader::ReadQuoted(CsvCell& cell) {
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] != '"') {
      cell.text += text_[at_];
    } else if (text_.substr(at_, 2) == "\"\"") {
      cell.text += text_[at_++];
    } else {
      cell.end = ++at_;
      return true;
    }
  }
  mistake_ = {cell.begin, cell.begin + 1, "this quote is not closed"};
  return false;
}

bool CsvReader::Next(std::vector<CsvCell>& row) {
  row.clear();
  if (mistake_) return false;
  for (SkipBlanks(); AtLineEnd(); SkipBlanks()) {
    if (at_ == text_.size()) return false;
    at_ = text_.find('\n', at_) + 1;
  }
  for (;;) {
    if (row.size() == MostCells) {
      mistake_ = {at_, at_, "a row has at most 1000 cells"};
      return false;
    }
    CsvCell& cell = row.emplace_back();
    SkipBlanks();
    cell.begin = cell.end = at_;
    if (at_ < text_.size() && text_[at_] == '"') {
      if (!ReadQuoted(cell)) return false;
      SkipBlanks();
    } else {
      while (!AtLineEnd() && text_[at_] != ',') ++at_;
      // Without the blanks behind it.
      const size_t last = text_.substr(0, at_).find_last_not_of(" \t");
      if (last != std::string_view::npos && last >= cell.begin) cell.end = last + 1;
      cell.text = text_.substr(cell.begin, cell.end - cell.begin);
    }
    if (AtLineEnd()) break;
    if (text_[at_] != ',') {
      mistake_ = {at_, at_ + 1, "a comma is due behind a cell in quotes"};
      return false;
    }
    ++at_;
  }
  if (at_ < text_.size()) at_ = text_.find('\n', at_) + 1;
  return true;
}

}  // namespace sprint
