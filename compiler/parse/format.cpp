#include "compiler/parse/format.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "compiler/parse/layout.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/tokens.h"
#include "grammar/SprintLexer.h"

namespace sprint::parse {
namespace {

using grammar::SprintLexer;

// What is never torn apart: a word, a sign, a whole text, a unit.
struct Piece {
  size_t type;
  std::string_view text;
  bool space = false;  // before it, unless it begins its line
};

struct Line {
  bool blank_before = false;
  size_t indent = 0;
  bool continued = false;  // goes on with the line before
  std::vector<Piece> pieces;
  std::string_view comment;
};

bool EndsValue(size_t type) {
  return IsName(type) || type == SprintLexer::NUMBER || type == SprintLexer::UNIT ||
         type == SprintLexer::RPAREN || type == SprintLexer::RBRACKET ||
         type == SprintLexer::RBRACE || type == SprintLexer::OPEN_TEXT ||
         type == SprintLexer::TRUE || type == SprintLexer::FALSE || type == SprintLexer::NULL_VALUE;
}

bool IsOpening(size_t type) {
  return type == SprintLexer::LPAREN || type == SprintLexer::LBRACKET ||
         type == SprintLexer::LBRACE;
}
bool IsClosing(size_t type) {
  return type == SprintLexer::RPAREN || type == SprintLexer::RBRACKET ||
         type == SprintLexer::RBRACE;
}

bool IsCondition(size_t type) {
  return type == SprintLexer::REQUIRE || type == SprintLexer::PREFER ||
         type == SprintLexer::MINIMIZE || type == SprintLexer::MAXIMIZE;
}

// Characters, not bytes: columns are for the eye.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string_view TrimRight(std::string_view text) {
  const size_t last = text.find_last_not_of(" \t\r\n\f");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// Cuts a program into lines of pieces, each with its indentation.
class Splitter {
 public:
  Splitter(std::string_view text, const std::vector<Token>& tokens) : text_(text), in_(tokens) {}

  std::vector<Line> Run() {
    for (at_ = 0; at_ < in_.size(); ++at_) Take();
    EndLine();
    return std::move(lines_);
  }

 private:
  struct Frame {
    size_t type;
    bool broken;    // over several lines
    size_t indent;  // of the line that opens it
  };

  std::string_view Text(size_t first, size_t last) const {
    return text_.substr(in_[first].begin, in_[last].end - in_[first].begin);
  }

  // The token behind comments and line ends, or the size.
  size_t NextSignificant(size_t at) const {
    while (at < in_.size() &&
           (in_[at].type == SprintLexer::NEWLINE || in_[at].type == SprintLexer::COMMENT ||
            in_[at].type == SprintLexer::DOC)) {
      ++at;
    }
    return at;
  }

  // Where the bracket or text opened at `open` closes.
  size_t MatchOf(size_t open) const {
    size_t depth = 0;
    for (size_t at = open; at < in_.size(); ++at) {
      if (Closing(in_[at].type) != 0) ++depth;
      if (IsClosing(in_[at].type) || in_[at].type == SprintLexer::CLOSE_TEXT ||
          in_[at].type == SprintLexer::CLOSE_LINES) {
        if (--depth == 0) return at;
      }
    }
    return in_.size() - 1;
  }

  bool InBraces() const { return !frames_.empty() && frames_.back().type == SprintLexer::LBRACE; }

