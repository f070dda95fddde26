#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sprint {

// Names one source text of a run. 0 is no file.
enum class FileId : uint32_t { None = 0 };

// A byte range [begin, end) of a source text. Passed by value; travels from the
// token to a solver constraint, a plan step and a failed provider call. Line and
// column are computed only when something is printed.
struct Loc {
  FileId file = FileId::None;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool ok() const { return file != FileId::None; }
  friend bool operator==(const Loc&, const Loc&) = default;
};

// 1-based line and byte column.
struct LineColumn {
  uint32_t line = 1;
  uint32_t column = 1;
};

// Owns every source text of a run and answers where a Loc is.
class SourceTable {
 public:
  // `name` is what the user is shown: a path, or `std.local` for the library.
  FileId Add(std::string name, std::string text);

  std::string_view name(FileId file) const;
  std::string_view text(FileId file) const;
  // The text a range covers.
  std::string_view text(Loc loc) const;
  LineColumn Where(FileId file, uint32_t offset) const;
  // The whole line (1-based), without its end.
  std::string_view Line(FileId file, uint32_t line) const;
  size_t size() const { return files_.size(); }

 private:
  struct File {
    std::string name;
    std::string text;
    std::vector<uint32_t> line_starts;
  };
  const File& Get(FileId file) const;
  // unique addresses are not needed: texts are only viewed while the table lives,
  // and a std::string may move when the vector grows, so each file sits in its own box.
  std::vector<std::unique_ptr<File>> files_;
};

}  // namespace sprint
