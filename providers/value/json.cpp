#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "providers/value/value.h"

namespace sprint::value {
namespace {

constexpr int kMaxDepth = 200;

void WriteText(const std::string& text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[(c >> 4) & 15];
          out += kHex[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// Shortest text that reads back as the same number.
template <typename N>
void WriteNumber(N number, std::string& out) {
  char buffer[40];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
  out.append(buffer, end);
}

class Writer {
 public:
  Writer(bool pretty, std::string& out) : pretty_(pretty), out_(out) {}

  void Write(const Value& value, int depth) {
    if (value.is_null()) {
      out_ += "null";
    } else if (value.is_unknown()) {
      out_ += "{\"$unknown\":true}";
    } else if (const bool* b = value.As<bool>()) {
      out_ += *b ? "true" : "false";
    } else if (const int64_t* n = value.As<int64_t>()) {
      WriteNumber(*n, out_);
    } else if (const double* n = value.As<double>()) {
      // JSON has no infinity and no NaN.
      if (std::isfinite(*n)) {
        WriteNumber(*n, out_);
      } else {
        out_ += "null";
      }
    } else if (const std::string* text = value.As<std::string>()) {
      WriteText(*text, out_);
    } else if (const List* list = value.As<List>()) {
      WriteList(*list, depth);
    } else if (const Object* object = value.As<Object>()) {
      WriteObject(*object, depth);
    }
  }

 private:
  void WriteList(const List& list, int depth) {
    out_ += '[';
    bool first = true;
    for (const Value& item : list) {
      if (!first) out_ += ',';
      first = false;
      NewLine(depth + 1);
      Write(item, depth + 1);
    }
    if (!first) NewLine(depth);
    out_ += ']';
  }
  void WriteObject(const Object& object, int depth) {
    out_ += '{';
    bool first = true;
    for (const auto& [key, item] : object) {
      if (!first) out_ += ',';
      first = false;
      NewLine(depth + 1);
      WriteText(key, out_);
      out_ += pretty_ ? ": " : ":";
      Write(item, depth + 1);
    }
    if (!first) NewLine(depth);
    out_ += '}';
  }
  void NewLine(int depth) {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(static_cast<size_t>(depth) * 2, ' ');
  }

  bool pretty_;
  std::string& out_;
};

void AppendUtf8(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

// Recursive descent; every method leaves `problem_` set and returns false on error.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Value> Read() {
    Value value;
    if (ReadValue(value, 0)) {
      SkipSpace();
      if (at_ != text_.size()) Fail("text after the value");
    }
    if (!problem_.empty()) {
      return Error(ErrorCode::InvalidArgument,
                   "no JSON: " + problem_ + " at byte " + std::to_string(at_));
    }
    return value;
  }

 private:
  bool Fail(const char* problem) {
    if (problem_.empty()) problem_ = problem;
    return false;
  }
  void SkipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }
  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool Word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return Fail("unexpected character");
    at_ += word.size();
    return true;
  }

  bool ReadValue(Value& value, int depth) {
    if (depth > kMaxDepth) return Fail("nested too deep");
    SkipSpace();
    if (at_ >= text_.size()) return Fail("unexpected end");
    switch (text_[at_]) {
      case '{':
        return ReadObject(value, depth);
      case '[':
        return ReadList(value, depth);
      case '"': {
        std::string text;
        if (!ReadText(text)) return false;
        value = Value(std::move(text));
        return true;
      }
      case 't':
        value = Value(true);
        return Word("true");
      case 'f':
        value = Value(false);
        return Word("false");
      case 'n':
        value = Value();
        return Word("null");
      default:
        return ReadNumber(value);
    }
  }

  bool ReadList(Value& value, int depth) {
    ++at_;
    List list;
    SkipSpace();
    if (!Take(']')) {
      do {
        list.emplace_back();
        if (!ReadValue(list.back(), depth + 1)) return false;
        SkipSpace();
      } while (Take(','));
      if (!Take(']')) return Fail("expected , or ]");
    }
    value = Value(std::move(list));
    return true;
  }

