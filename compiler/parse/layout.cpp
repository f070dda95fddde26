#include "compiler/parse/layout.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "grammar/SprintLexer.h"

namespace sprint::parse {
namespace {

using grammar::SprintLexer;

// How often the arrangement is tried again after an unclosed bracket was found.
constexpr int MostRuns = 6;

// What stands at the beginning of a line at the top of a file, and hardly elsewhere.
constexpr std::array<std::string_view, 18> TopLevelWords = {
    "application", "component", "continuum", "data",   "deploy", "function", "function_service",
    "host",        "import",    "let",       "lookup", "module", "node",     "output",
    "param",       "policy",    "secret",    "type"};

bool IsOperator(size_t type) {
  return (type >= SprintLexer::BOTH && type <= SprintLexer::PERCENT &&
          type != SprintLexer::ASSIGN) ||
         type == SprintLexer::DOT || type == SprintLexer::AND || type == SprintLexer::OR ||
         type == SprintLexer::NOT || type == SprintLexer::IF || type == SprintLexer::ELSE ||
         type == SprintLexer::AT;
}

bool Is(const std::vector<Token>& tokens, size_t at, size_t type) {
  return at < tokens.size() && tokens[at].type == type;
}

// `key =`, `a.b =`, `"key" =`
bool LooksLikeAttribute(const std::vector<Token>& tokens, size_t at) {
  if (Is(tokens, at, SprintLexer::OPEN_TEXT)) {
    ++at;
    if (Is(tokens, at, SprintLexer::PIECE)) ++at;
    if (!Is(tokens, at, SprintLexer::CLOSE_TEXT)) return false;
  } else if (at >= tokens.size() || !IsWord(tokens[at].type)) {
    return false;
  }
  ++at;
  while (Is(tokens, at, SprintLexer::DOT) && at + 1 < tokens.size() &&
         IsWord(tokens[at + 1].type)) {
    at += 2;
  }
  return Is(tokens, at, SprintLexer::ASSIGN);
}

std::string DocText(std::string_view line) {
  line.remove_prefix(3);
  if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  while (!line.empty() && std::string_view(" \t\r").find(line.back()) != std::string_view::npos) {
    line.remove_suffix(1);
  }
  return std::string(line);
}

class Arranger {
 public:
  Arranger(std::string_view text, const std::vector<Token>& in, const Limits& limits, Log& log)
      : text_(text), in_(in), limits_(limits), log_(log) {}

  Layout Run() {
    for (int run = 1;; ++run) {
      again_ = false;
      Start();
      for (at_ = 0; at_ < in_.size() && out_.within_limits; ++at_) {
        Take();
        if (mistakes_.size() >= limits_.errors) TooMany(in_[std::min(at_, in_.size() - 1)]);
      }
      if (out_.within_limits) Finish();
      if (!again_ || run == MostRuns) break;
    }
    for (const Mistake& mistake : mistakes_) {
      diag::Report report = log_.Error(mistake.code, mistake.begin, mistake.end, mistake.message);
      if (mistake.label)
        report.Label(log_.At(mistake.label->first, mistake.label->second), mistake.why);
      report.Help(mistake.help);
      if (mistake.fix) report.FixIt(log_.At(mistake.begin, mistake.end), *mistake.fix);
    }
    if (!out_.within_limits) out_.declarations.clear();
    return std::move(out_);
  }

 private:
  struct Frame {
    Token open;
    size_t operators = 0;
  };
  struct Mistake {
    const char* code;
    uint32_t begin, end;
    std::string message;
    std::string help;
    std::optional<std::pair<uint32_t, uint32_t>> label;
    std::string why;
    std::optional<std::string> fix;  // to put in its place
  };

  void Start() {
    out_ = {};
    frames_.clear();
    mistakes_.clear();
    docs_.clear();
    newline_.reset();
    operators_ = total_ = declaration_ = 0;
  }