  void Take() {
    const Token& token = in_[at_];
    switch (token.type) {
      case SprintLexer::NEWLINE:
        TakeNewline();
        return;
      case SprintLexer::COMMENT:
      case SprintLexer::DOC:
        if (line_.pieces.empty()) BeginLine(false);
        line_.comment = TrimRight(Text(at_, at_));
        return;
      case SprintLexer::OPEN_TEXT:
      case SprintLexer::OPEN_LINES: {
        const size_t close = MatchOf(at_);
        Put(SprintLexer::OPEN_TEXT, Text(at_, close));
        at_ = close;
        return;
      }
      case SprintLexer::NUMBER: {
        const size_t length = UnitLength(in_, at_);
        Put(SprintLexer::NUMBER, Text(at_, at_));
        if (length > 0) Put(SprintLexer::UNIT, Text(at_ + 1, at_ + length));
        at_ += length;
        return;
      }
      case SprintLexer::COMMA:
        if (!IsNeedlessComma()) Put(token.type, Text(at_, at_));
        return;
      default:
        break;
    }
    if (IsClosing(token.type)) {
      if (InBraces() && frames_.back().broken) EndLine();
      blank_ = blank_ && !line_.pieces.empty();
      Put(token.type, Text(at_, at_));
      return;
    }
    Put(token.type, Text(at_, at_));
    if (token.type == SprintLexer::LBRACE && frames_.back().broken) {
      // A comment behind the brace stays there.
      const bool comment = at_ + 1 < in_.size() && (in_[at_ + 1].type == SprintLexer::COMMENT ||
                                                    in_[at_ + 1].type == SprintLexer::DOC);
      if (!comment) EndLine();
    }
  }

  void TakeNewline() {
    // Braces with nothing in between.
    if (InBraces() && !frames_.back().broken) return;
    const size_t next = NextSignificant(at_);
    // The brace belongs behind what it opens, if no comment is in between.
    if (next < in_.size() && in_[next].type == SprintLexer::LBRACE && !line_.pieces.empty() &&
        line_.comment.empty()) {
      const bool only_lines =
          std::all_of(in_.begin() + static_cast<std::ptrdiff_t>(at_),
                      in_.begin() + static_cast<std::ptrdiff_t>(next),
                      [](const Token& t) { return t.type == SprintLexer::NEWLINE; });
      if (only_lines && EndsValue(line_.pieces.back().type)) {
        at_ = next - 1;
        return;
      }
    }
    if (line_.pieces.empty() && line_.comment.empty()) {
      if (!lines_.empty() && !just_opened_ && ++empty_ > (broken_here_ ? 1u : 0u)) blank_ = true;
      return;
    }
    EndLine();
    broken_here_ = false;
  }

  // A comma that a line end or a closing bracket makes needless.
  bool IsNeedlessComma() const {
    const size_t next = NextSignificant(at_ + 1);
    if (next >= in_.size()) return false;
    const bool line_end =
        std::any_of(in_.begin() + static_cast<std::ptrdiff_t>(at_) + 1,
                    in_.begin() + static_cast<std::ptrdiff_t>(next),
                    [](const Token& t) { return t.type == SprintLexer::NEWLINE; });
    if (IsClosing(in_[next].type)) return InBraces() || !line_end;
    if (!InBraces()) return false;
    const bool begins_line = line_.pieces.empty();
    return (line_end || begins_line) && !Continues(in_, next, last_);
  }

  void BeginLine(bool closes) {
    if (!line_.pieces.empty() || !line_.comment.empty()) return;
    line_.blank_before = blank_ && !lines_.empty();
    blank_ = false;
    empty_ = 0;
    if (frames_.empty()) {
      line_.indent = 0;
    } else {
      line_.indent = frames_.back().indent + (closes ? 0 : 1);
    }
    just_opened_ = false;
  }