  bool ReadObject(Value& value, int depth) {
    ++at_;
    Object object;
    SkipSpace();
    if (!Take('}')) {
      do {
        SkipSpace();
        std::string key;
        if (at_ >= text_.size() || text_[at_] != '"') return Fail("expected a key");
        if (!ReadText(key)) return false;
        SkipSpace();
        if (!Take(':')) return Fail("expected :");
        if (!ReadValue(object[key], depth + 1)) return false;
        SkipSpace();
      } while (Take(','));
      if (!Take('}')) return Fail("expected , or }");
    }
    auto unknown = object.find("$unknown");
    if (object.size() == 1 && unknown != object.end() && unknown->second == Value(true)) {
      value = Value(Unknown{});
    } else {
      value = Value(std::move(object));
    }
    return true;
  }

  bool ReadHex(uint32_t& code) {
    if (text_.size() - at_ < 4) return Fail("unfinished \\u");
    const char* begin = text_.data() + at_;
    auto [end, error] = std::from_chars(begin, begin + 4, code, 16);
    if (error != std::errc() || end != begin + 4) return Fail("bad \\u");
    at_ += 4;
    return true;
  }

  bool ReadEscape(std::string& out) {
    if (at_ >= text_.size()) return Fail("unfinished string");
    switch (char c = text_[at_++]) {
      case '"':
      case '\\':
      case '/':
        out += c;
        return true;
      case 'b':
        out += '\b';
        return true;
      case 'f':
        out += '\f';
        return true;
      case 'n':
        out += '\n';
        return true;
      case 'r':
        out += '\r';
        return true;
      case 't':
        out += '\t';
        return true;
      case 'u':
        break;
      default:
        return Fail("bad escape");
    }
    uint32_t code = 0;
    if (!ReadHex(code)) return false;
    if (code >= 0xDC00 && code < 0xE000) return Fail("half a surrogate pair");
    if (code >= 0xD800 && code < 0xDC00) {
      uint32_t low = 0;
      if (!Take('\\') || !Take('u')) return Fail("half a surrogate pair");
      if (!ReadHex(low)) return false;
      if (low < 0xDC00 || low >= 0xE000) return Fail("half a surrogate pair");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    AppendUtf8(code, out);
    return true;
  }

  bool ReadText(std::string& out) {
    ++at_;
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return Fail("control character in a string");
      ++at_;
      if (c != '\\') {
        out += c;
      } else if (!ReadEscape(out)) {
        return false;
      }
    }
    return Fail("unfinished string");
  }

  size_t Digits() {
    size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ - begin;
  }

  bool ReadNumber(Value& value) {
    size_t begin = at_;
    Take('-');
    size_t first = at_;
    size_t digits = Digits();
    if (digits == 0) return Fail("unexpected character");
    if (digits > 1 && text_[first] == '0') return Fail("number with a leading zero");
    bool integral = true;
    if (Take('.')) {
      integral = false;
      if (Digits() == 0) return Fail("unfinished number");
    }
    if (Take('e') || Take('E')) {
      integral = false;
      if (!Take('+')) Take('-');
      if (Digits() == 0) return Fail("unfinished number");
    }
    const char* from = text_.data() + begin;
    const char* to = text_.data() + at_;
    int64_t whole = 0;
    if (integral && std::from_chars(from, to, whole).ec == std::errc()) {
      value = Value(whole);
      return true;
    }
    double number = 0;
    if (std::from_chars(from, to, number).ec != std::errc()) return Fail("number out of range");
    value = Value(number);
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string problem_;
};

}  // namespace

std::string ToJson(const Value& value, bool pretty) {
  std::string out;
  Writer(pretty, out).Write(value, 0);
  return out;
}

Result<Value> FromJson(const std::string& text) { return Reader(text).Read(); }

}  // namespace sprint::value