  std::string Quote(const Token& token) const {
    return "`" + std::string(text_.substr(token.begin, token.end - token.begin)) + "`";
  }
  void Add(const char* code, uint32_t begin, uint32_t end, std::string message,
           std::string help = "") {
    mistakes_.push_back({code, begin, end, std::move(message), std::move(help), {}, "", {}});
  }

  bool FirstOfLine() const { return at_ == 0 || in_[at_ - 1].type == SprintLexer::NEWLINE; }
  uint32_t EndOfLast() const { return out_.tokens.empty() ? 0 : out_.tokens.back().end; }
  size_t& Operators() { return frames_.empty() ? operators_ : frames_.back().operators; }

  void Take() {
    const Token& token = in_[at_];
    switch (token.type) {
      case SprintLexer::COMMENT:
        if (!docs_.empty() && FirstOfLine()) last_doc_line_ = token.line;
        return;
      case SprintLexer::DOC:
        if (FirstOfLine()) TakeDoc(token);
        return;
      case SprintLexer::NEWLINE:
        TakeNewline(token);
        return;
      case SprintLexer::UNKNOWN:
        TakeUnknown();
        return;
      default:
        TakeSignificant(token);
    }
  }

  void TakeDoc(const Token& token) {
    if (!docs_.empty() && token.line != last_doc_line_ + 1) DropDoc();
    if (!docs_.empty()) docs_ += '\n';
    docs_ += DocText(text_.substr(token.begin, token.end - token.begin));
    last_doc_line_ = token.line;
  }

  // A block of documentation that belongs to nothing: the file's, if it is the first.
  void DropDoc() {
    if (out_.tokens.empty() && out_.file_doc.empty()) out_.file_doc = docs_;
    docs_.clear();
  }