  void Put(size_t type, std::string_view text) {
    if (line_.pieces.empty()) {
      BeginLine(IsClosing(type));
      const bool separates = frames_.empty() || InBraces();
      if (separates && !lines_.empty() && !IsClosing(type) && last_ != SprintLexer::LBRACE &&
          last_ != SprintLexer::COMMA && last_ != 0 && Continues(in_, at_, last_)) {
        line_.continued = true;
        line_.blank_before = false;
        ++line_.indent;
      }
    }
    const bool space = !line_.pieces.empty() && NeedsSpace(type);
    line_.pieces.push_back({type, text, space});
    if (IsOpening(type)) {
      const Token& open = in_[at_];
      const bool broken =
          type == SprintLexer::LBRACE &&
          text_.substr(open.begin, in_[MatchOf(at_)].begin - open.begin).find('\n') !=
              std::string_view::npos &&
          NextSignificant(at_ + 1) != MatchOf(at_);
      const bool holds_comment = type == SprintLexer::LBRACE && HasComment(at_, MatchOf(at_));
      frames_.push_back({type, broken || holds_comment, line_.indent});
    } else if (IsClosing(type) && !frames_.empty()) {
      frames_.pop_back();
    }
    before_last_ = last_;
    last_ = type;
  }

  bool HasComment(size_t first, size_t last) const {
    return std::any_of(in_.begin() + static_cast<std::ptrdiff_t>(first),
                       in_.begin() + static_cast<std::ptrdiff_t>(last), [](const Token& t) {
                         return t.type == SprintLexer::COMMENT || t.type == SprintLexer::DOC;
                       });
  }

  bool NeedsSpace(size_t type) const {
    const bool word = IsWord(last_) && (!IsReserved(last_) || before_last_ == SprintLexer::DOT);
    const bool value = word || (EndsValue(last_) && !IsReserved(last_));
    switch (type) {
      case SprintLexer::DOT:
      case SprintLexer::RANGE:
      case SprintLexer::COMMA:
      case SprintLexer::COLON:
      case SprintLexer::QUESTION:
      case SprintLexer::RPAREN:
      case SprintLexer::RBRACKET:
        return false;
      case SprintLexer::RBRACE:
        return last_ != SprintLexer::LBRACE;
      case SprintLexer::LPAREN:
        if (IsCondition(last_) && line_.pieces.size() == 1) return true;
        if (value) return false;
        break;
      case SprintLexer::LBRACKET:
        if (value) return false;
        break;
      default:
        break;
    }
    switch (last_) {
      case SprintLexer::DOT:
      case SprintLexer::RANGE:
      case SprintLexer::LPAREN:
      case SprintLexer::LBRACKET:
        return false;
      case SprintLexer::MINUS: {
        // A sign, if nothing it could subtract from stands before it.
        const bool reserved = IsReserved(before_last_) && !EndsValue(before_last_);
        return EndsValue(before_last_) && !reserved;
      }
      default:
        return true;
    }
  }

  void EndLine() {
    if (line_.pieces.empty() && line_.comment.empty()) return;
    just_opened_ = line_.comment.empty() ? last_ == SprintLexer::LBRACE
                                         : !line_.pieces.empty() && last_ == SprintLexer::LBRACE;
    lines_.push_back(std::move(line_));
    line_ = {};
    broken_here_ = true;
    empty_ = 0;
  }

