#include "compiler/diag/render.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

#include "compiler/support/check.h"

namespace sprint::diag {
namespace {

constexpr size_t WidestLine = 120;
constexpr size_t Before = 40;  // shown before the mark of a line that is wider

const char* Text(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Note:
      return "note";
  }
  SPRINT_UNREACHABLE("severity out of range");
}

const char* Paint(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "\x1b[1;31m";
    case Severity::Warning:
      return "\x1b[1;33m";
    case Severity::Note:
      return "\x1b[1;36m";
  }
  SPRINT_UNREACHABLE("severity out of range");
}

constexpr const char* Bold = "\x1b[1m";
constexpr const char* Blue = "\x1b[1;34m";
constexpr const char* Plain = "\x1b[0m";

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// One column a character, and nothing a terminal would obey.
std::string Printable(std::string_view text) {
  std::string shown(text);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return shown;
}

size_t Columns(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

// A range to underline on one line: [begin, end) in bytes of that line.
struct Mark {
  FileId file;
  uint32_t line;
  uint32_t begin, end;
  bool primary;
  std::string message;
};

class Renderer {
 public:
  Renderer(const SourceTable& sources, Color color) : sources_(sources), color_(color) {}

  std::string Render(const Diagnostic& diagnostic) {
    out_.clear();
    severity_ = diagnostic.severity;
    Colored(Paint(severity_),
            Text(severity_) + (diagnostic.code.empty() ? "" : "[" + diagnostic.code + "]"));
    Colored(Bold, ": " + Printable(diagnostic.message));
    out_ += '\n';
    std::vector<Mark> marks;
    if (diagnostic.loc.ok()) marks.push_back(MakeMark(diagnostic.loc, true, ""));
    for (const Label& label : diagnostic.labels) {
      if (label.loc.ok()) marks.push_back(MakeMark(label.loc, false, Printable(label.message)));
    }
    margin_ = 0;
    for (const Mark& mark : marks) {
      margin_ = std::max(margin_, std::to_string(mark.line).size());
    }
    Snippets(std::move(marks));
    if (!diagnostic.help.empty()) Remark("help", Printable(diagnostic.help));
    if (diagnostic.fix && diagnostic.fix->loc.ok()) {
      const std::string old = Printable(sources_.text(diagnostic.fix->loc));
      const std::string text = Printable(diagnostic.fix->text);
      // A help that quotes the fix says it already.
      if (diagnostic.help.find("`" + text + "`") == std::string::npos) {
        if (old.find_first_not_of(' ') == std::string::npos)
          Remark("fix", "put `" + text + "` there");
        else if (text.empty())
          Remark("fix", "take `" + old + "` away");
        else
          Remark("fix", "write `" + text + "` for `" + old + "`");
      }
    }
    return std::move(out_);
  }

 private:
  void Colored(const char* paint, const std::string& text) {
    if (color_ == Color::On) out_ += paint;
    out_ += text;
    if (color_ == Color::On) out_ += Plain;
  }

  void Gutter(const std::string& number, const char* bar) {
    Colored(Blue, std::string(margin_ - std::min(margin_, number.size()), ' ') + number + bar);
  }

  void Remark(const char* kind, const std::string& text) {
    Gutter("", " = ");
    Colored(Bold, std::string(kind) + ":");
    out_ += " " + text + "\n";
  }

  Mark MakeMark(Loc loc, bool primary, std::string message) const {
    const LineColumn begin = sources_.Where(loc.file, loc.begin);
    const LineColumn end = sources_.Where(loc.file, std::max(loc.begin, loc.end));
    const auto length = static_cast<uint32_t>(sources_.Line(loc.file, begin.line).size());
    Mark mark{loc.file, begin.line, begin.column - 1, end.column - 1, primary, std::move(message)};
    // Of a range over several lines the first one is marked.
    if (end.line != begin.line) mark.end = length;
    mark.begin = std::min(mark.begin, length);
    mark.end = std::max(mark.end, mark.begin);
    return mark;
  }

  // File by file, the one of the primary mark first; in a file, line by line.
  void Snippets(std::vector<Mark> marks) {
    if (marks.empty()) return;
    const FileId main = marks.front().file;
    std::stable_sort(marks.begin(), marks.end(), [&](const Mark& a, const Mark& b) {
      const auto key = [&](const Mark& mark) {
        return std::make_tuple(mark.file != main, mark.file, mark.line, !mark.primary, mark.begin);
      };
      return key(a) < key(b);
    });
    FileId file = FileId::None;
    uint32_t line = 0;
    for (size_t i = 0; i < marks.size(); ++i) {
      const Mark& mark = marks[i];
      if (mark.file != file) {
        OpenFile(marks, i);
        line = 0;
      }
      if (line != 0 && mark.line > line + 1) Colored(Blue, "...\n");
      if (mark.file != file || mark.line != line) SourceLine(mark);
      file = mark.file;
      line = mark.line;
      Underline(mark);
    }
  }

  void OpenFile(const std::vector<Mark>& marks, size_t first) {
    const FileId file = marks[first].file;
    const auto primary = std::find_if(marks.begin(), marks.end(), [&](const Mark& mark) {
      return mark.file == file && mark.primary;
    });
    const Mark& shown = primary == marks.end() ? marks[first] : *primary;
    out_ += std::string(margin_, ' ');
    Colored(Blue, first == 0 ? "--> " : "::: ");
    out_ += std::string(sources_.name(file)) + ":" + std::to_string(shown.line) + ":" +
            std::to_string(shown.begin + 1) + "\n";
    Gutter("", " |\n");
  }

  void SourceLine(const Mark& mark) {
    const std::string_view line = sources_.Line(mark.file, mark.line);
    offset_ = 0;
    size_t stop = line.size();
    if (line.size() > WidestLine) {
      offset_ = mark.begin > Before ? mark.begin - Before : 0;
      while (offset_ < line.size() && IsContinuation(line[offset_])) ++offset_;
      stop = std::min(line.size(), offset_ + WidestLine);
      while (stop < line.size() && IsContinuation(line[stop])) ++stop;
    }
    Gutter(std::to_string(mark.line), " | ");
    std::string shown = Printable(line.substr(offset_, stop - offset_));
    while (!shown.empty() && shown.back() == ' ') shown.pop_back();
    out_ += (offset_ > 0 ? "…" : "") + shown + (stop < line.size() ? "…" : "") + "\n";
  }

  void Underline(const Mark& mark) {
    const std::string_view line = sources_.Line(mark.file, mark.line);
    const size_t from = std::max<size_t>(mark.begin, offset_);
    const size_t to = std::min<size_t>(mark.end, offset_ + WidestLine);
    Gutter("", " | ");
    out_ += std::string(Columns(line.substr(offset_, from - offset_)) + (offset_ > 0 ? 1 : 0), ' ');
    const size_t width = to > from ? Columns(line.substr(from, to - from)) : 1;
    const std::string carets(std::max<size_t>(1, width), mark.primary ? '^' : '-');
    Colored(mark.primary ? Paint(severity_) : Blue,
            carets + (mark.message.empty() ? "" : " " + mark.message));
    out_ += '\n';
  }

  const SourceTable& sources_;
  Color color_;
  std::string out_;
  Severity severity_ = Severity::Error;
  size_t margin_ = 0;
  size_t offset_ = 0;  // of what is shown of the current line
};

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      constexpr char Digits[] = "0123456789abcdef";
      out += std::string("\\u00") + Digits[byte >> 4] + Digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// Key by key; every key of ours is plain.
class JsonObject {
 public:
  void Add(const char* key, const std::string& json) {
    text_ += std::string(text_.empty() ? "{" : ",") + "\"" + key + "\":" + json;
  }
  void AddPlace(const SourceTable& sources, Loc loc) {
    if (!loc.ok()) return;
    const LineColumn begin = sources.Where(loc.file, loc.begin);
    const LineColumn end = sources.Where(loc.file, std::max(loc.begin, loc.end));
    Add("file", Quoted(sources.name(loc.file)));
    Add("line", std::to_string(begin.line));
    Add("column", std::to_string(begin.column));
    Add("end_line", std::to_string(end.line));
    Add("end_column", std::to_string(end.column));
  }
  std::string Take() { return std::move(text_) + "}"; }

 private:
  std::string text_;
};

std::string List(const std::vector<std::string>& items) {
  std::string out = "[";
  for (size_t i = 0; i < items.size(); ++i) out += (i > 0 ? "," : "") + items[i];
  return out + "]";
}

}  // namespace

