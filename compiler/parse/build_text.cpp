#include <cstdint>

#include "compiler/parse/build.h"
#include "grammar/SprintLexer.h"

namespace sprint::parse {
namespace {

using P = grammar::SprintParser;

void AppendUtf8(uint32_t point, std::string& into) {
  const auto byte = [&](uint32_t bits) { into += static_cast<char>(bits); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | point >> 6);
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3F));
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The spaces and tabs before the closing quotes of a text of several lines; nullopt if
// something else stands there.
std::optional<std::string_view> Margin(std::string_view text, uint32_t close) {
  size_t begin = close;
  while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t')) --begin;
  if (begin == 0 || text[begin - 1] != '\n') return std::nullopt;
  return text.substr(begin, close - begin);
}

}  // namespace

// Reads the bytes [begin, end) of a literal, escapes resolved.
void Builder::Unescape(uint32_t begin, uint32_t end, std::string& into) {
  for (uint32_t at = begin; at < end; ++at) {
    const char c = text_[at];
    if (c != '\\') {
      into += c;
      continue;
    }
    const uint32_t escape = at++;
    const char kind = at < end ? text_[at] : '\0';
    switch (kind) {
      case 'n':
        into += '\n';
        continue;
      case 't':
        into += '\t';
        continue;
      case 'r':
        into += '\r';
        continue;
      case '"':
      case '\\':
      case '{':
      case '}':
        into += kind;
        continue;
      default:
        break;
    }
    if (kind == 'u' && at + 1 < end && text_[at + 1] == '{') {
      uint32_t point = 0, digits = 0, place = at + 2;
      for (; place < end && HexDigit(text_[place]) >= 0 && digits < 7; ++place, ++digits) {
        point = point * 16 + static_cast<uint32_t>(HexDigit(text_[place]));
      }
      const bool surrogate = point >= 0xD800 && point < 0xE000;
      if (place < end && text_[place] == '}' && digits > 0 && point <= 0x10FFFF && !surrogate) {
        AppendUtf8(point, into);
        at = place;
        continue;
      }
    }
    const uint32_t stop = std::min(at + 1, end);
    log_.Error("E0104", escape, stop,
               "`" + std::string(text_.substr(escape, stop - escape)) + "` is no escape")
        .Help(R"(there are \n \t \r \" \\ \{ \} and \u{1F600})");
  }
}

ast::TextExpr Builder::Text(P::TextContext* tree) {
  ast::TextExpr text;
  const bool lines = tree->OPEN_LINES() != nullptr;
  std::string_view margin;
  uint32_t close = 0;
  if (lines) {
    const Loc open = Range(tree->OPEN_LINES()->getSymbol());
    close = Range(tree).end >= open.begin + 6 ? Range(tree).end - 3 : open.end;
    const auto found = Margin(text_, close);
    const bool starts =
        open.end < text_.size() && (text_[open.end] == '\n' || text_.substr(open.end, 2) == "\r\n");
    if (found && starts) {
      margin = *found;
    } else if (tree->CLOSE_LINES() != nullptr) {
      log_.Error("E0104", open.begin, open.end,
                 "`\"\"\"` must stand at the end of its line, and the "
                 "closing one at the beginning of its own");
      return text;
    }
  }
  bool line_start = false;
  for (P::PieceContext* piece : tree->piece()) {
    if (piece->PIECE() == nullptr) {
      const auto inner = piece->expr();
      if (piece->OPEN_HOLE() != nullptr) text.pieces.push_back({"", Expr(inner, Range(piece))});
      line_start = false;
      continue;
    }
    const Loc loc = Range(piece->PIECE()->getSymbol());
    std::string literal;
    if (!lines) {
      Unescape(loc.begin, loc.end, literal);
    } else {
      // Line by line: the margin goes, and so do the first and the last line end.
      for (uint32_t at = loc.begin; at < loc.end;) {
        if (line_start && text_.substr(at, margin.size()) == margin) {
          at += static_cast<uint32_t>(margin.size());
        }
        const size_t found = text_.find('\n', at);
        const bool ends = found < loc.end;
        const auto stop = ends ? static_cast<uint32_t>(found) : loc.end;
        if (at < stop) {
          const uint32_t kept = ends && text_[stop - 1] == '\r' ? stop - 1 : stop;
          Unescape(at, kept, literal);
        }
        line_start = ends;
        if (!ends) break;
        const bool first =
            text.pieces.empty() && literal.empty() &&
            text_.substr(loc.begin - std::min<uint32_t>(loc.begin, 3), 3) == R"(""")" &&
            found <= loc.begin + 1;
        const bool last = found + 1 + margin.size() == close;
        if (!first && !last) literal += '\n';
        at = stop + 1;
        if (last) break;
      }
    }
    if (literal.empty()) continue;
    if (!text.pieces.empty() && !text.pieces.back().hole)
      text.pieces.back().literal += literal;
    else
      text.pieces.push_back({std::move(literal), nullptr});
  }
  return text;
}

std::optional<std::string> Builder::PlainText(P::TextContext* tree, const char* what) {
  if (tree == nullptr || tree->children.empty()) return std::nullopt;
  std::string plain;
  for (ast::TextExpr::Piece& piece : Text(tree).pieces) {
    if (piece.hole) {
      log_.Error("E0104", piece.hole->loc.begin, piece.hole->loc.end,
                 std::string(what) + " cannot be computed");
      return std::nullopt;
    }
    plain += piece.literal;
  }
  return plain;
}

}  // namespace sprint::parse