  std::string_view text_;
  const std::vector<Token>& in_;
  size_t at_ = 0;
  std::vector<Line> lines_;
  Line line_;
  std::vector<Frame> frames_;
  size_t last_ = 0, before_last_ = 0;
  bool blank_ = false;
  bool just_opened_ = false;
  // Whether the current line was ended by us, and the writer's line end is still to come.
  bool broken_here_ = false;
  size_t empty_ = 0;
};

// A line as columns: `kind` says which lines may share them.
struct Row {
  std::string kind;
  std::vector<std::string> cells;
};

Row MakeRow(const Line& line) {
  Row row{"", {""}};
  const auto& pieces = line.pieces;
  size_t equals = 0;
  while (equals < pieces.size() &&
         (IsWord(pieces[equals].type) || pieces[equals].type == SprintLexer::DOT ||
          (equals == 0 && pieces[equals].type == SprintLexer::OPEN_TEXT)) &&
         (equals == 0 || !pieces[equals].space)) {
    ++equals;
  }
  const bool attribute =
      equals > 0 && equals < pieces.size() && pieces[equals].type == SprintLexer::ASSIGN;
  ptrdiff_t depth = 0;
  bool open = true;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const size_t type = pieces[i].type;
    const bool after_colon = i > 0 && pieces[i - 1].type == SprintLexer::COLON;
    const bool point =
        attribute ? i == equals
                  : open && depth == 0 && i > 0 &&
                        (type == SprintLexer::ASSIGN || after_colon ||
                         type == SprintLexer::LBRACE || (type == SprintLexer::ON && i > 1));
    if (point) {
      row.kind += type == SprintLexer::ASSIGN ? '=' : type == SprintLexer::LBRACE ? '{' : ':';
      row.cells.emplace_back();
    } else if (pieces[i].space) {
      row.cells.back() += ' ';
    }
    row.cells.back() += pieces[i].text;
    if (IsOpening(type)) ++depth;
    if (IsClosing(type)) --depth;
    if (type == SprintLexer::LBRACE) open = false;
  }
  const bool lines = std::any_of(pieces.begin(), pieces.end(), [](const Piece& piece) {
    return piece.text.find('\n') != std::string_view::npos;
  });
  const bool whole = depth == 0 && !lines;
  const bool nameless =
      pieces.size() > 1 && IsWord(pieces[0].type) && pieces[1].type == SprintLexer::LBRACE;
  if (attribute || (nameless && whole)) {
    row.kind = "=";
  } else if (row.cells.size() > 1 && whole && !line.continued) {
    row.kind = std::string(pieces.front().text) + " " + row.kind;
  } else {
    row.kind.clear();
  }
  if (line.continued) row.kind.clear();
  return row;
}

void Append(std::string& out, const Line& line, const Row& row, const std::vector<size_t>& widths) {
  if (line.blank_before) out += '\n';
  out.append(line.indent * 2, ' ');
  for (size_t i = 0; i < row.cells.size(); ++i) {
    if (i > 0) out += ' ';
    out += row.cells[i];
    if (i + 1 < row.cells.size() && i < widths.size()) {
      out.append(widths[i] - std::min(widths[i], Width(row.cells[i])), ' ');
    }
  }
  if (!line.comment.empty()) {
    if (!line.pieces.empty()) out += "  ";
    out += line.comment;
  }
  out += '\n';
}

std::string Print(const std::vector<Line>& lines) {
  std::string out;
  for (size_t first = 0; first < lines.size();) {
    // Lines [first, last) share columns; comments between them do not matter.
    std::vector<Row> rows{MakeRow(lines[first])};
    size_t last = first + 1;
    while (!rows[0].kind.empty() && last < lines.size() && !lines[last].blank_before &&
           lines[last].indent == lines[first].indent) {
      const bool comment = lines[last].pieces.empty();
      Row row = MakeRow(lines[last]);
      if (!comment && row.kind != rows[0].kind) break;
      rows.push_back(std::move(row));
      ++last;
    }
    std::vector<size_t> widths(rows[0].cells.size(), 0);
    for (const Row& row : rows) {
      for (size_t i = 0; i + 1 < row.cells.size(); ++i) {
        widths[i] = std::max(widths[i], Width(row.cells[i]));
      }
    }
    for (size_t i = first; i < last; ++i) Append(out, lines[i], rows[i - first], widths);
    first = last;
  }
  return out;
}

}  // namespace

std::string Format(FileId file, const SourceTable& sources) {
  const std::string_view text = sources.text(file);
  diag::Emitter emitter;
  Parse(file, sources, emitter);
  if (emitter.has_errors()) return std::string(text);
  const Tokens tokens = ReadTokens(text, Limits{}.tokens);
  std::vector<Token> known;
  for (const Token& token : tokens.all) {
    if (token.type != SprintLexer::UNKNOWN) known.push_back(token);
  }
  return Print(Splitter(text, known).Run());
}

}  // namespace sprint::parse