std::string RenderTerminal(const std::vector<Diagnostic>& diagnostics, const SourceTable& sources,
                           Color color) {
  std::string out;
  Renderer renderer(sources, color);
  for (const Diagnostic& diagnostic : diagnostics) {
    if (!out.empty()) out += '\n';
    out += renderer.Render(diagnostic);
  }
  return out;
}

std::string RenderJson(const std::vector<Diagnostic>& diagnostics, const SourceTable& sources) {
  std::vector<std::string> all;
  for (const Diagnostic& diagnostic : diagnostics) {
    JsonObject object;
    object.Add("code", Quoted(diagnostic.code));
    object.Add("severity", Quoted(Text(diagnostic.severity)));
    object.AddPlace(sources, diagnostic.loc);
    object.Add("message", Quoted(diagnostic.message));
    if (!diagnostic.help.empty()) object.Add("help", Quoted(diagnostic.help));
    std::vector<std::string> labels;
    for (const Label& label : diagnostic.labels) {
      JsonObject place;
      place.AddPlace(sources, label.loc);
      place.Add("message", Quoted(label.message));
      labels.push_back(place.Take());
    }
    object.Add("labels", List(labels));
    if (diagnostic.fix) {
      JsonObject fix;
      fix.AddPlace(sources, diagnostic.fix->loc);
      fix.Add("text", Quoted(diagnostic.fix->text));
      object.Add("fix", fix.Take());
    }
    all.push_back(object.Take());
  }
  return List(all);
}

}  // namespace sprint::diag
