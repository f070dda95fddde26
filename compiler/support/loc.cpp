#include "compiler/support/loc.h"

#include <algorithm>

#include "compiler/support/check.h"

namespace sprint {

FileId SourceTable::Add(std::string name, std::string text) {
  auto file = std::make_unique<File>();
  file->name = std::move(name);
  file->text = std::move(text);
  file->line_starts.push_back(0);
  for (size_t i = 0; i < file->text.size(); ++i) {
    if (file->text[i] == '\n') file->line_starts.push_back(static_cast<uint32_t>(i + 1));
  }
  files_.push_back(std::move(file));
  return static_cast<FileId>(files_.size());
}

const SourceTable::File& SourceTable::Get(FileId file) const {
  const auto index = static_cast<size_t>(file);
  SPRINT_CHECK(index >= 1 && index <= files_.size(), "file id of another table");
  return *files_[index - 1];
}

std::string_view SourceTable::name(FileId file) const { return Get(file).name; }
std::string_view SourceTable::text(FileId file) const { return Get(file).text; }

std::string_view SourceTable::text(Loc loc) const {
  if (!loc.ok()) return {};
  const std::string& all = Get(loc.file).text;
  const size_t begin = std::min<size_t>(loc.begin, all.size());
  const size_t end = std::clamp<size_t>(loc.end, begin, all.size());
  return std::string_view(all).substr(begin, end - begin);
}

LineColumn SourceTable::Where(FileId file, uint32_t offset) const {
  const auto& starts = Get(file).line_starts;
  const auto after = std::upper_bound(starts.begin(), starts.end(), offset);
  const auto line = static_cast<uint32_t>(after - starts.begin());
  return {line, offset - starts[line - 1] + 1};
}

std::string_view SourceTable::Line(FileId file, uint32_t line) const {
  const File& source = Get(file);
  if (line == 0 || line > source.line_starts.size()) return {};
  const size_t begin = source.line_starts[line - 1];
  size_t end = source.text.find('\n', begin);
  if (end == std::string::npos) end = source.text.size();
  return std::string_view(source.text).substr(begin, end - begin);
}

}  // namespace sprint