  void TakeNewline(const Token& token) {
    const auto broken = std::find_if(frames_.begin(), frames_.end(), [](const Frame& frame) {
      return frame.open.type == SprintLexer::OPEN_TEXT;
    });
    if (broken != frames_.end()) {
      Add("E0103", broken->open.begin, token.begin, "text is not closed on its line",
          R"(put `"` at its end, or use `"""` for a text of several lines)");
      CloseDownTo(static_cast<size_t>(broken - frames_.begin()), token.begin);
    }
    while (!frames_.empty() && unclosed_.count(frames_.back().open.begin) != 0) {
      NeverClosed(frames_.back().open, nullptr);
      CloseDownTo(frames_.size() - 1, EndOfLast());
    }
    const bool separates = frames_.empty() || frames_.back().open.type == SprintLexer::LBRACE;
    if (separates && !newline_) newline_ = token;
  }

  // Words of other languages: reported, and read on as what they mean here.
  void TakeUnknown() {
    if (TakeForeignText() || TakeForeignComment() || TakeForeignName()) return;
    const Token& first = in_[at_];
    size_t last = at_;
    while (last + 1 < in_.size() && in_[last + 1].type == SprintLexer::UNKNOWN &&
           in_[last + 1].begin == in_[last].end) {
      ++last;
    }
    const Token all{SprintLexer::UNKNOWN, first.begin, in_[last].end, first.line};
    at_ = last;
    const std::string_view written = text_.substr(all.begin, all.end - all.begin);
    std::string help;
    if (written == "&&") help = "write `and`";
    if (written == "!") help = "write `not`";
    if (written == ";") help = "a line end or a comma separates";
    Add("E0110", all.begin, all.end, Quote(all) + " has no meaning in Sprint", help);
    if (written == "&&") Put({SprintLexer::AND, all.begin, all.end, all.line});
    if (written == "!") Put({SprintLexer::NOT, all.begin, all.end, all.line});
    const bool more = at_ + 1 < in_.size() && in_[at_ + 1].type != SprintLexer::NEWLINE &&
                      in_[at_ + 1].type != SprintLexer::RBRACE;
    if (written == "&&") mistakes_.back().fix = "and";
    if (written == "!") mistakes_.back().fix = "not ";
    if (written == ";" && !more) mistakes_.back().fix = "";
    if (written == ";" && more && !frames_.empty() &&
        frames_.back().open.type == SprintLexer::LBRACE) {
      Put({SprintLexer::COMMA, all.begin, all.end, all.line});
    }
  }

  // 'text': up to the next quote of the line, if nothing in between speaks against it.
  bool TakeForeignText() {
    const uint32_t begin = in_[at_].begin;
    if (text_[begin] != '\'') return false;
    const size_t end = text_.find_first_of("'\"{}\n", begin + 1);
    if (end == std::string_view::npos || text_[end] != '\'') return false;
    const auto stop = static_cast<uint32_t>(end + 1);
    const uint32_t line = in_[at_].line;
    Add("E0110", begin, stop, "texts stand in double quotes");
    mistakes_.back().fix = "\"" + std::string(text_.substr(begin + 1, end - begin - 1)) + "\"";
    Put({SprintLexer::OPEN_TEXT, begin, begin + 1, line});
    if (begin + 2 < stop) Put({SprintLexer::PIECE, begin + 1, stop - 1, line});
    Put({SprintLexer::CLOSE_TEXT, stop - 1, stop, line});
    while (at_ + 1 < in_.size() && in_[at_ + 1].begin < stop) ++at_;
    return true;
  }

  // Letters beyond ASCII, with what stands beside them, are read as one name.
  bool TakeForeignName() {
    const auto foreign = [&](size_t at) {
      return at < in_.size() && in_[at].type == SprintLexer::UNKNOWN &&
             static_cast<unsigned char>(text_[in_[at].begin]) >= 0x80;
    };
    if (!foreign(at_)) return false;
    Token name{SprintLexer::NAME, in_[at_].begin, in_[at_].end, in_[at_].line};
    if (text_.substr(name.begin, 3) == "\xEF\xBB\xBF" && name.begin == 0) {
      at_ += 2;
      return true;
    }
    if (!out_.tokens.empty() && out_.tokens.back().end == name.begin &&
        IsWord(out_.tokens.back().type)) {
      name.begin = out_.tokens.back().begin;
      out_.tokens.pop_back();
    }
    while (at_ + 1 < in_.size() && in_[at_ + 1].begin == name.end &&
           (foreign(at_ + 1) || IsWord(in_[at_ + 1].type))) {
      name.end = in_[++at_].end;
    }
    Add("E0110", name.begin, name.end, Quote(name) + " has letters that no name has",
        "names are made of a-z, A-Z, 0-9 and _");
    Put(name);
    return true;
  }

  // # comment
  bool TakeForeignComment() {
    const Token& hash = in_[at_];
    if (text_[hash.begin] != '#') return false;
    Add("E0110", hash.begin, hash.end, "comments begin with `//`");
    mistakes_.back().fix = "//";
    while (at_ + 1 < in_.size() && in_[at_ + 1].type != SprintLexer::NEWLINE) ++at_;
    return true;
  }

  void TakeSignificant(const Token& token) {
    if (column_zero_ && !frames_.empty() && AtDeclaration()) {
      const Token before = token;
      NeverClosed(frames_.back().open, &before);
      CloseDownTo(0, EndOfLast());
      if (!newline_) newline_ = Token{SprintLexer::NEWLINE, EndOfLast(), EndOfLast(), token.line};
    }
    if (newline_) {
      PutNewline(token);
      newline_.reset();
    }
    if (!docs_.empty()) {
      if (FirstOfLine() && token.line == last_doc_line_ + 1)
        out_.docs[token.begin] = std::move(docs_);
      else
        DropDoc();
      docs_.clear();
    }
    if (Closing(token.type) != 0) {
      Put(token);
      frames_.push_back({token, 0});
      if (frames_.size() > limits_.depth) {
        Exceeded(token, "nested more than " + std::to_string(limits_.depth) + " deep");
      }
      return;
    }
    if (IsClosing(token.type)) {
      TakeClosing(token);
      return;
    }
    if (token.type == SprintLexer::BAR && Is(in_, at_ + 1, SprintLexer::BAR) &&
        in_[at_ + 1].begin == token.end) {
      ++at_;
      Add("E0110", token.begin, token.end + 1, "`||` has no meaning in Sprint");
      mistakes_.back().fix = "or";
      Put({SprintLexer::OR, token.begin, token.end + 1, token.line});
      return;
    }
    if (token.type == SprintLexer::COLON && Is(in_, at_ + 1, SprintLexer::ASSIGN) &&
        in_[at_ + 1].begin == token.end) {
      ++at_;
      Add("E0110", token.begin, token.end + 1, "`:=` has no meaning in Sprint");
      mistakes_.back().fix = "=";
      Put({SprintLexer::ASSIGN, token.begin, token.end + 1, token.line});
      return;
    }
    Put(token);
    if (token.type == SprintLexer::COMMA) {
      total_ -= Operators();
      Operators() = 0;
    } else if (IsOperator(token.type)) {
      CountOperator(token);
    } else if (token.type == SprintLexer::NUMBER) {
      const size_t length = UnitLength(in_, at_);
      if (length == 0) return;
      at_ += length;
      Put({SprintLexer::UNIT, in_[at_ - length + 1].begin, in_[at_].end, token.line});
    }
  }

  void CountOperator(const Token& token) {
    ++Operators();
    if (++total_ > limits_.operators) {
      Exceeded(token,
               "expression has more than " + std::to_string(limits_.operators) + " operators");
    }
  }

  void TooMany(const Token& token) {
    out_.within_limits = again_ = false;
    Add("E0113", token.begin, token.end, "the file was not read: it has too many mistakes");
  }

  void Exceeded(const Token& token, std::string what) {
    out_.within_limits = false;
    Add("E0107", token.begin, token.end, std::move(what), "split it with `let`");
  }

  void PutNewline(const Token& next) {
    if (out_.tokens.empty()) return;
    const uint16_t previous = out_.tokens.back().type;
    if (!frames_.empty() && (previous == SprintLexer::LBRACE || previous == SprintLexer::COMMA ||
                             next.type == SprintLexer::RBRACE || next.type == SprintLexer::COMMA)) {
      return;
    }
    if (!AtDeclaration() && Continues(in_, at_, LastOperator())) return;
    total_ -= Operators();
    Operators() = 0;
    if (frames_.empty()) EndDeclaration();
    Put(*newline_);
    if (frames_.empty()) declaration_ = out_.tokens.size();
  }

  // The last token's type, or NAME when it is a word used as a member or key.
  size_t LastOperator() const {
    const auto& tokens = out_.tokens;
    const size_t type = tokens.back().type;
    const bool member = tokens.size() > 1 && tokens[tokens.size() - 2].type == SprintLexer::DOT;
    if (member && IsWord(type)) return SprintLexer::NAME;
    return type;
  }

  void EndDeclaration() {
    if (declaration_ < out_.tokens.size()) {
      out_.declarations.emplace_back(declaration_, out_.tokens.size());
    }
  }

  static bool IsClosing(size_t type) {
    return type == SprintLexer::RPAREN || type == SprintLexer::RBRACKET ||
           type == SprintLexer::RBRACE || type == SprintLexer::CLOSE_TEXT ||
           type == SprintLexer::CLOSE_LINES;
  }

  void TakeClosing(const Token& token) {
    size_t match = frames_.size();
    while (match > 0 && Closing(frames_[match - 1].open.type) != token.type) {
      // Braces are stronger: a stray `)` does not close the block it stands in.
      if (token.type != SprintLexer::RBRACE &&
          Closing(frames_[match - 1].open.type) == SprintLexer::RBRACE) {
        match = 0;
        break;
      }
      --match;
    }
    if (match == 0) {
      Add("E0102", token.begin, token.end, Quote(token) + " closes nothing");
      return;
    }
    for (size_t i = frames_.size(); i-- > match;) {
      NeverClosed(frames_[i].open, &token);
      if (unclosed_.insert(frames_[i].open.begin).second) again_ = true;
    }
    CloseDownTo(match, EndOfLast());
    total_ -= frames_.back().operators;
    frames_.pop_back();
    Put(token);
    // `f(1)(2)(3)` nests as deep as it is long.
    const bool in_text = !frames_.empty() && (frames_.back().open.type == SprintLexer::OPEN_TEXT ||
                                              frames_.back().open.type == SprintLexer::OPEN_LINES);
    if (!in_text) CountOperator(token);
  }

  void NeverClosed(const Token& open, const Token* stopped_by) {
    Mistake mistake{"E0102", open.begin, open.end, Quote(open) + " is never closed",
                    "",      {},         "",       {}};
    if (stopped_by != nullptr) {
      mistake.label = {stopped_by->begin, stopped_by->end};
      mistake.why = "it should be closed before this";
    }
    mistakes_.push_back(std::move(mistake));
  }

  // Closes all frames from the innermost to number `down` with tokens that nobody wrote.
  void CloseDownTo(size_t down, uint32_t place) {
    while (frames_.size() > down) {
      const Token& open = frames_.back().open;
      out_.tokens.push_back({Closing(open.type), place, place, open.line});
      total_ -= frames_.back().operators;
      frames_.pop_back();
    }
  }

  // `component X` and the like at the very beginning of a line.
  bool AtDeclaration() const {
    const Token& token = in_[at_];
    if (!IsName(token.type) || !FirstOfLine()) return false;
    if (token.begin > 0 && text_[token.begin - 1] != '\n') return false;
    for (const Frame& frame : frames_) {
      if (frame.open.type == SprintLexer::OPEN_LINES) return false;
    }
    const bool named = at_ + 1 < in_.size() &&
                       (IsName(in_[at_ + 1].type) || in_[at_ + 1].type == SprintLexer::OPEN_TEXT);
    const std::string_view word = text_.substr(token.begin, token.end - token.begin);
    return named &&
           std::find(TopLevelWords.begin(), TopLevelWords.end(), word) != TopLevelWords.end();
  }

  void Finish() {
    if (!frames_.empty()) {
      bool brace = false;
      for (size_t i = frames_.size(); i-- > 0;) {
        const Token& open = frames_[i].open;
        if (open.type == SprintLexer::OPEN_TEXT || open.type == SprintLexer::OPEN_LINES) {
          Add("E0103", open.begin, open.end, "text is never closed");
        } else if (open.type != SprintLexer::OPEN_HOLE) {
          NeverClosed(open, nullptr);
        }
        if (open.type == SprintLexer::LBRACE) brace = true;
        if ((open.type == SprintLexer::LPAREN || open.type == SprintLexer::LBRACKET) &&
            unclosed_.insert(open.begin).second) {
          again_ = true;
        }
      }
      if (brace && !column_zero_) {
        column_zero_ = true;
        again_ = true;
      }
      CloseDownTo(0, EndOfLast());
    }
    if (!docs_.empty()) DropDoc();
    EndDeclaration();
  }

  void Put(const Token& token) { out_.tokens.push_back(token); }

  std::string_view text_;
  const std::vector<Token>& in_;
  const Limits& limits_;
  Log& log_;

  // Learnt from an earlier run: brackets to close at the end of their line, and whether
  // to close everything before what looks like a declaration.
  std::set<uint32_t> unclosed_;
  bool column_zero_ = false;
  bool again_ = false;

  Layout out_;
  size_t at_ = 0;
  std::vector<Frame> frames_;
  std::vector<Mistake> mistakes_;
  std::optional<Token> newline_;
  std::string docs_;
  uint32_t last_doc_line_ = 0;
  size_t operators_ = 0;  // of the expression outside all brackets
  size_t total_ = 0;      // of all open expressions
  size_t declaration_ = 0;
};

}  // namespace

Layout Arrange(std::string_view text, const std::vector<Token>& tokens, const Limits& limits,
               Log& log) {
  return Arranger(text, tokens, limits, log).Run();
}

uint16_t Closing(size_t open) {
  switch (open) {
    case SprintLexer::LPAREN:
      return SprintLexer::RPAREN;
    case SprintLexer::LBRACKET:
      return SprintLexer::RBRACKET;
    case SprintLexer::LBRACE:
    case SprintLexer::OPEN_HOLE:
      return SprintLexer::RBRACE;
    case SprintLexer::OPEN_TEXT:
      return SprintLexer::CLOSE_TEXT;
    case SprintLexer::OPEN_LINES:
      return SprintLexer::CLOSE_LINES;
    default:
      return 0;
  }
}

size_t UnitLength(const std::vector<Token>& tokens, size_t at) {
  const size_t unit = at + 1;
  if (unit >= tokens.size()) return 0;
  const size_t type = tokens[unit].type;
  const size_t after = unit + 1;
  if (type == SprintLexer::PERCENT) {
    if (after >= tokens.size()) return 1;
    const size_t next = tokens[after].type;
    if (next == SprintLexer::NUMBER || next == SprintLexer::LPAREN) return 0;
    return IsName(next) && next != SprintLexer::AT && !LooksLikeAttribute(tokens, after) ? 0 : 1;
  }
  // `1/min` as a unit: a count in a time.
  const bool per = type == SprintLexer::NUMBER && tokens[unit].end - tokens[unit].begin == 1;
  // No unit is a word of the language: `4 let` is a forgotten line end.
  if (!per && type != SprintLexer::NAME) return 0;
  if (after + 1 < tokens.size() && tokens[after].type == SprintLexer::SLASH &&
      IsName(tokens[after + 1].type) && tokens[unit].end == tokens[after].begin &&
      tokens[after].end == tokens[after + 1].begin) {
    return 3;
  }
  return per || Is(tokens, after, SprintLexer::DOT) || LooksLikeAttribute(tokens, unit) ? 0 : 1;
}

bool Continues(const std::vector<Token>& tokens, size_t at, size_t previous) {
  const size_t next = tokens[at].type;
  const bool key = LooksLikeAttribute(tokens, at);
  const bool hanging = previous == SprintLexer::ASSIGN || previous == SprintLexer::COLON ||
                       previous == SprintLexer::RANGE || previous == SprintLexer::BAR ||
                       previous == SprintLexer::THEN ||
                       (IsOperator(previous) && previous != SprintLexer::AT);
  // `memory =` and on the next line `cores 2`: the value is missing, not `cores`.
  const bool item = previous == SprintLexer::ASSIGN && IsName(next) && at + 1 < tokens.size() &&
                    tokens[at + 1].type != SprintLexer::AT &&
                    (IsName(tokens[at + 1].type) || tokens[at + 1].type == SprintLexer::NUMBER ||
                     tokens[at + 1].type == SprintLexer::OPEN_TEXT);
  if (hanging && !key && !item) return true;
  switch (next) {
    case SprintLexer::AND:
    case SprintLexer::OR:
    case SprintLexer::THEN:
    case SprintLexer::ELSE:
      return !key;
    case SprintLexer::AT:
      return !key && at + 1 < tokens.size() && IsName(tokens[at + 1].type) &&
             !(at + 2 < tokens.size() && tokens[at + 2].type == SprintLexer::LBRACE &&
               tokens[at + 2].line == tokens[at].line);
    case SprintLexer::ASSIGN:
    case SprintLexer::COLON:
    case SprintLexer::RANGE:
    case SprintLexer::BAR:
    case SprintLexer::LBRACE:
      return true;
    default:
      return IsOperator(next) && next != SprintLexer::NOT && next != SprintLexer::IF;
  }
}

}  // namespace sprint::parse
